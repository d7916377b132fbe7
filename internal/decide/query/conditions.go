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

package query

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// ReasonNotSeen is the reason of a condition that says nothing since the operator has not seen the incident as it is.
const ReasonNotSeen = "NotSeen"

// Counting returns a condition of an incident as it counts now. A condition speaks of the generation that the operator
// observed: while people have changed the incident since, it says nothing, so that its status is Unknown.
func Counting(incident *v1alpha1.Incident, condition metav1.Condition) metav1.Condition {
	if condition.ObservedGeneration >= incident.Generation {
		return condition
	}
	condition.Status, condition.Reason = metav1.ConditionUnknown, ReasonNotSeen
	condition.Message = fmt.Sprintf("the operator has seen generation %d of %d", condition.ObservedGeneration, incident.Generation)
	return condition
}
