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

package alert

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

// kind is the kind of the objects that the reconciler writes.
const kind = "Alert"

// Reconciler gives one alert what its incident says.
type Reconciler struct {
	// Client reads incidents from the cache and writes; Live reads the API server.
	Client client.Client
	Live   client.Reader
	Clock  clock.PassiveClock
	// Roster knows the alerts, Ends how far the logs have come with their notes.
	Roster      *roster.Roster
	Ends        *roster.Ends
	Announcer   Announcer
	Instruments *Instruments

	echoes echoes
}

// Reconcile makes at most one write of the alert itself: when the watch brings that back, the rest follows.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	alert, known, ok := r.Roster.Alert(request.NamespacedName)
	if !ok {
		r.echoes.forget(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	if known.Deleting || r.echoes.isAwaited(request.NamespacedName, alert.ResourceVersion) {
		return ctrl.Result{}, nil // The watch brings what was made of it.
	}
	place, settled, err := r.placeOf(ctx, alert, known)
	if err != nil || !settled {
		return ctrl.Result{}, err // An unsettled incident brings the alert back when it changes.
	}
	p, err := r.plan(ctx, alert, known, place)
	if err != nil {
		return operator.Outcome(0, err)
	}
	drop := r.dropOf(ctx, alert, known)
	if p.Follows() && drop.awaited {
		return ctrl.Result{}, nil // The log that takes the note, or cannot, brings the alert back.
	}
	if p.Follows() || drop.due {
		return operator.Outcome(0, r.write(ctx, alert, known, p, drop))
	}
	wait, err := r.markLink(ctx, alert, place.Incident)
	if err == nil {
		err = r.mirror(ctx, alert)
	}
	return operator.Outcome(wait, err)
}

// placeOf says where the alert belongs. It is not settled while the resolution of an incident that it follows is not
// recorded yet, or while the cache has not brought an incident that exists: an alert may be seen before the incident that
// was created just before it.
func (r *Reconciler) placeOf(ctx context.Context, alert *v1alpha1.Alert, known *facts.Alert) (place plan.Place, settled bool, err error) {
	if alert.Spec.IncidentRef.Name == "" {
		return place, true, nil
	}
	incident := &v1alpha1.Incident{}
	err = r.Client.Get(ctx, incidentKey(alert), incident, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		gone, err := r.isGone(ctx, alert, known)
		return place, gone, err
	}
	if err != nil {
		return place, false, fmt.Errorf("getting the incident %s: %w", alert.Spec.IncidentRef.Name, err)
	}
	place.Incident = incident
	place.Target, err = operator.MergeTarget(ctx, r.Client, incident)
	return place, place.Settled(), err
}

func incidentKey(alert *v1alpha1.Alert) client.ObjectKey {
	return client.ObjectKey{Namespace: alert.Namespace, Name: alert.Spec.IncidentRef.Name}
}

// write writes what was planned, then counts and announces it.
func (r *Reconciler) write(ctx context.Context, alert *v1alpha1.Alert, known *facts.Alert, p plan.Plan, drop drop) error {
	version, err := operator.Patch(ctx, r.Client, kind, alert, patchOf(alert, known, p, drop))
	r.Instruments.patched(err)
	if err != nil {
		return fmt.Errorf("patching the alert: %w", err)
	}
	r.echoes.await(client.ObjectKeyFromObject(alert), alert.ResourceVersion, version)
	logf.FromContext(ctx).V(1).Info("Changed an alert", "Incident", klog.KRef(alert.Namespace, alert.Spec.IncidentRef.Name))
	if p.Damage != nil {
		r.Announcer.memoryDamaged(alert, p.Incident, p.Damage)
	}
	if p.After.Held() && !p.Before.Held() {
		r.Announcer.alertHeld(alert, p.Incident)
	}
	if p.Propagates() {
		r.Instruments.propagated(p.After.Memory.UID)
	}
	return nil
}

// mirror lets the labels follow the tags.
func (r *Reconciler) mirror(ctx context.Context, alert *v1alpha1.Alert) error {
	labels, annotations := operator.MirroredLabels(alert, alert.Spec.Tags)
	if annotations == nil {
		return nil
	}
	return operator.PatchMetadata(ctx, r.Client, kind, alert, labels, annotations)
}
