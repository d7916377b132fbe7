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
	"k8s.io/apimachinery/pkg/util/duration"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/spreadsheet"
)

// To how few characters text is cut to fit a screen.
const (
	leastTitle    = 24
	leastAssignee = 8
)

// incidentColumns are those of kubectl get incidents, in its order.
func incidentColumns() []table.Column[*v1alpha1.Incident] {
	type incident = *v1alpha1.Incident
	return []table.Column[incident]{
		{Name: "NAME", Cell: func(i incident, _ time.Time) string { return i.Name }},
		{Name: "SEVERITY", Spare: 7, Paint: severityColor, Cell: func(i incident, _ time.Time) string { return string(i.Status.Severity) }},
		{Name: "STATE", Spare: 6, Cell: func(i incident, _ time.Time) string { return string(query.StateOf(i)) }},
		{Name: "ASSIGNEE", Least: leastAssignee, Spare: 4, Cell: func(i incident, _ time.Time) string { return i.Spec.Assignee }},
		{Name: "ALERTS", Spare: 2, Cell: func(i incident, _ time.Time) string { return i.Status.Alerts.Summary }},
		{
			Name: "LAST ACTIVITY", Spare: 3,
			Cell:  func(i incident, now time.Time) string { return sinceTime(i.Status.LastActivityTime, now) },
			Exact: func(i incident) string { return spreadsheet.Time(i.Status.LastActivityTime) },
		},
		{
			Name: "AGE", Spare: 1,
			Cell:  func(i incident, now time.Time) string { return since(i.CreationTimestamp.Time, now) },
			Exact: func(i incident) string { return spreadsheet.Time(&i.CreationTimestamp) },
		},
		{Name: "VERDICT", Wide: true, Spare: 3, Cell: func(i incident, _ time.Time) string { return string(i.Spec.Classification.Verdict) }},
		{Name: "DETERMINATION", Wide: true, Spare: 2, Cell: func(i incident, _ time.Time) string { return string(i.Spec.Classification.Determination) }},
		{Name: "TAGS", Wide: true, Least: leastAssignee, Spare: 4, Cell: func(i incident, _ time.Time) string { return i.Status.TagSummary }},
		{Name: "SOURCES", Wide: true, Least: leastAssignee, Spare: 1, Cell: func(i incident, _ time.Time) string { return i.Status.SourceSummary }},
		{Name: "TITLE", Least: leastTitle, Spare: 5, Cell: func(i incident, _ time.Time) string { return query.TitleOf(i) }},
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

// since is how long ago a time is, as kubectl says it; nothing for no time.
func since(then, now time.Time) string {
	if then.IsZero() {
		return ""
	}
	return duration.HumanDuration(now.Sub(then))
}

func sinceTime(then *metav1.Time, now time.Time) string {
	if then == nil {
		return ""
	}
	return since(then.Time, now)
}
