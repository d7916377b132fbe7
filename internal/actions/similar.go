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
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// Similar returns what has something in common with an incident, among all alerts of its namespace. It reads them page by
// page.
func Similar(ctx context.Context, c client.WithWatch, key client.ObjectKey) ([]view.Similar, error) {
	if err := c.Get(ctx, key, &v1alpha1.Incident{}); err != nil {
		return nil, fmt.Errorf("reading the incident: %w", err)
	}
	own, err := kube.AlertsOf(ctx, c, key)
	if err != nil {
		return nil, err
	}
	likeness := view.LikenessOf(own)
	_, err = kube.Each(ctx, c, &v1alpha1.AlertList{}, kube.Streamed, func(page *v1alpha1.AlertList) error {
		for i := range page.Items {
			if page.Items[i].Spec.IncidentRef.Name != key.Name {
				likeness.Add(&page.Items[i])
			}
		}
		return nil
	}, client.InNamespace(key.Namespace))
	if err != nil {
		return nil, fmt.Errorf("listing alerts: %w", err)
	}
	return likeness.Found(), nil
}
