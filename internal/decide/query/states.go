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
	"k8s.io/apimachinery/pkg/fields"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	specState   = "spec.resolution.state"
	statusState = "status.state"
)

// stateTerms selects by the spec what people decide: the status follows it a moment later, and would leave out what was
// decided just now. Only that an incident was merged is nowhere but in the status.
func (f Filter) stateTerms() []fields.Selector {
	switch {
	case len(f.States) == 0 && !f.Any:
		return without(v1alpha1.IncidentResolved)
	case len(f.States) != 1:
		return nil
	case f.States[0] == v1alpha1.IncidentRedirected:
		return []fields.Selector{fields.OneTermEqualSelector(statusState, string(v1alpha1.IncidentRedirected))}
	case f.States[0] == v1alpha1.IncidentActive:
		return without(v1alpha1.IncidentInProgress, v1alpha1.IncidentResolved) // Unset means Active too.
	}
	return append(without(), fields.OneTermEqualSelector(specState, string(f.States[0])))
}

// without leaves out merged incidents and those in one of the states.
func without(states ...v1alpha1.IncidentState) []fields.Selector {
	terms := []fields.Selector{fields.OneTermNotEqualSelector(statusState, string(v1alpha1.IncidentRedirected))}
	for _, state := range states {
		terms = append(terms, fields.OneTermNotEqualSelector(specState, string(state)))
	}
	return terms
}
