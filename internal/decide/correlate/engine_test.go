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
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Each story is told by alerts, one after the other and decided at once, and by the groups that they end in.
func TestAlertsThatCameOneByOne(t *testing.T) {
	type story struct {
		policy *v1alpha1.CorrelationPolicy
		alerts []*v1alpha1.Alert
		want   string
		whys   map[string]string
	}
	all := func(p *v1alpha1.CorrelationPolicy) {
		p.Spec.Match = v1alpha1.MatchAll
		p.Spec.GroupBy = p.Spec.GroupBy[:2]
	}
	for name, tc := range map[string]story{
		"the same device": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device vm-1"), alert("b", 5, "Device vm-1"), alert("c", 6, "Device vm-2")},
			want:   "a b | c",
			whys: map[string]string{
				"a": "shares nothing with an open incident; the incident was begun with it",
				"b": "shares Device vm-1 with 1 alert",
			},
		},
		"letter case and white space do not count": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device VM-1"), alert("b", 5, "Device  vm-1 ")},
			want:   "a b",
		},
		"another kind of the same name": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device bob"), alert("b", 5, "User bob")},
			want:   "a | b",
		},
		"a kind that the policy does not name": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "File x"), alert("b", 5, "File x")},
			want:   "a | b",
		},
		"the same pod of another namespace": {
			alerts: []*v1alpha1.Alert{
				alert("a", 0, "Pod db-0", inNamespace("x")), alert("b", 5, "Pod db-0", inNamespace("y")), alert("c", 6, "Pod db-0", inNamespace("x")),
			},
			want: "a c | b",
		},
		"by way of a third": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device vm-1"), alert("b", 5, "Device vm-1, User bob"), alert("c", 6, "User bob")},
			want:   "a b c",
			whys:   map[string]string{"c": "shares User bob with 1 alert"},
		},
		"too late by a minute": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device vm-1"), alert("b", 60, "Device vm-1"), alert("c", 121, "Device vm-1")},
			want:   "a b | c",
		},
		"an activity that lasts reaches on": {
			alerts: []*v1alpha1.Alert{alert("a", 100, "Device vm-1", since(0)), alert("b", 160, "Device vm-1")},
			want:   "a b",
		},
		"an activity that began in 1970 does not tie everything": {
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device vm-1"), alert("b", 60*24*40, "Device vm-1", since(-60*24*365*50))},
			want:   "a | b",
		},
		"nobody in particular": {
			alerts: []*v1alpha1.Alert{
				alert("a", 0, "User root, IP 127.0.0.1"), alert("b", 1, `User root, User NT AUTHORITY\SYSTEM, IP 127.0.0.1`), alert("c", 2, `User NT AUTHORITY\system`),
			},
			want: "a | b | c",
		},
		"nothing at all": {
			alerts: []*v1alpha1.Alert{alert("a", 0, ""), alert("b", 1, "")},
			want:   "a | b",
		},
		"all has to match": {
			policy: policy(all),
			alerts: []*v1alpha1.Alert{
				alert("a", 0, "Device vm-1, User bob"), alert("b", 1, "Device vm-1, User eve"), alert("c", 2, "Device vm-1, User eve, User bob"), alert("d", 3, "Device vm-1"),
			},
			want: "a | b c | d",
			whys: map[string]string{"c": "shares Device vm-1 and User eve with 1 alert"},
		},
		"a label": {
			policy: policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.GroupBy = []v1alpha1.CorrelationKey{{Label: "team"}} }),
			alerts: []*v1alpha1.Alert{alert("a", 0, "", ofTeam("red")), alert("b", 1, "", ofTeam("red")), alert("c", 2, "", ofTeam("")), alert("d", 3, "")},
			want:   "a b | c | d",
			whys:   map[string]string{"b": "shares label team red with 1 alert"},
		},
		"fields": {
			policy: policy(func(p *v1alpha1.CorrelationPolicy) {
				p.Spec.GroupBy = []v1alpha1.CorrelationKey{{Field: v1alpha1.FieldSubTechnique}}
			}),
			alerts: []*v1alpha1.Alert{alert("a", 0, "", techniques("T1059", "T1552.004")), alert("b", 1, "", techniques("T1059")), alert("c", 2, "", techniques("T1552.004"))},
			want:   "a c | b",
			whys:   map[string]string{"c": "shares SubTechnique T1552.004 with 1 alert"},
		},
		"an entry with a window of its own": {
			policy: policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.GroupBy[1].WindowSeconds = 60 }),
			alerts: []*v1alpha1.Alert{alert("a", 0, "User bob"), alert("b", 1, "User bob"), alert("c", 3, "User bob"), alert("d", 30, "Device vm-1"), alert("e", 89, "Device vm-1")},
			want:   "a b | c | d e",
		},
		"not selected": {
			policy: policy(func(p *v1alpha1.CorrelationPolicy) {
				p.Spec.AlertSelector.MatchLabels = map[string]string{"team": "red"}
				p.Spec.When = `alert.spec.severity == "High"`
			}),
			alerts: []*v1alpha1.Alert{
				alert("a", 0, "Device vm-1", ofTeam("red"), severe), alert("b", 1, "Device vm-1", severe), alert("c", 2, "Device vm-1", ofTeam("red")),
			},
			want: "a - b c",
		},
		"at most two": {
			policy: policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.MaxAlertsPerIncident = 2 }),
			alerts: []*v1alpha1.Alert{alert("a", 0, "Device vm-1"), alert("b", 1, "Device vm-1"), alert("c", 2, "Device vm-1"), alert("d", 3, "Device vm-1"), alert("e", 4, "Device vm-1")},
			want:   "a b | c d | e",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := tc.policy
			if p == nil {
				p = policy()
			}
			w := newWorld(t, p)
			for _, a := range tc.alerts {
				w.now = a.CreationTimestamp.Time
				w.tell(a)
				w.decide(int(w.now.Sub(epoch).Minutes()))
			}
			w.expect(tc.want)
			for alert, why := range tc.whys {
				w.expectWhy(alert, why)
			}
		})
	}
}

