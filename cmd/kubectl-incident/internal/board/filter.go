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

package board

import (
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Filter is the part of a queue's filter that keys change.
type Filter struct {
	States           []v1alpha1.IncidentState
	Any              bool
	MinSeverity      v1alpha1.Severity
	Mine, Unassigned bool
	Search           string
}

// words say what the filter lets through.
func (f Filter) words() string {
	states := make([]string, 0, len(f.States))
	for _, state := range f.States {
		states = append(states, string(state))
	}
	said := []string{"not finished"}
	switch {
	case len(states) > 0:
		said[0] = strings.Join(states, " or ")
	case f.Any:
		said[0] = "in any state"
	}
	if f.MinSeverity != "" {
		said = append(said, string(f.MinSeverity)+" or worse")
	}
	switch {
	case f.Mine && f.Unassigned:
		said = append(said, "yours or nobody's")
	case f.Mine:
		said = append(said, "yours")
	case f.Unassigned:
		said = append(said, "nobody's")
	}
	if f.Search != "" {
		said = append(said, "with “"+f.Search+"”")
	}
	return strings.Join(said, ", ")
}

// quick are the filters that take two keys: f, and one of these.
var quick = []choice{
	{"m", "yours", func(f *Filter) { f.Mine = !f.Mine }},
	{"u", "nobody's", func(f *Filter) { f.Unassigned = !f.Unassigned }},
	{"q", "not finished", func(f *Filter) { f.States, f.Any = nil, false }},
	{"a", "Active", func(f *Filter) { f.setState(v1alpha1.IncidentActive) }},
	{"p", "InProgress", func(f *Filter) { f.setState(v1alpha1.IncidentInProgress) }},
	{"r", "Resolved", func(f *Filter) { f.setState(v1alpha1.IncidentResolved) }},
	{"e", "any state", func(f *Filter) { f.States, f.Any = nil, true }},
	{"C", "Critical", func(f *Filter) { f.setSeverity(v1alpha1.SeverityCritical) }},
	{"H", "High or worse", func(f *Filter) { f.setSeverity(v1alpha1.SeverityHigh) }},
	{"M", "Medium or worse", func(f *Filter) { f.setSeverity(v1alpha1.SeverityMedium) }},
	{"x", "no filter", func(f *Filter) { *f = Filter{} }},
}

// choice is a key of the menu of filters.
type choice struct {
	key, label string
	set        func(*Filter)
}

func (f *Filter) setState(state v1alpha1.IncidentState) {
	f.States, f.Any = []v1alpha1.IncidentState{state}, false
}

// setSeverity takes the severity away if it is the one that is asked for.
func (f *Filter) setSeverity(severity v1alpha1.Severity) {
	if f.MinSeverity == severity {
		severity = ""
	}
	f.MinSeverity = severity
}

func (f Filter) equal(other Filter) bool {
	return slices.Equal(f.States, other.States) && f.Any == other.Any && f.MinSeverity == other.MinSeverity &&
		f.Mine == other.Mine && f.Unassigned == other.Unassigned && f.Search == other.Search
}
