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

package correlate

import (
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Resolvable are the open incidents to resolve since none of their alerts is active any more, in order of their names.
func (e *Engine) Resolvable() []string {
	var names []string
	for _, p := range e.policies {
		if !p.AutoResolve {
			continue
		}
		for name, at := range e.places {
			if at.begun.Policy == p.Name && at.open && !at.hasActive() && MayResolve(at.incident, e.ingest) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func (p *place) hasActive() bool {
	for _, r := range p.alerts {
		if r.active {
			return true
		}
	}
	return false
}

// MayResolve says whether an incident may be resolved without a person: correlation began it, all its alerts are resolved,
// and nobody has ever set its resolution.
func MayResolve(incident *v1alpha1.Incident, ingest string) bool {
	total, active := incident.Status.Alerts.Total, incident.Status.Alerts.Active
	return IsOpen(incident) && OriginOf(incident, ingest).Policy != "" &&
		total != nil && *total > 0 && active != nil && *active == 0 &&
		incident.Annotations[v1alpha1.EditorAnnotationPrefix+"resolution"] == ""
}
