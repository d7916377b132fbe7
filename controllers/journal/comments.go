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

package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/ready"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

const (
	// commentsPerLook bounds how long one incident keeps a worker.
	commentsPerLook = 20
	// orphanGrace is how long the incident of a new comment may take to appear: tools apply a folder in the order of the
	// alphabet, comments first.
	orphanGrace = 15 * time.Second
	// olderGrace is how much older than its incident a comment may be, for the same reason.
	olderGrace = time.Minute
)

// finished are the logs whose last comment is known to be marked. A log that is not among them may end with a comment that a
// crash left unmarked.
type finished struct {
	mutex sync.Mutex
	logs  map[client.ObjectKey]bool
}

func (f *finished) is(incident client.ObjectKey) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.logs[incident]
}

func (f *finished) set(incident client.ObjectKey) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.logs == nil {
		f.logs = map[client.ObjectKey]bool{}
	}
	f.logs[incident] = true
}

func (f *finished) forget(incident client.ObjectKey) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	delete(f.logs, incident)
}

// markOrphans says on comments that their incident does not exist. It returns how long to wait for those that are too young
// to tell.
func (r *Reconciler) markOrphans(ctx context.Context, incident client.ObjectKey) (wait time.Duration, err error) {
	comments, err := operator.UnrecordedComments(ctx, r.Client, incident)
	if err != nil || len(comments) == 0 {
		return 0, err
	}
	err = r.Live.Get(ctx, incident, &v1alpha1.Incident{})
	if !apierrors.IsNotFound(err) {
		return orphanGrace, err // The cache will bring it.
	}
	for i := range comments {
		comment := &comments[i]
		if age := r.Clock.Since(comment.CreationTimestamp.Time); age >= 0 && age < orphanGrace {
			wait = max(wait, orphanGrace-age)
			continue
		}
		message := fmt.Sprintf("spec.incidentRef.name must be an Incident of this namespace: there is no %q", incident.Name)
		err := r.mark(ctx, comment, r.notRecorded(comment, v1alpha1.ReasonIncidentNotFound, message))
		if client.IgnoreNotFound(err) != nil {
			return wait, err
		}
	}
	return wait, nil
}

// recordComments brings the comments into the log in the order of their creation, and says on each where it stands. The
// next one has to wait for that, so that after a crash the end of the log alone tells which one was under way. If there are
// more than one look takes, it says when to go on.
func (r *Reconciler) recordComments(ctx context.Context, look *look) (time.Duration, error) {
	comments, err := operator.UnrecordedComments(ctx, r.Client, client.ObjectKeyFromObject(look.incident))
	if err != nil || len(comments) == 0 {
		return 0, err
	}
	if err := r.finishComment(ctx, look); err != nil {
		return 0, err
	}
	comments = slices.Clone(comments)
	slices.SortFunc(comments, func(a, b v1alpha1.Comment) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), compareVersions(&a, &b), cmp.Compare(a.Name, b.Name))
	})
	for i := range comments[:min(len(comments), commentsPerLook)] {
		err := r.recordComment(ctx, look, &comments[i])
		if err != nil && !apierrors.IsNotFound(err) { // One that was deleted needs no mark.
			return 0, err
		}
	}
	if len(comments) > commentsPerLook {
		return time.Millisecond, nil
	}
	return 0, nil
}

// compareVersions orders comments of the same second; one that nobody wrote since has the version of its creation.
func compareVersions(a, b *v1alpha1.Comment) int {
	order, err := resourceversion.CompareResourceVersion(a.ResourceVersion, b.ResourceVersion)
	if err != nil {
		return 0
	}
	return order
}

