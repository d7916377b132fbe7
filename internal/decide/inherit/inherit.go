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

package inherit

import (
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Source is what an incident gives to its alerts.
type Source struct {
	// Name and UID say which incident it is.
	Name string
	UID  types.UID
	// Assignee is given to every alert; empty gives nothing.
	Assignee string
	// ResolvedTime is when the incident was resolved, by the API server's clock, at a resolution of one second. Zero
	// while it is not resolved. Alerts created then or later are held: they stay active.
	ResolvedTime time.Time
}

// FromIncident reads what an incident gives. It is not settled between a write that resolves or re-opens the incident
// and the recording of that in status.resolvedTime; alerts must wait until it is, because that time decides which of
// them the resolution covers.
func FromIncident(incident *v1alpha1.Incident) (source Source, settled bool) {
	source = Source{Name: incident.Name, UID: incident.UID, Assignee: incident.Spec.Assignee}
	resolved := incident.Spec.Resolution.State == v1alpha1.ResolutionResolved
	if recorded := incident.Status.ResolvedTime; recorded != nil {
		source.ResolvedTime = recorded.Time
	}
	return source, resolved == !source.ResolvedTime.IsZero()
}

// Link is where an alert belongs: nowhere (both unset), to an incident that does not exist (a name only), or to Source.
type Link struct {
	// Name is spec.incidentRef.name of the alert.
	Name string
	// Source is the incident of that name, nil where there is none.
	Source *Source
}

// Alert is what an alert says of itself.
type Alert struct {
	// Created is its creation time by the API server's clock, at a resolution of one second.
	Created time.Time
	// Assignee is spec.assignee.
	Assignee string
	// State is spec.resolution.state, never empty.
	State v1alpha1.ResolutionState
	// Ended says that its detector takes it for over, or that it expired.
	Ended bool
	// Memory is what it remembers; nil for nothing.
	Memory *Memory
	// Damaged says that it bears a memory that cannot be read: Memory is then nil, and a value that equals the
	// incident's is taken for inherited over the default.
	Damaged bool
	// Newer are the fields that a person set after the incident set what it gives now.
	Newer Fields
}

// Fields are those that an alert takes from its incident.
type Fields struct{ Assignee, State bool }

// Any says whether it is any of them.
func (f Fields) Any() bool { return f.Assignee || f.State }

// Overwritten are the fields whose value the incident replaces although it did not give it: somebody set it while the alert
// followed the incident already.
func (a Alert) Overwritten(next Alert) Fields {
	if a.Memory == nil || next.Memory == nil || a.Memory.UID != next.Memory.UID {
		return Fields{}
	}
	return Fields{
		Assignee: a.Assignee != next.Assignee && !isGiven(a.Memory.Assignee, a.Assignee),
		State:    a.State != next.State && !isGiven(a.Memory.Resolution, string(a.State)),
	}
}

func isGiven(given *Given, value string) bool {
	return given != nil && !given.Held && given.Value == value
}

// FromAlert reads an alert. The error says why its memory cannot be read; the alert is usable all the same.
func FromAlert(alert *v1alpha1.Alert) (Alert, error) {
	ours := Alert{
		Created:  alert.CreationTimestamp.Time,
		Assignee: alert.Spec.Assignee,
		State:    alert.Spec.Resolution.State,
		Ended:    !alert.Spec.EndedTime.IsZero(),
	}
	if ours.State == "" {
		ours.State = v1alpha1.ResolutionActive
	}
	annotation, ok := alert.Annotations[v1alpha1.InheritedAnnotation]
	if !ok {
		return ours, nil
	}
	memory, err := ParseMemory(annotation)
	if err != nil {
		ours.Damaged = true
		return ours, err
	}
	ours.Memory = memory
	return ours, nil
}

// Changed reports whether an alert has to be written to become next.
func (a Alert) Changed(next Alert) bool {
	return a.Damaged != next.Damaged || a.Assignee != next.Assignee || a.State != next.State || !a.Memory.Equal(next.Memory)
}

// Held reports whether the alert is active in a resolved incident because it arrived after the resolution.
func (a Alert) Held() bool {
	return a.Memory != nil && a.Memory.Resolution != nil && a.Memory.Resolution.Held && a.State != v1alpha1.ResolutionResolved
}

// Decide returns the alert as it has to be under its link. Deciding again on the result changes nothing.
func Decide(alert Alert, link Link) Alert {
	switch {
	case link.Source != nil:
		return give(alert, *link.Source)
	case link.Name != "" && alert.Memory != nil && alert.Memory.Incident == link.Name:
		return alert // The incident was deleted: that changes no alert.
	default:
		return withdraw(alert)
	}
}

// withdraw takes back what the remembered incident gave.
func withdraw(alert Alert) Alert {
	next := Alert{Created: alert.Created, Assignee: alert.Assignee, State: alert.State, Ended: alert.Ended}
	if memory := alert.Memory; memory != nil {
		next.Assignee, _ = merge(memory.Assignee, unset, alert.Assignee, false)
		state, _ := merge(afterEnd(memory.Resolution, alert), unset, string(alert.State), false)
		next.State = v1alpha1.ResolutionState(state)
	}
	return next
}

// give lets the alert inherit from its incident, after it let go of another one.
func give(alert Alert, source Source) Alert {
	damaged := alert.Damaged
	if alert.Memory != nil && alert.Memory.UID != source.UID {
		alert = withdraw(alert)
	}
	base := alert.Memory
	if base == nil {
		base = &Memory{}
	}
	memory := &Memory{Incident: source.Name, UID: source.UID}
	next := Alert{Created: alert.Created, Memory: memory, Ended: alert.Ended}
	next.Assignee, memory.Assignee = merge(base.Assignee, source.Assignee, alert.Assignee, alert.Newer.Assignee)
	next.State, memory.Resolution = resolve(base.Resolution, source.ResolvedTime, alert)
	if damaged {
		presumeInherited(alert, next)
	}
	return next
}

// resolve is merge for the resolution, but for alerts that arrived after it: they are held instead, once and for all.
func resolve(base *Given, resolvedTime time.Time, alert Alert) (v1alpha1.ResolutionState, *Given) {
	theirs := unset
	if !resolvedTime.IsZero() {
		theirs = string(v1alpha1.ResolutionResolved)
	}
	late := !alert.Created.Before(resolvedTime)
	if base == nil && theirs != unset && late && alert.State != v1alpha1.ResolutionResolved {
		return alert.State, &Given{Value: theirs, Over: string(alert.State), Held: true}
	}
	if theirs == unset {
		base = afterEnd(base, alert)
	}
	state, given := merge(base, theirs, string(alert.State), alert.Newer.State)
	if base == nil && given != nil {
		given.Ended = alert.Ended
	}
	return v1alpha1.ResolutionState(state), given
}

// afterEnd is what an incident that lets go gives back of the resolution: an alert that came to its end while the incident
// kept it resolved stays resolved. One that was over before, and that a person had re-opened, becomes what it was.
func afterEnd(base *Given, alert Alert) *Given {
	if base == nil || base.Held || base.Ended || !alert.Ended {
		return base
	}
	return &Given{Value: base.Value, Over: string(v1alpha1.ResolutionResolved)}
}

// presumeInherited fills in what a damaged memory lost: where the alert says what its incident says, it was most likely
// given by it, over an unassigned and active alert.
func presumeInherited(before, after Alert) {
	if given := after.Memory.Assignee; given != nil && before.Assignee == given.Value {
		given.Over = unset
	}
	if given := after.Memory.Resolution; given != nil && string(before.State) == given.Value {
		given.Over = string(v1alpha1.ResolutionActive)
	}
}
