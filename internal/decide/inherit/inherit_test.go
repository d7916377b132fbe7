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

package inherit

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	active     = v1alpha1.ResolutionActive
	inProgress = v1alpha1.ResolutionInProgress
	resolved   = v1alpha1.ResolutionResolved
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func incident(name string) Source { return Source{Name: name, UID: "uid-of-inc"} }

func link(source Source) Link { return Link{Name: source.Name, Source: &source} }

func TestDecide(t *testing.T) {
	assigned := Source{Name: "inc-1", UID: "u1", Assignee: "alice"}
	closed := Source{Name: "inc-1", UID: "u1", ResolvedTime: noon}
	carried := &Memory{Incident: "inc-1", UID: "u1", Assignee: &Given{Value: "alice", Over: "bob"}}
	early, late := noon.Add(-time.Second), noon

	tests := map[string]struct {
		alert Alert
		link  Link
		want  Alert
	}{
		"a linked alert remembers its incident, though it gives nothing": {
			Alert{State: active},
			link(Source{Name: "inc-1", UID: "u1"}),
			Alert{State: active, Memory: &Memory{Incident: "inc-1", UID: "u1"}},
		},
		"an alert without an incident stays as it is": {
			Alert{State: resolved, Assignee: "bob"},
			Link{},
			Alert{State: resolved, Assignee: "bob"},
		},
		"the incident's assignee is given": {
			Alert{State: active, Assignee: "bob"},
			link(assigned),
			Alert{State: active, Assignee: "alice", Memory: carried},
		},
		"an unlinked alert gets back what was before": {
			Alert{State: active, Assignee: "alice", Memory: carried},
			Link{},
			Alert{State: active, Assignee: "bob"},
		},
		"an unlinked alert keeps its override": {
			Alert{State: active, Assignee: "carol", Memory: carried},
			Link{},
			Alert{State: active, Assignee: "carol"},
		},
		"a deleted incident changes no alert": {
			Alert{State: active, Assignee: "alice", Memory: carried},
			Link{Name: "inc-1"},
			Alert{State: active, Assignee: "alice", Memory: carried},
		},
		"a move to an incident that does not exist lets go of the old one": {
			Alert{State: active, Assignee: "alice", Memory: carried},
			Link{Name: "inc-2"},
			Alert{State: active, Assignee: "bob"},
		},
		"a re-created incident withdraws and gives at once": {
			Alert{State: active, Assignee: "alice", Memory: carried},
			link(Source{Name: "inc-1", UID: "u2", Assignee: "dave"}),
			Alert{State: active, Assignee: "dave", Memory: &Memory{Incident: "inc-1", UID: "u2", Assignee: &Given{Value: "dave", Over: "bob"}}},
		},
		"a re-created incident is another one, also to an overridden alert": {
			Alert{State: active, Assignee: "carol", Memory: carried},
			link(Source{Name: "inc-1", UID: "u2", Assignee: "alice"}),
			Alert{State: active, Assignee: "alice", Memory: &Memory{Incident: "inc-1", UID: "u2", Assignee: &Given{Value: "alice", Over: "carol"}}},
		},
		"a move withdraws, then gives": {
			Alert{State: active, Assignee: "alice", Memory: carried},
			link(Source{Name: "inc-2", UID: "u2"}),
			Alert{State: active, Assignee: "bob", Memory: &Memory{Incident: "inc-2", UID: "u2"}},
		},
		"an alert older than the resolution is resolved": {
			Alert{State: inProgress, Created: early},
			link(closed),
			Alert{State: resolved, Created: early, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "InProgress"}}},
		},
		"an alert that came to its end while its incident was resolved stays resolved": {
			Alert{State: resolved, Created: early, Ended: true, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "Active"}}},
			link(Source{Name: "inc-1", UID: "u1"}),
			Alert{State: resolved, Created: early, Ended: true, Memory: &Memory{Incident: "inc-1", UID: "u1"}},
		},
		"so it does when it is unlinked": {
			Alert{State: resolved, Created: early, Ended: true, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "Active"}}},
			Link{},
			Alert{State: resolved, Created: early, Ended: true},
		},
		"an alert that was over and re-opened by a person is remembered as that": {
			Alert{State: active, Created: early, Ended: true},
			link(closed),
			Alert{State: resolved, Created: early, Ended: true, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "Active", Ended: true}}},
		},
		"and comes back as that": {
			Alert{State: resolved, Created: early, Ended: true, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "Active", Ended: true}}},
			link(Source{Name: "inc-1", UID: "u1"}),
			Alert{State: active, Created: early, Ended: true, Memory: &Memory{Incident: "inc-1", UID: "u1"}},
		},
		"an alert created in the second of the resolution is held": {
			Alert{State: active, Created: late},
			link(closed),
			Alert{State: active, Created: late, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "Active", Held: true}}},
		},
		"a new alert that its detector resolved is not held": {
			Alert{State: resolved, Created: late},
			link(closed),
			Alert{State: resolved, Created: late, Memory: &Memory{Incident: "inc-1", UID: "u1", Resolution: &Given{Value: "Resolved", Over: "Resolved"}}},
		},
		"a damaged memory counts as inherited over the defaults where both say the same": {
			Alert{State: resolved, Assignee: "alice", Created: early, Damaged: true},
			link(Source{Name: "inc-1", UID: "u1", Assignee: "alice", ResolvedTime: noon}),
			Alert{State: resolved, Assignee: "alice", Created: early, Memory: &Memory{
				Incident: "inc-1", UID: "u1",
				Assignee: &Given{Value: "alice"}, Resolution: &Given{Value: "Resolved", Over: "Active"},
			}},
		},
		"a damaged memory counts as absent where they differ": {
			Alert{State: active, Assignee: "bob", Damaged: true},
			link(assigned),
			Alert{State: active, Assignee: "alice", Memory: carried},
		},
		"a damaged memory goes with the link": {
			Alert{State: active, Assignee: "alice", Damaged: true},
			Link{},
			Alert{State: active, Assignee: "alice"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Decide(tt.alert, tt.link)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("alert (-want +got):\n%s", diff)
			}
			if again := Decide(got, tt.link); got.Changed(again) {
				t.Errorf("deciding again changes it:\n%s", cmp.Diff(got, again))
			}
		})
	}
}

