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
	"github.com/incident-operator/incident-operator/internal/decide/naming"
)

// Tactic is a category of alerts: a tactic of ATT&CK, or another class such as Malware.
type Tactic struct {
	// Category is in UpperCamelCase; an alert without one counts as SuspiciousActivity.
	Category string `json:"category"`
	Alerts   int    `json:"alerts"`
	// First is when activity of these alerts began.
	First time.Time `json:"first,omitzero"`
	// Techniques are those that the alerts name, with most alerts first.
	Techniques []Counted `json:"techniques,omitempty"`
}

// tactics adds up categories and techniques of alerts.
type tactics map[string]*stage

type stage struct {
	alerts     int
	first      time.Time
	techniques counts
}

func (t tactics) add(alert *v1alpha1.Alert, first time.Time) {
	category := cmp.Or(alert.Spec.Category, naming.UnknownCategory)
	s := t[category]
	if s == nil {
		s = &stage{first: first, techniques: counts{}}
		t[category] = s
	}
	s.alerts++
	s.first = earlier(s.first, first)
	for _, technique := range alert.Spec.Techniques {
		s.techniques[string(technique)]++
	}
}

func (t tactics) inOrder() []Tactic {
	var categories []string
	for category := range t {
		categories = append(categories, category)
	}
	var all []Tactic
	for _, category := range naming.SortCategories(categories) {
		s := t[category]
		all = append(all, Tactic{Category: category, Alerts: s.alerts, First: s.first, Techniques: s.techniques.most()})
	}
	return all
}

// counts are the numbers of alerts by a text that they have.
type counts map[string]int

// most are the texts with most alerts first.
func (c counts) most() []Counted {
	var all []Counted
	for text, alerts := range c {
		all = append(all, Counted{text, alerts})
	}
	slices.SortFunc(all, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(b.Alerts, a.Alerts), cmp.Compare(a.Text, b.Text))
	})
	return all
}
