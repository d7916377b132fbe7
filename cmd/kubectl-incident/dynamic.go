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

package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/tools/pager"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// list reads all objects of a resource in chunks; with an incident, only those that refer to it.
func list(
	ctx context.Context, c dynamic.Interface, resource, namespace, incident string,
) ([]map[string]any, error) {
	var options metav1.ListOptions
	if incident != "" {
		options.FieldSelector = fields.OneTermEqualSelector(kube.IncidentOf, incident).String()
	}
	source := c.Resource(v1alpha1.GroupVersion.WithResource(resource)).Namespace(namespace)
	chunks := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		return source.List(ctx, options)
	})
	var objects []map[string]any
	err := chunks.EachListItem(ctx, options, func(object runtime.Object) error {
		item, ok := object.(*unstructured.Unstructured)
		if !ok {
			return fmt.Errorf("the server sent a %T", object)
		}
		objects = append(objects, item.Object)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("listing the %s: %w", resource, err)
	}
	return objects, nil
}
