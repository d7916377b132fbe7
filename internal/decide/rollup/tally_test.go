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

package rollup_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// A tally is as one that was counted from scratch, whatever came and went in between; and so is what is read of it on the way.
func TestATallyIsWhatIsInIt(t *testing.T) {
	for seed := range uint64(1000) {
		r := rand.New(rand.NewPCG(seed, 3))
		i := rollup.Observed(someIncident(r), noon)
		place := plan.Place{Incident: i}
		running := rollup.NewTally()
		var in []v1alpha1.Alert
		for range r.IntN(25) {
			switch r.IntN(5) {
			case 0, 1:
				for _, a := range someAlerts(r) {
					in = append(in, a)
					known := facts.Read(&a, noon)
					running.Add(known, rollup.Stand(known, place))
				}
			case 2, 3:
				if len(in) > 0 {
					k := r.IntN(len(in))
					known := facts.Read(&in[k], noon)
					running.Remove(known, rollup.Stand(known, place))
					in = append(in[:k:k], in[k+1:]...)
				}
			default:
				fresh := tallyOf(place, in)
				expect(t, "status", rollup.Compute(rollup.Subject{Incident: i}, fresh, noon, rollup.Options{}),
					rollup.Compute(rollup.Subject{Incident: i}, running, noon, rollup.Options{}))
			}
		}
		if fresh := tallyOf(place, in); !running.Equal(fresh) || !fresh.Equal(running) {
			t.Errorf("%d alerts are counted otherwise from scratch", len(in))
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// Equal sees every thing that a tally counts.
func TestEqualSeesEveryDifference(t *testing.T) {
	plain := func() *rollup.Tally { return tallyOf(plan.Place{}, []v1alpha1.Alert{alert()}) }
	if !plain().Equal(plain()) {
		t.Fatal("two equal tallies are not equal")
	}
	for name, change := range map[string]func(*v1alpha1.Alert){
		"title": titled("x"), "category": category("Malware"), "service": from("Falco"), "severity": severe(v1alpha1.SeverityLow),
		"state": inState(resolved), "endpoint": about("Node n"), "user": about("User u"),
		"first": seen(minutes(-9), minutes(0)), "last": seen(minutes(0), minutes(4)),
		"merged": func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.LeftAnnotation] = "x" },
		"linker": func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.EditorAnnotationPrefix+"incidentRef"] = "ingest@1" },
	} {
		if other := tallyOf(plan.Place{}, []v1alpha1.Alert{alert(change)}); other.Equal(plain()) || plain().Equal(other) {
			t.Errorf("%s is not seen", name)
		}
	}
	for _, bit := range []rollup.Standing{rollup.Pending, rollup.Leaving, rollup.PutBack, rollup.Held, rollup.Carrying, rollup.Overriding} {
		other := plain()
		other.Restand(bit, 1)
		if other.Equal(plain()) || other.Standing(bit) != 1 {
			t.Errorf("standing %d is not seen", bit)
		}
	}
	if two := tallyOf(plan.Place{}, []v1alpha1.Alert{alert(), alert()}); two.Equal(plain()) {
		t.Error("a second one is not seen")
	}
}

