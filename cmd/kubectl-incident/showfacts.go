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
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

func incidentFacts(s *shown, zone *time.Location, now time.Time, onScreen bool) []fact {
	h := &s.Header
	facts := []fact{
		{name: "Name", value: h.Name},
		{name: "Severity", value: severityText(h), color: severityColor(string(h.Severity))},
		{name: "State", value: stateText(h)},
		{name: "Assignee", value: cmp.Or(h.Assignee, "nobody")},
		{name: "Classification", value: classificationText(h.Classification)},
		{name: "Scope", value: scopeText(&s.Scope)},
		{name: "Sources", value: countedText(s.Scope.Sources)},
		{name: "Tags", value: strings.Join(h.Tags, ", ")},
		{name: "Activity", value: activityText(h, zone, now)},
		{name: "Created", value: timeText(h.Created, zone, now)},
		{name: "Resolved", value: timeText(h.Resolved, zone, now)},
		{name: "Automatic name", value: h.AutomaticTitle},
		{name: "Merged here", value: strings.Join(s.merged, ", ")},
	}
	if !onScreen {
		facts = append([]fact{{name: "Title", value: h.Title}, {name: "Namespace", value: h.Namespace}}, facts...)
	}
	for _, standing := range h.Standings {
		if onScreen && !standing.Stale && standing.Status == metav1.ConditionTrue {
			continue // All is well.
		}
		facts = append(facts, fact{name: standing.Type, value: standingText(standing)})
	}
	return facts
}

// briefly leaves out what matters least of the facts.
func briefly(facts []fact, sources int) []fact {
	var kept []fact
	for _, f := range facts {
		switch f.name {
		case "Created", "Automatic name":
		case "Sources":
			if f.value != "" {
				kept = append(kept, fact{name: f.name, value: grouped(sources)})
			}
		default:
			kept = append(kept, f)
		}
	}
	return kept
}

func severityText(h *view.Header) string {
	text := cmp.Or(string(h.Severity), "unknown")
	if h.ComputedSeverity != "" {
		text += " (set by hand; its alerts say " + string(h.ComputedSeverity) + ")"
	}
	return text
}

func stateText(h *view.Header) string {
	if h.RedirectedTo != "" {
		return string(h.State) + " to " + h.RedirectedTo
	}
	return string(h.State)
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

func scopeText(s *view.Scope) string {
	alerts := counting(s.Alerts, "alert")
	if s.Active != s.Alerts {
		alerts += fmt.Sprintf(" (%s active)", grouped(s.Active))
	}
	return strings.Join([]string{alerts, counting(s.Endpoints, "endpoint"), counting(s.Users, "user")}, ", ")
}

func countedText(all []view.Counted) string {
	texts := make([]string, 0, len(all))
	for _, one := range all {
		texts = append(texts, withCount(one.Text, one.Alerts))
	}
	return strings.Join(texts, ", ")
}

func withCount(text string, alerts int) string { return fmt.Sprintf("%s (%s)", text, grouped(alerts)) }

func activityText(h *view.Header, zone *time.Location, now time.Time) string {
	if h.LastActivity.IsZero() {
		return ""
	}
	return span(h.FirstActivity, h.LastActivity, zone) + " (" + since(h.LastActivity, now) + " ago)"
}

func timeText(then time.Time, zone *time.Location, now time.Time) string {
	if then.IsZero() {
		return ""
	}
	return span(then, then, zone) + " (" + since(then, now) + " ago)"
}

// standingText is the message, which is written for people; the word in front tells whether all is well.
func standingText(s view.Standing) string {
	if s.Stale {
		return "not yet: the operator has not seen the last change"
	}
	word := map[metav1.ConditionStatus]string{metav1.ConditionTrue: "yes", metav1.ConditionFalse: "no"}[s.Status]
	return cmp.Or(word, "unknown") + ": " + s.Message
}
