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

package activity_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const (
	fullTrail = 12 // As many changes may wait for logs.
	ticket    = "50"
)

var incA, incB, nowhere = reference("inc-a"), reference("inc-b"), v1alpha1.ActivityIncident{}

func reference(name string) v1alpha1.ActivityIncident {
	return v1alpha1.ActivityIncident{Name: name, UID: "uid-of-" + name}
}

// alert is one that is linked to the incident of the name.
func alert(generation int64, linked string, edited stamps, change func(*v1alpha1.Alert)) *v1alpha1.Alert {
	a := &v1alpha1.Alert{}
	a.Generation, a.Annotations, a.Labels = generation, map[string]string{}, map[string]string{}
	a.Spec.IncidentRef.Name = linked
	for group, stamp := range edited {
		a.Annotations[v1alpha1.EditorAnnotationPrefix+group] = stamp
	}
	if change != nil {
		change(a)
	}
	return a
}

func becauseOf(reason string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.MoveReasonAnnotation] = reason }
}

// look is one at which the operator leaves what the alert says.
func look(a *v1alpha1.Alert, at v1alpha1.ActivityIncident) activity.Step {
	state := a.Spec.Resolution.State
	if state == "" {
		state = v1alpha1.ResolutionActive
	}
	return activity.Step{
		Alert: a, Incident: at, Assignee: a.Spec.Assignee, State: state, ActorsKnown: true, Ticket: ticket,
	}
}

// written is the alert after the operator's write.
func written(step activity.Step) *v1alpha1.Alert {
	after := step.Alert.DeepCopy()
	after.Spec.Assignee, after.Spec.Resolution.State = step.Assignee, step.State
	if step.MovedTo != nowhere {
		after.Spec.IncidentRef.Name = step.MovedTo.Name
	}
	moved := after.Spec.IncidentRef != step.Alert.Spec.IncidentRef
	if moved || step.Assignee != step.Alert.Spec.Assignee || step.State != look(step.Alert, nowhere).State {
		after.Generation++
	}
	return after
}

func by(user string, change activity.Change) activity.Change {
	change.Ticket, change.Actor, change.ActorKind = ticket, user, v1alpha1.ActorUser
	switch user {
	case "Unknown":
		change.ActorKind = v1alpha1.ActorUnknown
	case "incident-operator":
		change.ActorKind = v1alpha1.ActorOperator
	}
	return change
}

func linkedTo(at v1alpha1.ActivityIncident, other, reason string) activity.Change {
	return activity.Change{Incident: at, Type: activity.Linked, Other: other, Reason: reason}
}

func unlinkedFrom(at v1alpha1.ActivityIncident, other, reason string) activity.Change {
	return activity.Change{Incident: at, Type: activity.Unlinked, Other: other, Reason: reason}
}

func changed(kind activity.ChangeType, at v1alpha1.ActivityIncident, fields ...v1alpha1.ActivityChange) activity.Change {
	return activity.Change{Incident: at, Type: kind, Fields: fields}
}

func fromTo(field, from, to string) v1alpha1.ActivityChange {
	return v1alpha1.ActivityChange{Field: field, From: from, To: to}
}

