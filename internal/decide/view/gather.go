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

package view

import (
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Gathering adds up the alerts of an incident as they are read, page by page. What it keeps grows with the distinct things
// in the evidence, not with the alerts.
type Gathering struct {
	now      time.Time
	active   int
	evidence evidence
	tactics  tactics
	sources  counts
	worst    Top
}

// Gather begins with no alert. The alerts are looked at now; of the worst, at most so many are kept.
func Gather(now time.Time, worstAlerts int) *Gathering {
	return &Gathering{
		now: now, evidence: evidence{}, tactics: tactics{}, sources: counts{}, worst: Top{bound: worstAlerts, compare: compareRows},
	}
}

// Add takes one more alert of the incident.
func (g *Gathering) Add(alert *v1alpha1.Alert) {
	row := RowOf(alert, g.now)
	if row.State != v1alpha1.ResolutionResolved {
		g.active++
	}
	g.evidence.add(alert, row.First, row.Last)
	g.tactics.add(alert, row.First)
	if row.Service != "" {
		g.sources[row.Service]++
	}
	g.worst.Add(row)
}

// View is what is shown of the incident to which the alerts are linked.
func (g *Gathering) View(incident *v1alpha1.Incident) Incident {
	endpoints, users := g.evidence.distinct()
	return Incident{
		Header: HeaderOf(incident),
		Scope: Scope{
			Alerts: g.worst.seen, Active: g.active, Endpoints: endpoints, Users: users, Sources: g.sources.most(),
		},
		Evidence: g.evidence.groups(), Tactics: g.tactics.inOrder(),
		Worst: g.worst.rows, MoreAlerts: g.worst.seen - len(g.worst.rows),
	}
}
