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
	"maps"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// catchUp lists anew where the API server no longer has what changed since the last event, and prints what is not as it was
// printed.
func (o *listOptions) catchUp(ctx context.Context, c client.WithWatch, sink sink[*v1alpha1.Incident], seen *listed) error {
	now, before := time.Now(), seen.versions
	fresh := listed{versions: map[string]string{}}
	var changed []*v1alpha1.Incident
	err := o.selector.EachPage(ctx, c, now, func(page *v1alpha1.IncidentList) error {
		fresh.resourceVersion = page.ResourceVersion
		for i := range page.Items {
			incident := page.Items[i].DeepCopy() // The next page is read into the same list.
			fresh.versions[actions.KeyOf(incident)] = incident.ResourceVersion
			if before[actions.KeyOf(incident)] != incident.ResourceVersion {
				changed = append(changed, incident)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	left, err := departed(ctx, c, before, fresh.versions)
	if err != nil {
		return err
	}
	*seen = fresh
	if changed = append(changed, left...); len(changed) == 0 {
		return nil
	}
	return sink.page(changed, now)
}

// departed returns the incidents that are selected no more. Of those that were deleted there is nothing left to print.
func departed(ctx context.Context, c client.Client, before, after map[string]string) ([]*v1alpha1.Incident, error) {
	var left []*v1alpha1.Incident
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, there := after[key]; there {
			continue
		}
		namespace, name, _ := strings.Cut(key, "/")
		incident := &v1alpha1.Incident{}
		err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident)
		if client.IgnoreNotFound(err) != nil {
			return nil, err
		}
		if err == nil {
			left = append(left, incident)
		}
	}
	return left, nil
}
