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

package actions

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Difference is a field in which two incidents differ, in words for people; nothing is "".
type Difference struct{ Field, From, To string }

// The fields of a Difference.
const (
	fieldName           = "name"
	fieldDescription    = "description"
	fieldAssignee       = "assignee"
	fieldState          = "state"
	fieldNote           = "note"
	fieldClassification = "classification"
	fieldSeverity       = "severity"
	fieldTags           = "tags"
	fieldLabels         = "labels"
	fieldMergeInto      = "merge into"
	// fieldIncident is that of an alert.
	fieldIncident = "incident"
)

// decided are all of them, in the order in which people are told of them.
var decided = []string{
	fieldName, fieldDescription, fieldAssignee, fieldState, fieldNote, fieldClassification, fieldSeverity, fieldTags, fieldLabels, fieldMergeInto,
}

// valuesOf are what an incident says, by field.
func valuesOf(incident *v1alpha1.Incident) map[string]string {
	spec := incident.Spec
	return map[string]string{
		fieldName:           spec.Name,
		fieldDescription:    spec.Description,
		fieldAssignee:       spec.Assignee,
		fieldState:          string(cmp.Or(spec.Resolution.State, v1alpha1.ResolutionActive)),
		fieldNote:           spec.Resolution.Note,
		fieldClassification: ClassificationText(spec.Classification),
		fieldSeverity:       string(spec.Severity),
		fieldTags:           joinTags(spec.Tags),
		fieldLabels:         tagLabels(incident.Labels),
		fieldMergeInto:      spec.MergeInto.Name,
	}
}

// Differences are the fields that people set and in which two versions of an incident differ.
func Differences(before, after *v1alpha1.Incident) []Difference {
	var found []Difference
	was, is := valuesOf(before), valuesOf(after)
	for _, field := range decided {
		if was[field] != is[field] {
			found = append(found, Difference{field, was[field], is[field]})
		}
	}
	return found
}

// Replaced are the differences by which something was lost that a person had said: not what was unset or the default, nor
// tags that are all there still.
func Replaced(before, after *v1alpha1.Incident) []Difference {
	var found []Difference
	for _, difference := range Differences(before, after) {
		switch {
		case difference.From == "", difference.From == defaults[difference.Field]:
		case difference.Field == fieldTags && containsAll(after.Spec.Tags, before.Spec.Tags):
		case difference.Field == fieldLabels && containsAll(labelNames(after), labelNames(before)):
		default:
			found = append(found, difference)
		}
	}
	return found
}

var defaults = map[string]string{fieldState: string(v1alpha1.ResolutionActive), fieldClassification: string(v1alpha1.VerdictNotSet)}

func containsAll[T comparable](all, some []T) bool {
	return !slices.ContainsFunc(some, func(one T) bool { return !slices.Contains(all, one) })
}

func labelNames(incident *v1alpha1.Incident) []string {
	return slices.Collect(maps.Keys(incident.Labels))
}

// ClassificationText is a classification in one word, such as TruePositive/Malware.
func ClassificationText(classification v1alpha1.Classification) string {
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

// tagLabels names the labels by which people set tags, or a controller does.
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
