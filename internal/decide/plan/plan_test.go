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
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

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
	a.CreationTimestamp, a.Annotations = metav1.NewTime(noon.Add(-time.Hour)), map[string]string{}
	a.Spec.IncidentRef.Name = linked
	return a
}

func planFor(a *v1alpha1.Alert, place plan.Place) plan.Plan {
	return plan.For(facts.Read(a, noon), place)
}

// settled is the alert after the operator has looked at it.
func settled(a *v1alpha1.Alert, place plan.Place) *v1alpha1.Alert {
	return written(a, planFor(a, place))
}

// written is the alert with the outcome of the plan.
func written(a *v1alpha1.Alert, p plan.Plan) *v1alpha1.Alert {
	after := a.DeepCopy()
	if p.Moves {
		after.Spec.IncidentRef.Name = p.Incident.Name
	}
	after.Spec.Assignee, after.Spec.Resolution.State = p.After.Assignee, p.After.State
	set(after, v1alpha1.InheritedAnnotation, "")
	if p.After.Memory != nil {
		set(after, v1alpha1.InheritedAnnotation, p.After.Memory.String())
	}
	return set(after, v1alpha1.LeftAnnotation, strings.Join(p.Left, "\n"))
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
	return a
}

func relinked(a *v1alpha1.Alert, to string) *v1alpha1.Alert {
	a.Spec.IncidentRef.Name = to
	return a
}

// outcome is what a plan says, in short.
type outcome struct {
	Incident, Assignee                  string
	State                               v1alpha1.ResolutionState
	Moves, PutBack, Follows, Propagates bool
	Damaged                             bool
	Left                                string
}

func outcomeOf(p plan.Plan) outcome {
	o := outcome{
		Assignee: p.After.Assignee, State: p.After.State, Moves: p.Moves, PutBack: p.PutBack,
		Follows: p.Follows(), Propagates: p.Propagates(), Damaged: p.Damage != nil, Left: strings.Join(p.Left, " "),
	}
	if p.Incident != nil {
		o.Incident = p.Incident.Name
	}
	return o
}

