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
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

// lateInterval is the time before an alert is looked at again that could not note all, because logs have not taken what it
// noted before.
const lateInterval = 5 * time.Second

// AlertReconciler gives one alert what its incident says.
type AlertReconciler struct {
	client      client.Client
	live        client.Reader
	clock       clock.PassiveClock
	labeler     labeler
	announcer   announcer
	instruments *instruments
	changes     *changes
	journal     *journal
}

func (r *AlertReconciler) setup(mgr ctrl.Manager, workers int) error {
	queue := &alertQueue{reader: r.client, changes: r.changes, clock: r.clock, start: r.clock.Now()}
	return ctrl.NewControllerManagedBy(mgr).
		Named("alert").
		WithOptions(controllerOptions(mgr, "Alert", workers)).
		Watches(&v1alpha1.Alert{}, queue.onAlert()).
		Watches(&v1alpha1.Incident{}, queue.onIncident()).
		Complete(r)
}

// Reconcile makes at most one write of the alert itself: when the watch brings that back, the rest follows.
func (r *AlertReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	alert := &v1alpha1.Alert{}
	if err := r.client.Get(ctx, request.NamespacedName, alert, client.UnsafeDisableDeepCopy); err != nil {
		r.journal.tickets.release(request.NamespacedName)
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !alert.DeletionTimestamp.IsZero() {
		r.journal.tickets.release(request.NamespacedName)
		return ctrl.Result{}, nil
	}
	place, settled, err := r.placeOf(ctx, alert)
	if err != nil || !settled {
		return ctrl.Result{}, err // An unsettled incident brings the alert back when it changes.
	}
	p := plan.For(alert, place, plan.Circumstances{})
	if p.Changes() || p.Late {
		return r.change(ctx, alert, place, p.TrailBefore)
	}
	r.journal.tickets.release(request.NamespacedName)
	wait, err := r.markLink(ctx, alert, place.Incident)
	if err != nil {
		return quietly(err)
	}
	if err := r.labeler.mirror(ctx, alert, alert.Spec.Tags); err != nil {
		return quietly(err)
	}
	return ctrl.Result{RequeueAfter: wait}, nil
}

// placeOf says where the alert belongs. It is not settled while the resolution of an incident that it follows is not
// recorded yet, or while the cache has not brought an incident that exists: an alert may be seen before the incident that
// was created just before it.
func (r *AlertReconciler) placeOf(ctx context.Context, alert *v1alpha1.Alert) (place plan.Place, settled bool, err error) {
	if alert.Spec.IncidentRef.Name == "" {
		return place, true, nil
	}
	incident := &v1alpha1.Incident{}
	err = r.client.Get(ctx, incidentKey(alert), incident, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		gone, err := r.isGone(ctx, alert)
		return place, gone, err
	}
	if err != nil {
		return place, false, fmt.Errorf("getting the incident %s: %w", alert.Spec.IncidentRef.Name, err)
	}
	place.Incident = incident
	place.Target, err = mergeTarget(ctx, r.client, incident)
	return place, place.Settled(), err
}

func incidentKey(alert *v1alpha1.Alert) client.ObjectKey {
	return client.ObjectKey{Namespace: alert.Namespace, Name: alert.Spec.IncidentRef.Name}
}

// change plans again, under a ticket that keeps logs from passing what is noted, and writes that.
func (r *AlertReconciler) change(ctx context.Context, alert *v1alpha1.Alert, place plan.Place, trail activity.Trail) (ctrl.Result, error) {
	p := plan.For(alert, place, plan.Circumstances{
		ActorsKnown: r.journal.actorsKnown(ctx),
		Ticket:      r.journal.tickets.draw(ctx, alert, incidentsOf(place, trail, alert.Namespace)),
		Taken:       r.journal.taken(ctx, alert.Namespace),
	})
	if p.Changes() {
		return quietly(r.write(ctx, alert, p))
	}
	r.journal.tickets.release(client.ObjectKeyFromObject(alert))
	return ctrl.Result{RequeueAfter: lateInterval}, nil
}

// incidentsOf are the incidents whose logs a change of an alert may be for.
func incidentsOf(place plan.Place, trail activity.Trail, namespace string) []client.ObjectKey {
	var incidents []client.ObjectKey
	if trail.Incident.Name != "" {
		incidents = append(incidents, client.ObjectKey{Namespace: namespace, Name: trail.Incident.Name})
	}
	for _, incident := range []*v1alpha1.Incident{place.Incident, place.Target} {
		if incident != nil {
			incidents = append(incidents, client.ObjectKeyFromObject(incident))
		}
	}
	return incidents
}

// write writes what was planned, then counts and announces it.
func (r *AlertReconciler) write(ctx context.Context, alert *v1alpha1.Alert, p plan.Plan) error {
	err := patchAlert(ctx, r.client, alert, p)
	r.instruments.patched(err)
	if err != nil {
		r.journal.tickets.failed(client.ObjectKeyFromObject(alert), err)
		return fmt.Errorf("patching the alert: %w", err)
	}
	logf.FromContext(ctx).V(1).Info("Changed an alert", "Incident", klog.KRef(alert.Namespace, alert.Spec.IncidentRef.Name))
	if p.Damage != nil {
		r.announcer.memoryDamaged(alert, p.Incident, p.Damage)
	}
	if p.After.Held() && !p.Before.Held() {
		r.announcer.alertHeld(alert, p.Incident)
	}
	if p.Propagates() {
		r.instruments.propagated(r.changes.since(p.After.Memory.UID))
	}
	return nil
}