func inNamespace(namespace string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Evidence[0].Namespace = namespace }
}

func since(minute int) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) {
		first := metav1.NewTime(at(minute))
		a.Spec.FirstActivityTime = &first
	}
}

func ofTeam(team string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Labels = map[string]string{"team": team} }
}

func techniques(list ...v1alpha1.Technique) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Techniques = list }
}

func severe(a *v1alpha1.Alert) { a.Spec.Severity = v1alpha1.SeverityHigh }

func TestAlertsThatWaitAreDividedAtOnce(t *testing.T) {
	w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.SettleSeconds = 600 }))
	w.tell(alert("a", 0, "Device vm-1"), alert("b", 3, "User bob"), alert("c", 4, "Device vm-2"), alert("d", 5, "Device vm-1, User bob"))
	if next := w.decide(9).Next; !next.Equal(at(10)) {
		t.Errorf("next at %v, want ten minutes after the first", next)
	}
	w.expect(" - a b c d")
	w.decide(10)
	w.expect("a b d - c")
	w.expectWhy("a", "shares Device vm-1 with 1 alert; the incident was begun with it")
	w.expectWhy("d", "shares Device vm-1 and User bob with 1 alert")
	if got := w.begins[0].Why; got != "Begun by policy default for 3 alerts that share Device vm-1 and User bob." {
		t.Errorf("begun: %q", got)
	}
	// What belongs to an incident that there is does not wait.
	w.tell(alert("e", 11, "User bob"))
	w.decide(11)
	w.expect("a b d e - c")
	w.expectWhy("e", "shares User bob with 2 alerts")
	w.decide(14)
	w.expect("a b d e | c")
}

