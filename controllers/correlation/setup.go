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

package correlation

import (
	"context"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/queue"
)

// workers is how many namespaces are looked at together.
const workers = 4

// SetupWithManager adds the controller. It works on one replica at a time, the leader.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	turns := queue.NewTurns()
	options := turns.Options(mgr, "correlation", workers)
	options.LogConstructor = func(request *reconcile.Request) logr.Logger {
		log := mgr.GetLogger().WithName("correlation")
		if request != nil {
			log = log.WithValues("Namespace", klog.KRef("", request.Namespace))
		}
		return log
	}
	return ctrl.NewControllerManagedBy(mgr).
		Named("correlation").
		WithOptions(options).
		Watches(&v1alpha1.CorrelationPolicy{}, r.onChange(turns)).
		Watches(&v1alpha1.Incident{}, r.onChange(turns)).
		Watches(&v1alpha1.Alert{}, r.onChange(turns)).
		Complete(r)
}

// onChange looks at the namespace of what changed, at the turn of that namespace.
func (r *Reconciler) onChange(turns *queue.Turns) handler.EventHandler {
	changed := func(object client.Object, q queue.Queue) {
		r.Changed(object)
		turns.Add(q, client.ObjectKey{Namespace: object.GetNamespace(), Name: object.GetNamespace()}, 0)
	}
	return handler.Funcs{
		CreateFunc:  func(_ context.Context, e event.CreateEvent, q queue.Queue) { changed(e.Object, q) },
		UpdateFunc:  func(_ context.Context, e event.UpdateEvent, q queue.Queue) { changed(e.ObjectNew, q) },
		DeleteFunc:  func(_ context.Context, e event.DeleteEvent, q queue.Queue) { changed(e.Object, q) },
		GenericFunc: func(_ context.Context, e event.GenericEvent, q queue.Queue) { changed(e.Object, q) },
	}
}

// Changed notes that the next look at the namespace of an alert or incident has to look at it. Policies are read each time.
func (r *Reconciler) Changed(object client.Object) {
	if _, isPolicy := object.(*v1alpha1.CorrelationPolicy); !isPolicy {
		r.board.of(object.GetNamespace()).changed(object)
	}
}
