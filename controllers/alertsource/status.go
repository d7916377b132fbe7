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

package alertsource

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
)

// setConditions says whether a source can be followed and whether what is posted is taken. problem says what
// cannot be followed.
func setConditions(source *v1alpha1.AlertSource, problem error) {
	accepted := metav1.Condition{
		Type: v1alpha1.ConditionAccepted, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonAccepted,
		Message: "The spec can be followed", ObservedGeneration: source.Generation,
	}
	ready := metav1.Condition{
		Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonReceiving,
		Message: "What is posted is taken", ObservedGeneration: source.Generation,
	}
	switch {
	case problem != nil:
		accepted.Status, accepted.Reason, accepted.Message = metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec, problem.Error()
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, v1alpha1.ReasonInvalidSpec, problem.Error()
	case source.Spec.Suspend:
		ready.Status, ready.Reason = metav1.ConditionFalse, v1alpha1.ReasonSuspended
		ready.Message = "What is posted is answered with 503 until spec.suspend is false"
	}
	if problem != nil {
		stalled := accepted
		stalled.Type, stalled.Status = v1alpha1.ConditionStalled, metav1.ConditionTrue
		meta.SetStatusCondition(&source.Status.Conditions, stalled)
	} else {
		meta.RemoveStatusCondition(&source.Status.Conditions, v1alpha1.ConditionStalled)
	}
	meta.SetStatusCondition(&source.Status.Conditions, accepted)
	meta.SetStatusCondition(&source.Status.Conditions, ready)
}

// addCounts adds what came in.
func addCounts(status *v1alpha1.AlertSourceStatus, counts sources.Counts) {
	if !counts.Last.IsZero() && (status.LastReceivedTime.IsZero() || status.LastReceivedTime.Time.Before(counts.Last)) {
		status.LastReceivedTime = &metav1.Time{Time: counts.Last}
	}
	status.Received = sum(status.Received, counts.Received())
	status.Stored = sum(status.Stored, counts.Stored)
	status.Dropped = sum(status.Dropped, counts.Dropped)
	status.Refused = sum(status.Refused, counts.Refused)
	status.UnknownSeverities = sum(status.UnknownSeverities, counts.UnknownSeverities)
	if counts.LastRefusal != nil {
		status.LastRefusal = counts.LastRefusal
	}
}

// sum shows a zero, too: it answers whether anything came in.
func sum(known *int64, more int64) *int64 {
	total := more
	if known != nil {
		total += *known
	}
	return &total
}
