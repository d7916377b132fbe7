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

package board

import (
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// lastLines are the last lines on the screen.
func lastLines(m Model, number int) []string {
	lines := strings.Split(m.View(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return lines[len(lines)-number:]
}

func TestConflict(t *testing.T) {
	m, effects := after(began(t), "t")
	order := ordered(t, effects)
	refusal := Ended{
		Order: order, Lines: []string{"incident/inc-1: assigned to bob@example.com a moment ago; --force takes it over"},
		Conflict: &actions.ConflictError{Field: "assignee", Theirs: "bob@example.com", Meanwhile: true},
	}
	m, _ = m.Update(refusal)
	want := []string{
		"incident/inc-1: assigned to bob@example.com a moment ago; --force takes it over",
		"You saw assignee none; it is bob@example.com now.",
		"You asked for: kubectl incident take inc-1",
		"F asks for it all the same, any other key leaves it as it is",
	}
	if diff := cmp.Diff(want, lastLines(m, 4)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if left, effects := after(m, "t"); len(effects) > 0 || left.mode != browsing {
		t.Errorf("another key has the effects %v", effects)
	}
	_, effects = after(m, "F")
	if got := strings.Join(ordered(t, effects).Words, " "); got != "take --force inc-1" {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(order.Words, " "); got != "take inc-1" {
		t.Errorf("the order before became %q", got)
	}
}

// TestConflictOfAMerge cannot be forced.
func TestConflictOfAMerge(t *testing.T) {
	m, effects := after(began(t), "m i n c - 2 enter")
	m, _ = m.Update(Ended{Order: ordered(t, effects), Lines: []string{"no"}, Conflict: &actions.ConflictError{Field: "assignee"}})
	if m.mode != browsing {
		t.Errorf("mode %d", m.mode)
	}
}

func TestUndo(t *testing.T) {
	m, effects := after(began(t), "u")
	shown := ordered(t, effects)
	m, _ = m.Update(Ended{Order: shown, Done: true, Lines: []string{"Undo of entry 3 (Assigned by bob@example.com)"}})
	want := []string{"Undo of entry 3 (Assigned by bob@example.com)", "y does that, any other key leaves it as it is"}
	if diff := cmp.Diff(want, lastLines(m, 2)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if left, effects := after(m, "n"); len(effects) > 0 || left.mode != browsing {
		t.Errorf("another key has the effects %v", effects)
	}
	_, effects = after(m, "y")
	if got := strings.Join(ordered(t, effects).Words, " "); got != "undo inc-1" {
		t.Errorf("got %q", got)
	}
	refused, _ := began(t).Update(Ended{Order: shown, Lines: []string{"there is nothing to undo"}})
	if refused.mode != browsing {
		t.Error("what was refused is asked for")
	}
}

func TestQuestions(t *testing.T) {
	m, effects := after(began(t), "m i n c - 2 enter")
	merge := ordered(t, effects)
	m, _ = m.Update(Asked{Text: "This moves 4 alerts to inc-2, which cannot be undone. Go on? [y/N] "})
	if got := lastLines(m, 3)[0]; got != "This moves 4 alerts to inc-2, which cannot be undone. Go on? [y/N]" {
		t.Errorf("the question is %q", got)
	}
	for keys, want := range map[string]string{"y e s enter": "yes", "enter": "", "y esc": ""} {
		if _, effects := after(m, keys); !cmp.Equal([]Effect{Answer{want}}, effects) {
			t.Errorf("%s: got %v", keys, effects)
		}
	}
	m, _ = m.Update(Ended{Order: merge, Lines: []string{"interrupted"}})
	if m.mode != browsing {
		t.Error("the question stays though nobody waits for the answer")
	}
}

func TestOneCommandAtATime(t *testing.T) {
	m, _ := after(began(t), "t")
	m, _ = m.Update(Said{Text: "inc-1 [###...] 2/4 alerts"})
	if got := lastLines(m, 4)[0]; got != "inc-1 [###...] 2/4 alerts …" {
		t.Errorf("got %q", got)
	}
	if _, effects := after(m, "j p"); len(effects) > 0 {
		t.Errorf("a second command: %v", effects)
	}
	if _, effects := after(m, "esc"); !cmp.Equal([]Effect{Abandon{}}, effects) {
		t.Errorf("esc: got %v", effects)
	}
}

func TestOtherKeys(t *testing.T) {
	for keys, want := range map[string]Effect{"q": Quit{}, "a x ctrl+c": Quit{}, "j y": Copy{"inc-2"}} {
		if _, effects := after(began(t), keys); !cmp.Equal([]Effect{want}, effects) {
			t.Errorf("%s: got %v", keys, effects)
		}
	}
	m, _ := after(began(t), "y")
	if diff := cmp.Diff([]string{"Copied inc-1. To see it elsewhere: kubectl incident show inc-1"}, m.message); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// drawn is a detail of so many lines, each with its number.
func drawn(incident *v1alpha1.Incident, lines ...string) Detail {
	return Detail{Key: incident.Namespace + "/" + incident.Name, Incident: incident, Draw: func(_ terminal.Screen, full bool) []string {
		if full {
			return append([]string{"all of it"}, lines...)
		}
		return lines
	}}
}

// TestPane reads what is below the cursor where that rests, and again when it has changed.
func TestPane(t *testing.T) {
	m, effects := began(t).Update(tea.WindowSizeMsg{Width: 200, Height: 50})
	if diff := cmp.Diff([]Effect{Wait{2}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	m, effects = after(m, "j")
	if diff := cmp.Diff([]Effect{Wait{3}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	if _, effects = m.Update(Rested{Serial: 2}); len(effects) > 0 {
		t.Fatalf("it went on, and reads nevertheless: %v", effects)
	}
	m, effects = m.Update(Rested{Serial: 3})
	if diff := cmp.Diff([]Effect{Show{"soc/inc-2"}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	m, _ = m.Update(drawn(three()[0], "of another"))
	m, effects = m.Update(drawn(three()[1], "of inc-2"))
	if diff := cmp.Diff([]string{"of inc-2"}, m.pane.lines); diff != "" || len(effects) > 0 {
		t.Fatalf("%v, -want +got:\n%s", effects, diff)
	}
	if !strings.Contains(m.View(), " | of inc-2") {
		t.Errorf("it is not beside the list:\n%s", m.View())
	}
	room := m.layout().paneColumns
	long := strings.Repeat("n", room) + "and its end"
	m, _ = m.Update(drawn(three()[1], long))
	if diff := cmp.Diff([]string{strings.Repeat("n", room), "and its end"}, m.pane.lines); diff != "" {
		t.Errorf("what is longer than a line: -want +got:\n%s", diff)
	}
	newer := three()
	newer[1].ResourceVersion = "2"
	m, effects = m.Update(Queue{Incidents: newer, At: noon})
	if diff := cmp.Diff([]Effect{Show{"soc/inc-2"}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	if _, effects = m.Update(Queue{Incidents: newer, At: noon}); len(effects) > 0 {
		t.Errorf("it is asked for twice: %v", effects)
	}
	m, _ = m.Update(Detail{Key: "soc/inc-2", Err: errors.New("gone")})
	if diff := cmp.Diff([]string{"gone"}, m.pane.lines); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestOpen shows all of an incident, also once it left the list, and the verbs are about it.
func TestOpen(t *testing.T) {
	m, effects := after(began(t), "enter")
	if diff := cmp.Diff([]Effect{Show{"soc/inc-1"}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	lines := make([]string, 100)
	m, _ = m.Update(drawn(three()[0], lines...))
	m, _ = m.Update(Queue{Incidents: three()[1:], At: noon})
	m, _ = after(m, "j j")
	if m.pane.line != 2 || m.pane.lines[0] != "all of it" {
		t.Errorf("line %d of %q", m.pane.line, m.pane.lines[0])
	}
	m, _ = after(m, "G")
	if want := 101 - m.layout().paneRows; m.pane.line != want {
		t.Errorf("the last page begins at %d, want %d", m.pane.line, want)
	}
	taken, effects := after(m, "o")
	if order := ordered(t, effects); order.Words[1] != "inc-1" {
		t.Errorf("got %v", order.Words)
	}
	taken, _ = taken.Update(Ended{Lines: []string{"done"}})
	taken, _ = after(taken, "esc")
	if !taken.pane.open || taken.message != nil {
		t.Error("esc takes the message away first")
	}
	if taken, _ = after(taken, "esc"); taken.pane.open {
		t.Error("esc does not close it")
	}
}

func TestEffectsOfNothing(t *testing.T) {
	m, _ := New(testConfig())
	for keys := range strings.FieldsSeq("j k G g enter t a s p r o v l c m u y esc") {
		var effects []Effect
		if m, effects = after(m, keys); len(effects) > 0 {
			t.Errorf("%s: got %v", keys, effects)
		}
	}
	m, _ = m.Update(Queue{At: noon})
	if diff := cmp.Diff("  Nothing here is not finished. f x takes the filter away.", strings.Split(m.View(), "\n")[2], cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
