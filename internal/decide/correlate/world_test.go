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

package correlate_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
)

var epoch = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// at is so many minutes after the epoch.
func at(minutes int) time.Time { return epoch.Add(time.Duration(minutes) * time.Minute) }

// policy groups by devices and by users within an hour, unless changed.
func policy(change ...func(*v1alpha1.CorrelationPolicy)) *v1alpha1.CorrelationPolicy {
	p := &v1alpha1.CorrelationPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: "default"},
		Spec: v1alpha1.CorrelationPolicySpec{
			WindowSeconds: 3600,
			GroupBy: []v1alpha1.CorrelationKey{
				{Evidence: []v1alpha1.EvidenceKind{v1alpha1.EvidenceDevice, v1alpha1.EvidencePod}},
				{Evidence: []v1alpha1.EvidenceKind{v1alpha1.EvidenceUser}},
				{Evidence: []v1alpha1.EvidenceKind{v1alpha1.EvidenceIP}},
			},
		},
	}
	for _, c := range change {
		c(p)
	}
	return p
}

func compile(t testing.TB, policies ...*v1alpha1.CorrelationPolicy) []*correlate.Policy {
	t.Helper()
	var compiled []*correlate.Policy
	for _, p := range policies {
		c, err := correlate.Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		compiled = append(compiled, c)
	}
	correlate.Sort(compiled)
	return compiled
}

// alert was active and stored at a minute, with evidence such as "Device vm-1, User bob".
func alert(name string, minute int, evidence string, change ...func(*v1alpha1.Alert)) *v1alpha1.Alert {
	when := metav1.NewTime(at(minute))
	a := &v1alpha1.Alert{
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID("uid-" + name), CreationTimestamp: when},
		Spec: v1alpha1.AlertSpec{
			Name: "Title of " + name, FirstActivityTime: &when, LastActivityTime: &when,
			Triage: v1alpha1.Triage{Resolution: v1alpha1.Resolution{State: v1alpha1.ResolutionActive}},
		},
	}
	for item := range strings.SplitSeq(evidence, ", ") {
		if kind, thing, ok := strings.Cut(item, " "); ok {
			a.Spec.Evidence = append(a.Spec.Evidence, v1alpha1.Evidence{Kind: v1alpha1.EvidenceKind(kind), Name: thing})
		}
	}
	for _, c := range change {
		c(a)
	}
	return a
}

func incident(name string, minute int, change ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	i := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{
		Name: name, UID: types.UID("uid-" + name), CreationTimestamp: metav1.NewTime(at(minute)), Annotations: map[string]string{},
	}}
	for _, c := range change {
		c(i)
	}
	return i
}

func linkedTo(name string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.IncidentRef.Name = name }
}

// world is a namespace: its objects, and the engine that is told of them.
type world struct {
	t         testing.TB
	policies  []*correlate.Policy
	engine    *correlate.Engine
	now       time.Time
	alerts    map[string]*v1alpha1.Alert
	incidents map[string]*v1alpha1.Incident
	whys      map[string]string
	begins    []correlate.Begin
	relations []correlate.Relation
}

func newWorld(t testing.TB, policies ...*v1alpha1.CorrelationPolicy) *world {
	compiled := compile(t, policies...)
	return &world{
		t: t, policies: compiled, engine: correlate.NewEngine(compiled, ""), now: epoch,
		alerts: map[string]*v1alpha1.Alert{}, incidents: map[string]*v1alpha1.Incident{}, whys: map[string]string{},
	}
}

// tell tells the engine of objects that came or changed.
func (w *world) tell(objects ...any) {
	for _, object := range objects {
		switch o := object.(type) {
		case *v1alpha1.Alert:
			w.alerts[o.Name] = o
			w.engine.Alert(o.DeepCopy(), w.now)
		case *v1alpha1.Incident:
			w.incidents[o.Name] = o
			w.engine.Incident(o.DeepCopy())
		}
	}
}

// restart replaces the engine by one that is told of all objects in an order that nobody chose.
func (w *world) restart(random *rand.Rand) { w.engine = w.another(random) }

