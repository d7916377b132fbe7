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
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/activity"
)

// commentsPerLook bounds how long one incident keeps a worker; the new head in the status brings the next look.
const commentsPerLook = 100

// journal writes the activity logs of incidents. Of each it keeps the last entry, which says what is recorded; the
// entries themselves are the only truth, found again after a restart from the head in the incident's status upward.
type journal struct {
	client      client.Client
	live        client.Reader
	clock       clock.PassiveClock
	actorsKnown func(context.Context) bool

	mutex sync.Mutex
	heads map[client.ObjectKey]*v1alpha1.ActivitySpec
}

func newJournal(c client.Client, live client.Reader, passive clock.PassiveClock, actorsKnown func(context.Context) bool) *journal {
	return &journal{client: c, live: live, clock: passive, actorsKnown: actorsKnown, heads: map[client.ObjectKey]*v1alpha1.ActivitySpec{}}
}

// record writes what the log of an incident lacks: first the changes of the incident, then the comments. It returns the
// head for the status. A crash at any point loses and repeats nothing: each entry has one possible name, and tells what
// was recorded with it.
func (j *journal) record(ctx context.Context, incident *v1alpha1.Incident) (v1alpha1.ActivityHead, error) {
	if !incident.DeletionTimestamp.IsZero() {
		return incident.Status.Activity, nil // Its log goes with it.
	}
	log := activity.Log{
		Incident:    v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)},
		ActorsKnown: j.actorsKnown(ctx),
	}
	var err error
	if log.Head, err = j.head(ctx, incident); err != nil {
		return incident.Status.Activity, err
	}
	stale, err := isOlder(incident, log.Head)
	if err == nil && !stale {
		err = j.writeAll(ctx, incident, &log)
	}
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		err = nil // Everything goes, the log too.
	}
	if log.Head == nil {
		return incident.Status.Activity, err
	}
	return v1alpha1.ActivityHead{Entries: log.Head.Sequence, Head: log.Head.Hash}, err
}

// isOlder reports whether a cached incident is older than what the log recorded of it.
func isOlder(incident *v1alpha1.Incident, head *v1alpha1.ActivitySpec) (bool, error) {
	if head == nil {
		return false, nil
	}
	order, err := resourceversion.CompareResourceVersion(incident.ResourceVersion, head.After.ResourceVersion)
	if err != nil {
		return false, fmt.Errorf("comparing resource versions: %w", err)
	}
	return order < 0, nil
}

// writeAll finishes what a crash left behind before anything follows it: only the head tells which comment that is.
func (j *journal) writeAll(ctx context.Context, incident *v1alpha1.Incident, log *activity.Log) error {
	comments, err := unrecordedComments(ctx, j.client, client.ObjectKeyFromObject(incident))
	if err != nil {
		return fmt.Errorf("listing comments: %w", err)
	}
	entries := log.Changes(incident, j.clock.Now())
	if len(entries)+len(comments) == 0 {
		return nil
	}
	if err := j.finishComment(ctx, incident.Namespace, log.Head); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := j.write(ctx, incident, log, entry); err != nil {
			return err
		}
	}
	return j.recordComments(ctx, incident, comments, log)
}

// write creates the entry that follows the head. One that exists already was written before a crash or for a request
// whose answer was lost: it is taken over, and the caller's entry, drafted without it, is given up for a later look.
func (j *journal) write(ctx context.Context, incident *v1alpha1.Incident, log *activity.Log, draft v1alpha1.ActivitySpec) error {
	spec, err := log.Append(draft)
	if err != nil {
		return err
	}
	entry := &v1alpha1.Activity{Spec: spec}
	entry.Namespace, entry.Name = incident.Namespace, activity.Name(spec.IncidentRef, spec.Sequence)
	entry.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: "Incident", Name: incident.Name, UID: incident.UID,
	}}
	err = j.client.Create(ctx, entry, fieldOwner)
	if apierrors.IsAlreadyExists(err) {
		j.forget(client.ObjectKeyFromObject(incident))
		return fmt.Errorf("the entry %s exists already: the log is read anew: %w", entry.Name, errRereadLog)
	}
	if err != nil {
		return fmt.Errorf("creating the entry %s: %w", entry.Name, err)
	}
	j.keep(client.ObjectKeyFromObject(incident), &spec)
	log.Head = &spec
	// The head of the log, for whoever keeps the operator's output elsewhere: it reveals a log that was rewritten.
	logf.FromContext(ctx).Info("Recorded an activity", "uid", incident.UID, "entry", spec.Sequence, "head", spec.Hash)
	return nil
}

