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
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// FieldOwner is the field manager of every write of the operator.
const FieldOwner = client.FieldOwner("incident-operator")

// Object is a JSON object of a merge patch; a nil member removes what is there.
type Object = map[string]any

// OrRemoved is a value of a merge patch; an empty one removes what is there.
func OrRemoved(value string) any {
	if value == "" {
		return nil
	}
	return value
}

// OnVersion is the metadata of a patch that holds only if nobody changed the object since it was read.
func OnVersion(object client.Object) Object {
	return Object{"resourceVersion": object.GetResourceVersion()}
}

// Patch sends a merge patch of an object of our API and returns the resourceVersion that it has now. It reads no more of the
// answer than its metadata.
func Patch(ctx context.Context, c client.Client, kind string, object client.Object, patch Object) (version string, err error) {
	body, err := json.Marshal(patch)
	if err != nil {
		return "", fmt.Errorf("encoding the patch: %w", err)
	}
	target := named(kind, object)
	err = c.Patch(ctx, target, client.RawPatch(types.MergePatchType, body), FieldOwner)
	return target.ResourceVersion, err
}

// PatchStatus is Patch for the status.
func PatchStatus(ctx context.Context, c client.Client, kind string, object client.Object, patch Object) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return fmt.Errorf("encoding the patch of the status: %w", err)
	}
	return c.Status().Patch(ctx, named(kind, object), client.RawPatch(types.MergePatchType, body), FieldOwner)
}

// named says only which object it is: a patch needs no more, and decodes its answer into it.
func named(kind string, object client.Object) *metav1.PartialObjectMetadata {
	target := &metav1.PartialObjectMetadata{}
	target.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind))
	target.Namespace, target.Name = object.GetNamespace(), object.GetName()
	return target
}
