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
	"strings"

	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// alert shows everything of an alert.
func (p *page) alert(a *view.Alert) {
	category := a.Category
	if category != "" {
		category = naming.Sentence(category)
	}
	source := a.Service
	if a.Detector != "" {
		source = strings.TrimPrefix(source+", "+a.Detector, ", ")
	}
	occurrences := ""
	if a.Occurrences > 1 {
		occurrences = grouped(int(a.Occurrences))
	}
	p.facts([]fact{
		{name: "Title", value: a.Title},
		{name: "Name", value: a.Name},
		{name: "Namespace", value: a.Namespace},
		{name: "Incident", value: cmp.Or(a.Incident, "none")},
		{name: "Correlated", value: correlatedText(a)},
		{name: "Severity", value: cmp.Or(string(a.Severity), "unknown"), color: severityColor(string(a.Severity))},
		{name: "State", value: string(a.State)},
		{name: "Assignee", value: cmp.Or(a.Assignee, "nobody")},
		{name: "Classification", value: classificationText(a.Classification)},
		{name: "Category", value: category},
		{name: "Techniques", value: strings.Join(a.Techniques, ", ")},
		{name: "Source", value: source},
		{name: "Activity", value: span(a.First, a.Last, p.zone) + " (" + since(a.Last, p.now) + " ago)"},
		{name: "Occurrences", value: occurrences},
		{name: "Created", value: timeText(a.Created, p.zone, p.now)},
		{name: "Tags", value: strings.Join(a.Tags, ", ")},
		{name: "Inherited", value: inheritedText(&a.Inherited)},
		{name: "Linked", value: prefixed("no: ", a.Dangling)},
		{name: "Fingerprint", value: a.Fingerprint},
		{name: "URL", value: a.URL},
	})
	p.text("Note", a.Note, 0)
	p.text("Description", a.Description, 0)
	p.evidence(a.Evidence, detail{})
}

// correlatedText says why the alert is in its incident, if a policy put it there.
func correlatedText(a *view.Alert) string {
	if a.LinkedBy == "" {
		return ""
	}
	return a.LinkedFor + " (policy " + a.LinkedBy + ")"
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// inheritedText says what the incident gave, and what was there before.
func inheritedText(i *view.Inheritance) string {
	var said []string
	if i.Assignee != "" {
		said = append(said, "assignee "+i.Assignee+" over "+cmp.Or(i.OverAssignee, "nobody"))
	}
	switch {
	case i.State == "":
	case i.Held:
		said = append(said, "not its resolution: the alert arrived after that and stays active")
	default:
		said = append(said, "state "+i.State+" over "+i.OverState)
	}
	if len(said) == 0 {
		return ""
	}
	return strings.Join(said, ", ") + " (from " + i.From + ")"
}
