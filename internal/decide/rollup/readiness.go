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
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/ready"
)

// readiness sums the other conditions up for tools that know the standard ones only. It changes only when one of them
// does, so that it costs no write of its own. Held alerts are work for people: the operator has done its own.
func readiness(incident *v1alpha1.Incident, conditions []metav1.Condition) ready.Cause {
	is := func(kind string) *metav1.Condition {
		condition := meta.FindStatusCondition(conditions, kind)
		if condition == nil || condition.Status != metav1.ConditionFalse {
			return nil
		}
		return condition
	}
	log, merged, propagated := is(v1alpha1.ConditionLogged), is(v1alpha1.ConditionMerged), is(v1alpha1.ConditionPropagated)
	switch {
	case log != nil:
		return ready.Stuck(log.Reason, log.Message)
	case merged != nil && merged.Reason == v1alpha1.ReasonAlertsMoving:
		return ready.Working(merged.Reason, merged.Message)
	case merged != nil:
		return ready.Stuck(merged.Reason, merged.Message)
	case merge.IsAsked(incident):
		return ready.Working(v1alpha1.ReasonMergeUndecided, "whether it can be merged is still to be decided")
	case propagated != nil:
		return ready.Working(propagated.Reason, propagated.Message)
	default:
		return ready.Done("everything that the incident asks for is done")
	}
}
