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
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/inherit"
)

// settleDelay lets a small change finish before its incident is rolled up, so that it costs one status write.
const settleDelay = 100 * time.Millisecond

// rollUpIncident rolls up an incident that changed: at once where its alerts wait for that.
func rollUpIncident() handler.EventHandler {
	add := func(object client.Object, queue workQueue) {
		delay := settleDelay
		if _, settled := inherit.FromIncident(object.(*v1alpha1.Incident)); !settled {
			delay = 0
		}
		addIncident(queue, client.ObjectKeyFromObject(object), delay)
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, queue workQueue) { add(e.Object, queue) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, queue workQueue) { add(e.ObjectNew, queue) },
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, queue workQueue) { add(e.Object, queue) },
	}
}

// rollUpIncidentOfAlert rolls up the incident of an alert that came, changed or went; of one that moved, both.
func rollUpIncidentOfAlert() handler.EventHandler {
	add := func(object client.Object, queue workQueue) {
		alert := object.(*v1alpha1.Alert)
		if name := alert.Spec.IncidentRef.Name; name != "" {
			addIncident(queue, client.ObjectKey{Namespace: alert.Namespace, Name: name}, settleDelay)
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, queue workQueue) { add(e.Object, queue) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, queue workQueue) {
			add(e.ObjectOld, queue)
			add(e.ObjectNew, queue)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, queue workQueue) { add(e.Object, queue) },
	}
}

func addIncident(queue workQueue, incident client.ObjectKey, delay time.Duration) {
	queue.(priorityqueue.PriorityQueue[reconcile.Request]).AddWithOpts(
		priorityqueue.AddOpts{After: delay},
		reconcile.Request{NamespacedName: incident},
	)
}
