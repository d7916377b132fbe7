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
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// testConfig has a table of names and assignees.
func testConfig() Config {
	return Config{
		Place: "soc", Zone: time.UTC,
		Table: func(incidents []*v1alpha1.Incident, _ terminal.Screen, _ time.Time) (string, []string) {
			var rows []string
			for _, i := range incidents {
				rows = append(rows, strings.TrimSpace(i.Name+" "+i.Spec.Assignee))
			}
			return "NAME ASSIGNEE", rows
		},
		Line: func(order Order) string { return "kubectl incident " + strings.Join(order.Words, " ") },
	}
}

func incident(name, assignee, version string) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.Namespace, i.Name, i.ResourceVersion = "soc", name, version
	i.Spec.Assignee = assignee
	return i
}

// three are a queue.
func three() []*v1alpha1.Incident {
	return []*v1alpha1.Incident{incident("inc-1", "", "1"), incident("inc-2", "carol@example.com", "1"), incident("inc-3", "", "1")}
}

// began is a board of three incidents on a small screen, the cursor on the first.
func began(t *testing.T) Model {
	t.Helper()
	m, effects := New(testConfig())
	if diff := cmp.Diff([]Effect{Read{}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	m, _ = m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	m, _ = m.Update(Queue{Incidents: three(), At: noon})
	return m
}

// keyOf is the key of a name, or of one letter.
func keyOf(name string) tea.KeyPressMsg {
	switch name {
	case "enter":
		return tea.KeyPressMsg{Code: tea.KeyEnter}
	case "esc":
		return tea.KeyPressMsg{Code: tea.KeyEscape}
	case "tab":
		return tea.KeyPressMsg{Code: tea.KeyTab}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	case "down":
		return tea.KeyPressMsg{Code: tea.KeyDown}
	case "ctrl+c":
		return tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}
	}
	letter, _ := utf8.DecodeRuneInString(name)
	return tea.KeyPressMsg{Code: letter, Text: name}
}

// after presses keys that are separated by spaces, and returns the effects of the last one.
func after(m Model, keys string) (Model, []Effect) {
	var effects []Effect
	for name := range strings.FieldsSeq(keys) {
		if name == "_" {
			name = " "
		}
		m, effects = m.Update(keyOf(name))
	}
	return m, effects
}

// ordered is the one order among effects.
func ordered(t *testing.T, effects []Effect) Order {
	t.Helper()
	if len(effects) != 1 {
		t.Fatalf("got %v, want one order", effects)
	}
	do, ok := effects[0].(Do)
	if !ok {
		t.Fatalf("got %#v, want an order", effects[0])
	}
	return do.Order
}

func TestVerbs(t *testing.T) {
	for name, test := range map[string]struct {
		keys, want string
		forces     bool
	}{
		"take":                     {"t", "take inc-1", true},
		"take the second":          {"j t", "take inc-2", true},
		"take the last":            {"G t", "take inc-3", true},
		"assign":                   {"a b o b enter", "assign inc-1 --to=bob", true},
		"assign, a known one":      {"a c tab enter", "assign inc-1 --to=carol@example.com", true},
		"assign, corrected":        {"a x backspace m e enter", "assign inc-1 --to=me", true},
		"assign to nobody":         {"a - enter", "unassign inc-1", true},
		"a user like a flag":       {"a - - x enter", "assign inc-1 --to=--x", true},
		"severity":                 {"s c", "severity inc-1 --to=Critical", true},
		"severity of the alerts":   {"s x", "severity inc-1 --to=computed", true},
		"in progress":              {"p", "start inc-1", true},
		"resolve without a note":   {"r enter", "resolve inc-1", true},
		"resolve with a note":      {"r o h _ n o enter", "resolve inc-1 --note=oh no", true},
		"reopen":                   {"o", "reopen inc-1", true},
		"verdict":                  {"v F a tab enter", "classify inc-1 --as=FalsePositive", true},
		"tag":                      {"l H R enter", "tag inc-1 --add=HR", true},
		"tag away":                 {"l - H R enter", "untag inc-1 --remove=HR", true},
		"comment":                  {"c h i enter", "comment inc-1 hi", false},
		"a comment like a flag":    {"c - h enter", "comment inc-1 -- -h", false},
		"merge":                    {"m i n c - 2 enter", "merge inc-1 --into=inc-2", false},
		"undo, shown first":        {"u", "undo inc-1 --dry-run", false},
		"an incident that is open": {"j enter t", "take inc-2", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, effects := after(began(t), test.keys)
			order := ordered(t, effects)
			if got := strings.Join(order.Words, " "); got != test.want || order.Forces != test.forces {
				t.Errorf("got %q, forces %t", got, order.Forces)
			}
			if want := "soc/" + order.Words[1]; order.Key != want {
				t.Errorf("key %q, want %q", order.Key, want)
			}
		})
	}
}

// TestSeen has the order bear the incident as it was when the key was pressed, not when the text was typed.
func TestSeen(t *testing.T) {
	m, _ := after(began(t), "a b o b")
	changed := three()
	changed[0] = incident("inc-1", "alice@example.com", "2")
	m, _ = m.Update(Queue{Incidents: changed, At: noon})
	_, effects := after(m, "enter")
	if order := ordered(t, effects); order.Seen.ResourceVersion != "1" || order.Seen.Spec.Assignee != "" {
		t.Errorf("seen is version %s of %q", order.Seen.ResourceVersion, order.Seen.Spec.Assignee)
	}
}

