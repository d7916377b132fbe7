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

// Package expiry resolves alerts whose sender fell silent for as long as they were to live.
package expiry

import (
	"context"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/intake"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// Reconciler resolves one alert when its time has come.
type Reconciler struct {
	// Client reads alerts from the cache.
	Client client.Reader
	Clock  clock.PassiveClock
	Store  *alertstore.Store
}

// Reconcile waits for the time of the alert, or writes it once.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	alert := &v1alpha1.Alert{}
	if err := r.Client.Get(ctx, request.NamespacedName, alert); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !hasTime(alert) {
		return ctrl.Result{}, nil
	}
	if left := alert.Spec.ExpiresTime.Sub(r.Clock.Now()); left > 0 {
		return ctrl.Result{RequeueAfter: left}, nil
	}
	action, err := r.Store.Expire(ctx, alert)
	if err != nil {
		return operator.Outcome(0, err)
	}
	if action == intake.Resolve {
		logf.FromContext(ctx).V(1).Info("Resolved an alert that was not sent any more")
	}
	return ctrl.Result{}, nil
}

// hasTime holds for alerts that end by themselves and have not ended yet.
func hasTime(alert *v1alpha1.Alert) bool {
	return alert.DeletionTimestamp == nil && alert.Spec.ExpiresTime != nil && alert.Spec.EndedTime == nil
}

// SetupWithManager adds the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	expiring := predicate.NewPredicateFuncs(func(object client.Object) bool {
		alert, ok := object.(*v1alpha1.Alert)
		return ok && hasTime(alert)
	})
	return ctrl.NewControllerManagedBy(mgr).
		Named("expiry").
		For(&v1alpha1.Alert{}, builder.WithPredicates(expiring)).
		Complete(r)
}
