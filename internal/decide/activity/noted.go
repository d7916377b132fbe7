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

package activity

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// valuesNoted are whole values before and after by the field that a log records.
type valuesNoted map[string]note.Value

// fields are those whose values a note tells.
func (v valuesNoted) fields() []string {
	fields := make([]string, 0, len(v))
	for field := range v {
		fields = append(fields, field)
	}
	return fields
}

// fieldOf are the fields of notes as the log calls them.
var fieldOf = map[string]string{
	note.FieldName: fieldName, note.FieldDescription: fieldDescription, note.FieldTags: fieldTags, note.FieldLabels: fieldTags,
	note.FieldAssignee: fieldAssignee, note.FieldVerdict: fieldVerdict, note.FieldDetermination: fieldDetermination,
	note.FieldSeverity: fieldSeverity, note.FieldMergeInto: fieldMergeInto,
	note.FieldState: fieldState, note.FieldResolution: fieldNote,
}

// noted are the values that a note tells. Tags are told as the log lists them; the incident, nil for an alert, knows the
// texts of some.
func noted(n note.Note, incident *v1alpha1.Incident) valuesNoted {
	told := valuesNoted{}
	for _, value := range n.Values {
		field, recorded := fieldOf[value.Field]
		switch {
		case !recorded:
		case field == fieldTags:
			told[field] = tagsNoted(n, incident)
		default:
			told[field] = note.Value{Field: field, From: value.From, To: value.To}
		}
	}
	return told
}

func tagsNoted(n note.Note, incident *v1alpha1.Incident) note.Value {
	spec, _ := n.Value(note.FieldTags)
	labels, _ := n.Value(note.FieldLabels)
	list := func(spec, labels string) string {
		var texts []v1alpha1.Tag
		for _, text := range lines(spec) {
			texts = append(texts, v1alpha1.Tag(text))
		}
		return tagList(tags.Named(texts, lines(labels), incident))
	}
	return note.Value{Field: fieldTags, From: list(spec.From, labels.From), To: list(spec.To, labels.To)}
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// largeFields are the fields whose values were too large for a note.
func largeFields(n note.Note) []string {
	var fields []string
	for _, keyword := range n.Large {
		if field, recorded := fieldOf[keyword]; recorded {
			fields = append(fields, field)
		}
	}
	return fields
}
