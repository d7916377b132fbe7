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

package activity

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Step is what one look at an alert has to note in its trail.
type Step struct {
	// Alert is the alert as it is before the operator writes it.
	Alert *v1alpha1.Alert
	// Incident is the incident that the alert names; unset where there is none.
	Incident v1alpha1.ActivityIncident
	// MovedTo is the incident that the operator moves the alert to, because Incident was merged into it; unset for none.
	MovedTo v1alpha1.ActivityIncident
	// Assignee and State are what the operator writes, or what the alert says where that stays.
	Assignee string
	State    v1alpha1.ResolutionState
	// ActorsKnown says that stamps can be believed, because admission guards them.
	ActorsKnown bool
	// Ticket is the highest resourceVersion of an alert that the operator has seen.
	Ticket string
	// Taken says whether a log holds the change already or never will; nil for no.
	Taken func(Change) bool
}

// Next returns the trail after a step, and whether it has to be written. It is late where so many changes wait for logs
// that not all could be noted: what people did is noted at a later look. What the operator writes does not wait for that.
func (t Trail) Next(step Step) (next Trail, changed, late bool) {
	if t.isCurrent(step) {
		return t, false, false
	}
	n := noter{Step: step, trail: t, from: t.Incident, fields: alertFields(step.Alert)}
	moved, edited := n.moved(), n.edited()
	given := n.Incident.UID != "" && len(n.given()) > 0
	if !moved && !edited && !given && step.MovedTo.UID == "" {
		return t, false, false
	}
	n.trail.Changes = slices.DeleteFunc(slices.Clone(t.Changes), func(c Change) bool { return step.Taken != nil && step.Taken(c) })
	if !n.hasRoom(edited) {
		n.trail.Fields, n.trail.Changes = n.overwritten(), t.Changes
		return n.trail, len(n.given()) > 0, true
	}
	if edited {
		n.noteEdits()
	}
	if moved {
		n.noteMove()
	}
	n.settle()
	return n.trail, true, false
}

// isCurrent says at a glance that nothing is to be noted: the spec is the one that was noted, and stays. Labels that are
// tags may have changed without it.
func (t Trail) isCurrent(step Step) bool {
	alert := step.Alert
	if step.Incident.UID == "" || step.Incident != t.Incident || step.MovedTo.UID != "" || alert.Generation != t.Generation {
		return false
	}
	if step.Assignee != alert.Spec.Assignee || step.State != orDefault(alert.Spec.Resolution.State, v1alpha1.ResolutionActive) {
		return false
	}
	return t.Fields[fieldTags] == "" && len(alert.Spec.Tags) == 0 && !bearsTagLabels(alert)
}

func bearsTagLabels(alert *v1alpha1.Alert) bool {
	for key := range alert.Labels {
		if strings.HasPrefix(key, v1alpha1.TagLabelPrefix) {
			return true
		}
	}
	return false
}

// Adopt returns the trail of an alert whose own cannot be read: as it is now, whatever it was before.
func Adopt(alert *v1alpha1.Alert, incident v1alpha1.ActivityIncident) Trail {
	if incident.UID == "" {
		return Trail{}
	}
	return Trail{Incident: incident, Generation: alert.Generation, Fields: alertFields(alert)}
}

// noter walks from what a trail noted last to what the operator is about to write.
type noter struct {
	Step
	trail  Trail
	from   v1alpha1.ActivityIncident
	fields map[string]string
}

// moved says whether somebody linked the alert elsewhere. A link to an incident that was deleted is still that link.
func (n *noter) moved() bool { return !n.dangles() && n.Incident != n.from }

func (n *noter) dangles() bool {
	return n.Incident.UID == "" && n.from.UID != "" && n.Alert.Spec.IncidentRef.Name == n.from.Name
}

// edited says whether somebody changed the alert while a log had an eye on it.
func (n *noter) edited() bool {
	return n.from.UID != "" && !n.dangles() && !maps.Equal(n.trail.Fields, n.fields)
}

// hasRoom says whether what happened can be noted before a log took some of what is noted already.
func (n *noter) hasRoom(edited bool) bool {
	return !n.trail.isLarge() && (!edited || len(n.trail.Changes) < patience)
}

// overwritten is what the trail notes of fields where it cannot note changes: what the operator writes itself must not be
// taken for a person's edit later on.
func (n *noter) overwritten() map[string]string {
	fields := maps.Clone(n.trail.Fields)
	if fields == nil {
		fields = map[string]string{}
	}
	for _, change := range n.given() {
		put(fields, change.Field, change.To)
	}
	return fields
}

func (n *noter) given() []v1alpha1.ActivityChange {
	return changesOf([]string{fieldAssignee, fieldState}, n.fields, n.outcome())
}

// outcome is the fields as the operator leaves them.
func (n *noter) outcome() map[string]string {
	fields := maps.Clone(n.fields)
	put(fields, fieldAssignee, Recorded(n.Assignee))
	put(fields, fieldState, string(n.State))
	return fields
}

