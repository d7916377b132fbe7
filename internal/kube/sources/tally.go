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

// Package sources counts what comes in by each AlertSource, until its status says so.
package sources

import (
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Counts is what came in since it was last told.
type Counts struct {
	// Last is when something was last posted.
	Last time.Time
	// The number of alerts, as in v1alpha1.AlertSourceStatus.
	Stored, Dropped, Refused, UnknownSeverities int64
	// LastRefusal is what was refused last; nil if nothing was.
	LastRefusal *v1alpha1.AlertRefusal
}

// Received is how many alerts were posted.
func (c Counts) Received() int64 { return c.Stored + c.Dropped + c.Refused }

func (c Counts) plus(later Counts) Counts {
	if later.Last.After(c.Last) {
		c.Last = later.Last
	}
	if later.LastRefusal != nil {
		c.LastRefusal = later.LastRefusal
	}
	c.Stored += later.Stored
	c.Dropped += later.Dropped
	c.Refused += later.Refused
	c.UnknownSeverities += later.UnknownSeverities
	return c
}

// Tally holds the counts of every source. It grows with the number of sources that exist: only theirs are counted.
type Tally struct {
	mutex  sync.Mutex
	counts map[client.ObjectKey]Counts
	told   func(client.ObjectKey)
}

// NewTally returns an empty tally.
func NewTally() *Tally { return &Tally{counts: map[client.ObjectKey]Counts{}} }

// Subscribe has a function called when a source begins to have something to tell.
func (t *Tally) Subscribe(told func(client.ObjectKey)) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.told = told
}

// Add counts.
func (t *Tally) Add(source client.ObjectKey, counts Counts) {
	t.mutex.Lock()
	before, known := t.counts[source]
	t.counts[source] = before.plus(counts)
	told := t.told
	t.mutex.Unlock()
	if !known && told != nil {
		told(source)
	}
}

// Take returns what is to be told of a source, and forgets it.
func (t *Tally) Take(source client.ObjectKey) (Counts, bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	counts, ok := t.counts[source]
	delete(t.counts, source)
	return counts, ok
}

// Has says whether there is something to tell of a source.
func (t *Tally) Has(source client.ObjectKey) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	_, ok := t.counts[source]
	return ok
}

// Return gives back what could not be told.
func (t *Tally) Return(source client.ObjectKey, counts Counts) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.counts[source] = counts.plus(t.counts[source])
}