// finishComment marks the comment that the end of the log records, if a crash came between the two. It asks the API server,
// since the cache may not have brought the comment yet.
func (r *Reconciler) finishComment(ctx context.Context, look *look) error {
	key := client.ObjectKeyFromObject(look.incident)
	if r.finished.is(key) {
		return nil
	}
	end := look.log.End
	if end == nil || end.Type != v1alpha1.ActivityCommented {
		r.finished.set(key)
		return nil
	}
	comment := &v1alpha1.Comment{}
	err := r.Live.Get(ctx, client.ObjectKey{Namespace: key.Namespace, Name: end.Comment.Name}, comment)
	if err == nil && string(comment.UID) == end.Comment.UID && !operator.IsMarked(comment) {
		err = r.mark(ctx, comment, r.recordedAs(comment, end.Sequence))
	}
	if client.IgnoreNotFound(err) == nil {
		r.finished.set(key)
	}
	return client.IgnoreNotFound(err)
}

// recordComment asks the API server first: the cache may not know yet that the comment is recorded, and lacks its text.
func (r *Reconciler) recordComment(ctx context.Context, look *look, cached *v1alpha1.Comment) error {
	comment := &v1alpha1.Comment{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(cached), comment); err != nil {
		return err
	}
	switch {
	case operator.IsMarked(comment) || comment.UID != cached.UID:
		return nil
	case r.isOlder(comment, look):
		return r.mark(ctx, comment, r.notRecorded(comment, v1alpha1.ReasonIncidentYounger,
			fmt.Sprintf("the comment was there before the incident %q: it was about another one of that name", look.incident.Name)))
	}
	if err := r.append(ctx, look, look.log.Comment(comment)); err != nil {
		return err
	}
	r.finished.forget(client.ObjectKeyFromObject(look.incident)) // Until it is marked.
	if err := r.mark(ctx, comment, r.recordedAs(comment, look.log.End.Sequence)); err != nil {
		return err
	}
	r.finished.set(client.ObjectKeyFromObject(look.incident))
	return nil
}

// isOlder says whether a comment was about another incident of the same name. One that is a little older than its incident
// was sent together with it.
func (r *Reconciler) isOlder(comment *v1alpha1.Comment, look *look) bool {
	return comment.CreationTimestamp.Add(olderGrace).Before(look.incident.CreationTimestamp.Time)
}

// recordedAs is the status of a comment that stands in the log.
func (r *Reconciler) recordedAs(comment *v1alpha1.Comment, sequence int64) v1alpha1.CommentStatus {
	const message = "the comment stands in the activity log of its incident"
	return v1alpha1.CommentStatus{
		Sequence:   sequence,
		Conditions: r.conditions(comment, metav1.ConditionTrue, v1alpha1.ReasonRecorded, ready.Done(message), message),
	}
}

// notRecorded is the status of a comment that never will.
func (r *Reconciler) notRecorded(comment *v1alpha1.Comment, reason, message string) v1alpha1.CommentStatus {
	return v1alpha1.CommentStatus{
		Conditions: r.conditions(comment, metav1.ConditionFalse, reason, ready.Stuck(reason, message), message),
	}
}

func (r *Reconciler) conditions(
	comment *v1alpha1.Comment, recorded metav1.ConditionStatus, reason string, cause ready.Cause, message string,
) []metav1.Condition {
	now := r.Clock.Now()
	conditions := []metav1.Condition{{
		Type: v1alpha1.ConditionRecorded, Status: recorded, Reason: reason, Message: message,
		ObservedGeneration: comment.Generation, LastTransitionTime: metav1.NewTime(now),
	}}
	ready.Set(&conditions, cause, comment.Generation, now)
	return conditions
}

// mark writes the status of a comment that has none yet. The UID keeps it from another one of the same name.
func (r *Reconciler) mark(ctx context.Context, comment *v1alpha1.Comment, status v1alpha1.CommentStatus) error {
	patch := operator.Object{"metadata": operator.Object{"uid": comment.UID}, "status": status}
	if err := operator.PatchStatus(ctx, r.Client, "Comment", comment, patch); err != nil {
		return fmt.Errorf("patching the comment's status: %w", err)
	}
	return nil
}