func TestWhereAlertsAreNeverLinked(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.Incident){
		"resolved":      func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved },
		"to be merged":  func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "other" },
		"merged":        func(i *v1alpha1.Incident) { i.Status.MergedInto = v1alpha1.MergedInto{Name: "other", UID: "1"} },
		"being deleted": func(i *v1alpha1.Incident) { i.DeletionTimestamp = &metav1.Time{Time: at(1)} },
		"full":          func(i *v1alpha1.Incident) { i.Status.Alerts.Total = new(int32(10_000)) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, policy())
			w.tell(incident("inc", 0, change), alert("old", 0, "Device vm-1", linkedTo("inc")), alert("a", 1, "Device vm-1"))
			w.decide(1)
			w.expect("a | old")
		})
	}
	t.Run("gone", func(t *testing.T) {
		w := newWorld(t, policy())
		w.tell(incident("inc", 0), alert("old", 0, "Device vm-1", linkedTo("inc")))
		w.engine.ForgetIncident("inc")
		w.tell(alert("a", 1, "Device vm-1"))
		w.decide(1)
		w.expect("a | old")
	})
	t.Run("not known yet", func(t *testing.T) {
		w := newWorld(t, policy())
		w.tell(alert("old", 0, "Device vm-1", linkedTo("inc")), alert("a", 1, "Device vm-1"))
		w.decide(1)
		w.expect("a | old")
	})
	t.Run("open again", func(t *testing.T) {
		w := newWorld(t, policy())
		w.tell(incident("inc", 0, func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }), alert("old", 0, "Device vm-1", linkedTo("inc")))
		w.tell(incident("inc", 0), alert("a", 1, "Device vm-1"))
		w.decide(1)
		w.expect("a old")
	})
}

// A person's incident is one like any other for alerts to join.
func TestPeoplesIncidentsAreJoined(t *testing.T) {
	w := newWorld(t, policy())
	w.tell(incident("by-alice", 0), alert("old", 0, "Device vm-1", linkedTo("by-alice")), alert("a", 1, "Device vm-1"))
	w.decide(1)
	w.expect("a old")
}

func TestWhichAlertsAreLeftAlone(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.Alert){
		"resolved": func(a *v1alpha1.Alert) { a.Spec.Resolution.State = v1alpha1.ResolutionResolved },
		"unlinked by a person": func(a *v1alpha1.Alert) {
			a.Annotations = map[string]string{"editor.incidentoperator.dev/incidentRef": "bob@2"}
		},
		"being deleted": func(a *v1alpha1.Alert) { a.DeletionTimestamp = &metav1.Time{Time: at(1)} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, policy())
			w.tell(incident("inc", 0), alert("old", 0, "Device vm-1", linkedTo("inc")), alert("a", 1, "Device vm-1", change))
			w.decide(1)
			w.expect("old - a")
		})
	}
}

func TestAlertsThatLeaveTieNothing(t *testing.T) {
	w := newWorld(t, policy())
	old := alert("old", 0, "Device vm-1", linkedTo("inc"))
	w.tell(incident("inc", 0), incident("other", 0), old, alert("stays", 0, "User bob", linkedTo("inc")))
	moved := old.DeepCopy()
	moved.Spec.IncidentRef.Name = "other"
	w.tell(moved, alert("a", 1, "Device vm-1"))
	w.decide(1)
	w.expect("a old | stays")
	w.engine.ForgetAlert("a")
	w.engine.ForgetAlert("old")
	delete(w.alerts, "a")
	delete(w.alerts, "old")
	w.tell(alert("b", 2, "Device vm-1"))
	w.decide(2)
	w.expect("b | stays")
}

// An alert that came in long ago, and goes on, ties what comes now.
func TestWhatGoesOnTies(t *testing.T) {
	w := newWorld(t, policy())
	goesOn := alert("goes-on", 0, "Device vm-1", linkedTo("inc"), func(a *v1alpha1.Alert) {
		lately := metav1.NewTime(at(200))
		a.Spec.LastActivityTime = &lately
	})
	w.now = at(201)
	w.tell(incident("inc", 0), goesOn, alert("a", 201, "Device vm-1"))
	w.decide(201)
	w.expect("a goes-on")
}

// Alerts about what happened days ago come in one after the other: they are one incident all the same, until a window has
// passed since the last of them came in.
func TestLateNewsIsOneIncident(t *testing.T) {
	const late = 600
	w := newWorld(t, policy())
	w.tell(alert("a", 0, "Device vm-1", cameAt(late)))
	w.decide(late)
	w.tell(alert("b", 1, "Device vm-1", cameAt(late+2)))
	w.decide(late + 2)
	w.restart(rand.New(rand.NewPCG(1, 2)))
	w.tell(alert("c", 2, "Device vm-1", cameAt(late+60)))
	w.decide(late + 60)
	w.tell(alert("d", 3, "Device vm-1", cameAt(late+130)))
	w.decide(late + 130)
	w.expect("a b c | d")
}

