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

package rollup

import (
	"maps"
	"slices"
	"time"
)

// counts says how often each value is there; one that is not there has no key.
type counts[T ~string] map[T]int

func (c counts[T]) add(value T, n int) {
	if c[value] += n; c[value] == 0 {
		delete(c, value)
	}
}

func (c counts[T]) addIfSet(value T, n int) {
	if value != "" {
		c.add(value, n)
	}
}

// sorted returns the values in order.
func (c counts[T]) sorted() []T { return slices.Sorted(maps.Keys(c)) }

// times knows the foremost of many times, in one order or the other, while times come and go.
type times struct {
	before   func(a, b time.Time) bool
	counts   map[int64]int
	foremost time.Time
	stale    bool
}

func newTimes(before func(a, b time.Time) bool) times {
	return times{before: before, counts: map[int64]int{}}
}

// add works in whole seconds.
func (t *times) add(at time.Time, n int) {
	second := at.Unix()
	fresh := len(t.counts) == 0
	if t.counts[second] += n; t.counts[second] == 0 {
		delete(t.counts, second)
		t.stale = t.stale || second == t.foremost.Unix()
		return
	}
	if fresh || t.before(at, t.foremost) {
		t.foremost, t.stale = time.Unix(second, 0).UTC(), false
	}
}

// get returns the foremost time; ok is false if there is none. It goes through all only after the foremost went.
func (t *times) get() (foremost time.Time, ok bool) {
	if t.stale {
		t.stale = false
		first := true
		for second := range t.counts {
			if at := time.Unix(second, 0).UTC(); first || t.before(at, t.foremost) {
				t.foremost, first = at, false
			}
		}
	}
	return t.foremost, len(t.counts) > 0
}