// recordComments brings the comments into the log in the order of their creation, and says on each where it stands. The
// next one has to wait for that, so that after a crash the head alone tells which one was under way.
func (j *journal) recordComments(ctx context.Context, incident *v1alpha1.Incident, comments []v1alpha1.Comment, log *activity.Log) error {
	slices.SortFunc(comments, func(a, b v1alpha1.Comment) int {
		return cmp.Or(a.CreationTimestamp.Compare(b.CreationTimestamp.Time), compareVersions(&a, &b), cmp.Compare(a.Name, b.Name))
	})
	for i := range comments[:min(len(comments), commentsPerLook)] {
		err := j.recordComment(ctx, incident, &comments[i], log)
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
func (j *journal) finishComment(ctx context.Context, namespace string, head *v1alpha1.ActivitySpec) error {
	if head == nil || head.Type != v1alpha1.ActivityCommented {
		return nil
	}
	comment := &v1alpha1.Comment{}
	err := j.live.Get(ctx, client.ObjectKey{Namespace: namespace, Name: head.Comment.Name}, comment)
	if err != nil || string(comment.UID) != head.Comment.UID || isMarked(comment) {
		return client.IgnoreNotFound(err)
	}
	return client.IgnoreNotFound(markComment(ctx, j.client, comment, recordedAs(comment, head.Sequence, j.clock)))
}

// recordComment asks the API server first: the cache may not know yet that the comment is recorded, and lacks its text.
func (j *journal) recordComment(ctx context.Context, incident *v1alpha1.Incident, cached *v1alpha1.Comment, log *activity.Log) error {
	comment := &v1alpha1.Comment{}
	if err := j.live.Get(ctx, client.ObjectKeyFromObject(cached), comment); err != nil {
		return err
	}
	switch {
	case isMarked(comment) || comment.UID != cached.UID:
		return nil
	case comment.CreationTimestamp.Before(&incident.CreationTimestamp):
		return markComment(ctx, j.client, comment, notRecorded(comment, v1alpha1.ReasonIncidentYounger,
			fmt.Sprintf("the comment was there before the incident %q: it was about another one of that name", incident.Name), j.clock))
	}
	if err := j.write(ctx, incident, log, log.Comment(comment)); err != nil {
		return err
	}
	return markComment(ctx, j.client, comment, recordedAs(comment, log.Head.Sequence, j.clock))
}

// head returns the last entry of an incident's log, nil for none: the one that was written last or, after a restart, the
// one that is found upward from the status, which may be behind.
func (j *journal) head(ctx context.Context, incident *v1alpha1.Incident) (*v1alpha1.ActivitySpec, error) {
	reference := v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
	if head := j.kept(client.ObjectKeyFromObject(incident)); head != nil && head.IncidentRef == reference {
		return head, nil
	}
	var head *v1alpha1.ActivitySpec
	for sequence := max(1, incident.Status.Activity.Entries); ; sequence++ {
		entry := &v1alpha1.Activity{}
		key := client.ObjectKey{Namespace: incident.Namespace, Name: activity.Name(reference, sequence)}
		err := j.live.Get(ctx, key, entry)
		switch {
		case apierrors.IsNotFound(err) && head == nil && incident.Status.Activity.Entries > 0:
			return nil, fmt.Errorf("reading the activity log: the entry %s, the head of the log in status.activity, is missing: somebody deleted it", key.Name)
		case apierrors.IsNotFound(err):
			return head, nil
		case err != nil:
			return nil, fmt.Errorf("getting the entry %s: %w", key.Name, err)
		case entry.Spec.IncidentRef != reference:
			return nil, fmt.Errorf("the entry %s belongs to another incident: incidentRef must be %s with UID %s", key.Name, reference.Name, reference.UID)
		}
		head = &entry.Spec
		j.keep(client.ObjectKeyFromObject(incident), head)
	}
}

func (j *journal) kept(incident client.ObjectKey) *v1alpha1.ActivitySpec {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.heads[incident]
}

func (j *journal) keep(incident client.ObjectKey, head *v1alpha1.ActivitySpec) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.heads[incident] = head
}

func (j *journal) forget(incident client.ObjectKey) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	delete(j.heads, incident)
}
