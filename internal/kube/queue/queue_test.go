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

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func newQueue(t *testing.T) (*Turns, priorityqueue.PriorityQueue[reconcile.Request]) {
	t.Helper()
	turns := NewTurns()
	q := turns.queue(t.Name(), workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry))
	t.Cleanup(q.ShutDown)
	return turns, q.(priorityqueue.PriorityQueue[reconcile.Request])
}

func object(namespace string, number int) client.ObjectKey {
	return client.ObjectKey{Namespace: namespace, Name: fmt.Sprint(number)}
}

func objects(namespace string, n int) []client.ObjectKey {
	keys := make([]client.ObjectKey, n)
	for i := range keys {
		keys[i] = object(namespace, i)
	}
	return keys
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

func TestNamespacesTakeTurns(t *testing.T) {
	for name, flood := range map[string]func(*Turns, Queue){
		"one by one": func(turns *Turns, q Queue) {
			for _, key := range objects("flood", 50_000) {
				turns.Add(q, key, 0)
			}
		},
		"as a batch": func(turns *Turns, q Queue) { turns.AddBatch(q, object("flood", 0), objects("flood", 50_000)) },
		"as a batch again and again": func(turns *Turns, q Queue) {
			for range 20 {
				turns.AddBatch(q, object("flood", 0), objects("flood", 5_000))
			}
		},
		"as many batches": func(turns *Turns, q Queue) {
			for i := range 50 {
				turns.AddBatch(q, object("flood", i), objects("flood", 1000*(i+1))[1000*i:])
			}
			served(q.(priorityqueue.PriorityQueue[reconcile.Request]), 5000, "") // Until all are under way.
		},
		"at the start": func(turns *Turns, q Queue) {
			for _, key := range objects("flood", 50_000) {
				turns.AddInitial(q, key)
			}
		},
		"with requeues": func(turns *Turns, q Queue) {
			turns.AddBatch(q, object("flood", 0), objects("flood", 50_000))
			for range 1000 {
				item, priority, _ := q.(priorityqueue.PriorityQueue[reconcile.Request]).GetWithPriority()
				q.Done(item)
				turns.Add(q, item.NamespacedName, 0)
				q.(priorityqueue.PriorityQueue[reconcile.Request]).AddWithOpts(priorityqueue.AddOpts{Priority: &priority, After: time.Hour}, item)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			turns, q := newQueue(t)
			flood(turns, q)
			served(q, 40, "flood")
			n := 0
			others := 2 // The most that are served of the other namespace in a turn, on average.
			if name == "as many batches" {
				others = 6 // Each guessed how many would share its turns.
			}
			const asks, atOnce = 40, 5
			for range asks {
				turns.AddBatch(q, object("calm", 0), objects("calm", atOnce))
				for done := 0; done < atOnce; n++ {
					done += served(q, 1, "calm")
				}
			}
			if n > asks*atOnce*(1+others) {
				t.Errorf("%d were served until %d of the calm namespace were", n, asks*atOnce)
			}
		})
	}
}

func TestNobodyIsStarved(t *testing.T) {
	turns, q := newQueue(t)
	turns.AddBatch(q, object("big", 0), objects("big", 1000))
	for i := range 1000 {
		turns.AddBatch(q, object("small", 0), []client.ObjectKey{object("small", 2*i), object("small", 2*i+1)})
		served(q, 2, "")
	}
	left := 2000 + 1000 - 2000
	if of := served(q, left, "big"); of > 10 {
		t.Errorf("%d of the big batch were left when as many small ones had been served", of)
	}
}

func TestIdleTimeIsNotSaved(t *testing.T) {
	turns, q := newQueue(t)
	for _, key := range objects("busy", 1000) {
		turns.Add(q, key, 0)
	}
	served(q, 500, "")
	for _, key := range objects("idle", 500) {
		turns.Add(q, key, 0)
	}
	if of := served(q, 200, "busy"); of < 90 {
		t.Errorf("%d of the next 200 are those of the namespace that was there before", of)
	}
}

// sharesAlike fails unless a batch of each namespace gets on as fast as the other.
func sharesAlike(t *testing.T, turns *Turns, q priorityqueue.PriorityQueue[reconcile.Request]) {
	t.Helper()
	for _, namespace := range []string{"one", "other"} {
		turns.AddBatch(q, object(namespace, 0), objects(namespace, 1000))
	}
	if of := served(q, 400, "one"); of < 190 || of > 210 {
		t.Errorf("%d of the next 400 are of the one namespace", of)
	}
}

func TestAskingAgainCostsNothing(t *testing.T) {
	turns, q := newQueue(t)
	for range 100 {
		turns.AddBatch(q, object("one", 0), objects("one", 1000))
	}
	served(q, 1000, "one")
	turns.Add(q, object("later", 0), time.Hour) // So that it does not forget.
	for range 100 {
		turns.AddBatch(q, object("one", 0), objects("one", 100))
	}
	served(q, 80, "one")
	sharesAlike(t, turns, q)
}

func TestABatchThatIsDoneSharesNoMore(t *testing.T) {
	turns, q := newQueue(t)
	turns.Add(q, object("later", 0), time.Hour) // So that it does not forget.
	for i := range 50 {
		turns.AddBatch(q, object("one", 1+i), objects("one", 100))
		served(q, 100, "one")
	}
	sharesAlike(t, turns, q)
}

func TestASmallBatchOvertakesABigOneOfItsNamespace(t *testing.T) {
	turns, q := newQueue(t)
	turns.AddBatch(q, object("a", 0), objects("a", 50_000))
	served(q, 40, "a")
	alone := client.ObjectKey{Namespace: "a", Name: "alone"}
	turns.Add(q, alone, 0)
	for range small + 2 {
		if item, _, _ := q.GetWithPriority(); item.NamespacedName == alone {
			return
		}
	}
	t.Errorf("the small one is not among the next %d", small+2)
}

func TestABatchOfSomeSizeOvertakesABiggerOneOfItsNamespace(t *testing.T) {
	turns, q := newQueue(t)
	turns.AddBatch(q, object("a", 0), objects("a", 20_000))
	served(q, 40, "a")
	turns.AddBatch(q, object("a", 1), objects("a", 20_050)[20_000:])
	for left, n := 50, 0; left > 0; n++ {
		if n > 3*50 {
			t.Fatalf("%d of 50 are left when %d were served", left, n)
		}
		if item, _, _ := q.GetWithPriority(); len(item.Name) == 5 && item.Name >= "20000" {
			left--
		}
	}
}

func TestOneOfABigBatchComesSoonerIfItIsAskedForAlone(t *testing.T) {
	turns, q := newQueue(t)
	turns.AddBatch(q, object("a", 0), objects("a", 50_000))
	turns.Add(q, object("a", 49_999), 0)
	if n := q.Len(); n != 50_000 {
		t.Errorf("%d items are in the queue", n)
	}
	for range small + 2 {
		if item, _, _ := q.GetWithPriority(); item.NamespacedName == object("a", 49_999) {
			return
		}
	}
	t.Errorf("it is not among the next %d", small+2)
}

func TestWhatIsInTheQueueTakesNoOtherTurn(t *testing.T) {
	turns, q := newQueue(t)
	for range 1000 {
		turns.Add(q, object("a", 1), 0)
	}
	turns.AddBatch(q, object("b", 0), objects("b", 100))
	turns.Add(q, object("a", 2), 0)
	if of := served(q, 4, "a"); of != 2 {
		t.Errorf("%d of 2 are among the next 4", of)
	}
}

func TestAnEmptyQueueForgets(t *testing.T) {
	turns, q := newQueue(t)
	for i := range 5000 {
		namespace := fmt.Sprint(i)
		turns.AddInitial(q, object(namespace, 0))
		turns.AddBatch(q, object(namespace, 0), objects(namespace, 2))
	}
	served(q, 10_000, "")
	if n := len(turns.next) + len(turns.bulk) + len(turns.waiting); n != 0 {
		t.Errorf("%d turns are kept", n)
	}
}

func TestWhatEnqueuesWithoutATurnComesFirst(t *testing.T) {
	turns, q := newQueue(t)
	turns.AddBatch(q, object("a", 0), objects("a", 100))
	served(q, 10, "a")
	q.Add(reconcile.Request{NamespacedName: object("b", 1)})
	if of := served(q, 1, "b"); of != 1 {
		t.Error("something else came first")
	}
	q.AddRateLimited(reconcile.Request{NamespacedName: object("b", 2)})
	q.AddAfter(reconcile.Request{NamespacedName: object("b", 3)}, time.Millisecond)
	if of := served(q, 92, "b"); of != 2 {
		t.Errorf("%d of 2 came", of)
	}
}
