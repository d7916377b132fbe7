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

package controllers

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	applyv1alpha1 "github.com/incident-operator/incident-operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// labeler mirrors tags as labels by server-side apply without force, so that no label of a person is ever removed or
// overwritten.
type labeler struct {
	client client.Client
}

// mirror applies the labels of an incident's or an alert's tags where the applied ones differ.
func (l labeler) mirror(ctx context.Context, bearer client.Object, spec []v1alpha1.Tag) error {
	ours := tags.Ours(bearer.GetManagedFields())
	keys := tags.Mirror(spec, bearer.GetLabels(), ours)
	if keys.Equal(ours) {
		return nil
	}
	if err := l.client.Apply(ctx, labelsOf(bearer, keys), fieldOwner); err != nil {
		return fmt.Errorf("applying tag labels: %w", err)
	}
	return nil
}

// labelsOf names the object by its UID too, since an apply would otherwise re-create one that was just deleted.
func labelsOf(bearer client.Object, keys tags.Keys) runtime.ApplyConfiguration {
	labels := make(map[string]string, len(keys))
	for key := range keys {
		labels[key] = ""
	}
	if _, isIncident := bearer.(*v1alpha1.Incident); isIncident {
		return applyv1alpha1.Incident(bearer.GetName(), bearer.GetNamespace()).WithUID(bearer.GetUID()).WithLabels(labels)
	}
	return applyv1alpha1.Alert(bearer.GetName(), bearer.GetNamespace()).WithUID(bearer.GetUID()).WithLabels(labels)
}