// A proxy that was seen days ago is known for one by what is told of it now.
func TestLateNewsMakesValuesCommonToo(t *testing.T) {
	const late = 600
	w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.GroupBy[2].CommonAbove = 2 }))
	for i, name := range []string{"a", "b", "c"} {
		w.now = at(late + i)
		w.tell(alert(name, i, fmt.Sprintf("Device vm-%d, IP 10.0.0.1", i), cameAt(late+i)))
		w.decide(late + i)
	}
	w.expect("a b | c")
}

// cameAt is an alert that came in at a minute.
func cameAt(minute int) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.CreationTimestamp = metav1.NewTime(at(minute)) }
}

// The stretch of time in which an incident has a value shrinks with the alert that stood at its end.
func TestStretchShrinks(t *testing.T) {
	w := newWorld(t, policy())
	w.tell(incident("inc", 0), alert("first", 0, "Device vm-1", linkedTo("inc")), alert("last", 50, "Device vm-1", linkedTo("inc")))
	w.engine.ForgetAlert("last")
	delete(w.alerts, "last")
	w.tell(alert("a", 70, "Device vm-1"))
	w.decide(70)
	w.expect("a | first")
}

func TestWhichOfSeveralIncidents(t *testing.T) {
	for name, tc := range map[string]struct {
		objects []any
		alert   string
		want    string
	}{
		"most entries": {
			objects: []any{
				alert("x", 9, "Device vm-1, Device vm-2, Device vm-3", linkedTo("inc-1")), alert("y", 0, "Device vm-1, User bob", linkedTo("inc-2")),
			},
			alert: "Device vm-1, Device vm-2, Device vm-3, User bob", want: "inc-2",
		},
		"most values": {
			objects: []any{
				alert("x", 9, "Device vm-1", linkedTo("inc-1")), alert("y", 0, "Device vm-1, Device vm-2", linkedTo("inc-2")),
			},
			alert: "Device vm-1, Device vm-2", want: "inc-2",
		},
		"most recently active": {
			objects: []any{alert("x", 0, "Device vm-1", linkedTo("inc-1")), alert("y", 9, "Device vm-1", linkedTo("inc-2"))},
			alert:   "Device vm-1", want: "inc-2",
		},
		"oldest": {
			objects: []any{
				incident("inc-1", 2), alert("x", 5, "Device vm-1", linkedTo("inc-1")), alert("y", 5, "Device vm-1", linkedTo("inc-2")),
			},
			alert: "Device vm-1", want: "inc-2",
		},
		"first by name": {
			objects: []any{alert("x", 5, "Device vm-1", linkedTo("inc-1")), alert("y", 5, "Device vm-1", linkedTo("inc-2"))},
			alert:   "Device vm-1", want: "inc-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, policy())
			w.tell(incident("inc-1", 0), incident("inc-2", 0))
			w.tell(tc.objects...)
			a := alert("a", 10, tc.alert)
			w.tell(a)
			w.decide(10)
			if got := a.Spec.IncidentRef.Name; got != tc.want {
				t.Errorf("linked to %s, want %s", got, tc.want)
			}
			if len(w.relations) != 1 || w.relations[0].Merge {
				t.Errorf("relations %+v, want one without a merge", w.relations)
			}
			// They are told once.
			w.tell(alert("b", 11, tc.alert))
			w.decide(11)
			if len(w.relations) != 1 {
				t.Errorf("relations %+v, want no other", w.relations)
			}
		})
	}
}

