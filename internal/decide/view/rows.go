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

// worst keeps the first rows in the order of compareRows, however many it sees.
type worst struct {
	bound int
	rows  []Row
	seen  int
}

func (w *worst) add(row Row) {
	w.seen++
	at, _ := slices.BinarySearchFunc(w.rows, row, compareRows)
	if at >= w.bound {
		return
	}
	w.rows = slices.Insert(w.rows, at, row)
	if len(w.rows) > w.bound {
		w.rows = w.rows[:w.bound]
	}
}
