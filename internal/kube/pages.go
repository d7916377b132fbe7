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

package kube

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// DefaultChunk is how many objects are handed on at a time, as many as kubectl asks for.
const DefaultChunk = 500

// IncidentOf is the path of the field by which the API server selects what belongs to an incident.
const IncidentOf = "spec.incidentRef.name"

// eachPage sees a list chunk by chunk. Objects must not be seen that are there twice, as a list that is read anew would make
// it: if a page cannot be had any more, that is an error.
func eachPage[L client.ObjectList](
	ctx context.Context, c client.Reader, list L, chunk int64, see func(L) error, options ...client.ListOption,
) (version string, err error) {
	next := ""
	for {
		err := c.List(ctx, list, append([]client.ListOption{client.Limit(chunk), client.Continue(next)}, options...)...)
		if err != nil {
			return "", err
		}
		version = list.GetResourceVersion()
		if err := see(list); err != nil {
			return "", err
		}
		if next = list.GetContinue(); next == "" {
			return version, nil
		}
		// Decoding leaves what the next page does not say.
		if err := meta.SetList(list, nil); err != nil {
			return "", err
		}
		list.SetContinue("")
		list.SetRemainingItemCount(nil)
	}
}

// AlertsOf returns the alerts that are linked to an incident, which may be gone.
func AlertsOf(ctx context.Context, c client.WithWatch, incident client.ObjectKey) ([]v1alpha1.Alert, error) {
	var alerts []v1alpha1.Alert
	_, err := Each(ctx, c, &v1alpha1.AlertList{}, Streamed, func(page *v1alpha1.AlertList) error {
		alerts = append(alerts, page.Items...)
		return nil
	}, client.InNamespace(incident.Namespace), client.MatchingFields{IncidentOf: incident.Name})
	if err != nil {
		return nil, fmt.Errorf("listing the alerts of the incident %s: %w", incident.Name, err)
	}
	return alerts, nil
}
