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

// Package queue decides in which order the controllers look at objects: fairly among namespaces, and within one so that
// nothing small waits for something big.
package queue

import (
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Queue is the work queue of a controller.
type Queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

const (
	// Turn is the time between the deadlines of two pieces of work that follow each other. It is more than what a patch
	// takes even on a busy API server, so that one sender alone runs ahead of its deadlines, and anything smaller overtakes
	// it; if many small ones keep it waiting, its deadlines pass and it gets its share.
	Turn = 10 * time.Millisecond

	// maxBatch bounds by how many turns a single batch delays the next one of its namespace: the small one behind a big
	// one has to wait for a few turns only.
	maxBatch = 16

	// A failing item is tried again after 5 ms, then after twice as long each time, at most 30 s.
	firstRetry = 5 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Turns gives each piece of work a deadline; the earliest is served first, so that waiting is never in vain. Every
// namespace has a clock of its own: the more it sends, the further ahead of the present that clock runs, and the more is
// served before from others that send less.
type Turns struct {
	clock clock.PassiveClock
	start time.Time

	mutex sync.Mutex
	next  map[string]time.Time
}

// NewTurns returns the turns of one queue.
func NewTurns(c clock.PassiveClock) *Turns {
	return &Turns{clock: c, start: c.Now(), next: map[string]time.Time{}}
}

// Take returns the deadline of the first of so many pieces of work of a namespace that come together. Each of the others
// follows by a Turn.
func (t *Turns) Take(namespace string, pieces int) time.Time {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	now := t.clock.Now()
	first := t.next[namespace]
	if first.Before(now) {
		t.forgetPast(now)
		first = now
	}
	t.next[namespace] = first.Add(time.Duration(min(pieces, maxBatch)) * Turn)
	return first
}

// forgetPast drops clocks that do not run ahead, now and then.
func (t *Turns) forgetPast(now time.Time) {
	if len(t.next) < 1024 {
		return
	}
	for namespace, next := range t.next {
		if next.Before(now) {
			delete(t.next, namespace)
		}
	}
}

// Add enqueues an object for its deadline, after some time.
func (t *Turns) Add(queue Queue, object client.ObjectKey, deadline time.Time, after time.Duration) {
	priority := -int(deadline.Sub(t.start).Milliseconds())
	queue.(priorityqueue.PriorityQueue[reconcile.Request]).AddWithOpts(
		priorityqueue.AddOpts{Priority: &priority, After: after}, reconcile.Request{NamespacedName: object})
}

// AddNow enqueues an object that many events may name, after some time, without a turn of its own: it is in the queue once.
func (t *Turns) AddNow(queue Queue, object client.ObjectKey, after time.Duration) {
	t.Add(queue, object, t.clock.Now(), after)
}

// AddBehind enqueues an object behind all that comes within some time from now.
func (t *Turns) AddBehind(queue Queue, object client.ObjectKey, others time.Duration) {
	t.Add(queue, object, t.clock.Now().Add(others), 0)
}

// AddOne enqueues one object at the turn of its namespace, after some time.
func (t *Turns) AddOne(queue Queue, object client.ObjectKey, after time.Duration) {
	t.Add(queue, object, t.Take(object.Namespace, 1), after)
}

// Options are what all controllers have in common: a priority queue, a short back-off, and log lines that name their object
// under the key of its kind.
func Options(mgr ctrl.Manager, kind string, workers int) controller.Options {
	usePriorityQueue := true
	log := mgr.GetLogger().WithName(kind)
	return controller.Options{
		MaxConcurrentReconciles: workers,
		UsePriorityQueue:        &usePriorityQueue,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
		LogConstructor: func(request *reconcile.Request) logr.Logger {
			if request == nil {
				return log
			}
			// As text: this is done for every look, and a structure would be encoded by reflection each time.
			return log.WithValues(kind, klog.KRef(request.Namespace, request.Name).String())
		},
	}
}
