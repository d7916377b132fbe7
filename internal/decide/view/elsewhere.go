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
	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Elsewhere says of a thing in which other incidents it is.
type Elsewhere struct {
	Kind      v1alpha1.EvidenceKind `json:"kind"`
	Name      string                `json:"name"`
	Namespace string                `json:"namespace,omitempty"`
	// Incidents are their metadata.name, in the order in which they are alike.
	Incidents []string `json:"incidents"`
}

// ElsewhereOf turns what is alike around: for each thing, spelled as in the incident that is looked at, those of the other
// incidents that are meant.
func ElsewhereOf(alike []Similar, meant func(incident string) bool) []Elsewhere {
	type key struct {
		kind            v1alpha1.EvidenceKind
		namespace, name string
	}
	places := map[key]int{}
	all := []Elsewhere{}
	for _, other := range alike {
		if !meant(other.Incident) {
			continue
		}
		for _, group := range other.Evidence {
			for _, thing := range group.Things {
				id := key{group.Kind, thing.Namespace, thing.Name}
				at, known := places[id]
				if !known {
					at = len(all)
					places[id] = at
					all = append(all, Elsewhere{Kind: group.Kind, Name: thing.Name, Namespace: thing.Namespace})
				}
				all[at].Incidents = append(all[at].Incidents, other.Incident)
			}
		}
	}
	return all
}