func TestStand(t *testing.T) {
	target := incident(func(i *v1alpha1.Incident) { i.Name, i.UID = "inc-2", "uid-2" })
	left := func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.LeftAnnotation] = "uid-1" }
	given := incident(toAlice)
	both := incident(toAlice, resolvedAt(minutes(5)))
	const memory = `{"incident":"inc-1","uid":"uid-1","assignee":{"value":"alice","over":""},"resolution":{"value":"Resolved","over":"Active"}}`
	for name, test := range map[string]struct {
		alert v1alpha1.Alert
		place plan.Place
		want  rollup.Standing
	}{
		"no incident":                   {alert(), plan.Place{}, 0},
		"nothing is given":              {alert(), plan.Place{Incident: incident()}, 0},
		"it has to follow":              {alert(), plan.Place{Incident: given}, rollup.Pending | rollup.Carrying},
		"it follows":                    {alert(ours("alice"), remembers(givenAlice)), plan.Place{Incident: given}, rollup.Carrying},
		"its own assignee":              {alert(ours("bob"), remembers(givenAlice)), plan.Place{Incident: given}, rollup.Overriding},
		"both carried":                  {alert(ours("alice"), inState(resolved), remembers(memory)), plan.Place{Incident: both}, rollup.Carrying},
		"its own state":                 {alert(ours("alice"), remembers(memory)), plan.Place{Incident: both}, rollup.Overriding},
		"held":                          {alert(createdAt(minutes(6)), remembers(heldBack)), plan.Place{Incident: incident(resolvedAt(minutes(5)))}, rollup.Held | rollup.Overriding},
		"deleted":                       {alert(func(a *v1alpha1.Alert) { a.DeletionTimestamp = minutes(1) }), plan.Place{Incident: given}, 0},
		"it has to leave":               {alert(), plan.Place{Incident: incident(), Target: target}, rollup.Pending | rollup.Leaving},
		"it was put back":               {alert(left), plan.Place{Incident: incident(), Target: target}, rollup.PutBack},
		"it was put back and follows":   {alert(left, ours("alice"), remembers(givenAlice)), plan.Place{Incident: given, Target: target}, rollup.PutBack | rollup.Carrying},
		"put back, with more to follow": {alert(left), plan.Place{Incident: given, Target: target}, rollup.Pending | rollup.PutBack | rollup.Carrying},
	} {
		t.Run(name, func(t *testing.T) {
			if got := rollup.Stand(facts.Read(&test.alert, noon), test.place); got != test.want {
				t.Errorf("got %06b, want %06b", got, test.want)
			}
		})
	}
}

func TestLinkedByMachines(t *testing.T) {
	by := func(stamp string) v1alpha1.Alert {
		return alert(func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.EditorAnnotationPrefix+"incidentRef"] = stamp })
	}
	for name, test := range map[string]struct {
		alerts []v1alpha1.Alert
		n      int
		by     string
	}{
		"none": {[]v1alpha1.Alert{alert()}, 0, ""}, "one": {[]v1alpha1.Alert{alert(), by("ingest@1"), by("ingest@2")}, 2, "ingest"},
		"two": {[]v1alpha1.Alert{by("ingest@1"), by("other@1")}, 2, ""},
	} {
		if n, machine := tallyOf(plan.Place{}, test.alerts).Linked(); n != test.n || machine != test.by {
			t.Errorf("%s: %d by %q", name, n, machine)
		}
	}
}

// Times come and go: the foremost of those that are left is shown, also if it was asked for in between.
func TestTimesThatComeAndGo(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 5))
		tally, in := rollup.NewTally(), map[int][]*facts.Alert{}
		for range 60 {
			minute := r.IntN(12) - 6
			if there := in[minute]; len(there) > 0 && r.IntN(2) == 0 {
				tally.Remove(there[0], 0)
				in[minute] = there[1:]
			} else {
				a := alert(seen(minutes(minute), minutes(minute)))
				known := facts.Read(&a, noon.Add(time.Hour))
				tally.Add(known, 0)
				in[minute] = append(there, known)
			}
			if r.IntN(3) > 0 {
				continue
			}
			var first, last *metav1.Time
			for minute := -6; minute < 6; minute++ {
				if len(in[minute]) > 0 {
					if last = minutes(minute); first == nil {
						first = last
					}
				}
			}
			status := rollup.Compute(rollup.Subject{Incident: incident()}, tally, noon, rollup.Options{})
			expect(t, fmt.Sprintf("first of seed %d", seed), first, status.FirstActivityTime)
			expect(t, fmt.Sprintf("last of seed %d", seed), last, status.LastActivityTime)
		}
	}
}

