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
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
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

const (
	// workers is the number of incidents whose status is computed at the same time. Their writes are paced, so that more
	// would only compete with the alerts' patches.
	workers = 2
	// settleDelay lets a small change finish before its incident is rolled up, so that it costs one status write.
	settleDelay = 100 * time.Millisecond
)

// SetupWithManager adds the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	e := &enqueuer{reader: r.Client, turns: queue.NewTurns()}
	return ctrl.NewControllerManagedBy(mgr).
		Named("incident").
		WithOptions(e.turns.Options(mgr, kind, workers)).
		Watches(&v1alpha1.Incident{}, e.onIncident()).
		WatchesRawSource(source.Func(func(ctx context.Context, q queue.Queue) error {
			if err := r.Roster.Wait(ctx); err != nil {
				return err
			}
			r.Roster.Subscribe(func(change roster.Change) { e.onAlert(q, change) })
			return nil
		})).
		WatchesRawSource(source.Func(func(_ context.Context, q queue.Queue) error {
			r.Ends.Subscribe(func(incident client.ObjectKey) { e.turns.Add(q, incident, settleDelay) })
			return nil
		})).
		Complete(r)
}

// enqueuer decides which incidents are rolled up, and when.
type enqueuer struct {
	reader client.Reader
	turns  *queue.Turns
}

// onIncident rolls up an incident that changed, at once if its alerts wait for that, and those that it touches by a merge.
func (e *enqueuer) onIncident() handler.EventHandler {
	add := func(object client.Object, q queue.Queue) {
		after := settleDelay
		if _, settled := inherit.FromIncident(object.(*v1alpha1.Incident)); !settled {
			after = 0
		}
		e.turns.Add(q, client.ObjectKeyFromObject(object), after)
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, event event.CreateEvent, q queue.Queue) {
			add(event.Object, q)
			e.addTouched(ctx, event.Object, q)
		},
		UpdateFunc: func(ctx context.Context, event event.UpdateEvent, q queue.Queue) {
			add(event.ObjectNew, q)
			before, now := event.ObjectOld.(*v1alpha1.Incident), event.ObjectNew.(*v1alpha1.Incident)
			if before.Generation != now.Generation || before.Status.MergedInto != now.Status.MergedInto ||
				before.Status.RedirectedTo != now.Status.RedirectedTo || isMerged(before) != isMerged(now) {
				e.addTouched(ctx, now, q)
			}
		},
		DeleteFunc: func(ctx context.Context, event event.DeleteEvent, q queue.Queue) {
			add(event.Object, q)
			e.addTouched(ctx, event.Object, q)
		},
	}
}

func isMerged(incident *v1alpha1.Incident) bool {
	return meta.IsStatusConditionTrue(incident.Status.Conditions, v1alpha1.ConditionMerged)
}

// addTouched enqueues the incidents that were merged into one or ask to be, which it may let in now or redirect further, and
// the one that it was merged into, which takes over its tags.
func (e *enqueuer) addTouched(ctx context.Context, object client.Object, q queue.Queue) {
	incident := object.(*v1alpha1.Incident)
	asking, err := operator.AskingIncidents(ctx, e.reader, client.ObjectKeyFromObject(incident))
	if err != nil {
		// The cache answers from memory and fails only for a missing index, which the setup rules out.
		logf.FromContext(ctx).Error(err, "Finding the incidents that are merged failed")
	}
	for i := range asking {
		e.turns.Add(q, client.ObjectKeyFromObject(&asking[i]), settleDelay)
	}
	if into := incident.Status.MergedInto.Name; into != "" {
		e.turns.Add(q, client.ObjectKey{Namespace: incident.Namespace, Name: into}, settleDelay)
	}
}

// onAlert rolls up the incidents that an alert is or was linked to. Alerts that were there at the start bring nothing: every
// incident is looked at then.
func (e *enqueuer) onAlert(q queue.Queue, change roster.Change) {
	if change.Initial {
		return
	}
	for _, name := range change.Linked() {
		e.turns.Add(q, client.ObjectKey{Namespace: change.Key.Namespace, Name: name}, settleDelay)
	}
}