func TestFromIncidentIsSettledOnceTheResolutionIsRecorded(t *testing.T) {
	tests := map[string]struct {
		state    v1alpha1.ResolutionState
		recorded bool
		want     bool
	}{
		"active":                  {active, false, true},
		"in progress":             {inProgress, false, true},
		"resolved, not recorded":  {resolved, false, false},
		"resolved and recorded":   {resolved, true, true},
		"re-opened, not recorded": {active, true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			object := &v1alpha1.Incident{}
			object.Spec.Resolution.State = tt.state
			if tt.recorded {
				object.Status.ResolvedTime = &metav1.Time{Time: noon}
			}
			if _, settled := FromIncident(object); settled != tt.want {
				t.Errorf("settled = %v, want %v", settled, tt.want)
			}
		})
	}
}

// world is one alert between two incidents, with everything that people can do to them.
type world struct {
	random    *rand.Rand
	now       time.Time
	alert     Alert
	at        int // the incident that the alert is linked to, -1 for none
	incidents [2]Source
}

func newWorld(seed uint64) *world {
	random := rand.New(rand.NewPCG(seed, 17))
	w := &world{random: random, now: noon, at: random.IntN(3) - 1}
	w.incidents = [2]Source{{Name: "inc-0", UID: "u0"}, {Name: "inc-1", UID: "u1"}}
	w.alert = Alert{Created: noon, Assignee: w.anyone(), State: w.anyState()}
	w.settle()
	for range random.IntN(12) {
		w.edit()
		if random.IntN(2) == 0 {
			w.settle()
		}
	}
	w.settle()
	return w
}

func (w *world) anyone() string { return []string{"", "alice", "bob", "carol"}[w.random.IntN(4)] }

func (w *world) anyState() v1alpha1.ResolutionState {
	return []v1alpha1.ResolutionState{active, inProgress, resolved}[w.random.IntN(3)]
}

// settle lets the operator look.
func (w *world) settle() { w.alert = Decide(w.alert, w.link()) }

func (w *world) link() Link {
	if w.at < 0 {
		return Link{}
	}
	return link(w.incidents[w.at])
}

// edit is one change by a person, anywhere.
func (w *world) edit() {
	w.now = w.now.Add(time.Second)
	target := &w.incidents[w.random.IntN(2)]
	switch w.random.IntN(6) {
	case 0:
		w.alert.Assignee = w.anyone()
	case 1:
		w.alert.State = w.anyState()
	case 2:
		w.at = w.random.IntN(3) - 1
	case 3:
		target.Assignee = w.anyone()
	case 4:
		target.ResolvedTime = w.now
	case 5:
		target.ResolvedTime = time.Time{}
	}
}

