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
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// holdPatience is how long a log waits for alerts that do not become fewer.
const holdPatience = 30 * time.Second

// journal writes the activity logs of incidents. Of each it keeps the last entry, which says what is recorded; the
// entries themselves are the only truth, found again after a restart from the head in the incident's status upward.
type journal struct {
	client      client.Client
	live        client.Reader
	clock       clock.PassiveClock
	actorsKnown func(context.Context) bool
	tickets     *tickets

	mutex sync.Mutex
	heads map[client.ObjectKey]*v1alpha1.ActivitySpec
	holds map[client.ObjectKey]hold
}

// hold is how few alerts a log has waited for since it waits, and since when it was so few.
type hold struct {
	least int
	since time.Time
}

func newJournal(
	c client.Client, live client.Reader, passive clock.PassiveClock, actorsKnown func(context.Context) bool, tickets *tickets,
) *journal {
	return &journal{
		client: c, live: live, clock: passive, actorsKnown: actorsKnown, tickets: tickets,
		heads: map[client.ObjectKey]*v1alpha1.ActivitySpec{}, holds: map[client.ObjectKey]hold{},
	}
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
		return fmt.Errorf("the entry %s exists already: the log is read anew: %w", entry.Name, errLookAgain)
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

// head returns the last entry of an incident's log, nil for none: the one that was written last or, after a restart, the
// one that is found upward from the status, which may be behind.
func (j *journal) head(ctx context.Context, incident *v1alpha1.Incident) (*v1alpha1.ActivitySpec, error) {
	reference := referenceTo(incident)
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

// taken says of a change of an alert whether a log holds it already or, its incident being gone, never will.
func (j *journal) taken(ctx context.Context, namespace string) func(activity.Change) bool {
	return func(change activity.Change) bool {
		key := client.ObjectKey{Namespace: namespace, Name: change.Incident.Name}
		if activity.IsTaken(j.kept(key), change) {
			return true
		}
		incident := &v1alpha1.Incident{}
		err := j.client.Get(ctx, key, incident, client.UnsafeDisableDeepCopy)
		if apierrors.IsNotFound(err) { // The cache may not have brought it.
			err = j.live.Get(ctx, key, incident)
		}
		return apierrors.IsNotFound(err) || (err == nil && string(incident.UID) != change.Incident.UID)
	}
}

// isHeld says whether the log lets changes of alerts wait for so many alerts that have still to be written, so that a
// propagation and a merge are one entry each. It does not wait for those that cannot be written: they do not become fewer.
func (j *journal) isHeld(incident client.ObjectKey, alerts int) bool {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if alerts == 0 {
		delete(j.holds, incident)
		return false
	}
	now := j.clock.Now()
	if current, held := j.holds[incident]; !held || alerts < current.least {
		j.holds[incident] = hold{least: alerts, since: now}
	}
	return now.Sub(j.holds[incident].since) < holdPatience
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
	delete(j.holds, incident)
}
