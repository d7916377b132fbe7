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
	"slices"
	"time"
)

// tie is how an incident has a value: when its alerts with it were active, and how many they are.
type tie struct {
	first, last time.Time
	count       int
	// stale says that an alert has left that stood at an end of the stretch.
	stale bool
}

// join notes the values of a linked alert for its incident.
func (e *Engine) join(r *record) {
	if r.incident == "" {
		return
	}
	e.placeOf(r.incident).alerts[r.name] = r
	for _, value := range r.values {
		of := e.ties[value]
		if of == nil {
			of = map[string]*tie{}
			e.ties[value] = of
		}
		t := of[r.incident]
		if t == nil {
			of[r.incident] = &tie{first: r.first, last: r.last, count: 1}
			continue
		}
		t.count++
		t.first, t.last = earlier(t.first, r.first), later(t.last, r.last)
	}
}

// leave takes the values of a linked alert back.
func (e *Engine) leave(r *record) {
	p := e.places[r.incident]
	if r.incident == "" || p == nil {
		return
	}
	delete(p.alerts, r.name)
	for _, value := range r.values {
		of := e.ties[value]
		t := of[r.incident]
		t.count--
		if t.count == 0 {
			delete(of, r.incident)
			if len(of) == 0 {
				delete(e.ties, value)
			}
		} else if r.first.Equal(t.first) || r.last.Equal(t.last) {
			t.stale = true
		}
	}
	if len(p.alerts) == 0 && p.incident == nil {
		delete(e.places, r.incident)
	}
}

// stretch is when the alerts of an incident with a value were active. It is told anew where alerts have left, only when
// somebody asks: many leave at once.
func (p *place) stretch(value string, t *tie) (first, last time.Time) {
	if !t.stale {
		return t.first, t.last
	}
	*t = tie{count: t.count}
	for _, r := range p.alerts {
		if _, has := slices.BinarySearch(r.values, value); has {
			if t.first.IsZero() {
				t.first, t.last = r.first, r.last
			}
			t.first, t.last = earlier(t.first, r.first), later(t.last, r.last)
		}
	}
	return t.first, t.last
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