func (w *world) another(random *rand.Rand) *correlate.Engine {
	engine := correlate.NewEngine(w.policies, "")
	alerts, incidents := slices.Sorted(maps.Keys(w.alerts)), slices.Sorted(maps.Keys(w.incidents))
	random.Shuffle(len(alerts), func(i, j int) { alerts[i], alerts[j] = alerts[j], alerts[i] })
	tellIncidents := func() {
		for _, name := range incidents {
			engine.Incident(w.incidents[name].DeepCopy())
		}
	}
	first := random.IntN(2) == 0
	if first {
		tellIncidents()
	}
	for _, name := range alerts {
		engine.Alert(w.alerts[name].DeepCopy(), w.now)
	}
	if !first {
		tellIncidents()
	}
	return engine
}

// decide lets the engine decide at a minute, and does what it says.
func (w *world) decide(minute int) correlate.Decision {
	w.now = at(minute)
	d := w.engine.Decide(w.now)
	for _, b := range d.Begins {
		if w.incidents[b.Name] != nil {
			w.t.Errorf("%s is begun, and there", b.Name)
		}
		w.begins = append(w.begins, b)
		i := incident(b.Name, minute)
		i.Annotations[v1alpha1.CorrelatedAnnotation] = b.Origin.Annotation()
		w.tell(i)
	}
	for _, l := range d.Links {
		a, i := w.alerts[l.Alert], w.incidents[l.Incident]
		if a == nil || i == nil || a.Spec.IncidentRef.Name != "" || i.Spec.Resolution.State == v1alpha1.ResolutionResolved || i.Spec.MergeInto.Name != "" {
			w.t.Fatalf("must not be linked: %+v", l)
		}
		a.Spec.IncidentRef.Name = l.Incident
		w.whys[l.Alert] = l.Why
		w.tell(a)
	}
	for _, r := range d.Relations {
		w.relations = append(w.relations, r)
		w.apply(r)
	}
	w.count()
	return d
}

// count keeps the numbers of incidents, as the operator does.
func (w *world) count() {
	totals := map[string]int32{}
	for _, a := range w.alerts {
		totals[a.Spec.IncidentRef.Name]++
	}
	for name, i := range w.incidents {
		if n := totals[name]; n > 0 {
			i.Status.Alerts.Total = &n
			w.tell(i)
		}
	}
}

// apply merges at once, and otherwise writes on both incidents that they are related.
func (w *world) apply(r correlate.Relation) {
	from, into := w.incidents[r.From], w.incidents[r.Into]
	if !r.Merge {
		from.Annotations[v1alpha1.RelatedAnnotation] += into.Name + " " + r.Why + "\n"
		into.Annotations[v1alpha1.RelatedAnnotation] += from.Name + " " + r.Why + "\n"
		w.tell(from, into)
		return
	}
	from.Spec.MergeInto.Name = into.Name
	w.tell(from, into)
	for _, a := range w.alerts {
		if a.Spec.IncidentRef.Name == from.Name {
			a.Spec.IncidentRef.Name = into.Name
			w.tell(a)
		}
	}
}

// groups are the alerts by incident, as "a b | c"; those that are linked to none come last, after a dash.
func (w *world) groups() string {
	by := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(w.alerts)) {
		i := w.alerts[name].Spec.IncidentRef.Name
		by[i] = append(by[i], name)
	}
	var told []string
	for i, names := range by {
		if i != "" {
			told = append(told, strings.Join(names, " "))
		}
	}
	slices.Sort(told)
	text := strings.Join(told, " | ")
	if waiting := by[""]; len(waiting) > 0 {
		text += " - " + strings.Join(waiting, " ")
	}
	return text
}

func (w *world) expect(want string) {
	w.t.Helper()
	if got := w.groups(); got != want {
		w.t.Errorf("groups %q, want %q", got, want)
	}
}

func (w *world) expectWhy(alert, want string) {
	w.t.Helper()
	if got := w.whys[alert]; got != want {
		w.t.Errorf("%s: %q, want %q", alert, got, want)
	}
}

func describe(d correlate.Decision) string {
	text := ""
	for _, b := range d.Begins {
		text += fmt.Sprintf("begin %s %+v: %s\n", b.Name, b.Origin, b.Why)
	}
	for _, l := range d.Links {
		text += fmt.Sprintf("link %+v\n", l)
	}
	for _, r := range d.Relations {
		text += fmt.Sprintf("relate %+v\n", r)
	}
	return text + d.Next.String()
}
