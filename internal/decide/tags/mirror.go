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

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
)

// Keys is a set of label keys.
type Keys = sets.Set[string]

// Of is every tag of an incident with its label: see List.
func Of(incident *v1alpha1.Incident) []v1alpha1.IncidentTag {
	return withTexts(List(incident.Spec.Tags, incident.Labels, Ours(incident, incident.Spec.Tags)), texts(incident))
}

// OfAlert is every tag of an alert with its label: see List. Nothing mirrors the tags of alerts, unless a person does.
func OfAlert(alert *v1alpha1.Alert) []v1alpha1.IncidentTag {
	return List(alert.Spec.Tags, alert.Labels, Ours(alert, alert.Spec.Tags))
}

// texts are the tags that came by merges, by the labels that stand for them: a label's name is the poorer spelling.
func texts(incident *v1alpha1.Incident) map[string]string {
	sources, err := merge.ParseSources(incident.Annotations[v1alpha1.MergedAnnotation])
	if err != nil {
		return nil // It is written anew; until then the names of the labels have to do.
	}
	texts := map[string]string{}
	for _, source := range sources {
		for _, tag := range source.Tags {
			texts[tag.Label] = tag.Tag
		}
	}
	return texts
}

func withTexts(list []v1alpha1.IncidentTag, texts map[string]string) []v1alpha1.IncidentTag {
	for i, tag := range list {
		if text, came := texts[tag.Label]; came && tag.Tag == strings.TrimPrefix(tag.Label, v1alpha1.TagLabelPrefix) {
			list[i].Tag = text
		}
	}
	return list
}

// Named is every tag of an object by what a note says of it: its spec.tags, and the names behind the prefix of those tag
// labels that are not the operator's. It is for an incident if that is not nil, whose merges know the texts of some.
func Named(spec []v1alpha1.Tag, labels []string, incident *v1alpha1.Incident) []v1alpha1.IncidentTag {
	borne := make(map[string]string, len(labels))
	for _, name := range labels {
		borne[v1alpha1.TagLabelPrefix+name] = ""
	}
	list := List(spec, borne, nil)
	if incident == nil {
		return list
	}
	return withTexts(list, texts(incident))
}

// Mirror is the keys of the labels that the operator should have on an object: one for every tag in spec, but for those
// that the object already bears by somebody else's hand.
func Mirror(spec []v1alpha1.Tag, labels map[string]string, ours Keys) Keys {
	keys := make(Keys, len(spec))
	for _, tag := range spec {
		key := LabelKey(string(tag))
		if _, borne := labels[key]; borne && !ours.Has(key) {
			continue
		}
		keys.Insert(key)
	}
	return keys
}

// Ours is the keys of the tag labels that the operator has set on an object and that are still as it set them, by the
// guarded annotation that lists them. A label whose value somebody changed is theirs.
//
// An object of a version that set labels by server-side apply has no list yet. There a label counts as the operator's that
// mirrors a tag of spec and that managedFields ascribe to the operator, which may be forged: so no other label ever does.
func Ours(bearer metav1.Object, spec []v1alpha1.Tag) Keys {
	labels, keys := bearer.GetLabels(), Keys{}
	listed, known := bearer.GetAnnotations()[v1alpha1.LabelsAnnotation]
	if !known {
		if len(labels) == 0 {
			return keys
		}
		return applied(bearer.GetManagedFields(), labels, spec)
	}
	for name := range strings.SplitSeq(listed, "\n") {
		key := v1alpha1.TagLabelPrefix + name
		if value, borne := labels[key]; borne && value == "" {
			keys.Insert(key)
		}
	}
	return keys
}

// Listed is the content of the annotation that lists the operator's labels.
func Listed(keys Keys) string {
	names := make([]string, 0, len(keys))
	for key := range keys {
		names = append(names, strings.TrimPrefix(key, v1alpha1.TagLabelPrefix))
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}

// Missing is the tags of an incident whose labels another object does not bear.
func Missing(incident *v1alpha1.Incident, labels map[string]string) []v1alpha1.IncidentTag {
	return slices.DeleteFunc(Of(incident), func(tag v1alpha1.IncidentTag) bool {
		_, borne := labels[tag.Label]
		return borne
	})
}
