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

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// ResolveHeld returns what resolves alerts that are held in an incident, one task each, sorted by their names. An alert that
// is not held there any more is not meant: somebody has seen to it.
func ResolveHeld(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, names []string, note string) ([]*AlertTask, error) {
	if incident.Spec.Resolution.State != v1alpha1.ResolutionResolved {
		return nil, refuse("incident/" + incident.Name + " is not resolved any more, and so holds no alerts")
	}
	alerts, err := GetAlerts(ctx, c, incident.Namespace, names)
	if err != nil {
		return nil, err
	}
	tasks := make([]*AlertTask, 0, len(alerts))
	for i := range alerts {
		tasks = append(tasks, &AlertTask{
			Client: c, Alert: &alerts[i], Change: ResolveAlert(note),
			Selects: func(alert *v1alpha1.Alert) bool {
				return alert.Spec.IncidentRef.Name == incident.Name && view.IsHeld(alert)
			},
		})
	}
	return tasks, nil
}
