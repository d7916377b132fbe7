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

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// waitForAlerts follows an incident until its alerts carry what it gives them.
func waitForAlerts(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, tell Progress) error {
	return kube.WatchUntil(ctx, c, incident, &v1alpha1.IncidentList{}, func(seen *v1alpha1.Incident) (bool, error) {
		done, total := followed(seen, incident.Generation)
		tell(seen.Name, done, total)
		propagated := meta.FindStatusCondition(seen.Status.Conditions, v1alpha1.ConditionPropagated)
		return propagated != nil && propagated.ObservedGeneration >= incident.Generation && propagated.Status == metav1.ConditionTrue, nil
	})
}

// followed is how many of an incident's alerts carry what a generation of it gives them, and how many there are.
func followed(incident *v1alpha1.Incident, generation int64) (done, total int) {
	total = int(ptr.Deref(incident.Status.Alerts.Total, 0))
	propagated := meta.FindStatusCondition(incident.Status.Conditions, v1alpha1.ConditionPropagated)
	switch {
	case propagated == nil || propagated.ObservedGeneration < generation:
		return 0, total
	case propagated.Status == metav1.ConditionTrue:
		return total, total
	}
	pending, linked, told := rollup.ReadPending(propagated.Message)
	if !told {
		return 0, total
	}
	return linked - pending, linked
}

// inherits says whether an alert has what an incident gives it or, where that is nil, has given back what it had.
func inherits(alert *v1alpha1.Alert, incident *v1alpha1.Incident) bool {
	annotation, remembers := alert.Annotations[v1alpha1.InheritedAnnotation]
	if incident == nil {
		return !remembers
	}
	memory, err := inherit.ParseMemory(annotation)
	return err == nil && memory.UID == incident.UID
}
