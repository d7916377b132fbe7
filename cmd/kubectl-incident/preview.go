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

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// describedAs puts previews into words. Behind the title it says what is so of all of them, such as "a new incident", if
// anything.
func describedAs(title string, always ...string) func(actions.Preview) string {
	return func(found actions.Preview) string {
		said := slices.Clone(always)
		for _, field := range found.Fields {
			said = append(said, arrow(field.Field, field.From, field.To))
		}
		lines := []string{terminal.Escape(title + ": " + cmp.Or(strings.Join(said, "; "), string(actions.Unchanged)))}
		return strings.Join(append(lines, describeAlerts(found.Alerts)...), "\n")
	}
}

func describeAlerts(outcomes []preview.Outcome) []string {
	rows, staying := [][]string{}, 0
	for _, outcome := range outcomes {
		if outcome.Differs() {
			rows = append(rows, []string{"  alert/" + outcome.Alert, describeOutcome(outcome)})
		} else {
			staying++
		}
	}
	var lines []string
	if len(rows) > 0 {
		lines = terminal.AlignRows(rows)
	}
	if staying > 0 {
		lines = append(lines, fmt.Sprintf("  alerts that stay as they are: %d", staying))
	}
	return lines
}

func describeOutcome(outcome preview.Outcome) string {
	var said []string
	add := func(field, from, to string) {
		if from != to {
			said = append(said, arrow(field, from, to))
		}
	}
	add("incident", outcome.Before.Incident, outcome.After.Incident)
	add("assignee", outcome.Before.Assignee, outcome.After.Assignee)
	add("state", string(outcome.Before.State), string(outcome.After.State))
	return strings.Join(said, "; ")
}

func arrow(field, from, to string) string {
	return fmt.Sprintf("%s: %s → %s", field, cmp.Or(from, "none"), cmp.Or(to, "none"))
}