func TestNext(t *testing.T) {
	inA := func(generation int64) activity.Trail {
		return activity.Adopt(alert(generation, "inc-a", nil, nil), incA)
	}
	long := strings.Repeat("x", 257)
	move := func(change func(*v1alpha1.Alert)) activity.Step {
		return look(alert(4, "inc-b", stamps{"incidentRef": "bob@4"}, change), incB)
	}
	moved := func(user, reason string) []activity.Change {
		return []activity.Change{by(user, unlinkedFrom(incA, "inc-b", reason)), by(user, linkedTo(incB, "inc-a", reason))}
	}
	given := by("incident-operator", changed(activity.Propagated, incB, fromTo("spec.assignee", "", "alice")))
	tests := map[string]struct {
		trail activity.Trail
		step  activity.Step
		want  []activity.Change
		at    v1alpha1.ActivityIncident
	}{
		"an alert of no incident": {step: look(alert(1, "", nil, nil), nowhere)},
		"the first link": {
			step: look(alert(7, "inc-a", stamps{"incidentRef": "alice@1"}, nil), incA),
			want: []activity.Change{by("alice", linkedTo(incA, "", ""))}, at: incA,
		},
		"a link that nobody stamped": {
			step: look(alert(1, "inc-a", stamps{"created": "alice@1"}, nil), incA),
			want: []activity.Change{by("Unknown", linkedTo(incA, "", ""))}, at: incA,
		},
		"a link while stamps cannot be believed": {
			step: but(look(alert(1, "inc-a", stamps{"incidentRef": "alice@1"}, nil), incA), func(s *activity.Step) { s.ActorsKnown = false }),
			want: []activity.Change{by("Unknown", linkedTo(incA, "", ""))}, at: incA,
		},
		"a move": {inA(3), move(nil), moved("bob", ""), incB},
		"a move with an old stamp": {
			inA(3), look(alert(4, "inc-b", stamps{"incidentRef": "bob@3"}, nil), incB), moved("Unknown", ""), incB,
		},
		"a move with its reason":            {inA(3), move(becauseOf(`{"to":"inc-b","reason":"same host"}`)), moved("bob", "same host"), incB},
		"a move with another move's reason": {inA(3), move(becauseOf(`{"to":"inc-a","reason":"same host"}`)), moved("bob", ""), incB},
		"a move with a reason of no form":   {inA(3), move(becauseOf(`{"to":"inc-b","reason":"same`)), moved("bob", ""), incB},
		"a move with a long reason": {
			inA(3), move(becauseOf(`{"to":"inc-b","reason":"` + long + `"}`)),
			moved("bob", fmt.Sprintf("sha256:%x (257 characters)", sha256.Sum256([]byte(long)))), incB,
		},
		"an unlink": {
			inA(3), look(alert(4, "", stamps{"incidentRef": "bob@4"}, becauseOf(`{"to":"","reason":"noise"}`)), nowhere),
			[]activity.Change{by("bob", unlinkedFrom(incA, "", "noise"))},
			nowhere,
		},
		"the incident was deleted": {inA(3), look(alert(4, "inc-a", stamps{"severity": "bob@4"}, severe), nowhere), nil, incA},
		"a move to an incident that does not exist": {
			inA(3), look(alert(4, "gone", stamps{"incidentRef": "bob@4"}, nil), nowhere),
			[]activity.Change{by("bob", unlinkedFrom(incA, "gone", ""))},
			nowhere,
		},
		"the incident was created anew": {
			inA(3), look(alert(3, "inc-a", nil, nil), v1alpha1.ActivityIncident{Name: "inc-a", UID: "new"}),
			[]activity.Change{
				by("Unknown", unlinkedFrom(incA, "inc-a", "")),
				by("Unknown", linkedTo(v1alpha1.ActivityIncident{Name: "inc-a", UID: "new"}, "", "")),
			},
			v1alpha1.ActivityIncident{Name: "inc-a", UID: "new"},
		},
		"edits by two": {
			inA(3),
			look(alert(6, "inc-a", stamps{"name": "bob@4", "severity": "bob@6", "assignee": "carol@5"}, func(a *v1alpha1.Alert) {
				a.Spec.Name, a.Spec.Severity, a.Spec.Assignee = "Login", v1alpha1.SeverityHigh, "dave"
			}), incA),
			[]activity.Change{
				by("bob", changed(activity.Edited, incA, fromTo("spec.name", "", "Login"), fromTo("spec.severity", "", "High"))),
				by("carol", changed(activity.Edited, incA, fromTo("spec.assignee", "", "dave"))),
			},
			incA,
		},
		"edits of which one is nobody's": {
			inA(3),
			look(alert(5, "inc-a", stamps{"severity": "bob@4", "classification": "eve@3"}, func(a *v1alpha1.Alert) {
				a.Spec.Severity, a.Spec.Classification.Verdict = v1alpha1.SeverityHigh, v1alpha1.VerdictFalsePositive
			}), incA),
			[]activity.Change{
				by("Unknown", changed(activity.Edited, incA, fromTo("spec.classification.verdict", "NotSet", "FalsePositive"))),
				by("bob", changed(activity.Edited, incA, fromTo("spec.severity", "", "High"))),
			},
			incA,
		},
		"edits by nobody and by a user of that name": {
			inA(3),
			look(alert(4, "inc-a", stamps{"severity": "Unknown@4"}, func(a *v1alpha1.Alert) { a.Spec.Name, a.Spec.Severity = "Login", v1alpha1.SeverityHigh }), incA),
			[]activity.Change{
				by("Unknown", changed(activity.Edited, incA, fromTo("spec.name", "", "Login"))),
				{
					Incident: incA, Ticket: ticket, Type: activity.Edited, Actor: "Unknown", ActorKind: v1alpha1.ActorUser,
					Fields: []v1alpha1.ActivityChange{fromTo("spec.severity", "", "High")},
				},
			},
			incA,
		},
		"a tag that is a label": {
			inA(3),
			look(alert(3, "inc-a", stamps{"tags": "bob@4"}, func(a *v1alpha1.Alert) { a.Labels[v1alpha1.TagLabelPrefix+"vip"] = "" }), incA),
			[]activity.Change{by("bob", changed(activity.Edited, incA, fromTo("spec.tags", "", `["vip"]`)))},
			incA,
		},
		"the last tag that was a label is gone": {
			activity.Adopt(alert(3, "inc-a", nil, func(a *v1alpha1.Alert) { a.Labels[v1alpha1.TagLabelPrefix+"vip"] = "" }), incA),
			look(alert(3, "inc-a", stamps{"tags": "bob@4"}, nil), incA),
			[]activity.Change{by("bob", changed(activity.Edited, incA, fromTo("spec.tags", `["vip"]`, "")))},
			incA,
		},
		"what no log tells": {
			inA(3), look(alert(5, "inc-a", stamps{"description": "bob@5"}, func(a *v1alpha1.Alert) { a.Spec.Description = "x" }), incA), nil, incA,
		},
		"a move with an edit is told where the alert is": {
			inA(3), look(alert(5, "inc-b", stamps{"incidentRef": "bob@4", "severity": "eve@5"}, severe), incB),
			append([]activity.Change{by("eve", changed(activity.Edited, incB, fromTo("spec.severity", "", "High")))}, moved("bob", "")...), incB,
		},
		"a propagation": {
			inA(3),
			but(look(alert(3, "inc-a", nil, nil), incA), func(s *activity.Step) { s.Assignee, s.State = "alice", v1alpha1.ResolutionResolved }),
			[]activity.Change{by("incident-operator", changed(activity.Propagated, incA,
				fromTo("spec.assignee", "", "alice"), fromTo("spec.resolution.state", "Active", "Resolved")))},
			incA,
		},
		"an edit before a move is told where the alert was": {
			inA(3), look(alert(5, "inc-b", stamps{"incidentRef": "bob@5", "severity": "eve@4"}, severe), incB),
			append([]activity.Change{by("eve", changed(activity.Edited, incA, fromTo("spec.severity", "", "High")))}, moved("bob", "")...), incB,
		},
		"what the new incident gives is told there": {
			inA(3), but(move(nil), func(s *activity.Step) { s.Assignee = "alice" }),
			append(moved("bob", ""), given), incB,
		},
		"a merge": {
			inA(3), but(look(alert(3, "inc-a", nil, nil), incA), func(s *activity.Step) { s.MovedTo, s.Assignee = incB, "alice" }),
			append(moved("incident-operator", "merged"), given), incB,
		},
		"a link to an incident that was merged": {
			step: but(look(alert(1, "inc-a", stamps{"incidentRef": "bob@1"}, nil), incA), func(s *activity.Step) { s.MovedTo = incB }),
			want: append([]activity.Change{by("bob", linkedTo(incA, "", ""))}, moved("incident-operator", "merged")...), at: incB,
		},
		"put back into the incident that it left": {
			activity.Trail{Incident: incB, Generation: 4, Left: []string{incA.UID}, Fields: inA(4).Fields},
			look(alert(5, "inc-a", stamps{"incidentRef": "bob@5"}, nil), incA),
			[]activity.Change{by("bob", unlinkedFrom(incB, "inc-a", "")), by("bob", linkedTo(incA, "inc-b", ""))},
			incA,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := test.trail.String()
			next, isChanged, late := test.trail.Next(test.step)
			if diff := cmp.Diff(test.want, next.Changes); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			if next.Incident != test.at || isChanged != (len(test.want) > 0) || late {
				t.Errorf("at %v, changed %v, late %v", next.Incident, isChanged, late)
			}
			if test.trail.String() != before {
				t.Error("Next changed the trail that it was asked of")
			}
			after := written(test.step)
			if want := after.Generation; isChanged && next.Incident != nowhere && next.Generation != want {
				t.Errorf("generation %d, want %d", next.Generation, want)
			}
			if again, twice, _ := next.Next(look(after, placeAfter(test.step))); twice {
				t.Errorf("noted again: %s", again)
			}
		})
	}
}

