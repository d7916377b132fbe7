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

package undo

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// set gives a field of an incident the value that it had before a change.
func set(incident *v1alpha1.Incident, change v1alpha1.ActivityChange) error {
	spec := &incident.Spec
	switch change.Field {
	case "spec.name":
		spec.Name = change.From
	case "spec.description":
		spec.Description = change.From
	case "spec.assignee":
		spec.Assignee = change.From
	case "spec.resolution.state":
		spec.Resolution.State = v1alpha1.ResolutionState(change.From)
	case "spec.resolution.note":
		spec.Resolution.Note = change.From
	case "spec.classification.verdict":
		spec.Classification.Verdict = v1alpha1.Verdict(change.From)
	case "spec.classification.determination":
		spec.Classification.Determination = v1alpha1.Determination(change.From)
	case "spec.severity":
		spec.Severity = v1alpha1.Severity(change.From)
	case "spec.tags":
		return setTags(incident, change)
	default:
		return fmt.Errorf("the log tells of the field %s, which is not known here", change.Field)
	}
	return nil
}

// setTags takes away the tags that a change added, be they in spec or labels that people set, and adds to spec those that
// it took away. The others stay as they are, and so does their order.
func setTags(incident *v1alpha1.Incident, change v1alpha1.ActivityChange) error {
	from, err := tagsIn(change.From)
	if err != nil {
		return err
	}
	to, err := tagsIn(change.To)
	if err != nil {
		return err
	}
	ours := tags.Ours(incident, incident.Spec.Tags)
	for _, tag := range tags.Of(incident) {
		if slices.Contains(to, tag.Tag) && !slices.Contains(from, tag.Tag) {
			incident.Spec.Tags = slices.DeleteFunc(incident.Spec.Tags, func(t v1alpha1.Tag) bool { return string(t) == tag.Tag })
			if !ours.Has(tag.Label) {
				delete(incident.Labels, tag.Label)
			}
		}
	}
	for _, tag := range from {
		if !slices.Contains(to, tag) {
			incident.Spec.Tags = append(incident.Spec.Tags, v1alpha1.Tag(tag))
		}
	}
	return nil
}

// tagsIn reads tags as the log records them.
func tagsIn(recorded string) ([]string, error) {
	var all []string
	if recorded == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(recorded), &all); err != nil {
		return nil, fmt.Errorf("the log holds tags that cannot be read: %w", err)
	}
	return all, nil
}
