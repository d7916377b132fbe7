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
	"cmp"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Standing is a condition as far as it says something of the incident as it is now.
type Standing struct {
	Type   string                 `json:"type"`
	Status metav1.ConditionStatus `json:"status"`
	// Message is the condition's message, or its reason if it has none.
	Message string `json:"message,omitempty"`
	// Stale says that the condition tells of an earlier generation: what it says need not be so any more, and its status
	// must not be shown as true.
	Stale bool `json:"stale,omitempty"`
}

// summing are the conditions that only sum the others up, for tools that know no others.
var summing = []string{v1alpha1.ConditionReady, v1alpha1.ConditionReconciling, v1alpha1.ConditionStalled}

func standingsOf(incident *v1alpha1.Incident) []Standing {
	var all []Standing
	for _, condition := range incident.Status.Conditions {
		if slices.Contains(summing, condition.Type) {
			continue
		}
		observed := condition.ObservedGeneration
		if observed == 0 { // The condition leaves it to the status.
			observed = incident.Status.ObservedGeneration
		}
		all = append(all, Standing{
			Type: condition.Type, Status: condition.Status, Message: cmp.Or(condition.Message, condition.Reason),
			Stale: observed < incident.Generation,
		})
	}
	return all
}
