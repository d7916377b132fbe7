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

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/tags"
)

// CacheOptions returns what the manager's cache keeps of each kind. Incidents are kept whole: their managedFields hold
// the time of the resolution. Of alerts, of which there may be a hundred thousand, only what the operator looks at.
func CacheOptions() cache.Options {
	return cache.Options{ByObject: map[client.Object]cache.ByObject{
		&v1alpha1.Alert{}: {Transform: slimAlert},
	}}
}

// slimAlert drops from a cached alert what no decision looks at. It is safe because alerts are only ever patched field
// by field, never written back whole. Of managedFields the entry stays that says which tag labels are the operator's.
func slimAlert(in any) (any, error) {
	alert, ok := in.(*v1alpha1.Alert)
	if !ok {
		return in, nil
	}
	var kept []metav1.ManagedFieldsEntry
	for _, entry := range alert.ManagedFields {
		if entry.Manager == tags.Manager && entry.Operation == metav1.ManagedFieldsOperationApply {
			kept = append(kept, entry)
		}
	}
	alert.ManagedFields = kept
	alert.Spec.Description = ""
	delete(alert.Annotations, corev1.LastAppliedConfigAnnotation)
	return alert, nil
}

// incidentRefName is the index of alerts by the incident that they are linked to.
const incidentRefName = "spec.incidentRef.name"

func indexAlerts(ctx context.Context, indexer client.FieldIndexer) error {
	return indexer.IndexField(ctx, &v1alpha1.Alert{}, incidentRefName, incidentRefNameOf)
}

func incidentRefNameOf(object client.Object) []string {
	if name := object.(*v1alpha1.Alert).Spec.IncidentRef.Name; name != "" {
		return []string{name}
	}
	return nil
}

// linkedAlerts lists the alerts of an incident from the cache. They are not copies: nobody may change them.
func linkedAlerts(ctx context.Context, reader client.Reader, incident client.ObjectKey) ([]v1alpha1.Alert, error) {
	var alerts v1alpha1.AlertList
	err := reader.List(ctx, &alerts, client.InNamespace(incident.Namespace),
		client.MatchingFields{incidentRefName: incident.Name}, client.UnsafeDisableDeepCopy)
	return alerts.Items, err
}
