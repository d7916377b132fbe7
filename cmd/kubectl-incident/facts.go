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
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// fact is one line of what is known about an incident.
type fact struct{ name, value string }

// printFacts prints the facts that there are, aligned.
func (p *plugin) printFacts(incident *v1alpha1.Incident, now time.Time) {
	screen := terminal.ScreenOf(p.Out)
	const width = 16
	for _, fact := range factsOf(incident, now) {
		if fact.value == "" {
			continue
		}
		if strings.Contains(fact.value, "\n") {
			terminal.PrintLine(p.Out, fact.name+":")
			terminal.Indent(p.Out, fact.value)
			continue
		}
		value := terminal.Escape(fact.value)
		if color := severityColor(string(incident.Status.Severity)); fact.name == "Severity" && screen.Colors && color != "" {
			value = color + value + "\x1b[0m"
		}
		terminal.PrintLine(p.Out, fmt.Sprintf("%-*s%s", width, fact.name+":", value))
	}
}

func factsOf(incident *v1alpha1.Incident, now time.Time) []fact {
	status := &incident.Status
	facts := []fact{
		{"Title", query.TitleOf(incident)},
		{"Name", incident.Name},
		{"Namespace", incident.Namespace},
		{"Severity", severityText(incident)},
		{"State", stateText(incident)},
		{"Assignee", cmp.Or(incident.Spec.Assignee, "nobody")},
		{"Classification", classificationText(incident.Spec.Classification)},
		{"Scope", scopeText(status)},
		{"Sources", strings.Join(status.Sources, ", ")},
		{"Categories", strings.Join(status.Categories, ", ")},
		{"Tags", strings.Join(query.TagsOf(incident), ", ")},
		{"First activity", timeText(status.FirstActivityTime, now)},
		{"Last activity", timeText(status.LastActivityTime, now)},
		{"Created", timeText(&incident.CreationTimestamp, now)},
		{"Resolved", timeText(status.ResolvedTime, now)},
		{"Note", incident.Spec.Resolution.Note},
		{"Description", incident.Spec.Description},
	}
	for _, condition := range status.Conditions {
		if !slices.Contains(summing, condition.Type) {
			facts = append(facts, fact{condition.Type, conditionText(query.Counting(incident, condition))})
		}
	}
	return facts
}

// summing are the conditions that only sum the others up, for tools that know no others.
var summing = []string{v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled}

func severityText(incident *v1alpha1.Incident) string {
	text := cmp.Or(string(incident.Status.Severity), "unknown")
	if computed := incident.Status.ComputedSeverity; incident.Spec.Severity != "" && computed != "" && computed != incident.Spec.Severity {
		text += " (set by hand; its alerts say " + string(computed) + ")"
	}
	return text
}

func stateText(incident *v1alpha1.Incident) string {
	text := string(query.StateOf(incident))
	if to := incident.Status.RedirectedTo; to != "" {
		text += " to " + to
	}
	return text
}

func classificationText(classification v1alpha1.Classification) string {
	text := string(classification.Verdict)
	if text == "" || classification.Verdict == v1alpha1.VerdictNotSet {
		return "not set"
	}
	if classification.Determination != "" {
		text += ", " + string(classification.Determination)
	}
	return text
}

func scopeText(status *v1alpha1.IncidentStatus) string {
	var parts []string
	for _, part := range []struct {
		number    *int32
		one, many string
	}{{status.Alerts.Total, "alert", "alerts"}, {status.Endpoints, "endpoint", "endpoints"}, {status.Users, "user", "users"}} {
		switch {
		case part.number == nil:
		case *part.number == 1:
			parts = append(parts, "1 "+part.one)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", *part.number, part.many))
		}
	}
	return strings.Join(parts, ", ")
}

func timeText(then *metav1.Time, now time.Time) string {
	if then.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s (%s ago)", exactTime(then), since(then.Time, now))
}

// conditionText is the message, which is written for people; the word in front tells whether all is well.
func conditionText(condition metav1.Condition) string {
	word := map[metav1.ConditionStatus]string{metav1.ConditionTrue: "yes", metav1.ConditionFalse: "no"}[condition.Status]
	if condition.Reason == query.ReasonNotSeen {
		word = "not yet"
	}
	return cmp.Or(word, "unknown") + ": " + cmp.Or(condition.Message, condition.Reason)
}
