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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// Decided is what people decide about an incident, as a form shows it.
type Decided struct {
	Name        string                   `json:"name"`
	Description string                   `json:"description"`
	Tags        []string                 `json:"tags"`
	Assignee    string                   `json:"assignee"`
	Severity    v1alpha1.Severity        `json:"severity"`
	State       v1alpha1.ResolutionState `json:"state"`
	Note        string                   `json:"note"`
	// Classification is a verdict, with its determination behind a slash.
	Classification string `json:"classification"`
	// Editors are who changed a group of fields last, by the group.
	Editors map[string]string `json:"editors"`
}

// groups of fields for which admission says who changed them last.
var groups = []string{"name", "description", "tags", "assignee", "severity", "resolution", "classification"}

// DecidedOf reads what people decided.
func DecidedOf(incident *v1alpha1.Incident) Decided {
	spec := &incident.Spec
	classification := string(cmp.Or(spec.Classification.Verdict, v1alpha1.VerdictNotSet))
	if spec.Classification.Determination != "" {
		classification += "/" + string(spec.Classification.Determination)
	}
	decided := Decided{
		Name: spec.Name, Description: spec.Description, Tags: query.TagsOf(incident), Assignee: spec.Assignee, Severity: spec.Severity,
		State: cmp.Or(spec.Resolution.State, v1alpha1.ResolutionActive), Note: spec.Resolution.Note, Classification: classification,
		Editors: map[string]string{},
	}
	for _, group := range groups {
		if editor := activity.EditorOf(incident.Annotations, group); editor != "" {
			decided.Editors[group] = editor
		}
	}
	return decided
}
