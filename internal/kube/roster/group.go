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

package roster

import (
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// group is the alerts of one incident. Their standings are those in place, whose basis tells whether they are still right.
type group struct {
	members map[client.ObjectKey]*member
	tally   *rollup.Tally
	place   plan.Place
	basis   basis
}

// basis is all of a place that a standing depends on.
type basis struct {
	incident, target inherit.Source
	exists, merged   bool
}

// Tally lets a function read the tally of an incident's alerts as they stand in its place, which must be settled. The tally
// is the roster's own: it must be neither kept nor changed.
func (r *Roster) Tally(place plan.Place, read func(*rollup.Tally)) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	read(r.standing(place).tally)
}

// standing returns the group of an incident, whose members stand as they do in this place. It goes through all of them only
// if the place is another one than before.
func (r *Roster) standing(place plan.Place) *group {
	incident := client.ObjectKeyFromObject(place.Incident)
	g := r.groups[incident]
	if g == nil {
		return &group{tally: rollup.NewTally()}
	}
	now := basisOf(place)
	if g.basis == now {
		return g
	}
	g.place, g.basis = place, now
	for _, alert := range g.members {
		standing := rollup.Stand(alert.facts, place)
		if standing != alert.standing {
			g.tally.Restand(alert.standing, -1)
			g.tally.Restand(standing, 1)
			alert.standing = standing
		}
	}
	return g
}

func basisOf(place plan.Place) basis {
	b := basis{exists: true}
	b.incident, _ = inherit.FromIncident(place.Incident)
	if place.Target != nil {
		b.merged = true
		b.target, _ = inherit.FromIncident(place.Target)
	}
	b.incident.ResolvedTime = wholeSeconds(b.incident.ResolvedTime)
	b.target.ResolvedTime = wholeSeconds(b.target.ResolvedTime)
	return b
}

// wholeSeconds makes equal times equal values.
func wholeSeconds(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.Unix(t.Unix(), 0).UTC()
}
