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
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Standing is a condition as far as it says something of the incident as it is now.
type Standing struct {
	Type   string                 `json:"type"`
	Status metav1.ConditionStatus `json:"status"`
	// Message is the condition's message, or its reason if it has none.
	Message string `json:"message,omitempty"`
	// Stale says that the condition tells of an earlier generation, so that its status is Unknown.
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
		counting := query.Counting(incident, condition)
		all = append(all, Standing{
			Type: counting.Type, Status: counting.Status, Message: cmp.Or(counting.Message, counting.Reason),
			Stale: counting.Reason == query.ReasonNotSeen,
		})
	}
	return all
}
