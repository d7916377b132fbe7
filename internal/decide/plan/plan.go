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

// Package plan says what the operator has to write on one alert: what its incident gives it, where a merge moves it, and
// what it notes for the activity logs.
package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

// Place is where an alert stands.
type Place struct {
	// Incident is the incident that the alert names; nil where there is none.
	Incident *v1alpha1.Incident
	// Target is the incident that Incident was merged into; nil where it was not, or where that is gone.
	Target *v1alpha1.Incident
}

// Settled says whether alerts can follow already: see inherit.FromIncident.
func (p Place) Settled() bool { return settled(p.Incident) && settled(p.Target) }

func settled(incident *v1alpha1.Incident) bool {
	if incident == nil {
		return true
	}
	_, ok := inherit.FromIncident(incident)
	return ok
}

// Circumstances are what a note in the trail depends on beside the alert and its place: see activity.Step. Whether
// anything has to be written does not depend on them.
type Circumstances struct {
	ActorsKnown bool
	Ticket      string
	Taken       func(activity.Change) bool
}

// Plan is what the operator has to write on one alert.
type Plan struct {
	// Incident is where the alert has to be afterwards; nil where it is linked to none.
	Incident *v1alpha1.Incident
	// Moves says that the operator moves it there, since the incident that it names was merged.
	Moves bool
	// PutBack says that it has left the merged incident that it names, and somebody put it back.
	PutBack bool
	// Before and After are what it says and remembers of its incident.
	Before, After inherit.Alert
	// TrailBefore and TrailAfter are what it has noted for the activity logs.
	TrailBefore, TrailAfter activity.Trail
	// Notes says that the trail has to be written.
	Notes bool
	// Late says that not all could be noted before logs have taken some of what was.
	Late bool
	// Damage says why a memory or trail cannot be read; nil where both can.
	Damage error
}

// For makes the plan for an alert in its place, which must be settled.
func For(alert *v1alpha1.Alert, place Place, circumstances Circumstances) Plan {
	before, memoryErr := inherit.FromAlert(alert)
	trail, trailErr := trailOf(alert, place)
	p := Plan{
		Incident: place.Incident, Before: before, TrailBefore: trail,
		Damage: errors.Join(damageOf(v1alpha1.InheritedAnnotation, memoryErr), damageOf(v1alpha1.TrailAnnotation, trailErr)),
	}
	if place.Target != nil {
		p.PutBack = slices.Contains(trail.Left, string(place.Incident.UID))
		p.Moves = !p.PutBack
	}
	step := activity.Step{
		Alert: alert, Incident: reference(place.Incident),
		ActorsKnown: circumstances.ActorsKnown, Ticket: circumstances.Ticket, Taken: circumstances.Taken,
	}
	if p.Moves {
		p.Incident, step.MovedTo = place.Target, reference(place.Target)
	}
	p.After = inherit.Decide(before, linkTo(p.Incident, alert))
	step.Assignee, step.State = p.After.Assignee, p.After.State
	p.TrailAfter, p.Notes, p.Late = trail.Next(step)
	p.Notes = p.Notes || trailErr != nil
	return p
}

// trailOf reads the trail of an alert. One that cannot be read, or was not written by the operator, is taken for one of an
// alert that is as it was noted.
func trailOf(alert *v1alpha1.Alert, place Place) (activity.Trail, error) {
	trail, err := activity.ParseTrail(alert.Annotations[v1alpha1.TrailAnnotation])
	if err == nil && !trail.Honest(alert.ResourceVersion) {
		err = errors.New("changes must have tickets that are older than the alert")
	}
	if err != nil {
		return activity.Adopt(alert, reference(place.Incident)), err
	}
	return trail, nil
}

// Changes says whether the alert has to be written.
func (p Plan) Changes() bool { return p.Follows() || p.Notes }

// Follows says whether the alert has still to follow its incident.
func (p Plan) Follows() bool { return p.Moves || p.Before.Changed(p.After) }

// Propagates says whether the alert follows the incident that it was linked to before.
func (p Plan) Propagates() bool {
	before, after := p.Before.Memory, p.After.Memory
	return before != nil && after != nil && before.UID == after.UID && p.Before.Changed(p.After)
}

func damageOf(annotation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("annotation %s: %w", annotation, err)
}

func linkTo(incident *v1alpha1.Incident, alert *v1alpha1.Alert) inherit.Link {
	if incident == nil {
		return inherit.Link{Name: alert.Spec.IncidentRef.Name}
	}
	source, _ := inherit.FromIncident(incident)
	return inherit.Link{Name: incident.Name, Source: &source}
}

func reference(incident *v1alpha1.Incident) v1alpha1.ActivityIncident {
	if incident == nil {
		return v1alpha1.ActivityIncident{}
	}
	return v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
}
