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
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// TestCounting must not tell of an earlier generation what is not so of the present one.
func TestCounting(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Generation: 2}}
	for observed, want := range map[int64]metav1.Condition{
		1: {Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionUnknown, Reason: ReasonNotSeen, ObservedGeneration: 1, Message: "the operator has seen generation 1 of 2"},
		2: {Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue, ObservedGeneration: 2, Message: "all"},
	} {
		said := metav1.Condition{Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue, ObservedGeneration: observed, Message: "all"}
		if got := Counting(incident, said); got != want {
			t.Errorf("of generation %d: got %+v", observed, got)
		}
	}
}
