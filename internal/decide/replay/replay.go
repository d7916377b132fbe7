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

package replay

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
)

// Event is one event of a recording.
type Event struct {
	// Alert is the same for events that are the same alert.
	Alert string
	Spec  v1alpha1.AlertSpec
	// Labels are those of the alert's object.
	Labels map[string]string
	// Resolved says that the detector takes the alert for over. In the first event of an alert it does not count.
	Resolved bool
}

// Run lets policies, which are in the order of correlate.Sort, decide about events.
func Run(policies []*correlate.Policy, events []Event) Result {
	s := newSimulation(policies)
	times := arrivals(events)
	order := make([]int, len(events))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return times[a].Compare(times[b]) })
	for _, i := range order {
		s.decideUntil(times[i])
		s.receive(i, &events[i], times[i])
	}
	s.decideUntil(s.now.Add(time.Hour * 24 * 365))
	return s.result()
}

// arrivals are when events came in: when their activity was last seen, for all that is known. One that does not tell came in
// with the one before it, or with the first that tells.
func arrivals(events []Event) []time.Time {
	times := make([]time.Time, len(events))
	first := slices.IndexFunc(events, func(e Event) bool { return !arrival(&e).IsZero() })
	for i := range events {
		times[i] = arrival(&events[i])
		switch {
		case !times[i].IsZero():
		case i > 0:
			times[i] = times[i-1]
		case first >= 0:
			times[i] = arrival(&events[first])
		}
	}
	return times
}

func arrival(event *Event) time.Time {
	for _, t := range []*metav1.Time{event.Spec.LastActivityTime, event.Spec.FirstActivityTime} {
		if t != nil && !t.IsZero() {
			return t.Truncate(time.Second)
		}
	}
	return time.Time{}
}

// simulation is a namespace without a cluster.
type simulation struct {
	engine   *correlate.Engine
	policies []*correlate.Policy
	now      time.Time
	// due is when there is something to decide; zero means never.
	due time.Time

	alerts    []*alert
	byKey     map[string]*alert
	byName    map[string]*alert
	incidents []*incident
	byIncName map[string]*incident
	relations []correlate.Relation
	troubles  map[string]int
}

type alert struct {
	Alert
	object *v1alpha1.Alert
}

type incident struct {
	Incident
	object *v1alpha1.Incident
	policy *correlate.Policy
	alerts map[string]*alert
	into   *incident
}

func newSimulation(policies []*correlate.Policy) *simulation {
	return &simulation{
		engine: correlate.NewEngine(policies, ""), policies: policies,
		byKey: map[string]*alert{}, byName: map[string]*alert{}, byIncName: map[string]*incident{}, troubles: map[string]int{},
	}
}

// receive stores an alert, or what is new of one that is there.
func (s *simulation) receive(number int, event *Event, at time.Time) {
	s.now = at
	a := s.byKey[event.Alert]
	// An export tells how alerts ended. What is told for the first time came in when it was active.
	ends := event.Resolved && a != nil
	if a == nil || (!event.Resolved && s.isClosed(a)) {
		a = s.store(event, at)
	}
	a.Events = append(a.Events, number)
	last := metav1.NewTime(at)
	a.object.Spec.LastActivityTime = &last
	before := a.object.Spec.Resolution.State
	a.object.Spec.Resolution.State = v1alpha1.ResolutionActive
	if ends {
		a.object.Spec.Resolution.State = v1alpha1.ResolutionResolved
	}
	s.observe(a)
	if correlate.Waits(a.object) {
		s.due = at
	}
	if before != a.object.Spec.Resolution.State {
		s.resolveIncident(s.byIncName[a.object.Spec.IncidentRef.Name])
	}
}

// isClosed says whether an alert was closed with its incident: if it fires again, that is another alert.
func (s *simulation) isClosed(a *alert) bool {
	i := s.byIncName[a.object.Spec.IncidentRef.Name]
	return i != nil && i.object.Spec.Resolution.State == v1alpha1.ResolutionResolved
}

