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

package alert

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/ready"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// linkGrace is how long the incident of a new alert may take to appear. Tools that apply a folder send alerts first, by
// the alphabet, and each alert would be written twice for nothing.
const linkGrace = 15 * time.Second

// markLink keeps Linked=False, and the standard conditions that say so to tools, on alerts whose incident does not exist,
// and only on those. It returns how long to wait if it is too early to tell.
func (r *Reconciler) markLink(
	ctx context.Context, alert *v1alpha1.Alert, incident *v1alpha1.Incident,
) (wait time.Duration, err error) {
	dangling := alert.Spec.IncidentRef.Name != "" && incident == nil
	marked := meta.FindStatusCondition(alert.Status.Conditions, v1alpha1.ConditionLinked) != nil
	if dangling == marked && (!dangling || saysDangling(alert)) {
		return 0, nil
	}
	// The clocks may differ: an alert from the future has no grace.
	if age := r.Clock.Since(alert.CreationTimestamp.Time); dangling && age >= 0 && age < linkGrace {
		return linkGrace - age, nil
	}
	return 0, r.patchConditions(ctx, alert, dangling)
}

func danglingMessage(alert *v1alpha1.Alert) string {
	return fmt.Sprintf("spec.incidentRef.name must be an Incident of this namespace: there is no %q", alert.Spec.IncidentRef.Name)
}

// saysDangling reports whether the conditions are there and speak of the incident that the alert names now. Stalled is
// looked at because alerts that were marked before there was one lack it.
func saysDangling(alert *v1alpha1.Alert) bool {
	condition := meta.FindStatusCondition(alert.Status.Conditions, v1alpha1.ConditionStalled)
	return condition != nil && condition.Message == danglingMessage(alert)
}

// isGone makes sure that an incident which the cache lacks is missing from the API server too. An alert that remembers
// it has seen it go, and one that says so already needs no second look.
func (r *Reconciler) isGone(ctx context.Context, alert *v1alpha1.Alert, known *facts.Alert) (bool, error) {
	key := incidentKey(alert)
	memory := known.Ours.Memory
	if remembers := memory != nil && memory.Incident == key.Name; remembers || saysDangling(alert) {
		return true, nil
	}
	incident := &metav1.PartialObjectMetadata{}
	incident.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind("Incident"))
	err := r.Live.Get(ctx, key, incident)
	if apierrors.IsNotFound(err) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("looking up the incident %s: %w", key.Name, err)
	}
	return false, nil
}

func (r *Reconciler) patchConditions(ctx context.Context, alert *v1alpha1.Alert, dangling bool) error {
	var conditions []metav1.Condition // Null, which removes the member, where the link leads somewhere.
	if dangling {
		now, message := r.Clock.Now(), danglingMessage(alert)
		conditions = append(conditions, metav1.Condition{
			Type: v1alpha1.ConditionLinked, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonIncidentNotFound,
			Message: message, ObservedGeneration: alert.Generation, LastTransitionTime: metav1.NewTime(now),
		})
		ready.Set(&conditions, ready.Stuck(v1alpha1.ReasonIncidentNotFound, message), alert.Generation, now)
	}
	err := operator.PatchStatus(ctx, r.Client, kind, alert, operator.Object{
		"metadata": operator.OnVersion(alert),
		"status":   operator.Object{"conditions": conditions},
	})
	if err != nil {
		return fmt.Errorf("patching the alert's conditions: %w", err)
	}
	return nil
}
