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

package tags

import (
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// List is every tag with the label that mirrors it, sorted by label: those of spec and those that are only labels. Of
// what shares a label the text in spec is shown, because a label's name is the poorer spelling of the same tag; of several
// texts in spec, which differ only in how Unicode composes their letters, the first.
//
// Labels that the operator is about to take away, being in ours but no longer in spec, are left out. Should somebody else
// own such a label as well, it outlives the operator's claim and is listed from then on.
//
// The list is not cut to what a status has room for.
func List(spec []v1alpha1.Tag, labels map[string]string, ours Keys) []v1alpha1.IncidentTag {
	texts := make(map[string]string, len(spec)+len(labels))
	for key := range labels {
		if name, isTag := strings.CutPrefix(key, v1alpha1.TagLabelPrefix); isTag && !ours.Has(key) {
			texts[key] = name
		}
	}
	for _, tag := range slices.Backward(spec) {
		texts[LabelKey(string(tag))] = string(tag)
	}
	list := make([]v1alpha1.IncidentTag, 0, len(texts))
	for key, text := range texts {
		list = append(list, v1alpha1.IncidentTag{Tag: text, Label: key})
	}
	slices.SortFunc(list, func(a, b v1alpha1.IncidentTag) int { return strings.Compare(a.Label, b.Label) })
	return list
}
