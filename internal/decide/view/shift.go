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

package view

import (
	"cmp"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// Shift is what happened to the incidents in a time, for whoever comes next.
type Shift struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Opened are the incidents that were created in that time, the first one first.
	Opened []Case `json:"opened,omitempty"`
	// Resolved are those that were resolved in that time and still are, the first one first.
	Resolved []Case `json:"resolved,omitempty"`
	// HandedOver are the changes of owners in that time, in their order.
	HandedOver []Handover `json:"handedOver,omitempty"`
	// Open are all that are neither resolved nor merged, the worst first, and among these the oldest.
	Open []Case `json:"open,omitempty"`
	// Unowned is how many of the open ones nobody has, OldestUnowned the one of them that waits longest.
	Unowned       int   `json:"unowned,omitempty"`
	OldestUnowned *Case `json:"oldestUnowned,omitempty"`
	// Acknowledged and Closed are how long it took until those that were opened got an owner, and until those that were
	// resolved were.
	Acknowledged Durations `json:"acknowledged,omitzero"`
	Closed       Durations `json:"closed,omitzero"`
}

// Case is one incident in a report.
type Case struct {
	Name     string                 `json:"name"`
	Title    string                 `json:"title"`
	Severity v1alpha1.Severity      `json:"severity,omitempty"`
	State    v1alpha1.IncidentState `json:"state"`
	Assignee string                 `json:"assignee,omitempty"`
	Created  time.Time              `json:"created"`
	// Resolved is zero, and ResolvedBy empty, for one that is not resolved; ResolvedBy also if nobody knows.
	Resolved       time.Time               `json:"resolved,omitzero"`
	ResolvedBy     string                  `json:"resolvedBy,omitempty"`
	Classification v1alpha1.Classification `json:"classification"`
	Note           string                  `json:"note,omitempty"`
}

// Handover is a change of the owner of an incident.
type Handover struct {
	Incident string    `json:"incident"`
	Time     time.Time `json:"time"`
	By       string    `json:"by"`
	// From and To are the owners before and after; empty for nobody.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Durations sum up how long something took.
type Durations struct {
	// Number is of how many incidents that is known.
	Number  int           `json:"number,omitempty"`
	Median  time.Duration `json:"median,omitempty"`
	Longest time.Duration `json:"longest,omitempty"`
}

// CaseOf reads an incident.
func CaseOf(incident *v1alpha1.Incident) Case {
	header := HeaderOf(incident)
	found := Case{
		Name: header.Name, Title: header.Title, Severity: header.Severity, State: header.State, Assignee: header.Assignee,
		Created: header.Created, Resolved: header.Resolved, Classification: header.Classification, Note: header.Note,
	}
	if !found.Resolved.IsZero() {
		found.ResolvedBy = activity.EditorOf(incident.Annotations, "resolution")
	}
	return found
}

// ShiftOf reports what happened from one time to another. The entries are those of changes of owners, of all incidents and
// of any time.
func ShiftOf(incidents []v1alpha1.Incident, assignments []v1alpha1.Activity, from, to time.Time) Shift {
	shift := Shift{From: from, To: to}
	within := func(t time.Time) bool { return !t.Before(from) && !t.After(to) }
	owned := firstOwned(assignments)
	var waits, closings []time.Duration
	for i := range incidents {
		incident := &incidents[i]
		found := CaseOf(incident)
		if within(found.Created) {
			shift.Opened = append(shift.Opened, found)
			if at, known := owned[string(incident.UID)]; known {
				waits = append(waits, at.Sub(found.Created))
			}
		}
		if within(found.Resolved) {
			shift.Resolved = append(shift.Resolved, found)
			closings = append(closings, found.Resolved.Sub(found.Created))
		}
		if found.State == v1alpha1.IncidentActive || found.State == v1alpha1.IncidentInProgress {
			shift.addOpen(found)
		}
	}
	shift.handovers(assignments, within)
	shift.sort()
	shift.Acknowledged, shift.Closed = durationsOf(waits), durationsOf(closings)
	return shift
}

func (s *Shift) addOpen(found Case) {
	s.Open = append(s.Open, found)
	if found.Assignee != "" {
		return
	}
	s.Unowned++
	if s.OldestUnowned == nil || found.Created.Before(s.OldestUnowned.Created) {
		s.OldestUnowned = &found
	}
}

func (s *Shift) sort() {
	byTime := func(a, b Case) int { return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.Name, b.Name)) }
	slices.SortFunc(s.Opened, byTime)
	slices.SortFunc(s.Resolved, func(a, b Case) int { return cmp.Or(a.Resolved.Compare(b.Resolved), cmp.Compare(a.Name, b.Name)) })
	slices.SortFunc(s.Open, func(a, b Case) int {
		return cmp.Or(cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), byTime(a, b))
	})
	slices.SortStableFunc(s.HandedOver, func(a, b Handover) int { return a.Time.Compare(b.Time) })
}

// handovers are the changes of owners; to give an incident its first owner is none.
func (s *Shift) handovers(assignments []v1alpha1.Activity, within func(time.Time) bool) {
	for i := range assignments {
		spec := &assignments[i].Spec
		if spec.Time == nil || !within(spec.Time.Time) {
			continue
		}
		if from, to := ownersOf(spec); from != "" {
			s.HandedOver = append(s.HandedOver, Handover{
				Incident: spec.IncidentRef.Name, Time: spec.Time.Time, By: spec.Actor, From: from, To: to,
			})
		}
	}
}

func ownersOf(spec *v1alpha1.ActivitySpec) (from, to string) {
	for _, change := range spec.Changes {
		if change.Field == "spec.assignee" {
			return change.From, change.To
		}
	}
	return "", ""
}

// firstOwned is when incidents got an owner first, by their UID.
func firstOwned(assignments []v1alpha1.Activity) map[string]time.Time {
	first := map[string]time.Time{}
	for i := range assignments {
		spec := &assignments[i].Spec
		if _, to := ownersOf(spec); to == "" || spec.Time == nil {
			continue
		}
		if known, found := first[spec.IncidentRef.UID]; !found || spec.Time.Time.Before(known) {
			first[spec.IncidentRef.UID] = spec.Time.Time
		}
	}
	return first
}

func durationsOf(all []time.Duration) Durations {
	if len(all) == 0 {
		return Durations{}
	}
	slices.Sort(all)
	return Durations{Number: len(all), Median: all[len(all)/2], Longest: all[len(all)-1]}
}

// BySeverity counts cases by their severity, the worst first.
func BySeverity(cases []Case) []Counted {
	numbers := map[v1alpha1.Severity]int{}
	for _, one := range cases {
		numbers[one.Severity]++
	}
	var all []Counted
	for _, severity := range append([]v1alpha1.Severity{""}, v1alpha1.Severities()...) {
		if numbers[severity] > 0 {
			all = append(all, Counted{cmp.Or(string(severity), "unknown"), numbers[severity]})
		}
	}
	slices.Reverse(all)
	return all
}
