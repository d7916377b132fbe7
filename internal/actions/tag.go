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
	"encoding/json"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// Tag adds tags.
func Tag(named ...string) Change {
	return setting("tagged", func(incident *v1alpha1.Incident) {
		for _, tag := range named {
			addTag(incident, tag)
		}
	})
}

// Untag takes tags away, those that are only labels too.
func Untag(named ...string) Change {
	return setting("untagged", func(incident *v1alpha1.Incident) {
		for _, tag := range named {
			removeTag(incident, tag)
		}
	})
}

// addTag does nothing where the incident bears the tag, also where that is only a label.
func addTag(incident *v1alpha1.Incident, tag string) {
	if slices.ContainsFunc(tags.Of(incident), func(b v1alpha1.IncidentTag) bool { return isTag(b, tag) }) {
		return
	}
	if key := v1alpha1.TagLabelPrefix + tag; statesTags(incident) && len(validation.IsQualifiedName(key)) == 0 {
		if incident.Labels == nil {
			incident.Labels = map[string]string{}
		}
		incident.Labels[key] = ""
		return
	}
	incident.Spec.Tags = append(incident.Spec.Tags, v1alpha1.Tag(tag))
}

// statesTags says whether a manifest states the tags of an incident that kubectl, or a Git tool as kubectl does, applies
// from the client. Each time it makes the list what the manifest says, so that a tag of a person lasts only as a label.
func statesTags(incident *v1alpha1.Incident) bool {
	var applied struct {
		Spec struct {
			Tags []string `json:"tags"`
		} `json:"spec"`
	}
	err := json.Unmarshal([]byte(incident.Annotations[corev1.LastAppliedConfigAnnotation]), &applied)
	return err == nil && len(applied.Spec.Tags) > 0
}

// removeTag also takes away the labels by which people set the tag. The operator's own label is left to the operator,
// which takes it away once the tag is gone.
func removeTag(incident *v1alpha1.Incident, tag string) {
	key := tags.LabelKey(tag) // The same for tags that differ only in the case of ASCII letters.
	people := tags.List(nil, incident.Labels, tags.Ours(incident, incident.Spec.Tags))
	incident.Spec.Tags = slices.DeleteFunc(incident.Spec.Tags, func(t v1alpha1.Tag) bool { return tags.LabelKey(string(t)) == key })
	for _, borne := range people {
		if isTag(borne, tag) {
			delete(incident.Labels, borne.Label)
		}
	}
}

// isTag compares a tag with one that an incident bears. The label of the latter tells where it mirrors a text; its name
// does where a person set the label: those may have capital letters, which labels that mirror a text never have.
func isTag(borne v1alpha1.IncidentTag, tag string) bool {
	key := tags.LabelKey(tag)
	return borne.Label == key || tags.LabelKey(borne.Tag) == key
}
