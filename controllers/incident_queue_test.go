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
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func newIncidentQueue(t *testing.T) priorityqueue.PriorityQueue[reconcile.Request] {
	t.Helper()
	queue := priorityqueue.New[reconcile.Request](t.Name())
	t.Cleanup(queue.ShutDown)
	return queue
}

// take returns the names of the next n items, in the order in which they are served.
func take(queue priorityqueue.PriorityQueue[reconcile.Request], n int) []string {
	names := make([]string, 0, n)
	for range n {
		item, _, _ := queue.GetWithPriority()
		names = append(names, item.Name)
		queue.Done(item)
	}
	return names
}

func TestAResolutionToRecordOvertakesRollUps(t *testing.T) {
	queue := newIncidentQueue(t)
	for i := range 3 { // Due now, as if their delay were over.
		waiting := reconcile.Request{}
		waiting.Name = fmt.Sprint("waiting-", i)
		addIncident(queue, waiting.NamespacedName, priorityqueue.AddOpts{})
	}
	resolved := &v1alpha1.Incident{}
	resolved.Name = "resolved"
	resolved.Spec.Resolution.State = v1alpha1.ResolutionResolved
	rollUpIncident().Create(context.Background(), event.CreateEvent{Object: resolved}, queue)
	if first := take(queue, 1); first[0] != "resolved" {
		t.Errorf("%q was served first", first[0])
	}
}

func TestAMoveRollsUpBothIncidents(t *testing.T) {
	queue := newIncidentQueue(t)
	before := &v1alpha1.Alert{}
	before.Spec.IncidentRef.Name = "from"
	after := before.DeepCopy()
	after.Spec.IncidentRef.Name = "to"
	rollUpIncidentOfAlert().Update(context.Background(), event.UpdateEvent{ObjectOld: before, ObjectNew: after}, queue)
	got := take(queue, 2)
	slices.Sort(got)
	if diff := cmp.Diff([]string{"from", "to"}, got); diff != "" {
		t.Errorf("incidents (-want +got):\n%s", diff)
	}
}
