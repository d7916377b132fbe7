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

package queue

import (
	"fmt"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newTurns(t *testing.T) (*Turns, *clocktesting.FakePassiveClock, priorityqueue.PriorityQueue[reconcile.Request]) {
	t.Helper()
	c := clocktesting.NewFakePassiveClock(noon)
	q := priorityqueue.New[reconcile.Request](t.Name())
	t.Cleanup(q.ShutDown)
	return NewTurns(c), c, q
}

func object(namespace string, number int) client.ObjectKey {
	return client.ObjectKey{Namespace: namespace, Name: fmt.Sprint(number)}
}

// served takes so many items, and returns how many were of a namespace.
func served(q priorityqueue.PriorityQueue[reconcile.Request], n int, namespace string) (of int) {
	for range n {
		item, _, _ := q.GetWithPriority()
		if item.Namespace == namespace {
			of++
		}
		q.Done(item)
	}
	return of
}

// addBatch enqueues many objects that come together.
func addBatch(turns *Turns, q Queue, namespace string, pieces int) {
	first := turns.Take(namespace, pieces)
	for i := range pieces {
		turns.Add(q, object(namespace, i), first.Add(time.Duration(i)*Turn), 0)
	}
}

func TestABatchDelaysTheNextByAFewTurns(t *testing.T) {
	for pieces, turns := range map[int]int{1: 1, 5: 5, 16: 16, 17: 16, 50_000: 16} {
		queue, _, _ := newTurns(t)
		first := queue.Take("a", pieces)
		if next := queue.Take("a", 1); next.Sub(first) != time.Duration(turns)*Turn {
			t.Errorf("a batch of %d delays the next by %v, want %d turns", pieces, next.Sub(first), turns)
		}
		if !first.Equal(noon) {
			t.Errorf("the first of %d has to wait until %v", pieces, first)
		}
	}
}

func TestAFloodOfOneNamespaceDelaysNoOther(t *testing.T) {
	turns, c, q := newTurns(t)
	for i := range 50_000 {
		turns.AddOne(q, object("flood", i), 0)
	}
	for i := range 20 {
		if of := served(q, 1, "flood"); of != 1 {
			t.Fatal("the flood alone is not served")
		}
		c.SetTime(noon.Add(time.Duration(i+1) * Turn / 2)) // A patch takes half a turn.
	}
	if deadline := turns.Take("calm", 1); !deadline.Equal(c.Now()) {
		t.Errorf("another namespace has to wait until %v", deadline)
	}
	for i := range 3 {
		turns.AddOne(q, object("calm", i), 0)
	}
	if of := served(q, 3+1, "calm"); of < 2 {
		t.Errorf("%d of the next 4 are the other namespace's", of)
	}
}

func TestASmallBatchOvertakesABigOneOfItsNamespace(t *testing.T) {
	turns, c, q := newTurns(t)
	addBatch(turns, q, "a", 50_000)
	served(q, 40, "a")
	c.SetTime(noon.Add(20 * Turn))
	first := turns.Take("a", 1)
	turns.Add(q, client.ObjectKey{Namespace: "b", Name: "small"}, first, 0)
	if of := served(q, maxBatch+2, "b"); of != 1 {
		t.Errorf("the small one is not among the next %d", maxBatch+2)
	}
}

func TestWhatWaitedIsNotStarved(t *testing.T) {
	turns, c, q := newTurns(t)
	addBatch(turns, q, "a", 100)
	c.SetTime(noon.Add(100 * Turn)) // Nothing was served: it waited.
	addBatch(turns, q, "b", 100)
	if of := served(q, 100, "a"); of < 99 {
		t.Errorf("what waited is served %d of the next 100 times", of)
	}
}

func TestClocksThatAreBehindAreForgotten(t *testing.T) {
	turns, c, _ := newTurns(t)
	ahead := turns.Take("ahead", maxBatch)
	for range 200_000 / maxBatch {
		turns.Take("ahead", maxBatch)
	}
	for i := range 5000 {
		c.SetTime(noon.Add(time.Duration(i) * 2 * Turn))
		turns.Take(fmt.Sprint(i), 1)
	}
	if n := len(turns.next); n > 1025 {
		t.Errorf("%d clocks are kept", n)
	}
	if next := turns.Take("ahead", 1); !next.After(ahead.Add(200_000 * Turn)) {
		t.Errorf("a clock that runs ahead was forgotten: %v", next)
	}
}

func TestAddNowIsInTheQueueOnce(t *testing.T) {
	turns, c, q := newTurns(t)
	turns.Take("a", 1000)
	for i := range 5 {
		c.SetTime(noon.Add(time.Duration(i) * time.Second))
		turns.AddNow(q, object("a", 1), 0)
	}
	turns.AddNow(q, object("a", 2), 0)
	if n := q.Len(); n != 2 {
		t.Errorf("%d objects are in the queue", n)
	}
	if item, priority, _ := q.GetWithPriority(); item.Name != "1" || priority != 0 {
		t.Errorf("got %v at %d, want the one that waits longest", item, priority)
	}
}
