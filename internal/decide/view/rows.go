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
)

// Row is an alert in a list.
type Row struct {
	Name     string                   `json:"name"`
	Title    string                   `json:"title"`
	Severity v1alpha1.Severity        `json:"severity,omitempty"`
	State    v1alpha1.ResolutionState `json:"state"`
	Assignee string                   `json:"assignee,omitempty"`
	Incident string                   `json:"incident,omitempty"`
	Service  string                   `json:"service,omitempty"`
	Category string                   `json:"category,omitempty"`
	// First and Last are when the activity began and was last seen, as far as the detector can be believed.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// RowOf reads an alert that is looked at now.
func RowOf(alert *v1alpha1.Alert, now time.Time) Row {
	first, last := alert.EffectiveActivity(now)
	return Row{
		Name: alert.Name, Title: alert.Spec.Name, Severity: alert.Spec.Severity,
		State:    cmp.Or(alert.Spec.Resolution.State, v1alpha1.ResolutionActive),
		Assignee: alert.Spec.Assignee, Incident: alert.Spec.IncidentRef.Name,
		Service: alert.Spec.Source.Service, Category: alert.Spec.Category, First: first, Last: last,
	}
}

// compareRows puts the most severe first, among these those that are not resolved, then those that began first: so a list
// reads as the story of the worst.
func compareRows(a, b Row) int {
	resolved := func(r Row) int {
		if r.State == v1alpha1.ResolutionResolved {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(b.Severity.Rank(), a.Severity.Rank()), cmp.Compare(resolved(a), resolved(b)),
		a.First.Compare(b.First), cmp.Compare(a.Name, b.Name),
	)
}

// compareLatest puts those first that were seen last.
func compareLatest(a, b Row) int {
	return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Name, b.Name))
}

// Top keeps the first rows in an order, however many it sees.
type Top struct {
	bound   int
	compare func(a, b Row) int
	rows    []Row
	seen    int
}

// Latest keeps the rows that were seen last, at most so many.
func Latest(bound int) *Top { return &Top{bound: bound, compare: compareLatest, rows: []Row{}} }

// Add shows it one more row.
func (t *Top) Add(row Row) {
	t.seen++
	at, _ := slices.BinarySearchFunc(t.rows, row, t.compare)
	if at >= t.bound {
		return
	}
	t.rows = slices.Insert(t.rows, at, row)
	if len(t.rows) > t.bound {
		t.rows = t.rows[:t.bound]
	}
}

// Rows are those that it keeps, the first one first.
func (t *Top) Rows() []Row { return t.rows }

// Seen is how many rows it was shown.
func (t *Top) Seen() int { return t.seen }
