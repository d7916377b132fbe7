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
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// queueOf returns an alert queue over incidents of the given sizes, named "inc-<size>".
func queueOf(t *testing.T, sizes ...int) (*alertQueue, *clocktesting.FakeClock, priorityqueue.PriorityQueue[reconcile.Request]) {
	t.Helper()
	kinds := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(kinds); err != nil {
		t.Fatal(err)
	}
	var objects []client.Object
	for _, size := range sizes {
		for i := range size {
			alert := &v1alpha1.Alert{}
			alert.Namespace, alert.Name = "default", fmt.Sprintf("inc-%d-%d", size, i)
			alert.Spec.IncidentRef.Name = fmt.Sprintf("inc-%d", size)
			objects = append(objects, alert)
		}
	}
	reader := fake.NewClientBuilder().WithScheme(kinds).WithObjects(objects...).
		WithIndex(&v1alpha1.Alert{}, incidentRefName, incidentRefNameOf).
		WithIndex(&v1alpha1.Incident{}, mergeIntoName, mergeIntoNameOf).Build()
	fakeClock := clocktesting.NewFakeClock(time.Now())
	queue := priorityqueue.New[reconcile.Request](t.Name())
	t.Cleanup(queue.ShutDown)
	return &alertQueue{reader: reader, changes: newChanges(fakeClock), clock: fakeClock, start: fakeClock.Now()}, fakeClock, queue
}

func assignIncident(q *alertQueue, queue workQueue, size int) {
	before := &v1alpha1.Incident{}
	before.Namespace, before.Name, before.UID = "default", fmt.Sprintf("inc-%d", size), types.UID(fmt.Sprint(size))
	after := before.DeepCopy()
	after.Spec.Assignee = "alice"
	q.onIncident().Update(context.Background(), event.UpdateEvent{ObjectOld: before, ObjectNew: after}, queue)
}

// served takes n items and returns how many of each incident's they were, by its size.
func served(t *testing.T, queue priorityqueue.PriorityQueue[reconcile.Request], n int) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for range n {
		item, _, shutdown := queue.GetWithPriority()
		if shutdown {
			t.Fatal("the queue was shut down")
		}
		var size, number int
		if _, err := fmt.Sscanf(item.Name, "inc-%d-%d", &size, &number); err != nil {
			t.Fatal(err)
		}
		counts[fmt.Sprintf("inc-%d", size)]++
		queue.Done(item)
	}
	return counts
}

func TestASmallIncidentOvertakesABigOne(t *testing.T) {
	q, fakeClock, queue := queueOf(t, 5, 2000)
	assignIncident(q, queue, 2000)
	if got := served(t, queue, 100)["inc-2000"]; got != 100 {
		t.Fatalf("the big incident alone was served %d of 100 times", got)
	}
	fakeClock.Step(100 * turn / 2) // A patch takes half a turn.
	assignIncident(q, queue, 5)
	if got := served(t, queue, 5)["inc-5"]; got != 5 {
		t.Errorf("the small incident was served %d of the next 5 times", got)
	}
}

func TestABigIncidentIsNotStarvedBySmallOnes(t *testing.T) {
	q, fakeClock, queue := queueOf(t, 5, 100)
	assignIncident(q, queue, 100)
	fakeClock.Step(100 * turn) // Nothing was served: it waited.
	assignIncident(q, queue, 5)
	if got := served(t, queue, 100)["inc-100"]; got != 100 {
		t.Errorf("the waiting incident was served %d of the next 100 times", got)
	}
}

func TestWhatWasThereAtTheStartWaitsForWhatPeopleDo(t *testing.T) {
	q, _, queue := queueOf(t, 5)
	old := &v1alpha1.Alert{}
	old.Namespace, old.Name = "default", "inc-1-0"
	q.onAlert().Create(context.Background(), event.CreateEvent{Object: old, IsInInitialList: true}, queue)
	assignIncident(q, queue, 5)
	if got := served(t, queue, 5)["inc-5"]; got != 5 {
		t.Errorf("the changed incident was served %d of the first 5 times", got)
	}
}

func TestLatencyIsTakenFromTheEditAndNotFromItsRecording(t *testing.T) {
	q, fakeClock, queue := queueOf(t)
	before := &v1alpha1.Incident{}
	before.Namespace, before.Name, before.UID = "default", "inc-5", "u1"
	edited := before.DeepCopy()
	edited.Spec.Resolution.State = v1alpha1.ResolutionResolved
	recorded := edited.DeepCopy()
	recorded.Status.ResolvedTime = &metav1.Time{Time: fakeClock.Now()}

	if _, known := q.changes.since("u1"); known {
		t.Fatal("a change is known before there was one")
	}
	q.onIncident().Update(context.Background(), event.UpdateEvent{ObjectOld: before, ObjectNew: edited}, queue)
	fakeClock.Step(time.Second)
	q.onIncident().Update(context.Background(), event.UpdateEvent{ObjectOld: edited, ObjectNew: recorded}, queue)
	if elapsed, known := q.changes.since("u1"); !known || elapsed != time.Second {
		t.Errorf("the change was %v ago (known: %v), want 1s", elapsed, known)
	}
	q.onIncident().Delete(context.Background(), event.DeleteEvent{Object: recorded}, queue)
	if _, known := q.changes.since("u1"); known {
		t.Error("a deleted incident is remembered")
	}
}

func TestOnlyWhatAlertsInheritMakesThemLookAgain(t *testing.T) {
	q, _, queue := queueOf(t, 5)
	before := &v1alpha1.Incident{}
	before.Namespace, before.Name = "default", "inc-5"
	after := before.DeepCopy()
	after.Spec.Name = "Renamed"
	after.Status.Alerts.Summary = "3/5"
	q.onIncident().Update(context.Background(), event.UpdateEvent{ObjectOld: before, ObjectNew: after}, queue)
	unsettled := before.DeepCopy()
	unsettled.Spec.Resolution.State = v1alpha1.ResolutionResolved
	unsettled.Spec.Assignee = "alice"
	q.onIncident().Update(context.Background(), event.UpdateEvent{ObjectOld: before, ObjectNew: unsettled}, queue)
	if got := queue.Len(); got != 0 {
		t.Errorf("%d alerts were enqueued", got)
	}
}
