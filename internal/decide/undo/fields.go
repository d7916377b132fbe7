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

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// subject is what a log tells of, and what is given its former values: an incident or an alert.
type subject struct {
	object            metav1.Object
	name, description *string
	severity          *v1alpha1.Severity
	triage            *v1alpha1.Triage
	// says is what it says of the fields that logs record.
	says func() map[string]string
	// borne are its tags, those that people set as labels among them.
	borne func() []v1alpha1.IncidentTag
	// machines says who else than people may change what it says; empty for nobody.
	machines string
}

func ofIncident(incident *v1alpha1.Incident) subject {
	spec := &incident.Spec
	return subject{
		object: incident, name: &spec.Name, description: &spec.Description, severity: &spec.Severity, triage: &spec.Triage,
		says:  func() map[string]string { return activity.Fields(incident) },
		borne: func() []v1alpha1.IncidentTag { return tags.Of(incident) },
	}
}

func ofAlert(alert *v1alpha1.Alert) subject {
	spec := &alert.Spec
	return subject{
		object: alert, name: &spec.Name, description: &spec.Description, severity: &spec.Severity, triage: &spec.Triage,
		says:     func() map[string]string { return activity.AlertFields(alert) },
		borne:    func() []v1alpha1.IncidentTag { return tags.OfAlert(alert) },
		machines: "its incident or its detector",
	}
}

// revert gives the fields of an entry the values that they had before. They must be as the entry says.
func (s subject) revert(entry *v1alpha1.ActivitySpec) error {
	if len(entry.Changes) == 0 {
		return fmt.Errorf("the last change, %s, left nothing to undo", Describe(entry))
	}
	now := s.says()
	for _, change := range entry.Changes {
		if !activity.Says(change.To, now[change.Field]) {
			return fmt.Errorf("%s is %q now, not %q as %s says: it is no longer the last change%s",
				change.Field, now[change.Field], change.To, Describe(entry), s.changedSince(change.Field, entry))
		}
		if !activity.IsWhole(change.From) {
			return fmt.Errorf("the log keeps only the hash of what %s was before %s", change.Field, Describe(entry))
		}
		if err := s.set(change); err != nil {
			return err
		}
	}
	reverted := s.says()
	for _, change := range entry.Changes {
		if !activity.Says(change.From, reverted[change.Field]) {
			return fmt.Errorf("%s cannot become %q again, as it was before %s", change.Field, change.From, Describe(entry))
		}
	}
	return nil
}

// set gives a field the value that it had before a change.
func (s subject) set(change v1alpha1.ActivityChange) error {
	switch change.Field {
	case "spec.name":
		*s.name = change.From
	case "spec.description":
		*s.description = change.From
	case "spec.assignee":
		s.triage.Assignee = change.From
	case "spec.resolution.state":
		s.triage.Resolution.State = v1alpha1.ResolutionState(change.From)
	case "spec.resolution.note":
		s.triage.Resolution.Note = change.From
	case "spec.classification.verdict":
		s.triage.Classification.Verdict = v1alpha1.Verdict(change.From)
	case "spec.classification.determination":
		s.triage.Classification.Determination = v1alpha1.Determination(change.From)
	case "spec.severity":
		*s.severity = v1alpha1.Severity(change.From)
	case "spec.tags":
		return s.setTags(change)
	default:
		return fmt.Errorf("the log tells of the field %s, which is not known here", change.Field)
	}
	return nil
}

// setTags takes away the tags that came, and their labels unless those are the operator's own, and adds the tags that went.
// Tags that were added as labels and taken away come back in spec.
func (s subject) setTags(change v1alpha1.ActivityChange) error {
	from, err := tagsIn(change.From)
	if err != nil {
		return err
	}
	to, err := tagsIn(change.To)
	if err != nil {
		return err
	}
	ours := tags.Ours(s.object, s.triage.Tags)
	for _, tag := range s.borne() {
		if slices.Contains(to, tag.Tag) && !slices.Contains(from, tag.Tag) {
			s.triage.Tags = slices.DeleteFunc(s.triage.Tags, func(t v1alpha1.Tag) bool { return string(t) == tag.Tag })
			if !ours.Has(tag.Label) {
				delete(s.object.GetLabels(), tag.Label)
			}
		}
	}
	for _, tag := range from {
		if !slices.Contains(to, tag) {
			s.triage.Tags = append(s.triage.Tags, v1alpha1.Tag(tag))
		}
	}
	return nil
}

// changedSince says who changed a field after an entry, as far as that is known: a person by the stamp.
func (s subject) changedSince(field string, entry *v1alpha1.ActivitySpec) string {
	switch user, _ := activity.StampOf(s.object.GetAnnotations(), field); {
	case user != "" && !activity.Says(entry.Actor, user):
		return ", which is by " + user
	case s.machines != "":
		return ", which is by " + s.machines
	default:
		return ""
	}
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
