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
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Queue is the work queue of a controller.
type Queue = workqueue.TypedRateLimitingInterface[reconcile.Request]

const (
	// small is how many items of a batch are served as if they had come one by one. The rest of it is bulk.
	small = 16

	// A failing item is tried again after 5 ms, then after twice as long each time, at most 30 s.
	firstRetry = 5 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Turns decides in which order the items of one queue are served, by start-time fair queueing: every item gets the number
// of a turn, and the lowest is served first. The time of the queue is the turn that was served last. It stands still while
// nothing is served, so that however slow the API server is, what a namespace begins now waits for a few turns of each of
// the others, not for all that they have asked for.
//
// Within a turn each namespace has one item of what came one by one, and one of its bulk, which its batches share. So
// nothing small waits for something big, and two big ones get on alike.
type Turns struct {
	mutex sync.Mutex
	// now is the highest turn that was served.
	now int
	// next is the first free turn of each namespace, and bulk the last one taken by each of its batches.
	next map[string]int
	bulk map[string]map[string]int
	// waiting are the turns that what is in the queue was given last.
	waiting map[reconcile.Request]int
}

// NewTurns returns the turns of one queue, which its Options make.
func NewTurns() *Turns {
	return &Turns{next: map[string]int{}, bulk: map[string]map[string]int{}, waiting: map[reconcile.Request]int{}}
}

// Add enqueues an object at the next turn of its namespace, after some time.
func (t *Turns) Add(queue Queue, object client.ObjectKey, after time.Duration) {
	t.mutex.Lock()
	turn := t.takeNext(object)
	t.mutex.Unlock()
	add(queue, object, turn, after)
}

// AddBatch enqueues objects of one namespace that come together, for one reason.
func (t *Turns) AddBatch(queue Queue, reason client.ObjectKey, objects []client.ObjectKey) {
	for i, turn := range t.takeBatch(reason, objects) {
		add(queue, objects[i], turn, 0)
	}
}

// AddInitial enqueues an object that was there at the start: all of a namespace are a batch.
func (t *Turns) AddInitial(queue Queue, object client.ObjectKey) {
	t.mutex.Lock()
	turn := t.takeBulk(object.Namespace, "", t.step(object.Namespace, ""))
	t.mutex.Unlock()
	add(queue, object, turn, 0)
}

// takeNext returns the next turn of a namespace. An object that is in the queue already delays nothing that comes after it.
func (t *Turns) takeNext(object client.ObjectKey) int {
	turn := max(t.now, t.next[object.Namespace])
	if _, isWaiting := t.waiting[reconcile.Request{NamespacedName: object}]; !isWaiting {
		t.next[object.Namespace] = turn + 1
	}
	return turn
}

// takeBatch returns a turn for each. Of a big batch, those that are in the queue already keep theirs.
func (t *Turns) takeBatch(reason client.ObjectKey, objects []client.ObjectKey) []int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	turns := make([]int, len(objects))
	step, taken := t.step(reason.Namespace, reason.Name), 0
	for i, object := range objects {
		turn, isWaiting := t.waiting[reconcile.Request{NamespacedName: object}]
		switch {
		case isWaiting && len(objects) > small:
			turns[i] = turn
		case taken < small:
			turns[i] = t.takeNext(object)
			taken++
		default:
			turns[i] = t.takeBulk(reason.Namespace, reason.Name, step)
		}
	}
	return turns
}

// takeBulk returns the next turn of a batch, which takes only every so many of its namespace.
func (t *Turns) takeBulk(namespace, batch string, step int) int {
	batches := t.bulk[namespace]
	if batches == nil {
		batches = map[string]int{}
		t.bulk[namespace] = batches
	}
	last, isGoingOn := batches[batch]
	turn := last + step
	if !isGoingOn { // It begins behind what came before it.
		turn = max(t.now+1, t.next[namespace])
	}
	batches[batch] = turn
	return turn
}

// step is the number of batches that share the turns of a namespace, if one of that name is among them.
func (t *Turns) step(namespace, batch string) int {
	others := 0
	for name, last := range t.bulk[namespace] {
		switch {
		case last <= t.now:
			delete(t.bulk[namespace], name)
		case name != batch:
			others++
		}
	}
	return 1 + others
}

func add(queue Queue, object client.ObjectKey, turn int, after time.Duration) {
	priority := -turn
	queue.(priorityqueue.PriorityQueue[reconcile.Request]).AddWithOpts(
		priorityqueue.AddOpts{Priority: &priority, After: after}, reconcile.Request{NamespacedName: object})
}

func (t *Turns) enqueued(item reconcile.Request, turn int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.waiting[item] = turn // The queue keeps the earlier one, if there was one.
}

// served advances the time of the queue. An item that is enqueued anew at this very moment may be forgotten: its next
// change takes a turn more.
func (t *Turns) served(item reconcile.Request, turn int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.now = max(t.now, turn)
	delete(t.waiting, item)
	if len(t.waiting) == 0 { // Nobody is ahead of anybody any more.
		clear(t.next)
		clear(t.bulk)
	}
}

// fair is a priority queue that tells its turns what comes and goes, by whomever it was enqueued.
type fair struct {
	priorityqueue.PriorityQueue[reconcile.Request]
	turns *Turns
}

func (f *fair) AddWithOpts(options priorityqueue.AddOpts, items ...reconcile.Request) {
	if options.Priority == nil {
		options.Priority = new(int) // Before all turns.
	}
	for _, item := range items {
		f.turns.enqueued(item, -*options.Priority)
	}
	f.PriorityQueue.AddWithOpts(options, items...)
}

func (f *fair) Add(item reconcile.Request) { f.AddWithOpts(priorityqueue.AddOpts{}, item) }

func (f *fair) AddAfter(item reconcile.Request, after time.Duration) {
	f.AddWithOpts(priorityqueue.AddOpts{After: after}, item)
}

func (f *fair) AddRateLimited(item reconcile.Request) {
	f.AddWithOpts(priorityqueue.AddOpts{RateLimited: true}, item)
}

func (f *fair) GetWithPriority() (item reconcile.Request, priority int, shutdown bool) {
	item, priority, shutdown = f.PriorityQueue.GetWithPriority()
	if !shutdown {
		f.turns.served(item, -priority)
	}
	return item, priority, shutdown
}

func (f *fair) Get() (item reconcile.Request, shutdown bool) {
	item, _, shutdown = f.GetWithPriority()
	return item, shutdown
}

// queue returns a queue that serves by these turns.
func (t *Turns) queue(name string, limiter workqueue.TypedRateLimiter[reconcile.Request]) Queue {
	return &fair{turns: t, PriorityQueue: priorityqueue.New(name, func(o *priorityqueue.Opts[reconcile.Request]) {
		o.RateLimiter = limiter
	})}
}

// Options are what all controllers have in common: a queue by turns, a short back-off, and log lines that name their object
// under the key of its kind.
func (t *Turns) Options(mgr ctrl.Manager, kind string, workers int) controller.Options {
	log := mgr.GetLogger().WithName(kind)
	return controller.Options{
		MaxConcurrentReconciles: workers,
		NewQueue:                t.queue,
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