func TestFor(t *testing.T) {
	const active, isResolved = v1alpha1.ResolutionActive, v1alpha1.ResolutionResolved
	a, b, none := incident("inc-a", "alice"), incident("inc-b", "bob"), plan.Place{}
	inA, inB, merged := plan.Place{Incident: a}, plan.Place{Incident: b}, plan.Place{Incident: a, Target: b}
	moved := func() *v1alpha1.Alert { return settled(settled(alert("inc-a"), inA), merged) }
	const leftA = "uid-of-inc-a"
	tests := map[string]struct {
		alert *v1alpha1.Alert
		place plan.Place
		want  outcome
	}{
		"of no incident":                     {alert(""), none, outcome{State: active}},
		"of an incident that does not exist": {alert("gone"), none, outcome{State: active}},
		"new in an incident":                 {alert("inc-a"), inA, outcome{Incident: "inc-a", Assignee: "alice", State: active, Follows: true}},
		"settled":                            {settled(alert("inc-a"), inA), inA, outcome{Incident: "inc-a", Assignee: "alice", State: active}},
		"its incident was assigned anew": {
			settled(alert("inc-a"), inA),
			plan.Place{Incident: incident("inc-a", "carol")},
			outcome{Incident: "inc-a", Assignee: "carol", State: active, Follows: true, Propagates: true},
		},
		"its incident was resolved": {
			settled(alert("inc-a"), inA),
			plan.Place{Incident: resolved(incident("inc-a", "alice"))},
			outcome{Incident: "inc-a", Assignee: "alice", State: isResolved, Follows: true, Propagates: true},
		},
		"its incident was deleted": {settled(alert("inc-a"), inA), none, outcome{Assignee: "alice", State: active}},
		"a person assigned it": {
			assigned(settled(alert("inc-a"), inA), "dave"), inA, outcome{Incident: "inc-a", Assignee: "dave", State: active},
		},
		"a person moved it": {
			relinked(settled(alert("inc-a"), inA), "inc-b"), inB,
			outcome{Incident: "inc-b", Assignee: "bob", State: active, Follows: true},
		},
		"a person unlinked it": {relinked(settled(alert("inc-a"), inA), ""), none, outcome{State: active, Follows: true}},
		"its incident was merged": {
			settled(alert("inc-a"), inA), merged,
			outcome{Incident: "inc-b", Assignee: "bob", State: active, Moves: true, Follows: true, Left: leftA},
		},
		"it was moved by a merge": {moved(), inB, outcome{Incident: "inc-b", Assignee: "bob", State: active, Left: leftA}},
		"new in a merged incident": {
			alert("inc-a"), merged,
			outcome{Incident: "inc-b", Assignee: "bob", State: active, Moves: true, Follows: true, Left: leftA},
		},
		"put back into a merged incident": {
			relinked(moved(), "inc-a"), merged,
			outcome{Incident: "inc-a", Assignee: "alice", State: active, PutBack: true, Follows: true, Left: leftA},
		},
		"put back and settled": {
			settled(relinked(moved(), "inc-a"), merged), merged,
			outcome{Incident: "inc-a", Assignee: "alice", State: active, PutBack: true, Left: leftA},
		},
		"it left a merged incident, and is in one that was merged later": {
			settled(relinked(set(alert(""), v1alpha1.LeftAnnotation, "uid-of-another"), "inc-a"), inA), merged,
			outcome{Incident: "inc-b", Assignee: "bob", State: active, Moves: true, Follows: true, Left: "uid-of-another " + leftA},
		},
		"a version before the notes knew that it left": {
			settled(set(relinked(alert(""), "inc-a"), v1alpha1.TrailAnnotation, `{"left":["uid-of-inc-a"]}`), inA), merged,
			outcome{Incident: "inc-a", Assignee: "alice", State: active, PutBack: true, Left: leftA},
		},
		"a damaged memory": {
			set(settled(alert("inc-a"), inA), v1alpha1.InheritedAnnotation, "{"), inA,
			outcome{Incident: "inc-a", Assignee: "alice", State: active, Follows: true, Damaged: true},
		},
		"a damaged memory in a merged incident": {
			set(settled(alert("inc-a"), inA), v1alpha1.InheritedAnnotation, "{"), merged,
			outcome{Incident: "inc-b", Assignee: "bob", State: active, Moves: true, Follows: true, Damaged: true, Left: leftA},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := planFor(test.alert, test.place)
			if diff := cmp.Diff(test.want, outcomeOf(p)); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			after := test.place
			if p.Moves {
				after = plan.Place{Incident: test.place.Target}
			}
			if again := planFor(written(test.alert, p), after); again.Follows() || again.Damage != nil {
				t.Errorf("planned again: %+v", outcomeOf(again))
			}
		})
	}
}

func TestAnAlertRemembersTheMergedIncidentsThatItLeft(t *testing.T) {
	for had, want := range map[int][]string{0: {"uid-of-inc-a"}, 63: nil, 64: nil, 70: nil} {
		linked := alert("inc-a")
		var left []string
		for i := range had {
			left = append(left, fmt.Sprintf("uid-%d", i))
		}
		set(linked, v1alpha1.LeftAnnotation, strings.Join(left, "\n"))
		if want == nil {
			want = slices.Concat(left[max(0, had-63):], []string{"uid-of-inc-a"})
		}
		known := facts.Read(linked, noon)
		known.Left = append(known.Left, "beyond")[:had]
		p := plan.For(known, plan.Place{Incident: incident("inc-a", ""), Target: incident("inc-b", "")})
		if diff := cmp.Diff(want, p.Left); diff != "" {
			t.Errorf("after %d (-want +got):\n%s", had, diff)
		}
		if known.Left[:had+1][had] != "beyond" {
			t.Errorf("after %d: the facts of the alert were changed", had)
		}
	}
}

func TestDamageOfAMemoryIsRepaired(t *testing.T) {
	place := plan.Place{Incident: incident("inc-a", "alice")}
	p := planFor(set(settled(alert("inc-a"), place), v1alpha1.InheritedAnnotation, "{"), place)
	want := &inherit.Memory{Incident: "inc-a", UID: "uid-of-inc-a", Assignee: &inherit.Given{Value: "alice"}}
	if diff := cmp.Diff(want, p.After.Memory); diff != "" || p.Before.Memory != nil || p.Propagates() {
		t.Errorf("memory (-want +got):\n%s", diff)
	}
	if err := p.Damage; err == nil || err.Error() != "annotation incidentoperator.dev/inherited: must be a JSON object: unexpected end of JSON input" {
		t.Errorf("damage: %v", err)
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
