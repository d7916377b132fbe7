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

package operator

import (
	"context"
	"fmt"
	"maps"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// MirroredLabels are the changes of an object's metadata by which its labels mirror the tags of its spec; none is needed if
// it is empty. No label of a person is removed or overwritten: those that are the operator's are listed beside them.
func MirroredLabels(bearer client.Object, spec []v1alpha1.Tag) (labels, annotations Object) {
	ours := tags.Ours(bearer, spec)
	keys := tags.Mirror(spec, bearer.GetLabels(), ours)
	listed, known := bearer.GetAnnotations()[v1alpha1.LabelsAnnotation]
	if keys.Equal(ours) && (tags.Listed(keys) == listed || !known && keys.Len() == 0) {
		return nil, nil
	}
	labels = Object{}
	for key := range ours.Difference(keys) {
		labels[key] = nil
	}
	for key := range keys.Difference(ours) {
		labels[key] = ""
	}
	return labels, Object{v1alpha1.LabelsAnnotation: OrRemoved(tags.Listed(keys))}
}

// PatchMetadata changes labels and annotations on condition that nobody changed the object since it was read.
func PatchMetadata(ctx context.Context, c client.Client, kind string, object client.Object, labels, annotations Object) error {
	metadata := OnVersion(object)
	maps.Copy(metadata, Object{"labels": labels, "annotations": annotations})
	if _, err := Patch(ctx, c, kind, object, Object{"metadata": metadata}); err != nil {
		return fmt.Errorf("patching labels and annotations: %w", err)
	}
	return nil
}
