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
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// recountInterval is the time between two recounts of all tallies.
const recountInterval = 10 * time.Minute

// Recount compares every tally with one that is counted anew, and puts right what differs. That something differs is a bug;
// the number of incidents is returned.
func (r *Roster) Recount() (differences int) {
	for _, incident := range r.incidents() {
		if r.recount(incident) {
			differences++
		}
	}
	return differences
}

func (r *Roster) incidents() []client.ObjectKey {
	r.mutex.RLock()
	defer r.mutex.RUnlock()
	incidents := make([]client.ObjectKey, 0, len(r.groups))
	for incident := range r.groups {
		incidents = append(incidents, incident)
	}
	return incidents
}

func (r *Roster) recount(incident client.ObjectKey) (differs bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	g := r.groups[incident]
	if g == nil {
		return false
	}
	fresh := rollup.NewTally()
	for _, alert := range g.members {
		alert.standing = rollup.Stand(alert.facts, g.place)
		fresh.Add(alert.facts, alert.standing)
	}
	if g.tally.Equal(fresh) {
		return false
	}
	g.tally = fresh
	return true
}

// Recounter recounts a roster now and then, and counts what differed.
type Recounter struct {
	roster      *Roster
	differences prometheus.Counter
}

// NewRecounter returns a recounter whose metric is registered.
func NewRecounter(roster *Roster, registry prometheus.Registerer) (*Recounter, error) {
	c := prometheus.NewCounter(prometheus.CounterOpts{
		Namespace: "incident_operator", Name: "tally_differences_total",
		Help: "Number of incidents whose running tally of alerts differed from a recount, which put it right. Anything but 0 is a bug.",
	})
	if err := registry.Register(c); err != nil {
		return nil, err
	}
	return &Recounter{roster: roster, differences: c}, nil
}

// NeedLeaderElection is false: every replica keeps a roster.
func (c *Recounter) NeedLeaderElection() bool { return false }

// Start recounts until the context ends.
func (c *Recounter) Start(ctx context.Context) error {
	wait.UntilWithContext(ctx, func(ctx context.Context) {
		if n := c.roster.Recount(); n > 0 {
			c.differences.Add(float64(n))
			logf.FromContext(ctx).WithName("roster").Info("Put tallies right that differed from a recount", "incidents", n)
		}
	}, recountInterval)
	return nil
}
