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
	"time"

	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

type workQueue = workqueue.TypedRateLimitingInterface[reconcile.Request]

const (
	// turn is the time between the deadlines of two alerts of one incident. It is about twice what a patch takes, so
	// that an incident alone runs ahead of its deadlines, and anything smaller overtakes it; if many small ones keep it
	// waiting, its deadlines pass and it gets half of the API server.
	turn = 4 * time.Millisecond

	// restartGrace puts the alerts that were there before the start behind what people do after it.
	restartGrace = time.Minute
)

// alertQueue decides which alerts are looked at, and in which order: each gets a deadline, the earliest is served first.
type alertQueue struct {
	reader  client.Reader
	changes *changes
	clock   clock.PassiveClock
	start   time.Time
}

// onAlert looks at every alert that changed.
func (q *alertQueue) onAlert() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, queue workQueue) {
			deadline := q.clock.Now()
			if e.IsInInitialList {
				deadline = deadline.Add(restartGrace)
			}
			q.add(queue, e.Object, deadline)
		},
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, queue workQueue) {
			q.add(queue, e.ObjectNew, q.clock.Now())
		},
	}
}

// onIncident looks at the alerts of an incident that changed what it gives them. Alerts that were there at the start are
// looked at anyway, and an unsettled incident has another change to come.
func (q *alertQueue) onIncident() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, queue workQueue) {
			if _, settled := inherit.FromIncident(e.Object.(*v1alpha1.Incident)); settled && !e.IsInInitialList {
				q.addFollowing(ctx, queue, e.Object)
			}
		},
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, queue workQueue) {
			old, current := e.ObjectOld.(*v1alpha1.Incident), e.ObjectNew.(*v1alpha1.Incident)
			if old.Spec.Assignee != current.Spec.Assignee || old.Spec.Resolution.State != current.Spec.Resolution.State {
				q.changes.mark(current.UID)
			}
			before, wasSettled := inherit.FromIncident(old)
			after, settled := inherit.FromIncident(current)
			if settled && (before != after || !wasSettled || old.Status.MergedInto != current.Status.MergedInto) {
				q.addFollowing(ctx, queue, e.ObjectNew)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, queue workQueue) {
			q.changes.forget(e.Object.GetUID())
			q.addFollowing(ctx, queue, e.Object)
		},
	}
}

// addFollowing enqueues the alerts that are linked to an incident, and those that a merge is about to bring to it.
func (q *alertQueue) addFollowing(ctx context.Context, queue workQueue, incident client.Object) {
	key := client.ObjectKeyFromObject(incident)
	merged, err := askingIncidents(ctx, q.reader, key)
	err = errors.Join(err, q.addLinked(ctx, queue, key))
	for i := range merged {
		if merged[i].Status.MergedInto.UID != "" {
			err = errors.Join(err, q.addLinked(ctx, queue, client.ObjectKeyFromObject(&merged[i])))
		}
	}
	if err != nil {
		// The cache answers from memory and fails only for a missing index, which Setup rules out.
		logf.FromContext(ctx).Error(err, "Listing the alerts of an incident failed", "Incident", klog.KObj(incident))
	}
}

func (q *alertQueue) addLinked(ctx context.Context, queue workQueue, incident client.ObjectKey) error {
	alerts, err := linkedAlerts(ctx, q.reader, incident)
	if err != nil {
		return err
	}
	deadline := q.clock.Now()
	for i := range alerts {
		deadline = deadline.Add(turn)
		q.add(queue, &alerts[i], deadline)
	}
	return nil
}

// add enqueues an alert. Its priority falls with its deadline, so that waiting is never in vain.
func (q *alertQueue) add(queue workQueue, alert client.Object, deadline time.Time) {
	priority := -int(deadline.Sub(q.start).Milliseconds())
	queue.(priorityqueue.PriorityQueue[reconcile.Request]).AddWithOpts(
		priorityqueue.AddOpts{Priority: &priority},
		reconcile.Request{NamespacedName: client.ObjectKeyFromObject(alert)},
	)
}
