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
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// AppliedManager is the field manager by which earlier versions of the operator applied the labels of tags.
const AppliedManager = "incident-operator"

// applied is the labels of spec's tags that an earlier version of the operator set by server-side apply.
func applied(managed []metav1.ManagedFieldsEntry, labels map[string]string, spec []v1alpha1.Tag) Keys {
	keys := Keys{}
	for i := range managed {
		entry := &managed[i]
		if entry.Manager == AppliedManager && entry.Operation == metav1.ManagedFieldsOperationApply && entry.Subresource == "" {
			insertTagLabels(keys, entry.FieldsV1)
		}
	}
	mirrored := Keys{}
	for _, tag := range spec {
		key := LabelKey(string(tag))
		if value, borne := labels[key]; borne && value == "" && keys.Has(key) {
			mirrored.Insert(key)
		}
	}
	return mirrored
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
