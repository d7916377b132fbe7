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

package correlate

import (
	"cmp"
	"slices"
	"time"
)

const (
	// maxLearned bounds how many values are learned about in one namespace, maxSightings how many things all of them together
	// were seen with. Beyond, the values are forgotten that were not seen for longest.
	maxLearned   = 50_000
	maxSightings = 500_000
)

// learner learns how common values are: with how many different things each was seen in this period and the one before.
// Periods are those of the calendar, so that it does not matter when it was told what.
type learner struct {
	period    time.Duration
	values    map[string]*sightings
	sightings int
}

// sightings are the hashes, sorted, of what one value was seen with in its last period and the one before.
type sightings struct {
	last            int64
	current, before []uint64
}

func newLearner(period time.Duration) *learner {
	return &learner{period: max(period, time.Second), values: map[string]*sightings{}}
}

func (l *learner) number(at time.Time) int64 { return at.UnixNano() / int64(l.period) }

// matters says whether what was seen then still counts now.
func (l *learner) matters(at, now time.Time) bool { return l.number(now)-l.number(at) <= 1 }

// learn notes what a value was seen with.
func (l *learner) learn(value string, with []uint64, at time.Time) {
	number := l.number(at)
	s := l.values[value]
	if s == nil {
		s = &sightings{last: number}
		l.values[value] = s
	}
	if number > s.last {
		l.sightings -= len(s.before)
		if number > s.last+1 {
			l.sightings -= len(s.current)
			s.current = nil
		}
		s.last, s.before, s.current = number, s.current, nil
	}
	switch number {
	case s.last:
		s.current = l.add(s.current, with, hash(value))
	case s.last - 1:
		s.before = l.add(s.before, with, hash(value))
	}
}

func (l *learner) add(known, with []uint64, self uint64) []uint64 {
	for _, h := range with {
		i, found := slices.BinarySearch(known, h)
		if !found && h != self && len(known) <= maxCommonAbove {
			known = slices.Insert(known, i, h)
			l.sightings++
		}
	}
	return known
}

// count is with how many different things a value was seen lately.
func (l *learner) count(value string, now time.Time) int {
	s := l.values[value]
	if s == nil || l.number(now) > s.last+1 {
		return 0
	}
	n := len(s.current)
	if l.number(now) <= s.last {
		for _, h := range s.before {
			if _, again := slices.BinarySearch(s.current, h); !again {
				n++
			}
		}
	}
	return n
}

// forget drops what does not count any more and, beyond the bounds, a tenth of what was not seen for longest.
func (l *learner) forget(now time.Time) {
	for value, s := range l.values {
		if l.number(now) > s.last+1 {
			l.drop(value)
		}
	}
	if !l.isFull() {
		return
	}
	oldest := make([]string, 0, len(l.values))
	for value := range l.values {
		oldest = append(oldest, value)
	}
	slices.SortFunc(oldest, func(a, b string) int {
		return cmp.Or(cmp.Compare(l.values[a].last, l.values[b].last), cmp.Compare(a, b))
	})
	for i, value := range oldest {
		if i > len(oldest)/10 && !l.isFull() {
			return
		}
		l.drop(value)
	}
}

func (l *learner) isFull() bool { return len(l.values) > maxLearned || l.sightings > maxSightings }

func (l *learner) drop(value string) {
	s := l.values[value]
	l.sightings -= len(s.current) + len(s.before)
	delete(l.values, value)
}
