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
// which notes it need not bear any longer.
package plan

import (
	"fmt"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

// maxLeft bounds how many merged incidents an alert remembers to have left; of more, it forgets the oldest.
const maxLeft = 64

// Place is where an alert stands.
type Place struct {
	// Incident is the incident that the alert names; nil if there is none.
	Incident *v1alpha1.Incident
	// Target is the incident that Incident was merged into; nil if it was not merged, or if that is gone.
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

// Plan is what the operator has to write on one alert.
type Plan struct {
	// Incident is where the alert has to be afterwards; nil if it is linked to none.
	Incident *v1alpha1.Incident
	// Moves says that the operator moves it there, since the incident that it names was merged.
	Moves bool
	// PutBack says that it has left the merged incident that it names, and somebody put it back.
	PutBack bool
	// Before and After are what it says and remembers of its incident.
	Before, After inherit.Alert
	// Left are the UIDs of the merged incidents that it has left afterwards.
	Left []string
	// Damage says why the memory cannot be read; nil if it can.
	Damage error
}

// For makes the plan for an alert in its place, which must be settled.
func For(alert *facts.Alert, place Place) Plan {
	p := Plan{Incident: place.Incident, Before: alert.Ours, Left: alert.Left}
	if alert.MemoryDamage != nil {
		p.Damage = fmt.Errorf("annotation %s: %w", v1alpha1.InheritedAnnotation, alert.MemoryDamage)
	}
	if place.Target != nil {
		p.PutBack = slices.Contains(alert.Left, string(place.Incident.UID))
		p.Moves = !p.PutBack
	}
	if p.Moves {
		p.Incident = place.Target
		p.Left = append(slices.Clone(alert.Left), string(place.Incident.UID))
		p.Left = p.Left[max(0, len(p.Left)-maxLeft):]
	}
	p.After = inherit.Decide(p.Before, linkTo(p.Incident, alert))
	return p
}

// Follows says whether the alert has to be written to follow its incident.
func (p Plan) Follows() bool { return p.Moves || p.Before.Changed(p.After) }

// Propagates says whether the alert follows the incident that it was linked to before.
func (p Plan) Propagates() bool {
	before, after := p.Before.Memory, p.After.Memory
	return before != nil && after != nil && before.UID == after.UID && p.Before.Changed(p.After)
}

func linkTo(incident *v1alpha1.Incident, alert *facts.Alert) inherit.Link {
	if incident == nil {
		return inherit.Link{Name: alert.Incident}
	}
	source, _ := inherit.FromIncident(incident)
	return inherit.Link{Name: incident.Name, Source: &source}
}
