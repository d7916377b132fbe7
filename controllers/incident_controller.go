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
	"errors"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// IncidentReconciler rolls the linked alerts up into the status of one incident, and is the only writer of it.
type IncidentReconciler struct {
	client  client.Client
	clock   clock.PassiveClock
	labeler labeler
	pacer   *pacer
	journal *journal
	merger  *merger
	options rollup.Options
}

func (r *IncidentReconciler) setup(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("incident").
		WithOptions(controllerOptions(mgr, "Incident", incidentWorkers)).
		Watches(&v1alpha1.Incident{}, rollUpIncident()).
		Watches(&v1alpha1.Incident{}, rollUpMerging(r.client)).
		Watches(&v1alpha1.Alert{}, rollUpIncidentOfAlert()).
		Watches(&v1alpha1.Comment{}, rollUpIncidentOfComment()).
		Complete(r)
}

// Reconcile computes the status and writes it when it differs and the pace allows. A change of the resolution is
// recorded at once, because the alerts wait for it.
func (r *IncidentReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	incident := &v1alpha1.Incident{}
	err := r.client.Get(ctx, request.NamespacedName, incident, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		return r.forget(ctx, request.NamespacedName)
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	_, settled := inherit.FromIncident(incident)
	if wait := r.pacer.untilLook(request.NamespacedName, r.clock.Now()); wait > 0 && settled {
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	written, takeOverErr := r.merger.takeOver(ctx, incident)
	if written {
		return ctrl.Result{}, nil // It brings the incident back.
	}
	subject := rollup.Subject{Incident: incident}
	if settled && takeOverErr == nil && merge.IsAsked(incident) { // First all that came has to be here to come along.
		subject.Refusal, err = r.merger.decide(ctx, incident)
		if err != nil || subject.Refusal == nil {
			return quietly(err) // The acceptance brings the incident back.
		}
	}
	wait, err := r.look(ctx, subject, settled)
	if err := errors.Join(takeOverErr, err); err != nil { // Tags that cannot be taken over must not stop the rest.
		return quietly(err)
	}
	return ctrl.Result{RequeueAfter: wait}, nil
}

// forget drops what is known of an incident that is gone, and marks the comments that are left of it.
func (r *IncidentReconciler) forget(ctx context.Context, incident client.ObjectKey) (ctrl.Result, error) {
	r.pacer.forget(incident)
	r.journal.forget(incident)
	wait, err := r.journal.markOrphans(ctx, incident)
	if err != nil {
		return quietly(err)
	}
	return ctrl.Result{RequeueAfter: wait}, nil
}

// look goes through the alerts once, for the status and for the log, and writes what follows from them. It returns how long
// to wait before the next look, 0 for as long as nothing happens.
func (r *IncidentReconciler) look(ctx context.Context, subject rollup.Subject, settled bool) (wait time.Duration, err error) {
	incident := subject.Incident
	key := client.ObjectKeyFromObject(incident)
	if subject.Target, err = mergeTarget(ctx, r.client, incident); err != nil {
		return 0, err
	}
	window := r.journal.tickets.open(key)
	alerts, departed, err := alertsConcerning(ctx, r.client, key)
	below := r.journal.tickets.close(window)
	if err != nil {
		return 0, fmt.Errorf("listing the alerts of the incident: %w", err)
	}
	now := r.clock.Now()
	r.pacer.looked(key, now, len(alerts)+len(departed))
	result := rollup.Compute(subject, alerts, now, r.options)
	result.Alerts.Below = below

	var logErr error // A log that cannot be written must not stop the rest.
	if settled {     // Else the alerts wait for the status, and the log is written at the next look.
		result.Status.Activity, wait, logErr = r.journal.record(ctx, incident, findings{
			told: result.Alerts, linked: len(alerts), departed: departed, following: result.Pending,
		})
	}
	paced, err := r.publish(ctx, incident, result, settled)
	if err == nil {
		// After the status, which is written on condition that nobody changed the incident; labels need no such condition.
		err = r.labeler.mirror(ctx, incident, incident.Spec.Tags)
	}
	if paced > 0 && (wait == 0 || paced < wait) {
		wait = paced
	}
	return wait, errors.Join(logErr, err)
}

// publish writes the status if it differs from the present one, or says how long the pace makes it wait.
func (r *IncidentReconciler) publish(
	ctx context.Context, incident *v1alpha1.Incident, result rollup.Result, settled bool,
) (wait time.Duration, err error) {
	if equality.Semantic.DeepEqual(incident.Status, result.Status) {
		return 0, nil
	}
	key, now := client.ObjectKeyFromObject(incident), r.clock.Now()
	if wait := r.pacer.untilWrite(key, now, result.Pending > 0); wait > 0 && settled {
		return wait, nil
	}
	if err := r.writeStatus(ctx, incident, result.Status); err != nil {
		return 0, err
	}
	r.pacer.wrote(key, now)
	return 0, nil
}

// writeStatus patches what differs, on condition that nobody changed the incident since it was read: the status tells
// of the spec and the managedFields beside it.
func (r *IncidentReconciler) writeStatus(ctx context.Context, incident *v1alpha1.Incident, status v1alpha1.IncidentStatus) error {
	next := incident.DeepCopy()
	next.Status = status
	patch := client.MergeFromWithOptions(incident, client.MergeFromWithOptimisticLock{})
	if err := r.client.Status().Patch(ctx, next, patch, fieldOwner); err != nil {
		return fmt.Errorf("patching the incident's status: %w", err)
	}
	logf.FromContext(ctx).V(1).Info("Wrote the status of an incident", "alerts", status.Alerts.Summary)
	return nil
}
