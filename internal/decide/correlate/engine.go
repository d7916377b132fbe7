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

package correlate

import (
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// maxActivity bounds how long an activity is believed to have lasted: one that began in 1970 would tie everything.
const maxActivity = maxWindow * time.Second

// Engine knows the alerts and incidents of one namespace, as far as they can still matter. It is not safe for use by
// several goroutines at once.
type Engine struct {
	policies []*Policy
	ingest   string
	reach    time.Duration

	alerts map[string]*record
	// waiting are those of them that are to be linked.
	waiting map[string]*record
	places  map[string]*place
	// anchors are the incidents that a policy began, by the alert at which it did.
	anchors map[string]string
	// ties say which incidents have which values, and when they were active with them.
	ties   map[string]map[string]*tie
	common *learner
	// forgotten counts the alerts that were dropped at the bound.
	forgotten int
	// selected counts the alerts that policies were found to select, by the names of the policies.
	selected map[string]int
	// retired is when it was last looked for what can be forgotten.
	retired time.Time
}

// record is what matters of one alert.
type record struct {
	name, uid            string
	created, first, last time.Time
	// incident is the one that it is linked to, empty for none.
	incident string
	// waits says that it is to be linked, active that it is not resolved.
	waits, active bool
	// policy is the one that selects it, nil for none.
	policy  *Policy
	uses    []use
	tooMany bool
	// values are by which incidents are found, those of other policies among them.
	values []string
}

// lately is when it was active last, or when it came in if that is later: detectors tell late, and of one delivery some
// alerts are looked at before others.
func (r *record) lately() time.Time { return later(r.last, r.created) }

// place is what matters of one incident.
type place struct {
	name     string
	created  time.Time
	open     bool
	begun    Origin
	total    int
	alerts   map[string]*record
	related  map[string]bool
	incident *v1alpha1.Incident
}

// NewEngine returns an Engine for policies in the order of Sort that knows nothing yet. Other policies need another Engine.
// ingest is who creates the incidents that policies begin: see OriginOf.
func NewEngine(policies []*Policy, ingest string) *Engine {
	far := reach(policies)
	return &Engine{
		policies: policies, ingest: ingest, reach: far, common: newLearner(far),
		alerts: map[string]*record{}, waiting: map[string]*record{}, places: map[string]*place{}, anchors: map[string]string{}, ties: map[string]map[string]*tie{}, selected: map[string]int{},
	}
}

// Trouble is why a policy could not be asked about an alert, or not have its way.
type Trouble struct {
	Policy string
	Err    error
}

// Alert tells the Engine how an alert is at the moment seen. It returns what kept policies from being asked.
func (e *Engine) Alert(alert *v1alpha1.Alert, seen time.Time) []Trouble {
	known := e.waiting[alert.Name]
	e.ForgetAlert(alert.Name)
	first, last := alert.EffectiveActivity(seen)
	r := &record{
		name: alert.Name, uid: string(alert.UID), created: alert.CreationTimestamp.Time,
		first: later(first, last.Add(-maxActivity)), last: last, incident: alert.Spec.IncidentRef.Name, waits: Waits(alert),
		active: alert.Spec.Resolution.State != v1alpha1.ResolutionResolved,
	}
	r.values = e.valuesOf(alert)
	e.learn(alert, r, seen)
	if !alert.DeletionTimestamp.IsZero() || (!r.waits && (r.incident == "" || e.isOver(r, seen))) {
		return nil
	}
	var troubles []Trouble
	if r.waits {
		r.policy, troubles = e.policyOf(alert)
		if r.policy == nil {
			return troubles
		}
		r.uses, r.tooMany = r.policy.uses(alert)
		if known == nil || known.policy != r.policy {
			e.selected[r.policy.Name]++
		}
	}
	e.alerts[r.name] = r
	if r.waits {
		e.waiting[r.name] = r
	}
	e.join(r)
	return troubles
}

// learn learns from any alert, linked or not.
func (e *Engine) learn(alert *v1alpha1.Alert, r *record, seen time.Time) {
	if !e.common.matters(r.lately(), seen) {
		return
	}
	with := around(alert)
	for _, value := range r.values {
		e.common.learn(value, with, r.lately())
	}
	if e.common.isFull() {
		e.common.forget(seen)
	}
}

// Waits says whether correlation is to link an alert: it is active and linked to nothing, and that it is linked to nothing
// is no decision of a person.
func Waits(alert *v1alpha1.Alert) bool {
	return alert.Spec.IncidentRef.Name == "" && alert.Spec.Resolution.State != v1alpha1.ResolutionResolved &&
		alert.Annotations[v1alpha1.EditorAnnotationPrefix+"incidentRef"] == "" && alert.DeletionTimestamp.IsZero()
}

func (e *Engine) policyOf(alert *v1alpha1.Alert) (*Policy, []Trouble) {
	var troubles []Trouble
	for _, p := range e.policies {
		selects, err := p.Selects(alert)
		if err != nil {
			troubles = append(troubles, Trouble{Policy: p.Name, Err: err})
		}
		if selects {
			return p, troubles
		}
	}
	return nil, troubles
}

// valuesOf are the values of an alert under every policy: an alert of one may be tied to an alert of another.
func (e *Engine) valuesOf(alert *v1alpha1.Alert) []string {
	var values []string
	for _, p := range e.policies {
		uses, _ := p.uses(alert)
		for _, u := range uses {
			values = append(values, u.value)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// ForgetAlert tells the Engine that an alert is gone.
func (e *Engine) ForgetAlert(name string) {
	if r := e.alerts[name]; r != nil {
		delete(e.alerts, name)
		delete(e.waiting, name)
		e.leave(r)
	}
}

// Incident tells the Engine how an incident is.
func (e *Engine) Incident(incident *v1alpha1.Incident) {
	p := e.placeOf(incident.Name)
	p.created, p.open, p.incident = incident.CreationTimestamp.Time, IsOpen(incident), incident
	p.begun, p.related = OriginOf(incident, e.ingest), relatedOf(incident)
	p.total = 0
	if total := incident.Status.Alerts.Total; total != nil {
		p.total = int(*total)
	}
	if p.begun.Anchor != "" {
		e.anchors[p.begun.Anchor] = p.name
	}
}

// IsOpen says whether alerts may be linked to an incident.
func IsOpen(incident *v1alpha1.Incident) bool {
	return incident.Spec.Resolution.State != v1alpha1.ResolutionResolved && incident.Spec.MergeInto.Name == "" &&
		incident.Status.MergedInto.UID == "" && incident.DeletionTimestamp.IsZero()
}

// ForgetIncident tells the Engine that an incident is gone. What was linked to it stays so, and ties nothing.
func (e *Engine) ForgetIncident(name string) {
	if p := e.places[name]; p != nil {
		p.open, p.incident = false, nil
		if e.anchors[p.begun.Anchor] == name {
			delete(e.anchors, p.begun.Anchor)
		}
		if len(p.alerts) == 0 {
			delete(e.places, name)
		}
	}
}

func (e *Engine) placeOf(name string) *place {
	p := e.places[name]
	if p == nil {
		p = &place{name: name, alerts: map[string]*record{}}
		e.places[name] = p
	}
	return p
}
