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

package actions

import (
	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// AssignTo gives an incident an owner, or takes it back where the user is empty.
func AssignTo(user string) Change {
	done := "assigned to " + user
	if user == "" {
		done = "unassigned"
	}
	return setting(done, func(incident *v1alpha1.Incident) { incident.Spec.Assignee = user })
}

// Take gives an incident to the user who asks for it. What somebody else has, it takes over only by force.
func Take(me string) Change {
	change := AssignTo(me)
	change.Guards = []Guard{func(incident *v1alpha1.Incident) *ConflictError {
		owner := incident.Spec.Assignee
		if owner == "" || owner == me {
			return nil
		}
		return inTheWay(incident, fieldAssignee, owner)
	}}
	return change
}

// RenameTo gives an incident a name, or the automatic one where the name is empty.
func RenameTo(name string) Change {
	done := "renamed to " + name
	if name == "" {
		done = "renamed to its automatic name"
	}
	return setting(done, func(incident *v1alpha1.Incident) { incident.Spec.Name = name })
}

// SetSeverity pins a severity, or lets it follow the alerts where it is empty.
func SetSeverity(severity v1alpha1.Severity) Change {
	done := "severity set to " + string(severity)
	if severity == "" {
		done = "severity computed from its alerts"
	}
	return setting(done, func(incident *v1alpha1.Incident) { incident.Spec.Severity = severity })
}

// ClassifyAs says what an incident turned out to be.
func ClassifyAs(classification v1alpha1.Classification) Change {
	return setting("classified as "+ClassificationText(classification), func(incident *v1alpha1.Incident) {
		incident.Spec.Classification = classification
	})
}

// Resolve resolves an incident. Without a note it keeps the one that is there; the note by which somebody else resolved it,
// it replaces only by force.
func Resolve(note string) Change {
	change := setting("resolved", func(incident *v1alpha1.Incident) {
		incident.Spec.Resolution.State = v1alpha1.ResolutionResolved
		if note != "" {
			incident.Spec.Resolution.Note = note
		}
	})
	change.Guards = []Guard{func(incident *v1alpha1.Incident) *ConflictError {
		there := incident.Spec.Resolution
		if there.Note == "" || note == "" || there.Note == note {
			return nil
		}
		return inTheWay(incident, fieldNote, there.Note)
	}}
	return change
}

// ResolveAs resolves an incident and says what it turned out to be, in one request. What somebody else resolved it as, it
// replaces only by force.
func ResolveAs(note string, classification v1alpha1.Classification) Change {
	classified := ClassifyAs(classification)
	classified.Guards = []Guard{func(incident *v1alpha1.Incident) *ConflictError {
		there := ClassificationText(incident.Spec.Classification)
		if incident.Spec.Resolution.State != v1alpha1.ResolutionResolved || there == defaults[fieldClassification] ||
			there == ClassificationText(classification) {
			return nil
		}
		return inTheWay(incident, fieldClassification, there)
	}}
	return Resolve(note).And(classified)
}

// Start says that work is in progress. A resolved incident is refused: its note would be lost, and its alerts opened again,
// which is what Reopen is for.
func Start() Change {
	return Change{Done: "in progress", Apply: func(incident *v1alpha1.Incident) error {
		if incident.Spec.Resolution.State == v1alpha1.ResolutionResolved {
			return refuse("it is resolved: reopen it first")
		}
		incident.Spec.Resolution.State = v1alpha1.ResolutionInProgress
		return nil
	}}
}

// Reopen opens a resolved incident again.
func Reopen() Change { return setting("re-opened", leaveResolved) }

// leaveResolved makes a resolved incident active. The note goes too: it says why the incident was resolved.
func leaveResolved(incident *v1alpha1.Incident) {
	if incident.Spec.Resolution.State == v1alpha1.ResolutionResolved {
		incident.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionActive}
	}
}

// setting is a change that can always be made.
func setting(done string, set func(*v1alpha1.Incident)) Change {
	return Change{Done: done, Apply: func(incident *v1alpha1.Incident) error {
		set(incident)
		return nil
	}}
}
