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
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

// Standing is how one alert stands to its incident, as far as it does not follow from the alert alone.
type Standing uint8

// What a standing is made of.
const (
	// Pending alerts have still to follow the incident.
	Pending Standing = 1 << iota
	// Leaving alerts have still to move to the incident that theirs was merged into.
	Leaving
	// PutBack alerts have left a merged incident, and were put back.
	PutBack
	// Held alerts arrived after the resolution, and stay active.
	Held
	// Carrying alerts carry all that the incident gives; Overriding ones keep something of their own.
	Carrying
	Overriding
)

// standings are all bits of a standing.
var standings = []Standing{Pending, Leaving, PutBack, Held, Carrying, Overriding}

// Stand asks the decision that changes alerts how an alert stands in its place, which must be settled.
func Stand(alert *facts.Alert, place plan.Place) Standing {
	if alert.Deleting || place.Incident == nil {
		return 0
	}
	p := plan.For(alert, place)
	var s Standing
	set := func(bit Standing, holds bool) {
		if holds {
			s |= bit
		}
	}
	set(Pending, p.Follows())
	set(Leaving, p.Moves)
	set(PutBack, p.PutBack)
	set(Held, p.After.Held())
	if memory := p.After.Memory; memory != nil && (memory.Assignee != nil || memory.Resolution != nil) {
		overrides := memory.Assignee != nil && memory.Assignee.Value != p.After.Assignee ||
			memory.Resolution != nil && memory.Resolution.Value != string(p.After.State)
		set(Overriding, overrides)
		set(Carrying, !overrides)
	}
	return s
}

// Tally adds up the alerts of one incident. It is kept up to date by adding and removing single alerts, and its memory grows
// with what is distinct among them, not with their number.
type Tally struct {
	total, resolved, merged int
	standing                map[Standing]int

	titles, categories, services, endpoints, users, linkers counts[string]

	severities  counts[v1alpha1.Severity]
	first, last times
}

// NewTally returns the tally of no alert.
func NewTally() *Tally {
	return &Tally{
		standing: map[Standing]int{},
		titles:   counts[string]{}, categories: counts[string]{}, services: counts[string]{},
		endpoints: counts[string]{}, users: counts[string]{}, linkers: counts[string]{},
		severities: counts[v1alpha1.Severity]{},
		first:      newTimes(time.Time.Before), last: newTimes(time.Time.After),
	}
}

// Add counts an alert that stands so.
func (t *Tally) Add(alert *facts.Alert, standing Standing) { t.count(alert, standing, 1) }

// Remove takes away an alert that was added with the same facts and standing.
func (t *Tally) Remove(alert *facts.Alert, standing Standing) { t.count(alert, standing, -1) }

func (t *Tally) count(alert *facts.Alert, standing Standing, n int) {
	t.total += n
	if alert.Ours.State == v1alpha1.ResolutionResolved {
		t.resolved += n
	}
	if len(alert.Left) > 0 {
		t.merged += n
	}
	t.Restand(standing, n)
	t.titles.add(alert.Title, n)
	t.categories.add(alert.Category, n)
	t.services.addIfSet(alert.Service, n)
	t.severities.addIfSet(alert.Severity, n)
	t.linkers.addIfSet(alert.Linker, n)
	for _, key := range alert.Endpoints {
		t.endpoints.add(key, n)
	}
	for _, key := range alert.Users {
		t.users.add(key, n)
	}
	t.first.add(alert.First, n)
	t.last.add(alert.Last, n)
}

// Restand counts n more alerts that stand so, without anything else of them: where the incident changed and they did not.
func (t *Tally) Restand(standing Standing, n int) {
	for _, bit := range standings {
		if standing&bit != 0 {
			t.standing[bit] += n
		}
	}
}

// Total is the number of linked alerts.
func (t *Tally) Total() int { return t.total }

// Merged is the number of linked alerts that have come from a merged incident at some time.
func (t *Tally) Merged() int { return t.merged }

// Standing is the number of linked alerts whose standing has this bit.
func (t *Tally) Standing(bit Standing) int { return t.standing[bit] }

// Linked returns how many alerts were linked by a machine, without a note, and by which: empty if by several.
func (t *Tally) Linked() (alerts int, by string) {
	for linker, n := range t.linkers {
		alerts += n
		by = linker
	}
	if len(t.linkers) != 1 {
		by = ""
	}
	return alerts, by
}

// Equal says whether two tallies have counted the same.
func (t *Tally) Equal(other *Tally) bool {
	for _, bit := range standings {
		if t.standing[bit] != other.standing[bit] {
			return false
		}
	}
	return t.total == other.total && t.resolved == other.resolved && t.merged == other.merged &&
		maps.Equal(t.titles, other.titles) && maps.Equal(t.categories, other.categories) &&
		maps.Equal(t.services, other.services) && maps.Equal(t.endpoints, other.endpoints) &&
		maps.Equal(t.users, other.users) && maps.Equal(t.linkers, other.linkers) &&
		maps.Equal(t.severities, other.severities) &&
		maps.Equal(t.first.counts, other.first.counts) && maps.Equal(t.last.counts, other.last.counts)
}

// commonTitle is the title that all alerts bear, empty if they bear several.
func (t *Tally) commonTitle() string {
	if len(t.titles) != 1 {
		return ""
	}
	for title := range t.titles {
		return title
	}
	return ""
}

// severity is the highest among the alerts, empty if none has one.
func (t *Tally) severity() v1alpha1.Severity {
	var highest v1alpha1.Severity
	for severity := range t.severities {
		if severity.Rank() > highest.Rank() {
			highest = severity
		}
	}
	return highest
}
