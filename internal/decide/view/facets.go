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
	"maps"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Count is how many incidents have one value.
type Count struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Facets count incidents by the values that a filter may ask for. Each counts what the filter would select without what it
// asks of that one: so it tells what a click would lead to.
type Facets struct {
	States     []Count `json:"states"`
	Severities []Count `json:"severities"`
	// Assignees has the empty value for incidents that nobody has.
	Assignees  []Count `json:"assignees"`
	Tags       []Count `json:"tags"`
	Sources    []Count `json:"sources"`
	Categories []Count `json:"categories"`
	Verdicts   []Count `json:"verdicts"`
}

// maxCounts is how many values a facet lists that anybody can add to.
const maxCounts = 100

// facet is one of the Facets.
type facet struct {
	counts  *[]Count
	asked   func(*query.Filter) bool
	without func(*query.Filter)
	// add counts the values of an incident.
	add   func(numbers map[string]int, incident *query.Prepared)
	order func(a, b Count) int
}

// FacetsOf counts the incidents. The filter must be spelled canonically.
func FacetsOf(incidents []*query.Prepared, filter query.Filter, now time.Time) Facets {
	var facets Facets
	matching := matches(incidents, filter, now)
	for _, f := range facets.all() {
		counted := matching
		if f.asked(&filter) {
			wider := filter
			f.without(&wider)
			counted = matches(incidents, wider, now)
		}
		*f.counts = count(counted, f)
	}
	return facets
}

func matches(incidents []*query.Prepared, filter query.Filter, now time.Time) []*query.Prepared {
	question := filter.Question()
	matching := make([]*query.Prepared, 0, len(incidents))
	for _, incident := range incidents {
		if question.Selects(incident, now) {
			matching = append(matching, incident)
		}
	}
	return matching
}

func count(incidents []*query.Prepared, f facet) []Count {
	numbers := map[string]int{}
	for _, incident := range incidents {
		f.add(numbers, incident)
	}
	counts := make([]Count, 0, len(numbers))
	for _, value := range slices.Sorted(maps.Keys(numbers)) {
		counts = append(counts, Count{value, numbers[value]})
	}
	slices.SortStableFunc(counts, f.order)
	return counts[:min(len(counts), maxCounts)]
}

func (f *Facets) all() []facet {
	return []facet{{
		&f.States, func(*query.Filter) bool { return true }, func(q *query.Filter) { q.States, q.Any = nil, true },
		func(numbers map[string]int, i *query.Prepared) { numbers[string(i.State)]++ }, byState,
	}, {
		&f.Severities, func(q *query.Filter) bool { return len(q.Severities) > 0 || q.MinSeverity != "" },
		func(q *query.Filter) { q.Severities, q.MinSeverity = nil, "" },
		func(numbers map[string]int, i *query.Prepared) { addSet(numbers, string(i.Status.Severity)) }, bySeverity,
	}, {
		&f.Assignees, func(q *query.Filter) bool { return len(q.Assignees) > 0 || q.Unassigned },
		func(q *query.Filter) { q.Assignees, q.Unassigned = nil, false },
		func(numbers map[string]int, i *query.Prepared) { numbers[i.Spec.Assignee]++ }, byCount,
	}, {
		&f.Tags, func(q *query.Filter) bool { return len(q.Tags) > 0 }, func(q *query.Filter) { q.Tags = nil }, addTags, byCount,
	}, {
		&f.Sources, func(q *query.Filter) bool { return len(q.Sources) > 0 }, func(q *query.Filter) { q.Sources = nil },
		func(numbers map[string]int, i *query.Prepared) { addAll(numbers, i.Status.Sources) }, byCount,
	}, {
		&f.Categories, func(q *query.Filter) bool { return len(q.Categories) > 0 }, func(q *query.Filter) { q.Categories = nil },
		func(numbers map[string]int, i *query.Prepared) { addAll(numbers, i.Status.Categories) }, byCount,
	}, {
		&f.Verdicts, func(q *query.Filter) bool { return len(q.Verdicts) > 0 }, func(q *query.Filter) { q.Verdicts = nil },
		func(numbers map[string]int, i *query.Prepared) {
			numbers[string(cmp.Or(i.Spec.Classification.Verdict, v1alpha1.VerdictNotSet))]++
		}, byCount,
	}}
}

func addAll(numbers map[string]int, values []string) {
	for _, value := range values {
		numbers[value]++
	}
}

func addTags(numbers map[string]int, incident *query.Prepared) { addAll(numbers, incident.Tags) }

func addSet(numbers map[string]int, value string) {
	if value != "" {
		numbers[value]++
	}
}

func byState(a, b Count) int {
	place := func(c Count) int { return slices.Index(v1alpha1.IncidentStates(), v1alpha1.IncidentState(c.Value)) }
	return cmp.Compare(place(a), place(b))
}

func bySeverity(a, b Count) int {
	return cmp.Compare(v1alpha1.Severity(b.Value).Rank(), v1alpha1.Severity(a.Value).Rank())
}

// CountTags counts incidents by their tags, the most used first.
func CountTags(incidents []*query.Prepared) []Count {
	return count(incidents, facet{add: addTags, order: byCount})
}

// CountAssignees counts incidents by their owners, the most used first.
func CountAssignees(incidents []*query.Prepared) []Count {
	add := func(numbers map[string]int, i *query.Prepared) { addSet(numbers, i.Spec.Assignee) }
	return count(incidents, facet{add: add, order: byCount})
}

func byCount(a, b Count) int { return cmp.Compare(b.Count, a.Count) }
