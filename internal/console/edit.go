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

package console

import (
	"cmp"
	"errors"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// edit is what a person wants of an incident, as far as the person said something. Tags are a set, of which some are added
// and some taken away: so two people who change them never overwrite each other.
type edit struct {
	Name           *value   `json:"name,omitempty"`
	Description    *value   `json:"description,omitempty"`
	Assignee       *value   `json:"assignee,omitempty"`
	Severity       *value   `json:"severity,omitempty"`
	State          *value   `json:"state,omitempty"`
	Note           *value   `json:"note,omitempty"`
	Classification *value   `json:"classification,omitempty"`
	AddTags        []string `json:"addTags,omitempty"`
	RemoveTags     []string `json:"removeTags,omitempty"`
}

// value is what a field is to become. Seen is what the person saw when that was written: if the field has become something
// else by then, nothing is overwritten. Without it, whatever is there is overwritten, which only a bulk change does.
type value struct {
	Seen *string `json:"seen,omitempty"`
	To   string  `json:"to"`
}

// conflict is a field that somebody else changed meanwhile.
type conflict struct {
	Field  string `json:"field"`
	Seen   string `json:"seen"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
	// By is who changed it; empty if that is not known.
	By string `json:"by"`
}

// conflictError says which fields somebody else changed meanwhile. Nothing was written.
type conflictError struct{ conflicts []conflict }

func (e *conflictError) Error() string {
	fields := make([]string, 0, len(e.conflicts))
	for _, c := range e.conflicts {
		fields = append(fields, c.Field)
	}
	return "somebody else changed it meanwhile: " + strings.Join(fields, ", ")
}

// field is how an edit reads and writes one field.
type field struct {
	name  string
	group string
	value *value
	now   string
	set   func(to string) error
}

func (e *edit) fields(incident *v1alpha1.Incident) []field {
	spec, now := &incident.Spec, view.DecidedOf(incident)
	put := func(change func(to string) actions.Change) func(string) error {
		return func(to string) error { return change(to).Apply(incident) }
	}
	return []field{
		{"name", "name", e.Name, now.Name, put(actions.RenameTo)},
		{"description", "description", e.Description, now.Description, func(to string) error { spec.Description = to; return nil }},
		{"assignee", "assignee", e.Assignee, now.Assignee, put(actions.AssignTo)},
		{"severity", "severity", e.Severity, string(now.Severity), func(to string) error {
			severity, err := classify.ParseSeverity(cmp.Or(to, classify.Computed))
			if err != nil {
				return err
			}
			return actions.SetSeverity(severity).Apply(incident)
		}},
		{"classification", "classification", e.Classification, now.Classification, func(to string) error {
			classification, err := classify.Split(to)
			if err != nil {
				return err
			}
			return actions.ClassifyAs(classification).Apply(incident)
		}},
		{"state", "resolution", e.State, string(now.State), func(to string) error { return setState(incident, v1alpha1.ResolutionState(to)) }},
		{"note", "resolution", e.Note, now.Note, func(to string) error { spec.Resolution.Note = to; return nil }},
	}
}

// setState is Resolve, Start and Reopen of the plugin. A resolved incident that work goes on with is opened again first,
// since its note says why it was resolved.
func setState(incident *v1alpha1.Incident, state v1alpha1.ResolutionState) error {
	switch state {
	case v1alpha1.ResolutionResolved:
		return actions.Resolve("").Apply(incident)
	case v1alpha1.ResolutionInProgress:
		return errors.Join(actions.Reopen().Apply(incident), actions.Start().Apply(incident))
	case v1alpha1.ResolutionActive:
		if err := actions.Reopen().Apply(incident); err != nil {
			return err
		}
		incident.Spec.Resolution.State = v1alpha1.ResolutionActive
		return nil
	default:
		return badRequest("state must be Active, InProgress or Resolved, is %q", state)
	}
}

// check finds what the API server would refuse, as far as one can know.
func (e *edit) check() error {
	bounds := []struct {
		what  string
		value *value
		bound int
	}{
		{"name", e.Name, actions.MaxName},
		{"description", e.Description, actions.MaxDescription},
		{"assignee", e.Assignee, v1alpha1.MaxAssigneeCharacters},
		{"note", e.Note, actions.MaxNote},
	}
	for _, b := range bounds {
		if b.value == nil {
			continue
		}
		if err := actions.AtMost(b.what, b.value.To, b.bound); err != nil {
			return &requestError{err}
		}
	}
	return nil
}

// change is the edit as a change of an incident. It is refused with a conflictError that names all fields at once.
func (e *edit) change() actions.Change {
	return actions.Change{Done: "changed", Apply: func(incident *v1alpha1.Incident) error {
		fields := e.fields(incident)
		if conflicts := conflictsOf(incident, fields); len(conflicts) > 0 {
			return &conflictError{conflicts}
		}
		for _, f := range fields {
			if f.value == nil || f.value.To == f.now {
				continue
			}
			if err := f.set(f.value.To); err != nil {
				return &requestError{err}
			}
		}
		if err := actions.Untag(e.RemoveTags...).And(actions.Tag(e.AddTags...)).Apply(incident); err != nil {
			return err
		}
		if err := actions.CheckTags(incident.Spec.Tags); err != nil {
			return &requestError{err}
		}
		return nil
	}}
}

// conflictsOf are the fields that became something else than what the person saw and wants.
func conflictsOf(incident *v1alpha1.Incident, fields []field) []conflict {
	var found []conflict
	for _, f := range fields {
		if f.value == nil || f.value.Seen == nil || *f.value.Seen == f.now || f.value.To == f.now {
			continue
		}
		found = append(found, conflict{
			Field: f.name, Seen: *f.value.Seen, Mine: f.value.To, Theirs: f.now, By: activity.EditorOf(incident.Annotations, f.group),
		})
	}
	return found
}
