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
	"context"
	"fmt"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// logError says that the log itself is not as it must be.
type logError struct{ message string }

func (e *logError) Error() string { return e.message }

var errNotServed = &logError{"the API server does not serve the kind Activity: install config/crd"}

// isNotServed tells a kind that is not there from an object that is not.
func isNotServed(err error) bool {
	return meta.IsNoMatchError(err) || apierrors.IsNotFound(err) && strings.Contains(err.Error(), "could not find the requested resource")
}

// append writes the entry that follows the end of the log, after what a crash left behind: only the end tells which comment
// that is. An entry that exists already was written before a crash, or for a request whose answer was lost: it is taken over,
// and the caller's, drafted without it, is given up for the next look.
func (r *Reconciler) append(ctx context.Context, look *look, draft *v1alpha1.ActivitySpec) error {
	if err := r.finishComment(ctx, look); err != nil {
		return err
	}
	incident, key := look.incident, client.ObjectKeyFromObject(look.incident)
	spec, err := look.log.Append(*draft)
	if err != nil {
		return err
	}
	entry := &v1alpha1.Activity{Spec: spec}
	entry.Namespace, entry.Name = incident.Namespace, activity.Name(spec.IncidentRef, spec.Sequence)
	entry.OwnerReferences = []metav1.OwnerReference{{
		APIVersion: v1alpha1.GroupVersion.String(), Kind: kind, Name: incident.Name, UID: incident.UID,
	}}
	err = r.Client.Create(ctx, entry, operator.FieldOwner)
	if apierrors.IsAlreadyExists(err) {
		r.Ends.Forget(key)
		r.finished.forget(key)
		return fmt.Errorf("the entry %s exists already: the log is read anew: %w", entry.Name, operator.ErrLookAgain)
	}
	if isNotServed(err) {
		return errNotServed
	}
	if err != nil {
		return fmt.Errorf("creating the entry %s: %w", entry.Name, err)
	}
	look.log.End = activity.EndOf(&spec)
	r.Ends.Put(key, look.log.End)
	// The head of the log, for whoever keeps the operator's output elsewhere: it reveals a log that was rewritten.
	logf.FromContext(ctx).Info("Recorded an activity", "uid", incident.UID, "entry", spec.Sequence, "head", spec.Hash)
	return nil
}

// end returns the end of an incident's log, nil for an empty one: what was read or written last or, after a restart, what is
// found upward from the status, which may be behind.
func (r *Reconciler) end(ctx context.Context, incident *v1alpha1.Incident) (*activity.End, error) {
	reference, key := v1alpha1.IdentityOf(incident), client.ObjectKeyFromObject(incident)
	if end := r.Ends.Get(key); end != nil && end.IncidentRef == reference {
		return end, nil
	}
	var end *activity.End
	for sequence := max(1, incident.Status.Activity.Entries); ; sequence++ {
		entry, err := r.entry(ctx, incident, sequence)
		if err != nil {
			return nil, err
		}
		switch {
		case entry == nil && end == nil && incident.Status.Activity.Entries > 0:
			return nil, &logError{fmt.Sprintf("the entry %s, the head of the log in status.activity, is missing: somebody deleted it",
				activity.Name(reference, sequence))}
		case entry == nil && end == nil:
			return nil, nil
		case entry == nil:
			r.Ends.Put(key, end)
			return end, nil
		}
		end = activity.EndOf(entry)
	}
}

// entry reads one entry of a log from the API server, nil if there is none.
func (r *Reconciler) entry(ctx context.Context, incident *v1alpha1.Incident, sequence int64) (*v1alpha1.ActivitySpec, error) {
	reference := v1alpha1.IdentityOf(incident)
	key := client.ObjectKey{Namespace: incident.Namespace, Name: activity.Name(reference, sequence)}
	entry := &v1alpha1.Activity{}
	err := r.Live.Get(ctx, key, entry)
	if isNotServed(err) {
		return nil, errNotServed
	}
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("getting the entry %s: %w", key.Name, err)
	}
	if entry.Spec.IncidentRef != reference {
		return nil, &logError{fmt.Sprintf("the entry %s belongs to another incident: incidentRef must be %s with UID %s",
			key.Name, reference.Name, reference.UID)}
	}
	return &entry.Spec, nil
}
