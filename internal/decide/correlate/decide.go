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

// Decision is what has to be done. The incidents to begin come first: links may lead to them.
type Decision struct {
	Begins    []Begin
	Links     []Link
	Relations []Relation
	// Next is when there is something to decide though nothing changes: an incident has waited long enough for more. Zero
	// means never.
	Next time.Time
}

// Begin is an incident to create. Links say which alerts belong to it.
type Begin struct {
	Name   string
	Policy *Policy
	Origin Origin
	// Why says it in a sentence.
	Why string
}

// Link is an alert to link.
type Link struct {
	Alert    string
	Incident string
	Policy   string
	// Why says it in words, such as "shares Device vm-17 and User bob with 3 alerts".
	Why string
}

// Relation is a pair of incidents that an alert ties together.
type Relation struct {
	// From is the one to be merged, if Merge.
	From, Into string
	Merge      bool
	Alert      string
	Policy     string
	Why        string
}

// round is one decision in the making.
type round struct {
	*Engine
	now      time.Time
	decision Decision
	// added counts the alerts that incidents get in this round.
	added map[string]int
	taken map[string]bool
	// merging are the incidents that are merged into others in this round.
	merging map[string]bool
	told    map[[2]string]bool
}

// Decide says what has to be done now. It changes nothing of what the Engine knows but what is forgotten with time: that it
// was done, the Engine is told like everything else. The order in which it was told of things does not matter.
func (e *Engine) Decide(now time.Time) Decision {
	e.retire(now)
	waiting := map[*Policy][]*record{}
	for _, r := range e.waiting {
		waiting[r.policy] = append(waiting[r.policy], r)
	}
	d := &round{Engine: e, now: now, added: map[string]int{}, taken: map[string]bool{}, merging: map[string]bool{}, told: map[[2]string]bool{}}
	for _, p := range e.policies {
		records := waiting[p]
		slices.SortFunc(records, inOrder)
		for _, g := range d.groups(records) {
			d.placeGroup(p, g)
		}
	}
	return d.decision
}

// inOrder is by when an activity began, then by when it was last seen, then by name.
func inOrder(a, b *record) int {
	return cmp.Or(a.first.Compare(b.first), a.last.Compare(b.last), cmp.Compare(a.name, b.name))
}

// placeGroup finds the incidents of alerts that belong together.
func (d *round) placeGroup(p *Policy, g *group) {
	own := make([]candidates, len(g.records))
	all := candidates{}
	full := ""
	for i, r := range g.records {
		var alsoFull string
		own[i], alsoFull = d.candidatesOf(p, r)
		full = cmp.Or(full, alsoFull)
		all.add(own[i])
	}
	best := all.best()
	if best == nil {
		best = d.adoptable(g)
	}
	if best == nil {
		d.beginAll(p, g, g.records, full)
		return
	}
	var beyond []*record
	for i, r := range g.records {
		target := own[i].best()
		if target == nil || !d.hasRoom(p, target.place) {
			target = best
		}
		if !d.hasRoom(p, target.place) {
			beyond = append(beyond, r)
			full = target.place.name
			continue
		}
		shares := g.shares[r]
		if mine := own[i][target.place.name]; mine != nil {
			shares = mine.shares
		}
		reason := "the incident was begun for it"
		if len(shares) > 0 {
			reason = why(shares)
		}
		d.link(r, target.place.name, p, reason)
	}
	d.beginAll(p, g, beyond, full)
	d.relate(p, g, own, all, best)
}

func (d *round) hasRoom(p *Policy, at *place) bool {
	return max(at.total, len(at.alerts))+d.added[at.name] < p.maxAlerts
}

// adoptable is the incident that was begun at one of the alerts, and that none was linked to: whoever began it was
// interrupted.
func (d *round) adoptable(g *group) *candidate {
	for _, r := range g.records {
		if p := d.places[d.anchors[r.name]]; p != nil && p.open && len(p.alerts) == 0 {
			return &candidate{place: p}
		}
	}
	return nil
}

// beginAll begins an incident for alerts that belong to none, or several if they are too many for one.
func (d *round) beginAll(p *Policy, g *group, records []*record, full string) {
	if len(records) == 0 {
		return
	}
	if due := g.created.Add(p.settle); p.settle > 0 && full == "" && d.now.Before(due) {
		if d.decision.Next.IsZero() || due.Before(d.decision.Next) {
			d.decision.Next = due
		}
		return
	}
	for chunk := range slices.Chunk(records, p.maxAlerts) {
		name := d.nameOf(p, chunk[0], d.taken)
		d.taken[name] = true
		d.decision.Begins = append(d.decision.Begins, Begin{
			Name: name, Policy: p, Origin: Origin{Policy: p.Name, Anchor: chunk[0].name}, Why: g.whyBegun(p, chunk, full),
		})
		for _, r := range chunk {
			d.link(r, name, p, whyFirst(g, r, chunk, full))
		}
		full = name
	}
}

func (d *round) link(r *record, incident string, p *Policy, why string) {
	d.added[incident]++
	d.decision.Links = append(d.decision.Links, Link{Alert: r.name, Incident: incident, Policy: p.Name, Why: why})
}
