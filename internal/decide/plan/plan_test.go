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

package plan_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

var (
	noon          = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	circumstances = plan.Circumstances{ActorsKnown: true, Ticket: "50"}
)

func incident(name, assignee string) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.Name, i.UID, i.Spec.Assignee = name, types.UID("uid-of-"+name), assignee
	return i
}

func resolved(i *v1alpha1.Incident) *v1alpha1.Incident {
	i.Spec.Resolution.State, i.Status.ResolvedTime = v1alpha1.ResolutionResolved, &metav1.Time{Time: noon}
	return i
}

func alert(linked string) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	a.ResourceVersion = "1000"
	a.Generation, a.CreationTimestamp, a.Annotations = 3, metav1.NewTime(noon.Add(-time.Hour)), map[string]string{}
	a.Spec.IncidentRef.Name = linked
	return a
}

// settled is the alert after the operator has looked at it.
func settled(a *v1alpha1.Alert, place plan.Place) *v1alpha1.Alert {
	return written(a, plan.For(a, place, circumstances))
}

// written is the alert with the outcome of the plan.
func written(a *v1alpha1.Alert, p plan.Plan) *v1alpha1.Alert {
	after := a.DeepCopy()
	if p.Moves {
		after.Spec.IncidentRef.Name = p.Incident.Name
	}
	after.Spec.Assignee, after.Spec.Resolution.State = p.After.Assignee, p.After.State
	if p.Moves || p.Before.Assignee != p.After.Assignee || p.Before.State != p.After.State {
		after.Generation++
	}
	set(after, v1alpha1.InheritedAnnotation, "")
	if p.After.Memory != nil {
		set(after, v1alpha1.InheritedAnnotation, p.After.Memory.String())
	}
	set(after, v1alpha1.TrailAnnotation, p.TrailAfter.String())
	return after
}

func set(a *v1alpha1.Alert, annotation, value string) *v1alpha1.Alert {
	delete(a.Annotations, annotation)
	if value != "" {
		a.Annotations[annotation] = value
	}
	return a
}

func assigned(a *v1alpha1.Alert, to string) *v1alpha1.Alert {
	a.Spec.Assignee = to
	a.Generation++
	return a
}

func relinked(a *v1alpha1.Alert, to string) *v1alpha1.Alert {
	a.Spec.IncidentRef.Name = to
	a.Generation++
	return a
}

// full is an alert whose trail has no room for what people do.
func full(a *v1alpha1.Alert, at v1alpha1.ActivityIncident) *v1alpha1.Alert {
	trail := activity.Adopt(a, at)
	for i := range 12 {
		trail.Changes = append(trail.Changes, activity.Change{
			Incident: at, Ticket: strconv.Itoa(i + 1), Type: activity.Edited, Actor: "bob", ActorKind: v1alpha1.ActorUser,
		})
	}
	return set(a, v1alpha1.TrailAnnotation, trail.String())
}

// outcome is what a plan says, in short.
type outcome struct {
	Incident, Assignee                                       string
	Moves, PutBack, Follows, Propagates, Notes, Late, Writes bool
	Damage                                                   string
	Noted                                                    []string
}

func outcomeOf(p plan.Plan) outcome {
	o := outcome{
		Assignee: p.After.Assignee, Moves: p.Moves, PutBack: p.PutBack, Follows: p.Follows(), Propagates: p.Propagates(),
		Notes: p.Notes, Late: p.Late, Writes: p.Changes(),
	}
	if p.Incident != nil {
		o.Incident = p.Incident.Name
	}
	if p.Damage != nil {
		var annotations []string
		for line := range strings.SplitSeq(p.Damage.Error(), "\n") {
			annotation, _, _ := strings.Cut(line, ":")
			annotations = append(annotations, annotation)
		}
		o.Damage = strings.Join(annotations, ", ")
	}
	for _, change := range p.TrailAfter.Changes[min(len(p.TrailBefore.Changes), len(p.TrailAfter.Changes)):] {
		o.Noted = append(o.Noted, string(change.Type)+" "+change.Incident.Name)
	}
	return o
}

