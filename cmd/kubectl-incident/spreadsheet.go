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
	"strconv"
	"strings"
	"time"

	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// spreadsheetColumns are what a spreadsheet gets of incidents: whole, one thing a column, and nothing that a spreadsheet
// takes for something else, such as 4/4 for a date.
func spreadsheetColumns() []table.Column[*v1alpha1.Incident] {
	type incident = *v1alpha1.Incident
	text := func(name string, of func(incident) string) table.Column[incident] {
		return table.Column[incident]{Name: name, Cell: func(i incident, _ time.Time) string { return of(i) }}
	}
	number := func(name string, of func(incident) *int32) table.Column[incident] {
		return text(name, func(i incident) string {
			if of(i) == nil {
				return ""
			}
			return strconv.Itoa(int(ptr.Deref(of(i), 0)))
		})
	}
	return []table.Column[incident]{
		text("NAME", func(i incident) string { return i.Name }),
		text("SEVERITY", func(i incident) string { return string(i.Status.Severity) }),
		text("STATE", func(i incident) string { return string(query.StateOf(i)) }),
		text("ASSIGNEE", func(i incident) string { return i.Spec.Assignee }),
		number("ACTIVE ALERTS", func(i incident) *int32 { return i.Status.Alerts.Active }),
		number("ALERTS", func(i incident) *int32 { return i.Status.Alerts.Total }),
		number("ENDPOINTS", func(i incident) *int32 { return i.Status.Endpoints }),
		number("USERS", func(i incident) *int32 { return i.Status.Users }),
		text("FIRST ACTIVITY", func(i incident) string { return exactTime(i.Status.FirstActivityTime) }),
		text("LAST ACTIVITY", func(i incident) string { return exactTime(i.Status.LastActivityTime) }),
		text("CREATED", func(i incident) string { return exactTime(&i.CreationTimestamp) }),
		text("RESOLVED", func(i incident) string { return exactTime(i.Status.ResolvedTime) }),
		text("RESOLVED BY", resolver),
		text("VERDICT", func(i incident) string { return string(i.Spec.Classification.Verdict) }),
		text("DETERMINATION", func(i incident) string { return string(i.Spec.Classification.Determination) }),
		text("NOTE", func(i incident) string { return i.Spec.Resolution.Note }),
		text("TAGS", func(i incident) string { return input.JoinTags(query.TagsOf(i)) }),
		text("SOURCES", func(i incident) string { return input.JoinTags(i.Status.Sources) }),
		text("CATEGORIES", func(i incident) string { return strings.Join(i.Status.Categories, ",") }),
		text("MERGED INTO", func(i incident) string { return i.Status.RedirectedTo }),
		text("TITLE", query.TitleOf),
		text("DESCRIPTION", func(i incident) string { return i.Spec.Description }),
	}
}

// resolver is who set the resolution last, of an incident that is resolved.
func resolver(incident *v1alpha1.Incident) string {
	if incident.Spec.Resolution.State != v1alpha1.ResolutionResolved {
		return ""
	}
	return activity.EditorOf(incident.Annotations, "resolution")
}

// columns are those of the format that is asked for.
func (o *listOptions) columns() []table.Column[*v1alpha1.Incident] {
	if o.isSpreadsheet() {
		return spreadsheetColumns()
	}
	return incidentColumns()
}
