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
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Manager is the field manager that applies the mirrored labels.
const Manager = "incident-operator"

// MergeManager is the field manager that applies the labels which an incident takes over from one that was merged into
// it.
const MergeManager = "incident-operator-merge"

// Keys is a set of label keys.
type Keys = sets.Set[string]

// Mirror is the keys of the labels that the operator should own by server-side apply: one for every tag in spec, but
// for those that the object already bears by somebody else's hand. Applying one of those without force would be refused
// as a conflict when its value differs, and would share the ownership of somebody's label when it does not.
//
// An apply is due exactly when the result differs from ours; it must then name every key of the result, and takes away
// those of ours that are not in it.
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

// Ours is the keys of the tag labels that the operator applied and still owns, going by an object's managedFields.
//
// The managedFields must be those of the API server: where a cache strips them everything borne looks like somebody
// else's, and the next apply would take the operator's own labels away. An entry that cannot be read owns nothing.
func Ours(managed []metav1.ManagedFieldsEntry) Keys { return AppliedBy(Manager, managed) }

// AppliedBy is the same for any field manager.
func AppliedBy(manager string, managed []metav1.ManagedFieldsEntry) Keys {
	keys := Keys{}
	for i := range managed {
		entry := &managed[i]
		if entry.Manager == manager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == "" {
			insertTagLabels(keys, entry.FieldsV1)
		}
	}
	return keys
}

// Missing is the keys of the labels of an incident's tags that another object does not bear.
func Missing(incident *v1alpha1.Incident, labels map[string]string) Keys {
	keys := Keys{}
	for _, tag := range List(incident.Spec.Tags, incident.Labels, Ours(incident.ManagedFields)) {
		if _, borne := labels[tag.Label]; !borne {
			keys.Insert(tag.Label)
		}
	}
	return keys
}

func insertTagLabels(keys Keys, fields *metav1.FieldsV1) {
	if fields == nil {
		return
	}
	owned := fieldpath.Set{}
	if err := owned.FromJSON(fields.GetRawReader()); err != nil {
		return
	}
	labels := owned.WithPrefix(fieldName("metadata")).WithPrefix(fieldName("labels"))
	for element := range labels.Members.All() {
		if key := element.FieldName; key != nil && strings.HasPrefix(*key, v1alpha1.TagLabelPrefix) {
			keys.Insert(*key)
		}
	}
}

func fieldName(name string) fieldpath.PathElement { return fieldpath.PathElement{FieldName: &name} }
