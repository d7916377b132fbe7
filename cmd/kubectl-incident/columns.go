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

package main

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// To how few characters text is cut to fit a screen.
const (
	leastTitle    = 24
	leastAssignee = 8
)

// incidentColumns are those of kubectl get incidents, in its order.
func incidentColumns() []column[*v1alpha1.Incident] {
	type incident = *v1alpha1.Incident
	return []column[incident]{
		{name: "NAME", cell: func(i incident, _ time.Time) string { return i.Name }},
		{name: "SEVERITY", short: true, paint: severityColor, cell: func(i incident, _ time.Time) string { return string(i.Status.Severity) }},
		{name: "STATE", cell: func(i incident, _ time.Time) string { return string(query.StateOf(i)) }},
		{name: "ASSIGNEE", least: leastAssignee, cell: func(i incident, _ time.Time) string { return i.Spec.Assignee }},
		{name: "ALERTS", short: true, spare: 2, cell: func(i incident, _ time.Time) string { return i.Status.Alerts.Summary }},
		{
			name: "LAST ACTIVITY", short: true, spare: 3,
			cell:  func(i incident, now time.Time) string { return sinceTime(i.Status.LastActivityTime, now) },
			exact: func(i incident) string { return exactTime(i.Status.LastActivityTime) },
		},
		{
			name: "AGE", spare: 1,
			cell:  func(i incident, now time.Time) string { return since(i.CreationTimestamp.Time, now) },
			exact: func(i incident) string { return exactTime(&i.CreationTimestamp) },
		},
		{name: "VERDICT", wide: true, spare: 5, cell: func(i incident, _ time.Time) string { return string(i.Spec.Classification.Verdict) }},
		{name: "DETERMINATION", wide: true, spare: 4, cell: func(i incident, _ time.Time) string { return string(i.Spec.Classification.Determination) }},
		{name: "TAGS", wide: true, least: leastAssignee, cell: func(i incident, _ time.Time) string { return i.Status.TagSummary }},
		{name: "SOURCES", wide: true, least: leastAssignee, cell: func(i incident, _ time.Time) string { return i.Status.SourceSummary }},
		{name: "TITLE", least: leastTitle, cell: func(i incident, _ time.Time) string { return query.TitleOf(i) }},
	}
}

// alertColumns are those of kubectl get alerts, in its order.
func alertColumns() []column[*v1alpha1.Alert] {
	type alert = *v1alpha1.Alert
	return []column[alert]{
		{name: "NAME", least: leastTitle, cell: func(a alert, _ time.Time) string { return a.Name }},
		{name: "SEVERITY", short: true, paint: severityColor, cell: func(a alert, _ time.Time) string { return string(a.Spec.Severity) }},
		{name: "STATE", cell: func(a alert, _ time.Time) string { return string(a.Spec.Resolution.State) }},
		{name: "INCIDENT", spare: 2, cell: func(a alert, _ time.Time) string { return a.Spec.IncidentRef.Name }},
		{name: "ASSIGNEE", least: leastAssignee, cell: func(a alert, _ time.Time) string { return a.Spec.Assignee }},
		{name: "SERVICE", least: leastAssignee, spare: 3, cell: func(a alert, _ time.Time) string { return a.Spec.Source.Service }},
		{
			name: "AGE", spare: 1,
			cell:  func(a alert, now time.Time) string { return since(a.CreationTimestamp.Time, now) },
			exact: func(a alert) string { return exactTime(&a.CreationTimestamp) },
		},
		{name: "TITLE", least: leastTitle, cell: func(a alert, _ time.Time) string { return a.Spec.Name }},
	}
}

// severityColor is red for what is worst; what is harmless has none.
func severityColor(severity string) string {
	switch v1alpha1.Severity(severity) {
	case v1alpha1.SeverityCritical:
		return "\x1b[1;31m"
	case v1alpha1.SeverityHigh:
		return "\x1b[31m"
	case v1alpha1.SeverityMedium:
		return "\x1b[33m"
	case v1alpha1.SeverityLow:
		return "\x1b[36m"
	case v1alpha1.SeverityInformational:
	}
	return ""
}

func exactTime(then *metav1.Time) string {
	if then.IsZero() {
		return ""
	}
	return then.UTC().Format(time.RFC3339)
}
