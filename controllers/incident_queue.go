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

	"k8s.io/utils/ptr"
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
		key := client.ObjectKeyFromObject(object)
		if _, settled := inherit.FromIncident(object.(*v1alpha1.Incident)); settled {
			addIncident(queue, key, afterAWhile())
		} else {
			addIncident(queue, key, aheadOfAll())
		}
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
		if alert.Spec.IncidentRef.Name != "" {
			addIncident(queue, incidentKey(alert), afterAWhile())
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

// rollUpIncidentOfComment brings a comment that came into the log of its incident. The operator's own record of that
// needs no look.
func rollUpIncidentOfComment() handler.EventHandler {
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, queue workQueue) {
			if names := incidentRefNameOfUnrecorded(e.Object); len(names) > 0 {
				addIncident(queue, client.ObjectKey{Namespace: e.Object.GetNamespace(), Name: names[0]}, afterAWhile())
			}
		},
	}
}

func afterAWhile() priorityqueue.AddOpts { return priorityqueue.AddOpts{After: settleDelay} }

func aheadOfAll() priorityqueue.AddOpts { return priorityqueue.AddOpts{Priority: ptr.To(1)} }

func addIncident(queue workQueue, incident client.ObjectKey, options priorityqueue.AddOpts) {
	queue.(priorityqueue.PriorityQueue[reconcile.Request]).AddWithOpts(options, reconcile.Request{NamespacedName: incident})
}
