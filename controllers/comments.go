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
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

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
