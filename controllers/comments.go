/*
Copyright The Incident Operator Authors.

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
*/

package controllers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// commentsPerLook bounds how long one incident keeps a worker; the new head in the status brings the next look.
const commentsPerLook = 100

// markOrphans says on comments that their incident does not exist. It returns how long to wait for those that are too
// young to tell: tools apply a folder in the order of the alphabet, comments first.
func (j *journal) markOrphans(ctx context.Context, incident client.ObjectKey) (wait time.Duration, err error) {
	comments, err := unrecordedComments(ctx, j.client, incident)
	if err != nil || len(comments) == 0 {
		return 0, err
	}
	err = j.live.Get(ctx, incident, &v1alpha1.Incident{})
	if !apierrors.IsNotFound(err) {
		return linkGrace, err // The cache will bring it.
	}
	for i := range comments {
		comment := &comments[i]
		if age := j.clock.Since(comment.CreationTimestamp.Time); age >= 0 && age < linkGrace {
			wait = max(wait, linkGrace-age)
			continue
		}
		message := fmt.Sprintf("spec.incidentRef.name must be an Incident of this namespace: there is no %q", incident.Name)
		err := markComment(ctx, j.client, comment, notRecorded(comment, v1alpha1.ReasonIncidentNotFound, message, j.clock))
		if client.IgnoreNotFound(err) != nil {
			return wait, err
		}
	}
	return wait, nil
}

// recordComments brings the comments into the log in the order of their creation, and says on each where it stands. The
// next one has to wait for that, so that after a crash the head alone tells which one was under way.
func (r *recording) recordComments(ctx context.Context) error {
	if len(r.comments) == 0 {
		return nil
	}
	if err := r.finishComment(ctx); err != nil {
		return err
	}
	slices.SortFunc(r.comments, func(a, b v1alpha1.Comment) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), compareVersions(&a, &b), cmp.Compare(a.Name, b.Name))
	})
	for i := range r.comments[:min(len(r.comments), commentsPerLook)] {
		err := r.recordComment(ctx, &r.comments[i])
		if err != nil && !apierrors.IsNotFound(err) { // One that was deleted needs no mark.
			return err
		}
	}
	return nil
}

// compareVersions orders comments of the same second; one that nobody wrote since has the version of its creation.
func compareVersions(a, b *v1alpha1.Comment) int {
	order, err := resourceversion.CompareResourceVersion(a.ResourceVersion, b.ResourceVersion)
	if err != nil {
		return 0
	}
	return order
}

// finishComment marks the comment that the head records where a crash came between the two. It asks the API server,
// since the cache may not have brought the comment yet.
func (r *recording) finishComment(ctx context.Context) error {
	head := r.log.Head
	if r.finished || head == nil || head.Type != v1alpha1.ActivityCommented {
		r.finished = true
		return nil
	}
	comment := &v1alpha1.Comment{}
	err := r.live.Get(ctx, client.ObjectKey{Namespace: r.incident.Namespace, Name: head.Comment.Name}, comment)
	if err == nil && string(comment.UID) == head.Comment.UID && !isMarked(comment) {
		err = markComment(ctx, r.client, comment, recordedAs(comment, head.Sequence, r.clock))
	}
	r.finished = client.IgnoreNotFound(err) == nil
	return client.IgnoreNotFound(err)
}

// recordComment asks the API server first: the cache may not know yet that the comment is recorded, and lacks its text.
func (r *recording) recordComment(ctx context.Context, cached *v1alpha1.Comment) error {
	comment := &v1alpha1.Comment{}
	if err := r.live.Get(ctx, client.ObjectKeyFromObject(cached), comment); err != nil {
		return err
	}
	switch {
	case isMarked(comment) || comment.UID != cached.UID:
		return nil
	case comment.CreationTimestamp.Before(&r.incident.CreationTimestamp):
		return markComment(ctx, r.client, comment, notRecorded(comment, v1alpha1.ReasonIncidentYounger,
			fmt.Sprintf("the comment was there before the incident %q: it was about another one of that name", r.incident.Name), r.clock))
	}
	if err := r.append(ctx, r.log.Comment(comment)); err != nil {
		return err
	}
	return markComment(ctx, r.client, comment, recordedAs(comment, r.log.Head.Sequence, r.clock))
}

// recordedAs is the status of a comment that stands in the log.
func recordedAs(comment *v1alpha1.Comment, sequence int64, c clock.PassiveClock) v1alpha1.CommentStatus {
	return v1alpha1.CommentStatus{Sequence: sequence, Conditions: []metav1.Condition{{
		Type: v1alpha1.ConditionRecorded, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonRecorded,
		Message:            "the comment stands in the activity log of its incident",
		ObservedGeneration: comment.Generation, LastTransitionTime: metav1.NewTime(c.Now()),
	}}}
}

// notRecorded is the status of a comment that never will.
func notRecorded(comment *v1alpha1.Comment, reason, message string, c clock.PassiveClock) v1alpha1.CommentStatus {
	return v1alpha1.CommentStatus{Conditions: []metav1.Condition{{
		Type: v1alpha1.ConditionRecorded, Status: metav1.ConditionFalse, Reason: reason, Message: message,
		ObservedGeneration: comment.Generation, LastTransitionTime: metav1.NewTime(c.Now()),
	}}}
}

// markComment writes the status of a comment that has none yet. The UID keeps it from another one of the same name.
func markComment(ctx context.Context, c client.Client, comment *v1alpha1.Comment, status v1alpha1.CommentStatus) error {
	target := &v1alpha1.Comment{}
	target.Namespace, target.Name = comment.Namespace, comment.Name
	patch := object{"metadata": object{"uid": comment.UID}, "status": status}
	err := mergePatch(patch, func(raw client.Patch) error {
		return c.Status().Patch(ctx, target, raw, fieldOwner)
	})
	if err != nil {
		return fmt.Errorf("patching the comment's status: %w", err)
	}
	return nil
}
