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

// Package roster is what the operator keeps in memory beside the cache: the facts of each alert, read once per version; who is
// linked to which incident, with a tally that is kept up to date by the alerts that change; and the ends of the activity logs.
package roster

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// Roster knows all alerts. It is fed by Put and Delete, in the order of their versions, and safe for use by many.
type Roster struct {
	clock clock.PassiveClock

	mutex  sync.RWMutex
	alerts map[client.ObjectKey]*member
	groups map[client.ObjectKey]*group
	// bearers are the alerts whose notes concern an incident, by that incident.
	bearers map[client.ObjectKey]map[*member]struct{}
	// newest is the highest resourceVersion of an alert that was put or deleted; upTo is the one up to which nothing is
	// missing, which may be higher.
	newest, upTo string

	subscribers []func(Change)
	ready       chan struct{}
}

// member is one alert.
type member struct {
	object    *v1alpha1.Alert
	facts     *facts.Alert
	standing  rollup.Standing
	concerned []string
}

// New returns an empty roster.
func New(c clock.PassiveClock) *Roster {
	return &Roster{
		clock:   c,
		alerts:  map[client.ObjectKey]*member{},
		groups:  map[client.ObjectKey]*group{},
		bearers: map[client.ObjectKey]map[*member]struct{}{},
		ready:   make(chan struct{}),
	}
}

// Wait waits until the roster is complete: it has all that was there when its Feed began.
func (r *Roster) Wait(ctx context.Context) error {
	select {
	case <-r.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the cache of alerts: %w", ctx.Err())
	}
}

// Change is one alert that came, changed or went. Before is nil for one that came, After for one that went.
type Change struct {
	Key           client.ObjectKey
	Before, After *facts.Alert
	// Initial says that the alert was there already when the subscription began, or the cache was filled.
	Initial bool
}

// Linked are the names of the incidents that the alert is or was linked to.
func (c Change) Linked() []string {
	var names []string
	for _, alert := range []*facts.Alert{c.Before, c.After} {
		if alert != nil && alert.Incident != "" && !slices.Contains(names, alert.Incident) {
			names = append(names, alert.Incident)
		}
	}
	return names
}

// Concerned are the names of the incidents whose logs the change may concern: those that the alert is or was linked to, and
// those that its notes are for.
func (c Change) Concerned() []string {
	names := c.Linked()
	for _, alert := range []*facts.Alert{c.Before, c.After} {
		if alert == nil {
			continue
		}
		for _, name := range activity.Concerned(noted(alert)) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func noted(alert *facts.Alert) activity.Alert {
	return activity.Alert{Name: alert.Name, UID: alert.UID, Incident: alert.Incident, Notes: alert.Notes}
}

// Put takes in a version of an alert.
func (r *Roster) Put(object *v1alpha1.Alert, initial bool) {
	key := client.ObjectKeyFromObject(object)
	next := &member{object: object, facts: facts.Read(object, r.clock.Now())}
	next.concerned = activity.Concerned(noted(next.facts))
	r.mutex.Lock()
	before := r.remove(key)
	r.alerts[key] = next
	r.link(key, next)
	r.newest = activity.Newest(r.newest, object.ResourceVersion)
	subscribers := r.subscribers
	r.mutex.Unlock()
	tell(subscribers, Change{Key: key, Before: before, After: next.facts, Initial: initial})
}

// Delete takes out an alert whose deletion has this resourceVersion.
func (r *Roster) Delete(key client.ObjectKey, resourceVersion string) {
	r.mutex.Lock()
	before := r.remove(key)
	r.newest = activity.Newest(r.newest, resourceVersion)
	subscribers := r.subscribers
	r.mutex.Unlock()
	if before != nil {
		tell(subscribers, Change{Key: key, Before: before})
	}
}

func tell(subscribers []func(Change), change Change) {
	for _, subscriber := range subscribers {
		subscriber(change)
	}
}

// Subscribe calls a function for every alert that is there now, and then for every change, after the roster has it. It must
// not take long.
func (r *Roster) Subscribe(subscriber func(Change)) {
	r.mutex.Lock()
	r.subscribers = append(r.subscribers[:len(r.subscribers):len(r.subscribers)], subscriber)
	present := maps.Clone(r.alerts)
	r.mutex.Unlock()
	for key, alert := range present {
		subscriber(Change{Key: key, After: alert.facts, Initial: true})
	}
}

// remove takes an alert out, and returns what was known of it, nil for nothing.
func (r *Roster) remove(key client.ObjectKey) *facts.Alert {
	old, known := r.alerts[key]
	if !known {
		return nil
	}
	delete(r.alerts, key)
	for _, name := range old.concerned {
		incident := client.ObjectKey{Namespace: key.Namespace, Name: name}
		delete(r.bearers[incident], old)
		if len(r.bearers[incident]) == 0 {
			delete(r.bearers, incident)
		}
	}
	if incident := incidentOf(key, old.facts); incident.Name != "" {
		g := r.groups[incident]
		delete(g.members, key)
		g.tally.Remove(old.facts, old.standing)
		if len(g.members) == 0 {
			delete(r.groups, incident)
		}
	}
	return old.facts
}

func (r *Roster) link(key client.ObjectKey, alert *member) {
	for _, name := range alert.concerned {
		incident := client.ObjectKey{Namespace: key.Namespace, Name: name}
		if r.bearers[incident] == nil {
			r.bearers[incident] = map[*member]struct{}{}
		}
		r.bearers[incident][alert] = struct{}{}
	}
	incident := incidentOf(key, alert.facts)
	if incident.Name == "" {
		return
	}
	g := r.groups[incident]
	if g == nil {
		g = &group{members: map[client.ObjectKey]*member{}, tally: rollup.NewTally()}
		r.groups[incident] = g
	}
	alert.standing = rollup.Stand(alert.facts, g.place)
	g.members[key] = alert
	g.tally.Add(alert.facts, alert.standing)
}

func incidentOf(alert client.ObjectKey, known *facts.Alert) client.ObjectKey {
	return client.ObjectKey{Namespace: alert.Namespace, Name: known.Incident}
}

// Alert returns an alert with its facts. Neither is a copy: nobody may change them.
func (r *Roster) Alert(key client.ObjectKey) (object *v1alpha1.Alert, known *facts.Alert, ok bool) {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	alert, ok := r.alerts[key]
	if !ok {
		return nil, nil, false
	}
	return alert.object, alert.facts, true
}

// Linked lists the alerts that are linked to an incident, in no order.
func (r *Roster) Linked(incident client.ObjectKey) []client.ObjectKey {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	g := r.groups[incident]
	if g == nil {
		return nil
	}
	keys := make([]client.ObjectKey, 0, len(g.members))
	for key := range g.members {
		keys = append(keys, key)
	}
	return keys
}
