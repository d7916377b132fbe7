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

package alertstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/internal/decide/intake"
)

const (
	// maxTouches bounds how many alerts have something waiting. Beyond it writes are made at once, which slows senders down.
	maxTouches = 50_000
	// touchWriters is how many of them are written at the same time, touchPause how often it is looked for those that are
	// due, and lastFlush how long it may take to write them all when the process ends.
	touchWriters = 8
	touchPause   = 250 * time.Millisecond
	lastFlush    = 15 * time.Second
)

// Touches holds back what is new of alerts that go on, so that each is written at most once in an interval however often
// it is sent. What waits is lost if the process is killed; the alert itself is not, and its next repeat tells the same.
// A nil Touches holds back nothing.
type Touches struct {
	interval time.Duration
	clock    clock.PassiveClock

	mutex   sync.Mutex
	waiting map[client.ObjectKey]*touch
	// flying are those that are being written.
	flying map[client.ObjectKey]Event
	// queue are the touches in the order of their time, which is that of their coming.
	queue []*touch
	// closed says that nothing waits any more: the process ends.
	closed bool
}

type touch struct {
	event Event
	due   time.Time
}

// NewTouches holds back each alert's news for an interval.
func NewTouches(interval time.Duration, c clock.PassiveClock) *Touches {
	return &Touches{interval: interval, clock: c, waiting: map[client.ObjectKey]*touch{}, flying: map[client.ObjectKey]Event{}}
}

// add answers false if the event must be written at once.
func (t *Touches) add(event Event) bool {
	if t == nil || t.interval <= 0 {
		return false
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.closed {
		return false
	}
	if known, ok := t.waiting[event.First]; ok {
		known.event.Signal = intake.Merge(known.event.Signal, event.Signal)
		return true
	}
	if len(t.waiting) >= maxTouches {
		return false
	}
	added := &touch{event: event, due: t.clock.Now().Add(t.interval)}
	t.waiting[event.First] = added
	t.queue = append(t.queue, added)
	return true
}

// pending is what waits of an alert, or is being written, and how many events of it wait.
func (t *Touches) pending(first client.ObjectKey) (event Event, waiting int64, ok bool) {
	if t == nil {
		return Event{}, 0, false
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	flying, flies := t.flying[first]
	known, waits := t.waiting[first]
	switch {
	case flies && waits:
		flying.Signal = intake.Merge(flying.Signal, known.event.Signal)
		return flying, known.event.Signal.Count, true
	case waits:
		return known.event, known.event.Signal.Count, true
	default:
		return flying, 0, flies
	}
}

// Len is how many alerts have something waiting.
func (t *Touches) Len() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return len(t.waiting) + len(t.flying)
}

// done forgets so many events that waited of an alert, since they were written. What came meanwhile goes on to wait.
func (t *Touches) done(first client.ObjectKey, events int64) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	known, waits := t.waiting[first]
	if waits && known.event.Signal.Count > events {
		known.event.Signal.Count -= events
		return
	}
	delete(t.waiting, first)
}

// close lets nothing wait any more: what still arrives is written at once.
func (t *Touches) close() {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.closed = true
}

// landed forgets what was being written of an alert.
func (t *Touches) landed(first client.ObjectKey) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.flying, first)
}

// take removes and returns those that are due at a time. Each of them flies until it has landed.
func (t *Touches) take(until time.Time) []Event {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var due []Event
	for len(t.queue) > 0 && !t.queue[0].due.After(until) {
		first := t.queue[0]
		t.queue[0] = nil
		t.queue = t.queue[1:]
		if t.waiting[first.event.First] == first { // Else it was written with something else.
			delete(t.waiting, first.event.First)
			t.flying[first.event.First] = first.event
			due = append(due, first.event)
		}
	}
	return due
}

// Flusher writes what waited long enough. It runs on every replica.
type Flusher struct {
	Store *Store
}

// NeedLeaderElection is false: every replica writes what it received.
func (f *Flusher) NeedLeaderElection() bool { return false }

// Start writes until the context ends, and then what is left.
func (f *Flusher) Start(ctx context.Context) error {
	ticker := time.NewTicker(touchPause)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			f.flushAll(context.WithoutCancel(ctx))
			return nil
		case <-ticker.C:
			f.flush(ctx, f.Store.Touches.take(f.Store.Touches.clock.Now()))
		}
	}
}

// flushAll writes all that waits, due or not.
func (f *Flusher) flushAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lastFlush)
	defer cancel()
	touches := f.Store.Touches
	touches.close()
	f.flush(ctx, touches.take(touches.clock.Now().Add(2*touches.interval)))
}

// flush writes events; those that cannot be written wait again.
func (f *Flusher) flush(ctx context.Context, due []Event) {
	at := *f.Store
	at.Touches = nil
	var writers errgroup.Group
	writers.SetLimit(touchWriters)
	for _, event := range due {
		writers.Go(func() error {
			defer f.Store.Touches.landed(event.First)
			if _, err := at.put(ctx, event, false); err != nil {
				again := f.Store.Touches.add(event)
				logf.FromContext(ctx).Error(fmt.Errorf("writing what is new of an alert: %w", err), "It waits for its next repeat, or is tried again",
					"Alert", event.First, "again", again)
			}
			return nil
		})
	}
	_ = writers.Wait() // None of them returns an error.
}