func TestKeysThatChangeNothing(t *testing.T) {
	for name, keys := range map[string]string{
		"nothing typed": "a enter", "no tag": "l enter", "no comment": "c enter", "left": "r x esc", "no severity": "s z", "no filter": "f z", "unknown": "z",
		"help": "?", "the same filter": "f q",
	} {
		t.Run(name, func(t *testing.T) {
			m, effects := after(began(t), keys)
			if len(effects) > 0 {
				t.Errorf("got %v", effects)
			}
			if m, _ = after(m, "esc"); m.mode != browsing {
				t.Errorf("mode %d", m.mode)
			}
		})
	}
}

func TestCursorFollowsTheIncident(t *testing.T) {
	m, _ := after(began(t), "j")
	m, _ = m.Update(Queue{Incidents: append([]*v1alpha1.Incident{incident("inc-0", "", "1")}, three()...), At: noon})
	_, effects := after(m, "t")
	if order := ordered(t, effects); order.Words[1] != "inc-2" {
		t.Errorf("got %v", order.Words)
	}
}

// TestCursorThatJumped has the incident below the cursor leave the list just before a key is pressed.
func TestCursorThatJumped(t *testing.T) {
	m, _ := after(began(t), "j")
	m, _ = m.Update(Queue{Incidents: []*v1alpha1.Incident{three()[0], three()[2]}, At: noon})
	m, effects := after(m, "t")
	want := []string{"inc-2 left the list, so that the cursor is on inc-3 now: press again if you mean that one."}
	if diff := cmp.Diff(want, m.message); diff != "" || len(effects) > 0 {
		t.Fatalf("%v, -want +got:\n%s", effects, diff)
	}
	_, effects = after(m, "t")
	if order := ordered(t, effects); order.Words[1] != "inc-3" {
		t.Errorf("got %v", order.Words)
	}
}

// TestCursorAfterOwnChange goes on with the next one at once.
func TestCursorAfterOwnChange(t *testing.T) {
	m, effects := after(began(t), "r enter")
	m, _ = m.Update(Queue{Incidents: three()[1:], At: noon})
	m, _ = m.Update(Ended{Order: ordered(t, effects), Done: true, Lines: []string{"incident/inc-1 resolved"}})
	_, effects = after(m, "t")
	if order := ordered(t, effects); order.Words[1] != "inc-2" {
		t.Errorf("got %v", order.Words)
	}
	m, effects = after(m, "u")
	if order := ordered(t, effects); order.Words[1] != "inc-1" {
		t.Errorf("undo of %v", order.Words)
	}
	_ = m
}

func TestQueueOfAnotherFilter(t *testing.T) {
	m, effects := after(began(t), "f m")
	if diff := cmp.Diff([]Effect{Read{Filter: Filter{Mine: true}, Serial: 1}}, effects); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
	m, _ = m.Update(Queue{Incidents: three()[:1], At: noon})
	if len(m.incidents) != 3 {
		t.Errorf("a queue of the filter before was taken")
	}
	m, _ = m.Update(Queue{Incidents: three()[1:], At: noon, Serial: 1})
	if len(m.incidents) != 2 || m.jumped != "" || m.keyAt(m.at) != "soc/inc-2" {
		t.Errorf("%d incidents, jumped %q, at %s", len(m.incidents), m.jumped, m.keyAt(m.at))
	}
}

// TestVerbBeforeTheQueueIsThere would be about an incident that nobody has seen.
func TestVerbBeforeTheQueueIsThere(t *testing.T) {
	m, effects := after(began(t), "f u t")
	if len(effects) > 0 {
		t.Fatalf("got %v", effects)
	}
	m, _ = m.Update(Queue{Incidents: three()[2:], At: noon, Serial: 1})
	if _, effects = after(m, "t"); ordered(t, effects).Words[1] != "inc-3" {
		t.Errorf("got %v", effects)
	}
}

// TestQueueThatCannotBeRead is read again by the same filter.
func TestQueueThatCannotBeRead(t *testing.T) {
	m, _ := began(t).Update(Failed{Err: errors.New("forbidden \x1b")})
	if diff := cmp.Diff([]string{`The queue cannot be read: forbidden \x1b`}, m.message); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	m, effects := after(m, "f q")
	if diff := cmp.Diff([]Effect{Read{Serial: 1}}, effects); diff != "" || m.failed {
		t.Errorf("-want +got:\n%s", diff)
	}
	if m, _ = m.Update(Failed{Err: errors.New("of the one before")}); m.failed {
		t.Error("the failure of the queue before counts")
	}
}

// TestSuggestionsThatAreKnown are not in the list.
func TestSuggestionsThatAreKnown(t *testing.T) {
	m, _ := began(t).Update(Known{Assignees: []string{"bob@example.com", "b\x1b"}, Tags: []string{"HR"}})
	for keys, want := range map[string]string{"a b tab enter": "--to=bob@example.com", "l h tab enter": "--add=HR"} {
		if _, effects := after(m, keys); ordered(t, effects).Words[2] != want {
			t.Errorf("%s: got %v", keys, effects)
		}
	}
}

func TestFilters(t *testing.T) {
	for keys, want := range map[string]Filter{
		"f u": {Unassigned: true}, "f m f u": {Mine: true, Unassigned: true}, "f H": {MinSeverity: v1alpha1.SeverityHigh},
		"f r": {States: []v1alpha1.IncidentState{v1alpha1.IncidentResolved}}, "f e": {Any: true},
		"/ w e b enter": {Search: "web"}, "f H f m f x f p": {States: []v1alpha1.IncidentState{v1alpha1.IncidentInProgress}},
	} {
		t.Run(keys, func(t *testing.T) {
			_, effects := after(began(t), keys)
			read, ok := effects[0].(Read)
			if diff := cmp.Diff(want, read.Filter); diff != "" || !ok {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
