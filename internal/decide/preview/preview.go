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

// Package preview says what a change of an incident, a move or a merge would do to alerts. It asks the decisions that the
// operator asks, so that it tells what the operator will do.
package preview

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

// Outcome is what an alert says before and after a change. Equal values mean that the alert stays as it is.
type Outcome struct {
	// Alert is the metadata.name of the alert.
	Alert string
	// Before and After are what it says.
	Before, After Triage
}

// Triage is what a change of an incident can change of an alert.
type Triage struct {
	Incident, Assignee string
	State              v1alpha1.ResolutionState
}

// Differs says whether the alert is changed.
func (o Outcome) Differs() bool { return o.Before != o.After }

// Change returns what the linked alerts do when an incident becomes what after says, at the time now. Of an incident that
// was merged, into is where the alerts go that have not left it yet; nil for any other.
func Change(after, into *v1alpha1.Incident, alerts []v1alpha1.Alert, now time.Time) []Outcome {
	return follow(placeOf(after, into, afterAll(alerts, now)), alerts)
}

// Merge returns what the alerts of an incident do when it is merged into a target.
func Merge(source, target *v1alpha1.Incident, alerts []v1alpha1.Alert, now time.Time) []Outcome {
	return follow(placeOf(source, target, now), alerts)
}

// Move returns what alerts do when somebody links them to an incident, or to none where that is nil. From an incident that
// was merged, they go on to the one that it was merged into, unless they have left it before; into is nil for any other.
func Move(target, into *v1alpha1.Incident, alerts []v1alpha1.Alert, now time.Time) []Outcome {
	place := placeOf(target, into, now)
	name := ""
	if target != nil {
		name = target.Name
	}
	outcomes := make([]Outcome, 0, len(alerts))
	for i := range alerts {
		moved := alerts[i].DeepCopy()
		moved.Spec.IncidentRef.Name = name
		outcomes = append(outcomes, Outcome{Alert: moved.Name, Before: triageOf(&alerts[i]), After: outcome(moved, place)})
	}
	return outcomes
}

func placeOf(incident, into *v1alpha1.Incident, now time.Time) plan.Place {
	return plan.Place{Incident: recorded(incident, now), Target: recorded(into, now)}
}

// afterAll is now, or a second after the newest alert where that is later: what happens from now on happens after all
// alerts were created, also where the clock here is behind that of the API server.
func afterAll(alerts []v1alpha1.Alert, now time.Time) time.Time {
	for i := range alerts {
		if next := alerts[i].CreationTimestamp.Add(time.Second); next.After(now) {
			now = next
		}
	}
	return now
}

func follow(place plan.Place, alerts []v1alpha1.Alert) []Outcome {
	outcomes := make([]Outcome, 0, len(alerts))
	for i := range alerts {
		outcomes = append(outcomes, Outcome{Alert: alerts[i].Name, Before: triageOf(&alerts[i]), After: outcome(&alerts[i], place)})
	}
	return outcomes
}

// outcome is what an alert says once the operator wrote it. One that is being deleted stays as it is.
func outcome(alert *v1alpha1.Alert, place plan.Place) Triage {
	after := triageOf(alert)
	if !alert.DeletionTimestamp.IsZero() {
		return after
	}
	p := plan.For(facts.Read(alert, alert.CreationTimestamp.Time), place)
	after.Assignee, after.State = p.After.Assignee, p.After.State
	if p.Moves {
		after.Incident = p.Incident.Name
	}
	return after
}

func triageOf(alert *v1alpha1.Alert) Triage {
	triage := Triage{
		Incident: alert.Spec.IncidentRef.Name, Assignee: alert.Spec.Assignee, State: alert.Spec.Resolution.State,
	}
	if triage.State == "" {
		triage.State = v1alpha1.ResolutionActive
	}
	return triage
}

// recorded is an incident whose resolution the operator has recorded: one that is resolved now is resolved at this time,
// to the second. It is nil for none.
func recorded(incident *v1alpha1.Incident, now time.Time) *v1alpha1.Incident {
	if incident == nil {
		return nil
	}
	known := incident.DeepCopy()
	switch {
	case incident.Spec.Resolution.State != v1alpha1.ResolutionResolved:
		known.Status.ResolvedTime = nil
	case incident.Status.ResolvedTime == nil:
		at := metav1.NewTime(now.Truncate(time.Second))
		known.Status.ResolvedTime = &at
	}
	return known
}
