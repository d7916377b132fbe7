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

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/queue"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

// SetupWithManager adds the controller, with so many alerts that are changed at the same time.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager, workers int) error {
	e := &enqueuer{reconciler: r, turns: queue.NewTurns()}
	return ctrl.NewControllerManagedBy(mgr).
		Named("alert").
		WithOptions(e.turns.Options(mgr, kind, workers)).
		WatchesRawSource(source.Func(e.onAlerts)).
		WatchesRawSource(source.Func(e.onLogs)).
		Watches(&v1alpha1.Incident{}, e.onIncident()).
		Complete(r)
}

// enqueuer decides which alerts are looked at, and when.
type enqueuer struct {
	reconciler *Reconciler
	turns      *queue.Turns
}

// onAlerts looks at every alert that changed, once the roster knows it.
func (e *enqueuer) onAlerts(ctx context.Context, q queue.Queue) error {
	if err := e.reconciler.Roster.Wait(ctx); err != nil {
		return err
	}
	e.reconciler.Roster.Subscribe(func(change roster.Change) {
		if change.After == nil {
			return
		}
		if change.Initial {
			e.turns.AddInitial(q, change.Key)
		} else {
			e.turns.Add(q, change.Key, 0)
		}
	})
	return nil
}

// onLogs looks at the alerts whose notes a log has taken, and at all that bear some for it if it cannot.
func (e *enqueuer) onLogs(_ context.Context, q queue.Queue) error {
	ends := e.reconciler.Ends
	ends.Subscribe(func(incident client.ObjectKey) {
		stuck := ends.Problem(incident) != ""
		for _, key := range e.reconciler.Roster.Bearers(incident, func(alert types.UID) bool {
			taken, _ := ends.Taken(incident, "", alert)
			return stuck || taken > 0
		}) {
			e.turns.Add(q, key, 0)
		}
	})
	return nil
}

// onIncident looks at the alerts of an incident that changed what it gives them. Alerts that were there at the start are
// looked at anyway, and an unsettled incident has another change to come.
func (e *enqueuer) onIncident() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, event event.CreateEvent, q queue.Queue) {
			if _, settled := inherit.FromIncident(event.Object.(*v1alpha1.Incident)); settled && !event.IsInInitialList {
				e.addFollowing(ctx, q, event.Object)
			}
		},
		UpdateFunc: func(ctx context.Context, event event.UpdateEvent, q queue.Queue) {
			old, current := event.ObjectOld.(*v1alpha1.Incident), event.ObjectNew.(*v1alpha1.Incident)
			if old.Spec.Assignee != current.Spec.Assignee || old.Spec.Resolution.State != current.Spec.Resolution.State {
				e.reconciler.Instruments.mark(current.UID)
			}
			before, wasSettled := inherit.FromIncident(old)
			after, settled := inherit.FromIncident(current)
			if settled && (before != after || !wasSettled || old.Status.MergedInto != current.Status.MergedInto) {
				e.addFollowing(ctx, q, current)
			}
		},
		DeleteFunc: func(ctx context.Context, event event.DeleteEvent, q queue.Queue) {
			e.reconciler.Instruments.forget(event.Object.GetUID())
			e.addFollowing(ctx, q, event.Object)
			// Those that moved away, and waited for its log to take their notes, wait for nothing any more.
			for _, key := range e.reconciler.Roster.Bearers(client.ObjectKeyFromObject(event.Object), func(types.UID) bool { return true }) {
				e.turns.Add(q, key, 0)
			}
		},
	}
}

// addFollowing enqueues the alerts that are linked to an incident, and those that a merge is about to bring to it.
func (e *enqueuer) addFollowing(ctx context.Context, q queue.Queue, incident client.Object) {
	key := client.ObjectKeyFromObject(incident)
	e.addLinked(q, key)
	asking, err := operator.AskingIncidents(ctx, e.reconciler.Client, key)
	if err != nil {
		// The cache answers from memory and fails only for a missing index, which the setup rules out.
		logf.FromContext(ctx).Error(err, "Finding the incidents that are merged failed")
	}
	for i := range asking {
		if asking[i].Status.MergedInto.UID != "" {
			e.addLinked(q, client.ObjectKeyFromObject(&asking[i]))
		}
	}
}

func (e *enqueuer) addLinked(q queue.Queue, incident client.ObjectKey) {
	e.turns.AddBatch(q, incident, e.reconciler.Roster.Linked(incident))
}
