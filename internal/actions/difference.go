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
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Difference is a field in which two incidents differ, in words for people; nothing is "".
type Difference struct{ Field, From, To string }

// Differences are the fields that people set and in which two versions of an incident differ.
func Differences(before, after *v1alpha1.Incident) []Difference {
	var found []Difference
	add := func(field, from, to string) {
		if from != to {
			found = append(found, Difference{field, from, to})
		}
	}
	was, is := before.Spec, after.Spec
	add("name", was.Name, is.Name)
	add("description", was.Description, is.Description)
	add("assignee", was.Assignee, is.Assignee)
	add("state", string(cmp.Or(was.Resolution.State, v1alpha1.ResolutionActive)), string(cmp.Or(is.Resolution.State, v1alpha1.ResolutionActive)))
	add("note", was.Resolution.Note, is.Resolution.Note)
	add("classification", ClassificationText(was.Classification), ClassificationText(is.Classification))
	add("severity", string(was.Severity), string(is.Severity))
	add("tags", joinTags(was.Tags), joinTags(is.Tags))
	add("labels", tagLabels(before.Labels), tagLabels(after.Labels))
	add("merge into", was.MergeInto.Name, is.MergeInto.Name)
	return found
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
