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
	"maps"
	"slices"
	"time"
)

// share is a value that an alert shares with others.
type share struct {
	value string
	entry int
	// alerts is with how many.
	alerts int
	gap    time.Duration
}

// candidate is an incident that alerts could belong to, and why.
type candidate struct {
	place  *place
	shares []share
}

// candidates are by the names of their incidents.
type candidates map[string]*candidate

// candidatesOf are the open incidents that an alert shares a value with. full is one that would be among them if it did not
// have as many alerts as it may have, empty if there is none.
func (d *round) candidatesOf(p *Policy, r *record) (found candidates, full string) {
	found = candidates{}
	for _, u := range r.uses {
		if d.isCommon(u) {
			continue
		}
		for name, t := range d.ties[u.value] {
			at := d.places[name]
			first, last := at.stretch(u.value, t)
			apart := gap(r.first, r.last, first, last)
			switch {
			case !at.open || d.merging[name] || apart > u.window:
			case !d.hasRoom(p, at):
				if full == "" || name < full {
					full = name
				}
			default:
				found.at(at).shares = append(found.at(at).shares, share{value: u.value, entry: u.entry, alerts: t.count, gap: apart})
			}
		}
	}
	return found, full
}

func (c candidates) at(p *place) *candidate {
	if c[p.name] == nil {
		c[p.name] = &candidate{place: p}
	}
	return c[p.name]
}

func (c candidates) add(more candidates) {
	for _, m := range more {
		known := c.at(m.place)
		known.shares = append(known.shares, m.shares...)
	}
}

// best is the incident to choose, nil if there is none: the one that shares values of the most entries of groupBy, then the
// most different values, then the one that was active with them most recently, then the oldest, then by name.
func (c candidates) best() *candidate {
	if len(c) == 0 {
		return nil
	}
	return slices.MinFunc(slices.Collect(maps.Values(c)), func(a, b *candidate) int {
		return cmp.Or(
			cmp.Compare(b.entries(), a.entries()), cmp.Compare(b.values(), a.values()), cmp.Compare(a.gap(), b.gap()),
			a.place.created.Compare(b.place.created), cmp.Compare(a.place.name, b.place.name))
	})
}

func (c *candidate) entries() int {
	known := map[int]bool{}
	for _, s := range c.shares {
		known[s.entry] = true
	}
	return len(known)
}

func (c *candidate) values() int {
	known := map[string]bool{}
	for _, s := range c.shares {
		known[s.value] = true
	}
	return len(known)
}

func (c *candidate) gap() time.Duration {
	least := time.Duration(maxWindow) * time.Second
	for _, s := range c.shares {
		least = min(least, s.gap)
	}
	return least
}