func (s *simulation) store(event *Event, at time.Time) *alert {
	a := &alert{
		Alert: Alert{Key: event.Alert, Spec: event.Spec},
		object: &v1alpha1.Alert{
			ObjectMeta: metav1.ObjectMeta{
				Name: fmt.Sprintf("alert-%06d", len(s.alerts)+1), Labels: event.Labels, CreationTimestamp: metav1.NewTime(at),
			},
			Spec: event.Spec,
		},
	}
	s.alerts = append(s.alerts, a)
	s.byKey[event.Alert], s.byName[a.object.Name] = a, a
	return a
}

func (s *simulation) observe(a *alert) {
	for _, trouble := range s.engine.Alert(a.object, s.now) {
		s.troubles[trouble.Policy+": "+trouble.Err.Error()]++
	}
}

// decideUntil takes all decisions that are due before a time, when something else comes in.
func (s *simulation) decideUntil(until time.Time) {
	for !s.due.IsZero() && s.due.Before(until) {
		s.now, s.due = s.due, time.Time{}
		decision := s.engine.Decide(s.now)
		s.due = decision.Next
		s.apply(decision)
	}
}

func (s *simulation) apply(decision correlate.Decision) {
	for _, begin := range decision.Begins {
		s.begin(begin)
	}
	for _, link := range decision.Links {
		a, i := s.byName[link.Alert], s.byIncName[link.Incident]
		a.Policy, a.Why = link.Policy, link.Why
		a.Began = i.object.Annotations[v1alpha1.CorrelatedAnnotation] == correlate.Origin{Policy: link.Policy, Anchor: link.Alert}.Annotation()
		s.link(a, i)
	}
	for _, relation := range decision.Relations {
		s.relations = append(s.relations, relation)
		s.relate(relation)
	}
}

func (s *simulation) begin(begin correlate.Begin) {
	i := &incident{
		Incident: Incident{Name: begin.Name, Policy: begin.Policy.Name, Why: begin.Why},
		object: &v1alpha1.Incident{
			ObjectMeta: metav1.ObjectMeta{
				Name: begin.Name, CreationTimestamp: metav1.NewTime(s.now),
				Annotations: map[string]string{v1alpha1.CorrelatedAnnotation: begin.Origin.Annotation()},
			},
			Spec: v1alpha1.IncidentSpec{Severity: begin.Policy.Incident.Severity},
		},
		policy: begin.Policy, alerts: map[string]*alert{},
	}
	s.incidents = append(s.incidents, i)
	s.byIncName[i.Name] = i
	s.engine.Incident(i.object)
}

func (s *simulation) link(a *alert, to *incident) {
	if from := s.byIncName[a.object.Spec.IncidentRef.Name]; from != nil {
		delete(from.alerts, a.object.Name)
		s.count(from)
	}
	a.object.Spec.IncidentRef.Name = to.Name
	to.alerts[a.object.Name] = a
	s.observe(a)
	s.count(to)
}

// count keeps the number of an incident's alerts, as the operator does.
func (s *simulation) count(i *incident) {
	total := int32(len(i.alerts)) //nolint:gosec // At most 50,000.
	i.object.Status.Alerts.Total = &total
	s.engine.Incident(i.object)
}

// relate notes on both incidents that they are related, or merges them.
func (s *simulation) relate(relation correlate.Relation) {
	from, into := s.byIncName[relation.From], s.byIncName[relation.Into]
	if !relation.Merge {
		from.object.Annotations[v1alpha1.RelatedAnnotation] = correlate.Noted(from.object, into.Name, relation.Why)
		into.object.Annotations[v1alpha1.RelatedAnnotation] = correlate.Noted(into.object, from.Name, relation.Why)
	} else if from.into == nil {
		from.into = into
		from.object.Spec.MergeInto.Name = into.Name
		into.Merged = append(into.Merged, from.Name)
		for _, a := range from.alerts {
			s.link(a, into)
		}
	}
	s.engine.Incident(from.object)
	s.engine.Incident(into.object)
}

// resolveIncident resolves an incident none of whose alerts is active any more, if its policy says so.
func (s *simulation) resolveIncident(i *incident) {
	if i == nil || !i.policy.AutoResolve {
		return
	}
	for _, a := range i.alerts {
		if a.object.Spec.Resolution.State != v1alpha1.ResolutionResolved {
			return
		}
	}
	i.object.Spec.Resolution.State = v1alpha1.ResolutionResolved
	s.engine.Incident(i.object)
}