func severe(a *v1alpha1.Alert) { a.Spec.Severity = v1alpha1.SeverityHigh }

func but(step activity.Step, change func(*activity.Step)) activity.Step {
	change(&step)
	return step
}

func placeAfter(step activity.Step) v1alpha1.ActivityIncident {
	if step.MovedTo != nowhere {
		return step.MovedTo
	}
	return step.Incident
}

func TestALaterEditBeginsWhereThePropagationEnded(t *testing.T) {
	step := look(alert(3, "inc-a", stamps{"assignee": "eve@4"}, nil), incA)
	step.Assignee = "alice"
	trail, _, _ := activity.Adopt(step.Alert, incA).Next(step)
	edited := written(step)
	edited.Generation++
	edited.Spec.Assignee = "bob"
	nobodys, _, _ := trail.Next(look(edited, incA))
	edited.Annotations[v1alpha1.EditorAnnotationPrefix+"assignee"] = "bob@5"
	bobs, _, _ := trail.Next(look(edited, incA))
	fields := fromTo("spec.assignee", "alice", "bob")
	want := []activity.Change{by("bob", changed(activity.Edited, incA, fields)), by("Unknown", changed(activity.Edited, incA, fields))}
	if diff := cmp.Diff(want, []activity.Change{bobs.Changes[1], nobodys.Changes[1]}); diff != "" {
		t.Errorf("by a stamp newer than the operator's write, and by an older one (-want +got):\n%s", diff)
	}
}