func (n *noter) noteMove() {
	change := Change{Other: n.Alert.Spec.IncidentRef.Name, Reason: moveReason(n.Alert)}
	change.Actor, change.ActorKind = n.actor("incidentRef")
	if n.from.UID != "" {
		change.Incident, change.Type = n.from, Unlinked
		n.note(change)
	}
	if n.Incident.UID != "" {
		change.Incident, change.Type, change.Other = n.Incident, Linked, n.from.Name
		if n.from.Name == n.Incident.Name {
			change.Other = ""
		}
		n.note(change)
	}
}

// noteEdits notes one change for each editor and log.
func (n *noter) noteEdits() {
	var changes []Change
	for _, g := range alertGroups {
		fields := changesOf(g.fields, n.trail.Fields, n.fields)
		if len(fields) == 0 {
			continue
		}
		change := Change{Incident: n.logOf(g), Type: Edited}
		change.Actor, change.ActorKind = n.actor(g.name)
		i := slices.IndexFunc(changes, func(c Change) bool {
			return c.Incident == change.Incident && c.Actor == change.Actor && c.ActorKind == change.ActorKind
		})
		if i < 0 {
			i = len(changes)
			changes = append(changes, change)
		}
		changes[i].Fields = append(changes[i].Fields, fields...)
	}
	for _, change := range changes {
		n.note(change)
	}
}

// logOf says which incident the alert was in when a group was edited: the one it has left where the edit came before the
// move, and where it is in none now.
func (n *noter) logOf(g group) v1alpha1.ActivityIncident {
	if n.Incident.UID == "" || n.Incident != n.from && n.stamp(g.name).generation < n.stamp("incidentRef").generation {
		return n.from
	}
	return n.Incident
}

// settle notes what the operator does itself, and how the alert is then.
func (n *noter) settle() {
	n.trail.Incident = n.Incident
	if n.MovedTo.UID != "" {
		n.noteMerge()
	}
	n.noteGiven()
	if n.trail.Incident.UID == "" {
		n.trail.Fields, n.trail.Generation = nil, 0
		return
	}
	after := n.outcome()
	n.trail.Generation = n.Alert.Generation
	if n.MovedTo.UID != "" || !maps.Equal(after, n.fields) {
		n.trail.Generation++ // By the operator's own write.
	}
	n.trail.Fields = after
}

func (n *noter) noteMerge() {
	change := Change{Actor: operatorActor, ActorKind: v1alpha1.ActorOperator, Reason: "merged"}
	change.Incident, change.Type, change.Other = n.Incident, Unlinked, n.MovedTo.Name
	n.note(change)
	change.Incident, change.Type, change.Other = n.MovedTo, Linked, n.Incident.Name
	n.note(change)
	n.trail.Left = append(slices.Clone(n.trail.Left), n.Incident.UID)
	n.trail.Left = n.trail.Left[max(0, len(n.trail.Left)-maxLeft):]
	n.trail.Incident = n.MovedTo
}

// noteGiven notes what the operator changes, for the log of the incident that gives it or, where there is none now, of the
// one that takes back what it gave.
func (n *noter) noteGiven() {
	fields := n.given()
	if len(fields) == 0 {
		return
	}
	incident := n.trail.Incident
	if incident.UID == "" {
		incident = n.from
	}
	if incident.UID != "" {
		n.note(Change{
			Incident: incident, Type: Propagated, Actor: operatorActor, ActorKind: v1alpha1.ActorOperator, Fields: fields,
		})
	}
}

func (n *noter) note(change Change) {
	change.Ticket = n.Ticket
	n.trail.Changes = append(n.trail.Changes, change)
}

// actor is who changed a group of fields last, if admission stamped that since the trail noted it. Of an alert that no
// log knew, the stamp of its link tells who set it, whenever that was.
func (n *noter) actor(group string) (string, v1alpha1.ActorKind) {
	edit := n.stamp(group)
	if edit.user == "" || edit.generation <= n.trail.Generation || !n.ActorsKnown {
		return unknownActor, v1alpha1.ActorUnknown
	}
	return edit.user, v1alpha1.ActorUser
}

func (n *noter) stamp(group string) edit {
	return parseStamp(Recorded(n.Alert.Annotations[v1alpha1.EditorAnnotationPrefix+group]))
}

// alertGroups are the groups of fields of an alert whose changes the log tells.
var alertGroups = slices.DeleteFunc(slices.Clone(groups), func(g group) bool {
	return g.name == "description" || g.name == "mergeInto" || g.name == acceptance
})

// alertFields are the recorded values of an alert, without empty ones.
func alertFields(alert *v1alpha1.Alert) map[string]string {
	fields := triageFields(alert, alert.Spec.Triage)
	put(fields, fieldName, Recorded(alert.Spec.Name))
	put(fields, fieldSeverity, string(alert.Spec.Severity))
	return fields
}

// moveReason is the recorded value of why the alert went where it is, as whoever moved it says.
func moveReason(alert *v1alpha1.Alert) string {
	var said struct {
		To     string `json:"to"`
		Reason string `json:"reason"`
	}
	annotation := alert.Annotations[v1alpha1.MoveReasonAnnotation]
	if annotation == "" || json.Unmarshal([]byte(annotation), &said) != nil || said.To != alert.Spec.IncidentRef.Name {
		return ""
	}
	return Recorded(said.Reason)
}
