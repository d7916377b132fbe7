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

	"github.com/incident-operator/incident-operator/internal/decide/merge"
)

// relate tells which incidents the alerts of a group tie together, each pair once.
func (d *round) relate(p *Policy, g *group, own []candidates, all candidates, best *candidate) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name == best.place.name {
			continue
		}
		other := all[name]
		from, into := other.place, best.place
		// The younger goes into the older.
		if cmp.Or(from.created.Compare(into.created), cmp.Compare(from.name, into.name)) < 0 {
			from, into = into, from
		}
		merges := p.merges && d.mayMerge(p, from, into)
		pair := [2]string{min(from.name, into.name), max(from.name, into.name)}
		if d.told[pair] || (!merges && from.related[into.name] && into.related[from.name]) {
			continue
		}
		d.told[pair] = true
		by := witness(g, own, from.name, into.name)
		d.decision.Relations = append(d.decision.Relations, Relation{
			From: from.name, Into: into.name, Merge: merges, Policy: p.Name, Alert: by.name,
			Why: "alert " + by.name + " " + why(slices.Concat(best.shares, other.shares)),
		})
		if merges {
			d.merging[from.name] = true
			d.redirect(from.name, into.name)
			d.added[into.name] += max(from.total, len(from.alerts)) + d.added[from.name]
		}
	}
}

// redirect links to the other incident what was to go to the one that is merged into it.
func (d *round) redirect(from, into string) {
	for i := range d.decision.Links {
		if d.decision.Links[i].Incident == from {
			d.decision.Links[i].Incident = into
		}
	}
}

// mayMerge says whether an incident can go into another without a person: a policy began it, both together have no more
// alerts than one may have, and people could do so.
func (d *round) mayMerge(p *Policy, from, into *place) bool {
	if from.begun.Policy == "" || from.incident == nil || into.incident == nil || d.merging[from.name] || d.merging[into.name] {
		return false
	}
	size := max(from.total, len(from.alerts)) + max(into.total, len(into.alerts)) + d.added[from.name] + d.added[into.name]
	asking := from.incident.DeepCopy()
	asking.Spec.MergeInto.Name = into.name
	return size <= p.maxAlerts && merge.Decide(asking, into.incident) == nil
}

// witness is the first alert that is tied to both incidents or, if none is, to one of them.
func witness(g *group, own []candidates, a, b string) *record {
	var one *record
	for i, r := range g.records {
		switch {
		case own[i][a] != nil && own[i][b] != nil:
			return r
		case one == nil && (own[i][a] != nil || own[i][b] != nil):
			one = r
		}
	}
	return one
}
