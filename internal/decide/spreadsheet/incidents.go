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

package spreadsheet

import (
	"strconv"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// Column is one of a spreadsheet of incidents.
type Column struct {
	Head string
	Cell func(*v1alpha1.Incident) string
}

// Incidents are the columns that a spreadsheet gets of incidents: whole, one thing a column, and nothing that a spreadsheet
// takes for something else, such as 4/4 for a date.
func Incidents() []Column {
	type incident = *v1alpha1.Incident
	number := func(of func(incident) *int32) func(incident) string {
		return func(i incident) string {
			if of(i) == nil {
				return ""
			}
			return strconv.Itoa(int(ptr.Deref(of(i), 0)))
		}
	}
	return []Column{
		{"NAME", func(i incident) string { return i.Name }},
		{"SEVERITY", func(i incident) string { return string(i.Status.Severity) }},
		{"STATE", func(i incident) string { return string(query.StateOf(i)) }},
		{"ASSIGNEE", func(i incident) string { return i.Spec.Assignee }},
		{"ACTIVE ALERTS", number(func(i incident) *int32 { return i.Status.Alerts.Active })},
		{"ALERTS", number(func(i incident) *int32 { return i.Status.Alerts.Total })},
		{"ENDPOINTS", number(func(i incident) *int32 { return i.Status.Endpoints })},
		{"USERS", number(func(i incident) *int32 { return i.Status.Users })},
		{"FIRST ACTIVITY", func(i incident) string { return Time(i.Status.FirstActivityTime) }},
		{"LAST ACTIVITY", func(i incident) string { return Time(i.Status.LastActivityTime) }},
		{"CREATED", func(i incident) string { return Time(&i.CreationTimestamp) }},
		{"RESOLVED", func(i incident) string { return Time(i.Status.ResolvedTime) }},
		{"RESOLVED BY", resolver},
		{"VERDICT", func(i incident) string { return string(i.Spec.Classification.Verdict) }},
		{"DETERMINATION", func(i incident) string { return string(i.Spec.Classification.Determination) }},
		{"NOTE", func(i incident) string { return i.Spec.Resolution.Note }},
		{"TAGS", func(i incident) string { return tags.Join(query.TagsOf(i)) }},
		{"SOURCES", func(i incident) string { return tags.Join(i.Status.Sources) }},
		{"CATEGORIES", func(i incident) string { return strings.Join(i.Status.Categories, ",") }},
		{"MERGED INTO", func(i incident) string { return i.Status.RedirectedTo }},
		{"TITLE", query.TitleOf},
		{"DESCRIPTION", func(i incident) string { return i.Spec.Description }},
	}
}

// resolver is who set the resolution last, of an incident that is resolved.
func resolver(incident *v1alpha1.Incident) string {
	if incident.Spec.Resolution.State != v1alpha1.ResolutionResolved {
		return ""
	}
	return activity.EditorOf(incident.Annotations, "resolution")
}