func TestRelatedIncidentsAreMerged(t *testing.T) {
	begun := func(i *v1alpha1.Incident) {
		i.Annotations[v1alpha1.CorrelatedAnnotation] = `{"policy":"default","anchor":"gone"}`
	}
	assigned := func(who string) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) { i.Spec.Assignee = who }
	}
	total := func(n int32) func(*v1alpha1.Incident) {
		return func(i *v1alpha1.Incident) { i.Status.Alerts.Total = &n }
	}
	for name, tc := range map[string]struct {
		older, younger []func(*v1alpha1.Incident)
		merged         bool
	}{
		"begun by policies":                {older: []func(*v1alpha1.Incident){begun}, younger: []func(*v1alpha1.Incident){begun}, merged: true},
		"into that of a person":            {younger: []func(*v1alpha1.Incident){begun}, merged: true},
		"never that of a person":           {older: []func(*v1alpha1.Incident){begun}},
		"one owner":                        {older: []func(*v1alpha1.Incident){assigned("bob")}, younger: []func(*v1alpha1.Incident){begun}, merged: true},
		"two owners":                       {older: []func(*v1alpha1.Incident){assigned("bob")}, younger: []func(*v1alpha1.Incident){begun, assigned("carol")}},
		"together more than one may have":  {older: []func(*v1alpha1.Incident){total(6_000)}, younger: []func(*v1alpha1.Incident){begun, total(4_000)}},
		"together as many as one may have": {older: []func(*v1alpha1.Incident){total(6_000)}, younger: []func(*v1alpha1.Incident){begun, total(3_999)}, merged: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.MergeRelated = true }))
			w.tell(incident("z-older", 0, tc.older...), incident("a-younger", 1, tc.younger...))
			w.tell(alert("x", 1, "Device vm-1", linkedTo("z-older")), alert("y", 1, "User bob", linkedTo("a-younger")), alert("a", 2, "Device vm-1, User bob"))
			w.decide(2)
			if len(w.relations) != 1 {
				t.Fatalf("relations %+v, want one", w.relations)
			}
			r := w.relations[0]
			if r.From != "a-younger" || r.Into != "z-older" || r.Merge != tc.merged {
				t.Errorf("relation %+v, want the younger into the older, merged: %v", r, tc.merged)
			}
			if want := "alert a shares Device vm-1 and User bob with 1 alert"; r.Why != want {
				t.Errorf("why %q, want %q", r.Why, want)
			}
		})
	}
}

func TestAllTooCommonValuesTieNothing(t *testing.T) {
	w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.GroupBy[2].CommonAbove = 4 }))
	minute := 0
	tell := func(name, evidence string) {
		minute++
		w.now = at(minute)
		w.tell(alert(name, minute, evidence))
		w.decide(minute)
	}
	for i := range 4 {
		tell(fmt.Sprintf("a%d", i), fmt.Sprintf("Device vm-%d, IP 10.0.0.1", i))
	}
	w.expect("a0 a1 a2 a3")
	tell("b", "Device vm-4, IP 10.0.0.1")
	w.expect("a0 a1 a2 a3 | b")
	w.expectWhy("b", "shares nothing with an open incident: IP 10.0.0.1 is all too common; the incident was begun with it")
	// What else they share still counts, and other values are as before.
	tell("c", "Device vm-4, IP 10.0.0.1")
	tell("d", "Device vm-9, IP 10.0.0.2")
	tell("e", "Device vm-8, IP 10.0.0.2")
	w.expect("a0 a1 a2 a3 | b c | d e")
	common, n := w.engine.Common("default", w.now, 10)
	if diff := cmp.Diff([]v1alpha1.CommonValue{{Value: "IP 10.0.0.1", SeenWith: 5}}, common); diff != "" || n != 1 {
		t.Errorf("common (-want +got), of %d:\n%s", n, diff)
	}
	// It is forgotten once it was not seen for two windows.
	minute += 150
	tell("f", "Device vm-20, IP 10.0.0.1")
	tell("g", "Device vm-21, IP 10.0.0.1")
	if !strings.Contains(w.groups(), "f g") {
		t.Errorf("groups %q, want f and g together", w.groups())
	}
}

// One thing that an alert is about however often does not make a value common.
func TestCommonCountsDifferentThings(t *testing.T) {
	w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.GroupBy[2].CommonAbove = 1 }))
	for i := range 20 {
		w.tell(alert(fmt.Sprintf("a%02d", i), i, "Device vm-1, IP 10.0.0.1"))
	}
	w.decide(20)
	if common, n := w.engine.Common("default", w.now, 10); n != 0 {
		t.Errorf("common: %v", common)
	}
}

