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
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// Look is what the alerts of an incident have to tell its log, at one moment.
type Look struct {
	// Counts are those of the linked alerts, and Leaving how many of them have still to move on after a merge.
	Counts  activity.Counts
	Leaving int
	// Bearers are the alerts whose notes concern the incident, by name.
	Bearers []activity.Alert
	// Seen is the highest resourceVersion of an alert that is known, and UpTo the one up to which nothing is missing.
	Seen, UpTo string
}

// Look looks at the alerts of an incident in its place, which must be settled.
func (r *Roster) Look(place plan.Place) Look {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	look := Look{Seen: r.newest, UpTo: activity.Newest(r.newest, r.upTo)}
	t := r.standing(place).tally
	machine, by := t.Linked()
	look.Leaving = t.Standing(rollup.Leaving)
	look.Counts = activity.Counts{
		Total: int64(t.Total()), Merged: int64(t.Merged()), Machine: int64(machine), MachineName: by,
		Pending:  int64(t.Standing(rollup.Pending)),
		Carrying: int64(t.Standing(rollup.Carrying)), Kept: int64(t.Standing(rollup.Overriding)),
	}
	for bearer := range r.bearers[client.ObjectKeyFromObject(place.Incident)] {
		look.Bearers = append(look.Bearers, noted(bearer.facts))
	}
	slices.SortFunc(look.Bearers, func(a, b activity.Alert) int { return strings.Compare(a.Name, b.Name) })
	return look
}

// Earlier counts the alerts that are linked to an incident and were there before a time, without a note that links them.
func (r *Roster) Earlier(incident client.ObjectKey, created time.Time) int64 {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	g := r.groups[incident]
	if g == nil {
		return 0
	}
	earlier := int64(0)
	for _, alert := range g.members {
		if alert.facts.Ours.Created.Before(created) && !linkNoted(alert.facts) {
			earlier++
		}
	}
	return earlier
}

func linkNoted(alert *facts.Alert) bool {
	return activity.NotesLink(noted(alert))
}

// Pending counts the alerts that have still to follow, or to leave, an incident in its place, which must be settled.
func (r *Roster) Pending(place plan.Place) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.standing(place).tally.Standing(rollup.Pending)
}

// Arriving counts the alerts that merges have still to bring to an incident from others.
func (r *Roster) Arriving(sources []v1alpha1.Incident, target *v1alpha1.Incident) int {
	alerts := 0
	for i := range sources {
		if place := (plan.Place{Incident: &sources[i], Target: target}); place.Settled() {
			alerts += r.Pending(place)
		}
	}
	return alerts
}

// Bearers lists the alerts that bear notes which concern an incident, and for which a function holds.
func (r *Roster) Bearers(incident client.ObjectKey, holds func(alert types.UID) bool) []client.ObjectKey {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	var keys []client.ObjectKey
	for bearer := range r.bearers[incident] {
		if holds(bearer.facts.UID) {
			keys = append(keys, client.ObjectKeyFromObject(bearer.object))
		}
	}
	return keys
}
