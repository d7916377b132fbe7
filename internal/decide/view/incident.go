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
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Incident is what is shown of an incident, what matters first.
type Incident struct {
	Header Header `json:"header"`
	// Scope counts what the alerts are about, as they are now.
	Scope Scope `json:"scope"`
	// Evidence has a group for each kind that is there: hosts first, then users, then what they met.
	Evidence []Group `json:"evidence,omitempty"`
	// Tactics are the categories of the alerts with their techniques, in kill-chain order.
	Tactics []Tactic `json:"tactics,omitempty"`
	// Worst are the worst alerts: the most severe first, among these those that are not resolved, then those that began
	// first. MoreAlerts is how many the bound leaves out.
	Worst      []Row `json:"worst,omitempty"`
	MoreAlerts int   `json:"moreAlerts,omitempty"`
}

// Header is what stands above everything else.
type Header struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Title     string `json:"title"`
	// AutomaticTitle is the one that people's title hides; empty if it is shown or equal.
	AutomaticTitle string            `json:"automaticTitle,omitempty"`
	Severity       v1alpha1.Severity `json:"severity,omitempty"`
	// ComputedSeverity is that of the alerts if a person pinned another one; empty otherwise.
	ComputedSeverity v1alpha1.Severity       `json:"computedSeverity,omitempty"`
	State            v1alpha1.IncidentState  `json:"state"`
	RedirectedTo     string                  `json:"redirectedTo,omitempty"`
	Assignee         string                  `json:"assignee,omitempty"`
	Classification   v1alpha1.Classification `json:"classification"`
	Note             string                  `json:"note,omitempty"`
	Description      string                  `json:"description,omitempty"`
	Tags             []string                `json:"tags,omitempty"`
	// FirstActivity and LastActivity are zero for an incident without alerts, Resolved for one that is not resolved.
	FirstActivity time.Time `json:"firstActivity,omitzero"`
	LastActivity  time.Time `json:"lastActivity,omitzero"`
	Created       time.Time `json:"created,omitzero"`
	Resolved      time.Time `json:"resolved,omitzero"`
	// Standings are the conditions of the incident.
	Standings []Standing `json:"standings,omitempty"`
}

// Scope counts what an incident reaches.
type Scope struct {
	Alerts int `json:"alerts"`
	// Active is how many of the alerts are not resolved.
	Active int `json:"active"`
	// Endpoints and Users count as the status of an incident does: each across its kinds, without regard to letter case.
	Endpoints int `json:"endpoints"`
	Users     int `json:"users"`
	// Sources are the products that reported the alerts, those with most alerts first.
	Sources []Counted `json:"sources,omitempty"`
}

// Counted is a text with the number of alerts that have it.
type Counted struct {
	Text   string `json:"text"`
	Alerts int    `json:"alerts"`
}

// HeaderOf reads the header of an incident.
func HeaderOf(incident *v1alpha1.Incident) Header {
	spec, status := &incident.Spec, &incident.Status
	header := Header{
		Name: incident.Name, Namespace: incident.Namespace, Title: query.TitleOf(incident),
		Severity: severityOf(incident), State: query.StateOf(incident), RedirectedTo: status.RedirectedTo,
		Assignee: spec.Assignee, Classification: spec.Classification, Note: spec.Resolution.Note, Description: spec.Description,
		Tags: query.TagsOf(incident), Created: incident.CreationTimestamp.Time, Standings: standingsOf(incident),
	}
	if status.AutomaticName != header.Title {
		header.AutomaticTitle = status.AutomaticName
	}
	if computed := status.ComputedSeverity; spec.Severity != "" && computed != spec.Severity {
		header.ComputedSeverity = computed
	}
	if status.FirstActivityTime != nil {
		header.FirstActivity = status.FirstActivityTime.Time
	}
	if status.LastActivityTime != nil {
		header.LastActivity = status.LastActivityTime.Time
	}
	header.Resolved = resolvedOf(incident)
	return header
}

// resolvedOf is when an incident was resolved; zero if it is not.
func resolvedOf(incident *v1alpha1.Incident) time.Time {
	if incident.Status.ResolvedTime == nil || incident.Spec.Resolution.State != v1alpha1.ResolutionResolved {
		return time.Time{}
	}
	return incident.Status.ResolvedTime.Time
}

// severityOf is the severity that people pinned, also before the operator has seen that.
func severityOf(incident *v1alpha1.Incident) v1alpha1.Severity {
	if incident.Spec.Severity != "" {
		return incident.Spec.Severity
	}
	return incident.Status.Severity
}
