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

package main

import (
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// evidenceSet gathers the evidence of one alert, each thing once, in the order in which it was first named.
type evidenceSet struct {
	items []v1alpha1.Evidence
	// omitted counts the things that the API has no room for.
	omitted int
}

// add takes in one thing. What has no name is not a thing; a role that is learned later is filled in.
func (s *evidenceSet) add(e v1alpha1.Evidence) {
	e.Name = cut(strings.TrimSpace(escape(e.Name, "")), maxEvidenceLen)
	if e.Name == "" {
		return
	}
	for i := range s.items {
		if known := &s.items[i]; known.Kind == e.Kind && known.Name == e.Name && known.Namespace == e.Namespace {
			if known.Role == "" {
				known.Role = e.Role
			}
			return
		}
	}
	if len(s.items) == maxEvidence {
		s.omitted++
		return
	}
	s.items = append(s.items, e)
}