func eachWorld(t *testing.T, check func(t *testing.T, w *world) string) {
	t.Helper()
	for seed := range uint64(20_000) {
		w := newWorld(seed)
		start := w.alert
		if problem := check(t, w); problem != "" {
			t.Fatalf("seed %d: %s\nstart: %+v\nend:   %+v", seed, problem, start, w.alert)
		}
	}
}

func TestDecidingTwiceIsDecidingOnce(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		before := w.alert
		w.settle()
		if before.Changed(w.alert) {
			return "a second look changed the alert"
		}
		return ""
	})
}

func TestReopenIsTheInverseOfResolve(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		if w.at < 0 || !w.incidents[w.at].ResolvedTime.IsZero() {
			return ""
		}
		before := w.alert
		w.now = w.now.Add(time.Second)
		w.incidents[w.at].ResolvedTime = w.now
		w.settle()
		if w.alert.State != resolved {
			return "an older alert was not resolved"
		}
		w.alert.Assignee = w.anyone() // A person's edit of another field in between must not matter.
		w.settle()
		w.incidents[w.at].ResolvedTime = time.Time{}
		w.settle()
		if w.alert.State != before.State {
			return "the alert's state did not come back"
		}
		return ""
	})
}

func TestUnassignIsTheInverseOfAssign(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		if w.at < 0 || w.incidents[w.at].Assignee != "" {
			return ""
		}
		before := w.alert
		for _, assignee := range []string{"alice", "dave", ""} {
			w.incidents[w.at].Assignee = assignee
			w.settle()
			if assignee != "" && w.alert.Assignee != assignee {
				return "a new assignment did not reach the alert"
			}
		}
		if w.alert.Assignee != before.Assignee {
			return "the alert's assignee did not come back"
		}
		return ""
	})
}

func TestMovingThereAndBackChangesNothing(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		if w.at < 0 || overridden(w.alert) {
			return ""
		}
		before := w.alert
		home := w.at
		for _, at := range []int{1 - home, home} {
			w.at = at
			w.settle()
		}
		if w.alert.Assignee != before.Assignee || w.alert.State != before.State {
			return "the alert came back as another"
		}
		return ""
	})
}

func TestAnOverrideStandsUntilTheIncidentSaysSomethingNew(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		w.alert.Assignee, w.alert.State = w.anyone(), w.anyState()
		override := w.alert
		w.settle()
		if w.alert.Assignee != override.Assignee || w.alert.State != override.State {
			return "a person's edit was reverted"
		}
		return ""
	})
}

func TestAnAlertWithoutAnOverrideCarriesWhatItsIncidentSays(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		if w.at < 0 {
			if w.alert.Memory != nil {
				return "an alert without an incident remembers one"
			}
			return ""
		}
		source := w.incidents[w.at]
		if w.alert.Memory == nil || w.alert.Memory.UID != source.UID {
			return "a linked alert does not remember its incident"
		}
		if overridden(w.alert) {
			return ""
		}
		if source.Assignee != "" && w.alert.Assignee != source.Assignee {
			return "the assignee did not arrive"
		}
		if !source.ResolvedTime.IsZero() && w.alert.State != resolved {
			return "the resolution did not arrive"
		}
		return ""
	})
}

func TestALaterAlertIsNeverResolvedByItsIncident(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) string {
		source := incident("inc-2")
		source.ResolvedTime = w.now
		fresh := Alert{Created: w.now.Add(time.Duration(w.random.IntN(3)) * time.Second), State: active}
		w.alert = Decide(fresh, link(source))
		if w.alert.State != active || !w.alert.Held() {
			return "a new alert was closed"
		}
		source.ResolvedTime = time.Time{}
		w.alert = Decide(w.alert, link(source))
		if w.alert.State != active || w.alert.Held() {
			return "re-opening did not let go of a held alert"
		}
		return ""
	})
}

func overridden(alert Alert) bool {
	memory := alert.Memory
	if memory == nil {
		return false
	}
	return (memory.Assignee != nil && alert.Assignee != memory.Assignee.Value) ||
		(memory.Resolution != nil && (memory.Resolution.Held || string(alert.State) != memory.Resolution.Value))
}