func TestAnAlertRemembersTheMergedIncidentsThatItLeft(t *testing.T) {
	trail := activity.Adopt(alert(1, "inc-a", nil, nil), incA)
	trail.Left = make([]string, 0, 71)
	for i := range 70 {
		trail.Left = append(trail.Left, strconv.Itoa(i))
	}
	step := look(alert(1, "inc-a", nil, nil), incA)
	step.MovedTo = incB
	next, _, _ := trail.Next(step)
	if len(next.Left) != 64 || next.Left[63] != incA.UID || next.Left[0] != "7" || trail.Left[:71][70] != "" {
		t.Errorf("want the last 64, got %v", next.Left)
	}
}

// waiting is a trail of an alert in inc-a, with changes of inc-b that wait under the tickets 1, 2 and so on.
func waiting(number int) activity.Trail {
	trail := activity.Adopt(alert(3, "inc-a", nil, nil), incA)
	for i := range number {
		change := by("bob", changed(activity.Edited, incB, fromTo("spec.name", strconv.Itoa(i), strconv.Itoa(i+1))))
		change.Ticket = strconv.Itoa(i + 1)
		trail.Changes = append(trail.Changes, change)
	}
	return trail
}

// What the operator does is done all the same, and must not look like a person's edit afterwards.
func TestNothingIsNotedWhereATrailIsTooLarge(t *testing.T) {
	give := look(alert(4, "inc-a", nil, nil), incA)
	give.Assignee = "alice"
	move := look(alert(4, "inc-b", stamps{"incidentRef": "bob@4"}, nil), incB)
	merge := look(alert(4, "inc-a", nil, nil), incA)
	merge.MovedTo = incB
	for name, test := range map[string]struct {
		step    activity.Step
		changed bool
	}{"a propagation": {give, true}, "a move": {move, false}, "a merge": {merge, false}} {
		t.Run(name, func(t *testing.T) {
			trail := waiting(1)
			trail.Changes[0].Fields = nil
			for range 40 {
				trail.Changes[0].Fields = append(trail.Changes[0].Fields, fromTo("spec.name", strings.Repeat("<", 256), strings.Repeat("語", 256)))
			}
			next, isChanged, late := trail.Next(test.step)
			if !late || isChanged != test.changed || len(next.Changes) != 1 {
				t.Errorf("late %v, changed %v, %d changes", late, isChanged, len(next.Changes))
			}
			if want := test.step.Assignee; next.Fields["spec.assignee"] != want {
				t.Errorf("assignee %q, want %q", next.Fields["spec.assignee"], want)
			}
			if _, err := activity.ParseTrail(next.String()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestPeopleWaitForLogsThatAreBehind(t *testing.T) {
	edit := look(alert(4, "inc-a", stamps{"severity": "bob@4"}, severe), incA)
	move := look(alert(4, "inc-b", stamps{"incidentRef": "bob@4"}, nil), incB)
	give := look(alert(4, "inc-a", nil, nil), incA)
	give.Assignee = "alice"
	upTo := func(last int) func(activity.Change) bool {
		return func(c activity.Change) bool { number, _ := strconv.Atoi(c.Ticket); return number <= last }
	}
	tests := map[string]struct {
		waiting int
		step    activity.Step
		taken   func(activity.Change) bool
		late    bool
		kept    int
		noted   int
	}{
		"there is room":                        {fullTrail - 1, edit, nil, false, fullTrail - 1, 1},
		"an edit waits":                        {fullTrail, edit, nil, true, fullTrail, 0},
		"a move does not":                      {fullTrail, move, upTo(0), false, fullTrail, 2},
		"the operator does not":                {fullTrail, give, nil, false, fullTrail, 1},
		"an edit is noted once a log took one": {fullTrail, edit, upTo(1), false, fullTrail - 1, 1},
		"a move is noted once logs took all":   {fullTrail, move, upTo(fullTrail), false, 0, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			trail := waiting(test.waiting)
			test.step.Taken = test.taken
			next, isChanged, late := trail.Next(test.step)
			if late != test.late || isChanged == test.late || len(next.Changes) != test.kept+test.noted {
				t.Fatalf("late %v, changed %v, %d changes", late, isChanged, len(next.Changes))
			}
			if diff := cmp.Diff(trail.Changes[test.waiting-test.kept:], append([]activity.Change(nil), next.Changes[:test.kept]...)); test.kept > 0 && diff != "" {
				t.Errorf("what waits (-want +got):\n%s", diff)
			}
			if late && next.String() != trail.String() {
				t.Error("a late trail must stay as it is, so that a later look finds what was done")
			}
			if diff := cmp.Diff(waiting(test.waiting), trail); diff != "" {
				t.Errorf("Next changed the trail that it was asked of:\n%s", diff)
			}
		})
	}
}

// history is one alert among three incidents, of which one is merged into another some time, and the logs that take
// what its trail notes.
type history struct {
	random *rand.Rand
	alert  *v1alpha1.Alert
	trail  activity.Trail
	ticket int
	merged bool
	taken  map[v1alpha1.ActivityIncident]int
	total  map[v1alpha1.ActivityIncident]int
}

func newHistory(seed uint64) *history {
	return &history{
		random: rand.New(rand.NewPCG(seed, 23)), alert: alert(1, "", nil, nil),
		taken: map[v1alpha1.ActivityIncident]int{}, total: map[v1alpha1.ActivityIncident]int{},
	}
}

func (h *history) place() v1alpha1.ActivityIncident {
	if h.alert.Spec.IncidentRef.Name == "" {
		return nowhere
	}
	return reference(h.alert.Spec.IncidentRef.Name)
}

func (h *history) anyOf(values ...string) string { return values[h.random.IntN(len(values))] }

// edit is one by a person; not everything that raises the generation is told.
func (h *history) edit() {
	h.alert.Generation++
	spec, group := &h.alert.Spec, ""
	switch h.random.IntN(6) {
	case 0:
		spec.Assignee, group = h.anyOf("", "alice", "bob"), "assignee"
	case 1:
		spec.Resolution.State, group = v1alpha1.ResolutionState(h.anyOf("Active", "InProgress", "Resolved")), "resolution"
	case 2:
		spec.Severity, group = v1alpha1.Severity(h.anyOf("Low", "High")), "severity"
	case 3:
		spec.Description, group = h.anyOf("x", "y"), "description"
	case 4:
		h.alert.Generation--
		h.alert.Labels, group = map[string]string{v1alpha1.TagLabelPrefix + h.anyOf("a", "b"): ""}, "tags"
	case 5:
		spec.IncidentRef.Name, group = h.anyOf("", "inc-a", "inc-b", "inc-c"), "incidentRef"
	}
	h.alert.Annotations[v1alpha1.EditorAnnotationPrefix+group] = fmt.Sprintf("%s@%d", h.anyOf("carol", "dave"), h.alert.Generation)
}

// take lets the log of one incident take what is noted for it.
func (h *history) take(at v1alpha1.ActivityIncident) {
	for _, change := range h.trail.Changes {
		if number, _ := strconv.Atoi(change.Ticket); change.Incident == at && number > h.taken[at] {
			switch change.Type {
			case activity.Linked:
				h.total[at]++
			case activity.Unlinked:
				h.total[at]--
			case activity.Edited, activity.Propagated:
			}
		}
	}
	h.taken[at] = h.ticket
}

// look lets the operator look at the alert, and write it.
func (h *history) look() (late bool) {
	step := look(h.alert, h.place())
	if step.Incident != nowhere && h.random.IntN(3) == 0 {
		step.Assignee, step.State = h.anyOf("", "erin"), v1alpha1.ResolutionResolved
	}
	if h.merged && step.Incident == incA && !slices.Contains(h.trail.Left, incA.UID) {
		step.MovedTo = incB
	}
	h.ticket++
	step.Ticket = strconv.Itoa(h.ticket)
	step.Taken = func(c activity.Change) bool {
		number, _ := strconv.Atoi(c.Ticket)
		return number <= h.taken[c.Incident]
	}
	next, isChanged, late := h.trail.Next(step)
	if late {
		return true
	}
	h.alert = written(step)
	if isChanged {
		h.trail = next
	}
	return false
}

func (h *history) drain() {
	for _, at := range []v1alpha1.ActivityIncident{incA, incB, reference("inc-c")} {
		h.take(at)
	}
}

func TestHistories(t *testing.T) {
	lateLooks, merges := 0, 0
	for seed := range uint64(4000) {
		h := newHistory(seed)
		for range 10 + h.random.IntN(50) {
			switch h.random.IntN(16) {
			case 0:
				h.take(reference(h.anyOf("inc-a", "inc-b", "inc-c")))
			case 1:
				h.merged = h.merged || h.random.IntN(4) == 0
			case 2, 3, 4, 5, 6, 7, 8:
				h.edit()
			default:
				if h.look() {
					lateLooks++
				}
			}
		}
		h.drain()
		if h.look() {
			t.Fatalf("seed %d: late though the logs took all", seed)
		}
		merges += len(h.trail.Left)
		if again, twice, late := h.trail.Next(look(h.alert, h.place())); twice || late || again.String() != h.trail.String() {
			t.Fatalf("seed %d: a second look notes %s after %s", seed, again, h.trail)
		}
		h.ticket++
		h.drain()
		want := map[v1alpha1.ActivityIncident]int{}
		if h.place() != nowhere {
			want[h.place()] = 1
		}
		maps.DeleteFunc(h.total, func(_ v1alpha1.ActivityIncident, total int) bool { return total == 0 })
		if diff := cmp.Diff(want, h.total); diff != "" {
			t.Fatalf("seed %d: linked alerts (-want +got):\n%s", seed, diff)
		}
	}
	if lateLooks < 100 || merges < 100 {
		t.Errorf("the histories are too tame: %d late looks, %d merges", lateLooks, merges)
	}
}
