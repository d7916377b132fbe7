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
	"time"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/queue"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

const (
	// workers is the number of logs that are written at the same time.
	workers = 2
	// settleDelay lets what belongs together arrive.
	settleDelay = 100 * time.Millisecond
)

// SetupWithManager adds the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	e := &enqueuer{turns: queue.NewTurns()}
	return ctrl.NewControllerManagedBy(mgr).
		Named("journal").
		WithOptions(e.turns.Options(mgr, kind, workers)).
		Watches(&v1alpha1.Incident{}, e.onIncident()).
		Watches(&v1alpha1.Comment{}, e.onComment()).
		WatchesRawSource(source.Func(func(ctx context.Context, q queue.Queue) error {
			if err := r.Roster.Wait(ctx); err != nil {
				return err
			}
			r.Roster.Subscribe(func(change roster.Change) { e.onAlert(q, change) })
			return nil
		})).
		Complete(r)
}

// enqueuer decides whose log is looked at, and when.
type enqueuer struct {
	turns *queue.Turns
}

// onIncident looks at the log of an incident that changed, but for its own record of how far the log has come.
func (e *enqueuer) onIncident() handler.EventHandler {
	add := func(object client.Object, q queue.Queue) {
		e.turns.Add(q, client.ObjectKeyFromObject(object), settleDelay)
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, event event.CreateEvent, q queue.Queue) { add(event.Object, q) },
		UpdateFunc: func(_ context.Context, event event.UpdateEvent, q queue.Queue) { add(event.ObjectNew, q) },
		DeleteFunc: func(_ context.Context, event event.DeleteEvent, q queue.Queue) { add(event.Object, q) },
	}
}

// onComment brings a comment that came into the log of its incident. The operator's own record of that needs no look.
func (e *enqueuer) onComment() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(_ context.Context, event event.CreateEvent, q queue.Queue) {
			if names := operator.IndexUnrecorded(event.Object); len(names) > 0 {
				e.turns.Add(q, client.ObjectKey{Namespace: event.Object.GetNamespace(), Name: names[0]}, settleDelay)
			}
		},
	}
}

// onAlert looks at the logs that a change of an alert may concern. Alerts that were there at the start bring nothing: every
// log is looked at then.
func (e *enqueuer) onAlert(q queue.Queue, change roster.Change) {
	if change.Initial {
		return
	}
	for _, name := range change.Concerned() {
		e.turns.Add(q, client.ObjectKey{Namespace: change.Key.Namespace, Name: name}, settleDelay)
	}
}