// An incident that all its alerts have left keeps the name and severity that it had last.
func TestAnEmptiedIncidentKeepsItsNameAndSeverity(t *testing.T) {
	const kept, automatic = v1alpha1.NameSourceKept, v1alpha1.NameSourceAutomatic
	full := compute(incident(), alert(severe(v1alpha1.SeverityHigh), titled("Odd process")))
	with := func(change func(*v1alpha1.Incident)) *v1alpha1.Incident {
		return incident(func(i *v1alpha1.Incident) { i.Status = full }, change)
	}
	nothing := func(*v1alpha1.Incident) {}
	for name, test := range map[string]struct {
		incident *v1alpha1.Incident
		alerts   []v1alpha1.Alert
		options  rollup.Options
		want     v1alpha1.IncidentStatus
	}{
		"emptied": {incident: with(nothing), want: v1alpha1.IncidentStatus{
			Name: "Odd process", AutomaticName: "Odd process", NameSource: kept, Severity: v1alpha1.SeverityHigh, ComputedSeverity: v1alpha1.SeverityHigh,
		}},
		"emptied, looked at again": {
			incident: with(func(i *v1alpha1.Incident) { i.Status = compute(with(nothing)) }),
			want: v1alpha1.IncidentStatus{
				Name: "Odd process", AutomaticName: "Odd process", NameSource: kept, Severity: v1alpha1.SeverityHigh, ComputedSeverity: v1alpha1.SeverityHigh,
			},
		},
		"emptied, with a person's name and severity": {
			incident: with(func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Severity = "Eve", v1alpha1.SeverityLow }),
			want: v1alpha1.IncidentStatus{
				Name: "Eve", AutomaticName: "Odd process", NameSource: v1alpha1.NameSourceUser, Severity: v1alpha1.SeverityLow, ComputedSeverity: v1alpha1.SeverityHigh,
			},
		},
		"filled again": {
			incident: with(func(i *v1alpha1.Incident) { i.Status = compute(with(nothing)) }), alerts: []v1alpha1.Alert{alert(severe(v1alpha1.SeverityLow))},
			want: v1alpha1.IncidentStatus{
				Name: "Suspicious sign-in", AutomaticName: "Suspicious sign-in", NameSource: automatic, Severity: v1alpha1.SeverityLow, ComputedSeverity: v1alpha1.SeverityLow,
			},
		},
		"never had one": {
			incident: incident(func(i *v1alpha1.Incident) { i.Status = compute(incident()) }),
			want:     v1alpha1.IncidentStatus{Name: "Empty incident", AutomaticName: "Empty incident", NameSource: automatic},
		},
		"emptied, with a name that it had before automatic naming": {
			incident: with(func(i *v1alpha1.Incident) { i.Status.Name, i.Status.NameSource = "Old", v1alpha1.NameSourceRetained }),
			options:  rollup.Options{AutomaticNamesSince: noon.Add(time.Hour)},
			want: v1alpha1.IncidentStatus{
				Name: "Old", AutomaticName: "Odd process", NameSource: v1alpha1.NameSourceRetained, Severity: v1alpha1.SeverityHigh, ComputedSeverity: v1alpha1.SeverityHigh,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := look(rollup.Subject{Incident: test.incident}, test.alerts, noon, test.options).Status
			expect(t, "status", test.want, v1alpha1.IncidentStatus{
				Name: got.Name, AutomaticName: got.AutomaticName, NameSource: got.NameSource, Severity: got.Severity, ComputedSeverity: got.ComputedSeverity,
			})
			if total := ptr.Deref(got.Alerts.Total, -1); int(total) != len(test.alerts) {
				t.Errorf("%d alerts", total)
			}
		})
	}
}

func TestLogProblem(t *testing.T) {
	i := incident()
	status := rollup.Compute(rollup.Subject{Incident: i, LogProblem: "quota"}, rollup.NewTally(), noon, rollup.Options{})
	i.Status = status
	for _, condition := range status.Conditions {
		if condition.Type == v1alpha1.ConditionLogged {
			expect(t, "Logged", "False "+v1alpha1.ReasonLogNotWritten+" quota", string(condition.Status)+" "+condition.Reason+" "+condition.Message)
			for _, condition := range compute(i).Conditions {
				if condition.Type == v1alpha1.ConditionLogged {
					t.Errorf("still there: %v", condition)
				}
			}
			return
		}
	}
	t.Error("there is no condition Logged")
}
