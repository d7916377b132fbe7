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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// differences says what people decide otherwise in after than in before, one field a text.
func differences(before, after *v1alpha1.Incident) []string {
	var changes []string
	add := func(field, from, to string) {
		if from != to {
			changes = append(changes, fmt.Sprintf("%s: %s → %s", field, orNone(from), orNone(to)))
		}
	}
	was, is := before.Spec, after.Spec
	add("name", was.Name, is.Name)
	add("description", was.Description, is.Description)
	add("assignee", was.Assignee, is.Assignee)
	add("state", string(cmp.Or(was.Resolution.State, v1alpha1.ResolutionActive)), string(cmp.Or(is.Resolution.State, v1alpha1.ResolutionActive)))
	add("note", was.Resolution.Note, is.Resolution.Note)
	add("classification", classificationOf(was.Classification), classificationOf(is.Classification))
	add("severity", string(was.Severity), string(is.Severity))
	add("tags", joinTags(was.Tags), joinTags(is.Tags))
	add("labels", tagLabels(before.Labels), tagLabels(after.Labels))
	add("merge into", was.MergeInto.Name, is.MergeInto.Name)
	return changes
}

func classificationOf(classification v1alpha1.Classification) string {
	verdict := string(cmp.Or(classification.Verdict, v1alpha1.VerdictNotSet))
	if classification.Determination == "" {
		return verdict
	}
	return verdict + "/" + string(classification.Determination)
}

func joinTags(all []v1alpha1.Tag) string {
	texts := make([]string, 0, len(all))
	for _, tag := range all {
		texts = append(texts, string(tag))
	}
	return strings.Join(texts, ", ")
}

func tagLabels(labels map[string]string) string {
	var keys []string
	for key := range labels {
		if name, isTag := strings.CutPrefix(key, v1alpha1.TagLabelPrefix); isTag {
			keys = append(keys, name)
		}
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}

func orNone(text string) string { return cmp.Or(text, "none") }

// describePreview says what would change, each alert in a line of its own.
func describePreview(what string, changes []string, outcomes []preview.Outcome) string {
	lines := []string{escape(what + ": " + cmp.Or(strings.Join(changes, "; "), unchanged))}
	rows, staying := [][]string{}, 0
	for _, outcome := range outcomes {
		if outcome.Changes() {
			rows = append(rows, []string{"  alert/" + outcome.Alert, describeOutcome(outcome)})
		} else {
			staying++
		}
	}
	if len(rows) > 0 {
		lines = append(lines, alignRows(rows)...)
	}
	if staying > 0 {
		lines = append(lines, fmt.Sprintf("  alerts that stay as they are: %d", staying))
	}
	return strings.Join(lines, "\n")
}

func describeOutcome(outcome preview.Outcome) string {
	var changes []string
	add := func(field, from, to string) {
		if from != to {
			changes = append(changes, fmt.Sprintf("%s: %s → %s", field, orNone(from), orNone(to)))
		}
	}
	add("incident", outcome.Before.Incident, outcome.After.Incident)
	add("assignee", outcome.Before.Assignee, outcome.After.Assignee)
	add("state", string(outcome.Before.State), string(outcome.After.State))
	return strings.Join(changes, "; ")
}