func TestFor(t *testing.T) {
	a, b, none := incident("inc-a", "alice"), incident("inc-b", "bob"), plan.Place{}
	inA, inB, merged := plan.Place{Incident: a}, plan.Place{Incident: b}, plan.Place{Incident: a, Target: b}
	moved := func() *v1alpha1.Alert { return settled(settled(alert("inc-a"), inA), merged) }
	tests := map[string]struct {
		alert *v1alpha1.Alert
		place plan.Place
		want  outcome
	}{
		"of no incident":                     {alert(""), none, outcome{}},
		"of an incident that does not exist": {alert("gone"), none, outcome{}},
		"new in an incident": {alert("inc-a"), inA, outcome{
			Incident: "inc-a", Assignee: "alice", Follows: true, Notes: true, Writes: true, Noted: []string{"AlertsLinked inc-a", "Propagated inc-a"},
		}},
		"settled": {settled(alert("inc-a"), inA), inA, outcome{Incident: "inc-a", Assignee: "alice"}},
		"its incident was assigned anew": {settled(alert("inc-a"), inA), plan.Place{Incident: incident("inc-a", "carol")}, outcome{
			Incident: "inc-a", Assignee: "carol", Follows: true, Propagates: true, Notes: true, Writes: true, Noted: []string{"Propagated inc-a"},
		}},
		"its incident was resolved": {settled(alert("inc-a"), inA), plan.Place{Incident: resolved(incident("inc-a", "alice"))}, outcome{
			Incident: "inc-a", Assignee: "alice", Follows: true, Propagates: true, Notes: true, Writes: true, Noted: []string{"Propagated inc-a"},
		}},
		"its incident was deleted": {settled(alert("inc-a"), inA), none, outcome{Assignee: "alice"}},
		"a person assigned it": {assigned(settled(alert("inc-a"), inA), "dave"), inA, outcome{
			Incident: "inc-a", Assignee: "dave", Notes: true, Writes: true, Noted: []string{"AlertsChanged inc-a"},
		}},
		"a person moved it": {relinked(settled(alert("inc-a"), inA), "inc-b"), inB, outcome{
			Incident: "inc-b", Assignee: "bob", Follows: true, Notes: true, Writes: true,
			Noted: []string{"AlertsUnlinked inc-a", "AlertsLinked inc-b", "Propagated inc-b"},
		}},
		"a person unlinked it": {relinked(settled(alert("inc-a"), inA), ""), none, outcome{
			Follows: true, Notes: true, Writes: true, Noted: []string{"AlertsUnlinked inc-a", "Propagated inc-a"},
		}},
		"its incident was merged": {settled(alert("inc-a"), inA), merged, outcome{
			Incident: "inc-b", Assignee: "bob", Moves: true, Follows: true, Notes: true, Writes: true,
			Noted: []string{"AlertsUnlinked inc-a", "AlertsLinked inc-b", "Propagated inc-b"},
		}},
		"it was moved by a merge": {moved(), inB, outcome{Incident: "inc-b", Assignee: "bob"}},
		"new in a merged incident": {alert("inc-a"), merged, outcome{
			Incident: "inc-b", Assignee: "bob", Moves: true, Follows: true, Notes: true, Writes: true,
			Noted: []string{"AlertsLinked inc-a", "AlertsUnlinked inc-a", "AlertsLinked inc-b", "Propagated inc-b"},
		}},
		"put back into a merged incident": {relinked(moved(), "inc-a"), merged, outcome{
			Incident: "inc-a", Assignee: "alice", PutBack: true, Follows: true, Notes: true, Writes: true,
			Noted: []string{"AlertsUnlinked inc-b", "AlertsLinked inc-a", "Propagated inc-a"},
		}},
		"put back and settled": {settled(relinked(moved(), "inc-a"), merged), merged, outcome{
			Incident: "inc-a", Assignee: "alice", PutBack: true,
		}},
		"a damaged memory": {set(settled(alert("inc-a"), inA), v1alpha1.InheritedAnnotation, "{"), inA, outcome{
			Incident: "inc-a", Assignee: "alice", Follows: true, Writes: true, Damage: "annotation incidentoperator.dev/inherited",
		}},
		"a damaged trail": {set(settled(alert("inc-a"), inA), v1alpha1.TrailAnnotation, "{"), inA, outcome{
			Incident: "inc-a", Assignee: "alice", Notes: true, Writes: true, Damage: "annotation editor.incidentoperator.dev/trail",
		}},
		"a damaged trail of no incident": {set(alert(""), v1alpha1.TrailAnnotation, "{"), none, outcome{
			Notes: true, Writes: true, Damage: "annotation editor.incidentoperator.dev/trail",
		}},
		"a damaged trail in a merged incident": {set(settled(alert("inc-a"), inA), v1alpha1.TrailAnnotation, "{"), merged, outcome{
			Incident: "inc-b", Assignee: "bob", Moves: true, Follows: true, Notes: true, Writes: true,
			Damage: "annotation editor.incidentoperator.dev/trail", Noted: []string{"AlertsUnlinked inc-a", "AlertsLinked inc-b", "Propagated inc-b"},
		}},
		"both damaged": {set(set(settled(alert("inc-a"), inA), v1alpha1.TrailAnnotation, "{"), v1alpha1.InheritedAnnotation, "{"), inA, outcome{
			Incident: "inc-a", Assignee: "alice", Follows: true, Notes: true, Writes: true,
			Damage: "annotation incidentoperator.dev/inherited, annotation editor.incidentoperator.dev/trail",
		}},
		"a trail that was not written by the operator": {set(settled(alert("inc-a"), inA), v1alpha1.TrailAnnotation,
			`{"incident":{"name":"inc-a","uid":"uid-of-inc-a"},"changes":[{"incident":{"name":"inc-a","uid":"uid-of-inc-a"},`+
				`"ticket":"1000","type":"AlertsChanged","actor":"ceo","actorKind":"User"}]}`), inA, outcome{
			Incident: "inc-a", Assignee: "alice", Notes: true, Writes: true, Damage: "annotation editor.incidentoperator.dev/trail",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := plan.For(test.alert, test.place, circumstances)
			if diff := cmp.Diff(test.want, outcomeOf(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if bare := plan.For(test.alert, test.place, plan.Circumstances{}); bare.Changes() != p.Changes() || bare.Moves != p.Moves {
				t.Error("whether anything is to be written depends on the circumstances")
			}
			after := test.place
			if p.Moves {
				after = plan.Place{Incident: test.place.Target}
			}
			if again := plan.For(written(test.alert, p), after, circumstances); again.Changes() || again.Damage != nil {
				t.Errorf("planned again: %+v, %v", outcomeOf(again), again.TrailAfter)
			}
		})
	}
}

func TestForIsLateWhereTheTrailIsFull(t *testing.T) {
	a := incident("inc-a", "alice")
	place := plan.Place{Incident: a}
	edited := assigned(full(settled(alert("inc-a"), place), v1alpha1.ActivityIncident{Name: "inc-a", UID: "uid-of-inc-a"}), "dave")
	p := plan.For(edited, place, circumstances)
	if !p.Late || p.Notes || p.Changes() {
		t.Errorf("want it late, with nothing to note yet, got %+v", outcomeOf(p))
	}
	if diff := cmp.Diff(p.TrailBefore, p.TrailAfter); diff != "" {
		t.Errorf("trail (-before +after):\n%s", diff)
	}
	taken := circumstances
	taken.Taken = func(activity.Change) bool { return true }
	if p = plan.For(edited, place, taken); p.Late || !p.Notes || len(p.TrailAfter.Changes) != 1 {
		t.Errorf("want the edit noted once the log took the others, got %+v", outcomeOf(p))
	}
}

func TestDamageOfAMemoryIsRepaired(t *testing.T) {
	place := plan.Place{Incident: incident("inc-a", "alice")}
	p := plan.For(set(settled(alert("inc-a"), place), v1alpha1.InheritedAnnotation, "{"), place, circumstances)
	want := &inherit.Memory{Incident: "inc-a", UID: "uid-of-inc-a", Assignee: &inherit.Given{Value: "alice"}}
	if diff := cmp.Diff(want, p.After.Memory); diff != "" || p.Before.Memory != nil || p.Propagates() {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	if err := p.Damage; err == nil || err.Error() != "annotation incidentoperator.dev/inherited: must be a JSON object: unexpected end of JSON input" {
		t.Errorf("damage: %v", err)
	}
}

func TestCircumstancesGoIntoTheTrail(t *testing.T) {
	linked := set(alert("inc-a"), v1alpha1.EditorAnnotationPrefix+"incidentRef", "bob@1")
	for actor, known := range map[string]bool{"bob": true, "Unknown": false} {
		p := plan.For(linked, plan.Place{Incident: incident("inc-a", "")}, plan.Circumstances{ActorsKnown: known, Ticket: "77"})
		if change := p.TrailAfter.Changes[0]; change.Actor != actor || change.Ticket != "77" {
			t.Errorf("want %s under 77, got %+v", actor, change)
		}
	}
}

func TestPlacesSettle(t *testing.T) {
	unsettled := incident("inc-a", "")
	unsettled.Spec.Resolution.State = v1alpha1.ResolutionResolved
	b := resolved(incident("inc-b", ""))
	for name, test := range map[string]struct {
		place plan.Place
		want  bool
	}{
		"nowhere":            {plan.Place{}, true},
		"settled":            {plan.Place{Incident: b, Target: b}, true},
		"an incident is not": {plan.Place{Incident: unsettled}, false},
		"its target is not":  {plan.Place{Incident: b, Target: unsettled}, false},
		"only the target is": {plan.Place{Incident: unsettled, Target: b}, false},
	} {
		if got := test.place.Settled(); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
