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

package rollup

import (
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/ready"
)

func conditions(subject Subject, t *Tally, now time.Time) []metav1.Condition {
	incident := subject.Incident
	next := slices.Clone(incident.Status.Conditions)
	set := func(condition metav1.Condition) {
		condition.ObservedGeneration = incident.Generation
		condition.LastTransitionTime = metav1.NewTime(now)
		meta.SetStatusCondition(&next, condition)
	}
	set(propagated(t))
	if subject.LogProblem == "" {
		meta.RemoveStatusCondition(&next, v1alpha1.ConditionLogged)
	} else {
		set(metav1.Condition{
			Type: v1alpha1.ConditionLogged, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonLogNotWritten,
			Message: subject.LogProblem,
		})
	}
	if incident.Status.ResolvedTime == nil {
		meta.RemoveStatusCondition(&next, v1alpha1.ConditionResolutionHeld)
	} else {
		set(resolutionHeld(t))
	}
	switch {
	case incident.Spec.MergeInto.Name == "":
		meta.RemoveStatusCondition(&next, v1alpha1.ConditionMerged)
	case subject.Refusal == nil && merge.IsAsked(incident): // It is still to be decided.
	default:
		set(merged(subject, t))
	}
	ready.Set(&next, readiness(incident, next), incident.Generation, now)
	return next
}

// pendingMessage says how many alerts have still to be changed, and how many are linked. ReadPending reads it.
const pendingMessage = "%d of %d linked alerts are still to be changed"

// ReadPending returns how many alerts an incident still waits for, and how many are linked to it, from the message of its
// condition Propagated: the numbers are nowhere else. It returns false for a message that does not tell them.
func ReadPending(message string) (pending, linked int, told bool) {
	_, err := fmt.Sscanf(message, pendingMessage, &pending, &linked)
	return pending, linked, err == nil
}

func propagated(t *Tally) metav1.Condition {
	if t.Standing(Pending) > 0 {
		return metav1.Condition{
			Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonPropagating,
			Message: fmt.Sprintf(pendingMessage, t.Standing(Pending), t.total),
		}
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonPropagated,
		Message: "every linked alert carries what the incident gives it",
	}
}

func resolutionHeld(t *Tally) metav1.Condition {
	if t.Standing(Held) > 0 {
		return metav1.Condition{
			Type: v1alpha1.ConditionResolutionHeld, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonNewAlerts,
			Message: fmt.Sprintf("alerts that arrived after the resolution and are still active: %d; look at them, then resolve them or re-open the incident", t.Standing(Held)),
		}
	}
	return metav1.Condition{
		Type: v1alpha1.ConditionResolutionHeld, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonNoNewAlerts,
		Message: "no active alert arrived after the resolution",
	}
}

func merged(subject Subject, t *Tally) metav1.Condition {
	condition := metav1.Condition{Type: v1alpha1.ConditionMerged, Status: metav1.ConditionFalse}
	target := subject.Incident.Spec.MergeInto.Name
	switch {
	case subject.Refusal != nil:
		condition.Reason, condition.Message = subject.Refusal.Reason, subject.Refusal.Message
	case subject.Target == nil:
		condition.Reason = v1alpha1.ReasonTargetGone
		condition.Message = fmt.Sprintf("the incident %q is gone: alerts that have not moved stay here", target)
	case t.Standing(Leaving) > 0:
		condition.Reason = v1alpha1.ReasonAlertsMoving
		condition.Message = fmt.Sprintf("%d of %d linked alerts have still to move to %q", t.Standing(Leaving), t.total, target)
	case t.Standing(PutBack) > 0:
		condition.Status, condition.Reason = metav1.ConditionTrue, v1alpha1.ReasonAlertsPutBack
		condition.Message = fmt.Sprintf("alerts that were put back here after they had moved to %q, and stay: %d", target, t.Standing(PutBack))
	default:
		condition.Status, condition.Reason = metav1.ConditionTrue, v1alpha1.ReasonMerged
		condition.Message = fmt.Sprintf("every alert has moved to %q", target)
	}
	return condition
}