func TestPriorities(t *testing.T) {
	named := func(name string, priority int32, when string) *v1alpha1.CorrelationPolicy {
		return policy(func(p *v1alpha1.CorrelationPolicy) {
			p.Name, p.Spec.Priority, p.Spec.When = name, priority, when
		})
	}
	w := newWorld(t, named("z", 1, `alert.spec.severity == "High"`), named("b", 0, ""), named("a", 0, ""))
	w.tell(alert("high", 0, "Device vm-1", severe), alert("low", 0, "Device vm-2"))
	w.decide(0)
	got := map[string]string{}
	for _, b := range w.begins {
		got[b.Origin.Anchor] = b.Policy.Name
	}
	if diff := cmp.Diff(map[string]string{"high": "z", "low": "a"}, got); diff != "" {
		t.Errorf("policies (-want +got):\n%s", diff)
	}
}

// An alert of one policy joins what another began.
func TestPoliciesShareIncidents(t *testing.T) {
	byUser := policy(func(p *v1alpha1.CorrelationPolicy) {
		p.Name, p.Spec.Priority, p.Spec.When = "by-user", 1, `alert.spec.severity == "High"`
		p.Spec.GroupBy = p.Spec.GroupBy[1:2]
	})
	w := newWorld(t, policy(), byUser)
	w.tell(alert("a", 0, "Device vm-1, User bob"))
	w.decide(0)
	w.tell(alert("b", 1, "User bob", severe))
	w.decide(1)
	w.expect("a b")
}

func TestConditionsThatFailAreTold(t *testing.T) {
	w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) { p.Spec.When = `alert.metadata.labels["team"] == "red"` }))
	troubles := w.engine.Alert(alert("a", 0, "Device vm-1"), at(0))
	if len(troubles) != 1 || troubles[0].Policy != "default" || !strings.Contains(troubles[0].Err.Error(), "no such key") {
		t.Errorf("troubles %v", troubles)
	}
	w.decide(0)
	w.expect("")
}

// Whoever began an incident and was interrupted goes on with it.
func TestBegunIncidentsAreTakenUpAgain(t *testing.T) {
	w := newWorld(t, policy())
	a := alert("a", 5, "Device vm-1")
	w.tell(a)
	begun := w.engine.Decide(at(5)).Begins[0]
	i := incident(begun.Name, 5, func(i *v1alpha1.Incident) { i.Annotations[v1alpha1.CorrelatedAnnotation] = begun.Origin.Annotation() })
	w.tell(i, alert("earlier", 3, "Device vm-1"))
	w.decide(6)
	w.expect("a earlier")
	if got := a.Spec.IncidentRef.Name; got != begun.Name {
		t.Errorf("linked to %s, want %s", got, begun.Name)
	}
	// Unless a person has closed it since.
	w = newWorld(t, policy())
	i.Spec.Resolution.State = v1alpha1.ResolutionResolved
	a.Spec.IncidentRef.Name = ""
	w.tell(a, i)
	w.decide(6)
	if got := a.Spec.IncidentRef.Name; got != begun.Name+"-2" {
		t.Errorf("linked to %s, want %s", got, begun.Name+"-2")
	}
}

func TestTooManyCombinations(t *testing.T) {
	w := newWorld(t, policy(func(p *v1alpha1.CorrelationPolicy) {
		p.Spec.Match = v1alpha1.MatchAll
		p.Spec.GroupBy = p.Spec.GroupBy[:2]
	}))
	var evidence []string
	for i := range 40 {
		evidence = append(evidence, fmt.Sprintf("Device vm-%d", i), fmt.Sprintf("User u-%d", i))
	}
	w.tell(alert("a", 0, strings.Join(evidence, ", ")), alert("b", 0, strings.Join(evidence, ", ")))
	w.decide(0)
	w.expect("a | b")
	if !strings.Contains(w.whys["a"], "more than 1024 combinations") {
		t.Errorf("why: %q", w.whys["a"])
	}
}
