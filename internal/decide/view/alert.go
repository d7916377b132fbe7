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
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

// Alert is what is shown of one alert: everything.
type Alert struct {
	Row
	Namespace      string                  `json:"namespace"`
	Detector       string                  `json:"detector,omitempty"`
	Techniques     []string                `json:"techniques,omitempty"`
	Classification v1alpha1.Classification `json:"classification"`
	Note           string                  `json:"note,omitempty"`
	Tags           []string                `json:"tags,omitempty"`
	Description    string                  `json:"description,omitempty"`
	URL            string                  `json:"url,omitempty"`
	Fingerprint    string                  `json:"fingerprint,omitempty"`
	// Occurrences is how often the detector saw it, 1 or more.
	Occurrences int64     `json:"occurrences"`
	Created     time.Time `json:"created,omitzero"`
	// Evidence is grouped as that of an incident.
	Evidence []Group `json:"evidence,omitempty"`
	// Inherited is what the incident gave; empty if it gave nothing.
	Inherited Inheritance `json:"inherited,omitzero"`
	// LinkedBy and LinkedFor are the policy that linked it, and why; empty if a person or a detector did.
	LinkedBy  string `json:"linkedBy,omitempty"`
	LinkedFor string `json:"linkedFor,omitempty"`
	// Dangling is why the incident cannot be found; empty if it can, or if the alert names none.
	Dangling string `json:"dangling,omitempty"`
}

// Inheritance is what an alert has from its incident, and what comes back once the incident takes it back.
type Inheritance struct {
	// From is the name of the incident.
	From string `json:"from,omitempty"`
	// Assignee and State are what was given; empty for nothing.
	Assignee string `json:"assignee,omitempty"`
	State    string `json:"state,omitempty"`
	// OverAssignee and OverState are what was there before; meaningless for what was not given.
	OverAssignee string `json:"overAssignee,omitempty"`
	OverState    string `json:"overState,omitempty"`
	// Held says that the alert arrived after the resolution, and stays active.
	Held bool `json:"held,omitempty"`
}

// AlertOf reads an alert that is looked at now.
func AlertOf(alert *v1alpha1.Alert, now time.Time) Alert {
	found := evidence{}
	row := RowOf(alert, now)
	found.add(alert, row.First, row.Last)
	view := Alert{
		Row: row, Namespace: alert.Namespace, Detector: alert.Spec.Source.Detector,
		Classification: alert.Spec.Classification, Note: alert.Spec.Resolution.Note,
		Description: alert.Spec.Description, URL: alert.Spec.URL, Fingerprint: alert.Spec.Fingerprint,
		Occurrences: cmp.Or(alert.Spec.Occurrences, 1), Created: alert.CreationTimestamp.Time,
		Evidence: found.groups(), Inherited: inheritanceOf(alert),
	}
	reason := correlate.ReasonOf(alert)
	view.LinkedBy, view.LinkedFor = reason.Policy, reason.Why
	for _, technique := range alert.Spec.Techniques {
		view.Techniques = append(view.Techniques, string(technique))
	}
	for _, tag := range alert.Spec.Tags {
		view.Tags = append(view.Tags, string(tag))
	}
	for _, condition := range alert.Status.Conditions {
		if condition.Type == v1alpha1.ConditionLinked {
			view.Dangling = cmp.Or(condition.Message, condition.Reason)
		}
	}
	return view
}

// inheritanceOf takes a memory that cannot be read for none, as the operator does.
func inheritanceOf(alert *v1alpha1.Alert) Inheritance {
	memory, err := inherit.ParseMemory(alert.Annotations[v1alpha1.InheritedAnnotation])
	if err != nil {
		return Inheritance{}
	}
	found := Inheritance{From: memory.Incident}
	if given := memory.Assignee; given != nil {
		found.Assignee, found.OverAssignee = given.Value, given.Over
	}
	if given := memory.Resolution; given != nil {
		found.State, found.OverState, found.Held = given.Value, given.Over, given.Held
	}
	return found
}
