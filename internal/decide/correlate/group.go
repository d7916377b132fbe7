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

// group are alerts that wait and belong together.
type group struct {
	// records are in order; created is when the first of them was stored.
	records []*record
	created time.Time
	// shares say what each shares with others of the group.
	shares map[*record][]share
	// common are values that would tie them to more, if they were not too common.
	common map[*record][]string
}

// groups divides the alerts that wait, which are in order, by what they share. Groups are in the order of their first alerts.
func (d *round) groups(records []*record) []*group {
	parent := make([]int, len(records))
	having := map[string][]int{}
	for i, r := range records {
		parent[i] = i
		for j := range r.uses {
			having[r.uses[j].value] = append(having[r.uses[j].value], i)
		}
	}
	shares, common := map[*record][]share{}, map[*record][]string{}
	for i, r := range records {
		for _, u := range r.uses {
			if d.isCommon(u) {
				common[r] = append(common[r], u.value)
				continue
			}
			// Each alert is looked at once per value: where it comes first, for the whole of those that have it.
			if having[u.value][0] == i {
				d.tieTogether(records, having[u.value], u, parent, shares)
			}
		}
	}
	var found []*group
	at := map[int]*group{}
	for i, r := range records {
		root := rootOf(parent, i)
		g := at[root]
		if g == nil {
			g = &group{created: r.created, shares: shares, common: common}
			at[root] = g
			found = append(found, g)
		}
		g.records = append(g.records, r)
		g.created = earlier(g.created, r.created)
	}
	return found
}

// tieTogether joins those that have a value, as far as each is within the window of the ones before.
func (d *round) tieTogether(records []*record, having []int, u use, parent []int, shares map[*record][]share) {
	for run := range runs(records, having, u.window) {
		if len(run) < 2 {
			continue
		}
		for _, i := range run {
			parent[rootOf(parent, i)] = rootOf(parent, run[0])
			shares[records[i]] = append(shares[records[i]], share{value: u.value, entry: u.entry, alerts: len(run) - 1})
		}
	}
}

// runs divides alerts, which are in the order of when they began, where there is a gap wider than the window.
func runs(records []*record, having []int, window time.Duration) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		start, last := 0, records[having[0]].last
		for k := 1; k < len(having); k++ {
			r := records[having[k]]
			if r.first.Sub(last) > window {
				if !yield(having[start:k]) {
					return
				}
				start = k
			}
			last = later(last, r.last)
		}
		yield(having[start:])
	}
}

// isCommon says whether a value is all too common to tie anything.
func (d *round) isCommon(u use) bool { return d.common.count(u.value, d.now) > u.commonAbove }

func rootOf(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

// commonOf are the values of a group's alerts that are too common, each once.
func (g *group) commonOf(records []*record) []string {
	var values []string
	for _, r := range records {
		values = append(values, g.common[r]...)
	}
	slices.Sort(values)
	return slices.Compact(values)
}
