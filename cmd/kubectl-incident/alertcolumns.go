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
	"cmp"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/spreadsheet"
)

// alertColumns are those of kubectl get alerts, with the times of what was seen instead of the age of the object.
func alertColumns(zone *time.Location, now time.Time) []table.Column[*v1alpha1.Alert] {
	type alert = *v1alpha1.Alert
	began := func(a alert) time.Time {
		first, _ := a.EffectiveActivity(now)
		return first
	}
	last := func(a alert) time.Time {
		_, last := a.EffectiveActivity(now)
		return last
	}
	return []table.Column[alert]{
		{Name: "NAME", Cell: func(a alert, _ time.Time) string { return a.Name }},
		{Name: "SEVERITY", Spare: 8, Paint: severityColor, Cell: func(a alert, _ time.Time) string { return string(a.Spec.Severity) }},
		{Name: "STATE", Spare: 6, Cell: func(a alert, _ time.Time) string {
			return string(cmp.Or(a.Spec.Resolution.State, v1alpha1.ResolutionActive))
		}},
		{Name: "INCIDENT", Spare: 5, Cell: func(a alert, _ time.Time) string { return a.Spec.IncidentRef.Name }},
		{Name: "ASSIGNEE", Least: leastAssignee, Spare: 3, Cell: func(a alert, _ time.Time) string { return a.Spec.Assignee }},
		{Name: "SERVICE", Least: leastAssignee, Spare: 2, Cell: func(a alert, _ time.Time) string { return a.Spec.Source.Service }},
		{
			Name: timeHead("BEGAN", zone, now), Spare: 4,
			Cell:  func(a alert, _ time.Time) string { return shortTime(began(a), zone) },
			Exact: func(a alert) string { return exactly(began(a)) },
		},
		{
			Name: timeHead("LAST SEEN", zone, now), Wide: true, Spare: 1,
			Cell:  func(a alert, _ time.Time) string { return shortTime(last(a), zone) },
			Exact: func(a alert) string { return exactly(last(a)) },
		},
		{Name: "CATEGORY", Wide: true, Spare: 1, Cell: func(a alert, _ time.Time) string { return a.Spec.Category }},
		{Name: "TECHNIQUES", Wide: true, Least: leastAssignee, Spare: 1, Cell: func(a alert, _ time.Time) string { return joined(a.Spec.Techniques) }},
		{Name: "VERDICT", Wide: true, Spare: 1, Cell: func(a alert, _ time.Time) string { return actions.ClassificationText(a.Spec.Classification) }},
		{Name: "TAGS", Wide: true, Least: leastAssignee, Spare: 1, Cell: func(a alert, _ time.Time) string { return joined(a.Spec.Tags) }},
		{Name: "COUNT", Wide: true, Spare: 1, Cell: func(a alert, _ time.Time) string { return strconv.FormatInt(cmp.Or(a.Spec.Occurrences, 1), 10) }},
		{
			Name: "AGE", Wide: true, Spare: 1,
			Cell:  func(a alert, now time.Time) string { return since(a.CreationTimestamp.Time, now) },
			Exact: func(a alert) string { return spreadsheet.Time(&a.CreationTimestamp) },
		},
		{Name: "EVIDENCE", Wide: true, Least: leastTitle, Spare: 7, Cell: func(a alert, _ time.Time) string { return evidenceCell(a) }},
		{Name: "TITLE", Least: leastTitle, Spare: 7, Cell: func(a alert, _ time.Time) string { return a.Spec.Name }},
	}
}

func exactly(then time.Time) string { return spreadsheet.Time(&metav1.Time{Time: then}) }

func joined[T ~string](all []T) string {
	texts := make([]string, 0, len(all))
	for _, one := range all {
		texts = append(texts, string(one))
	}
	return strings.Join(texts, ", ")
}

// evidenceCell names the evidence with its kind.
func evidenceCell(alert *v1alpha1.Alert) string {
	texts := make([]string, 0, len(alert.Spec.Evidence))
	for i := range alert.Spec.Evidence {
		texts = append(texts, string(alert.Spec.Evidence[i].Kind)+" "+alert.Spec.Evidence[i].Name)
	}
	return strings.Join(texts, ", ")
}
