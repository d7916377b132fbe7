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

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
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

// rollUpMerging rolls up what an incident that changed touches by a merge: those that were merged into it or ask to be,
// which it may let in now or redirect further, and the one that it was merged into, which takes over its tags.
func rollUpMerging(reader client.Reader) handler.EventHandler {
	add := func(ctx context.Context, object client.Object, queue workQueue) {
		incident := object.(*v1alpha1.Incident)
		asking, err := askingIncidents(ctx, reader, client.ObjectKeyFromObject(incident))
		if err != nil {
			logf.FromContext(ctx).Error(err, "Listing merged incidents failed", "Incident", klog.KObj(incident))
		}
		for i := range asking {
			addIncident(queue, client.ObjectKeyFromObject(&asking[i]), afterAWhile())
		}
		if into := incident.Status.MergedInto.Name; into != "" {
			addIncident(queue, client.ObjectKey{Namespace: incident.Namespace, Name: into}, afterAWhile())
		}
	}
	return handler.Funcs{
		CreateFunc: func(ctx context.Context, e event.CreateEvent, queue workQueue) { add(ctx, e.Object, queue) },
		UpdateFunc: func(ctx context.Context, e event.UpdateEvent, queue workQueue) {
			before, now := e.ObjectOld.(*v1alpha1.Incident), e.ObjectNew.(*v1alpha1.Incident)
			if before.Generation != now.Generation || before.Status.MergedInto != now.Status.MergedInto ||
				before.Status.RedirectedTo != now.Status.RedirectedTo || isMerged(before) != isMerged(now) {
				add(ctx, now, queue)
			}
		},
		DeleteFunc: func(ctx context.Context, e event.DeleteEvent, queue workQueue) { add(ctx, e.Object, queue) },
	}
}

func isMerged(incident *v1alpha1.Incident) bool {
	return meta.IsStatusConditionTrue(incident.Status.Conditions, v1alpha1.ConditionMerged)
}

// rollUpIncidentOfAlert rolls up the incident of an alert that came, changed or went; of one that moved, both, also when
// it has noted that.
func rollUpIncidentOfAlert() handler.EventHandler {
	add := func(object client.Object, queue workQueue) {
		alert := object.(*v1alpha1.Alert)
		if alert.Spec.IncidentRef.Name != "" {
			addIncident(queue, incidentKey(alert), afterAWhile())
		}
	}
	addTold := func(before, now *v1alpha1.Alert, queue workQueue) {
		if before.Annotations[v1alpha1.TrailAnnotation] == now.Annotations[v1alpha1.TrailAnnotation] {
			return
		}
		for _, incident := range toldIncidents(now) {
			if incident.Name != "" && incident.Name != now.Spec.IncidentRef.Name {
				addIncident(queue, client.ObjectKey{Namespace: now.Namespace, Name: incident.Name}, afterAWhile())
			}
		}
	}
	return handler.Funcs{
		CreateFunc: func(_ context.Context, e event.CreateEvent, queue workQueue) { add(e.Object, queue) },
		UpdateFunc: func(_ context.Context, e event.UpdateEvent, queue workQueue) {
			add(e.ObjectOld, queue)
			add(e.ObjectNew, queue)
			addTold(e.ObjectOld.(*v1alpha1.Alert), e.ObjectNew.(*v1alpha1.Alert), queue)
		},
		DeleteFunc: func(_ context.Context, e event.DeleteEvent, queue workQueue) {
			add(e.Object, queue)
			addTold(&v1alpha1.Alert{}, e.Object.(*v1alpha1.Alert), queue)
		},
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
