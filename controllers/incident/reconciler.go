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

package incident

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	recorder "k8s.io/client-go/tools/events"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

// kind is the kind of the objects that the reconciler writes.
const kind = "Incident"

// Reconciler rolls the linked alerts up into the status of one incident.
type Reconciler struct {
	// Client reads incidents from the cache and writes; Live reads the API server.
	Client client.Client
	Live   client.Reader
	Clock  clock.PassiveClock
	// Roster knows the alerts, Ends how far the logs have come.
	Roster  *roster.Roster
	Ends    *roster.Ends
	Options rollup.Options
	// Recorder publishes what a person should notice.
	Recorder recorder.EventRecorder

	pacer pacer
}

// Reconcile computes the status and writes it if it differs and the pace allows. A change of the resolution is recorded at
// once, because the alerts wait for it.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	incident := &v1alpha1.Incident{}
	err := r.Client.Get(ctx, request.NamespacedName, incident, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		r.pacer.forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	_, settled := inherit.FromIncident(incident)
	written, takeOverErr := r.takeOver(ctx, incident)
	if written {
		return ctrl.Result{}, nil // It brings the incident back.
	}
	var refusal *merge.Refusal
	if settled && takeOverErr == nil && merge.IsAsked(incident) { // First all that came has to be here to come along.
		refusal, err = r.decide(ctx, incident)
		if err != nil || refusal == nil {
			return operator.Outcome(0, err) // The acceptance brings the incident back.
		}
	}
	wait, err := r.look(ctx, incident, refusal, settled)
	return operator.Outcome(wait, errors.Join(takeOverErr, err)) // Tags that cannot be taken over must not stop the rest.
}

// look computes the status and writes what follows from it. It returns how long to wait before the next look, 0 for as long
// as nothing happens.
func (r *Reconciler) look(ctx context.Context, incident *v1alpha1.Incident, refusal *merge.Refusal, settled bool) (time.Duration, error) {
	key := client.ObjectKeyFromObject(incident)
	now := r.Clock.Now()
	subject := rollup.Subject{Incident: rollup.Observed(incident, now), Refusal: refusal, LogProblem: r.Ends.Problem(key)}
	subject.Log = incident.Status.Activity
	if end := r.Ends.Get(key); end != nil && end.IncidentRef.UID == string(incident.UID) {
		subject.Log = v1alpha1.ActivityHead{Entries: end.Sequence, Head: end.Hash}
	}
	var err error
	if subject.Target, err = operator.MergeTarget(ctx, r.Client, incident); err != nil {
		return 0, err
	}
	if subject.Target != nil {
		subject.Target = rollup.Observed(subject.Target, now)
	}
	var status v1alpha1.IncidentStatus
	pending := 0
	r.Roster.Tally(plan.Place{Incident: subject.Incident, Target: subject.Target}, func(t *rollup.Tally) {
		status = rollup.Compute(subject, t, now, r.Options)
		pending = t.Standing(rollup.Pending)
	})
	arriving, err := r.arriving(ctx, incident)
	if err != nil {
		return 0, err
	}
	wait, err := r.publish(ctx, incident, status, pending+arriving, settled)
	if err != nil {
		return 0, err
	}
	return wait, r.tidy(ctx, incident)
}

// arriving is how many alerts merges have still to bring.
func (r *Reconciler) arriving(ctx context.Context, incident *v1alpha1.Incident) (int, error) {
	sources, err := operator.MergeSources(ctx, r.Client, incident)
	return r.Roster.Arriving(sources, incident), err
}

// publish writes the status if it differs from the present one, or says how long the pace makes it wait.
func (r *Reconciler) publish(
	ctx context.Context, incident *v1alpha1.Incident, status v1alpha1.IncidentStatus, moving int, settled bool,
) (wait time.Duration, err error) {
	if equality.Semantic.DeepEqual(incident.Status, status) {
		return 0, nil
	}
	key, now := client.ObjectKeyFromObject(incident), r.Clock.Now()
	if wait := r.pacer.untilWrite(key, incident.Generation, now, moving > 0); wait > 0 && settled {
		return wait, nil
	}
	if err := operator.ReplaceStatus(ctx, r.Client, kind, incident, incident.Status, status); err != nil {
		return 0, fmt.Errorf("patching the incident's status: %w", err)
	}
	r.pacer.wrote(key, incident.Generation, now)
	if claimed := rollup.ImplausibleTime(incident, now); !settled && claimed != nil {
		r.Recorder.Eventf(incident, nil, corev1.EventTypeWarning, "ImplausibleTime", "RecordResolution",
			"The time at which the incident was resolved, as managedFields have it, is not believed: %s. The present time counts instead",
			claimed.UTC().Format(time.RFC3339))
	}
	return 0, nil
}

// tidy lets the labels follow the tags, and drops notes that the log has taken.
func (r *Reconciler) tidy(ctx context.Context, incident *v1alpha1.Incident) error {
	labels, annotations := operator.MirroredLabels(incident, incident.Spec.Tags)
	if notes, due := r.dropped(incident); due || notes != nil && annotations != nil {
		annotations = maps.Clone(annotations)
		if annotations == nil {
			annotations = operator.Object{}
		}
		annotations[v1alpha1.NotesAnnotation] = notes
	}
	if annotations == nil {
		return nil
	}
	return operator.PatchMetadata(ctx, r.Client, kind, incident, labels, annotations)
}
