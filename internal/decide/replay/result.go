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

package replay

import (
	"cmp"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// Result is what would have come of a recording.
type Result struct {
	// Alerts are in the order in which they came in, Incidents in that in which they were begun. Those merged into others
	// are not among them.
	Alerts    []Alert
	Incidents []Incident
	Relations []correlate.Relation
	Troubles  map[string]int
}

// Alert is one alert and where it ended.
type Alert struct {
	// Key is what the events gave for it, Events the numbers of these, from 0.
	Key    string
	Events []int
	Spec   v1alpha1.AlertSpec
	// Incident is empty if it was linked to none. Why says why it was linked or was not.
	Incident, Policy, Why string
	// Began says that the incident was begun with it.
	Began bool
}

// Incident is one incident that was begun.
type Incident struct {
	Name, Title string
	Severity    v1alpha1.Severity
	Policy, Why string
	State       v1alpha1.ResolutionState
	// Alerts are the numbers of its alerts.
	Alerts []int
	// First and Last are when its alerts were active.
	First, Last time.Time
	// Merged are the incidents that were merged into it.
	Merged []string
}

func (s *simulation) result() Result {
	r := Result{Relations: s.relations, Troubles: s.troubles}
	number := map[string]int{}
	for n, a := range s.alerts {
		a.Incident = a.object.Spec.IncidentRef.Name
		if a.Incident == "" {
			a.Why = s.whyMissed(a)
		}
		number[a.object.Name] = n
		r.Alerts = append(r.Alerts, a.Alert)
	}
	for _, i := range s.incidents {
		if i.into == nil {
			r.Incidents = append(r.Incidents, s.finish(i, number))
		}
	}
	return r
}

func (s *simulation) whyMissed(a *alert) string {
	if a.object.Spec.Resolution.State == v1alpha1.ResolutionResolved {
		return "was resolved before an incident was begun"
	}
	return "no policy selects it"
}

// finish names an incident as the operator would.
func (s *simulation) finish(i *incident, number map[string]int) Incident {
	tally := rollup.NewTally()
	for name, a := range i.alerts {
		tally.Add(facts.Read(a.object, s.now), 0)
		i.Alerts = append(i.Alerts, number[name])
	}
	slices.Sort(i.Alerts)
	status := rollup.Compute(rollup.Subject{Incident: i.object}, tally, s.now, rollup.Options{})
	i.Title, i.Severity = status.AutomaticName, status.Severity
	i.State = cmp.Or(i.object.Spec.Resolution.State, v1alpha1.ResolutionActive)
	if status.FirstActivityTime != nil {
		i.First, i.Last = status.FirstActivityTime.Time, status.LastActivityTime.Time
	}
	return i.Incident
}
