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

package view

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// Following is how far the alerts of an incident are in taking over what it gives them.
type Following struct {
	// Pending is how many have still to be changed, and Linked how many there are.
	Pending int `json:"pending"`
	Linked  int `json:"linked"`
}

// FollowingOf returns nil if every alert has followed, and if the incident does not tell numbers.
func FollowingOf(incident *v1alpha1.Incident) *Following {
	condition := meta.FindStatusCondition(incident.Status.Conditions, v1alpha1.ConditionPropagated)
	if condition == nil || condition.Status != metav1.ConditionFalse {
		return nil
	}
	pending, linked, told := rollup.ReadPending(condition.Message)
	if !told {
		return nil
	}
	return &Following{Pending: pending, Linked: linked}
}
