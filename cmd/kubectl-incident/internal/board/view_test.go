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
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestView(t *testing.T) {
	m := began(t)
	m, _ = m.Update(tea.WindowSizeMsg{Width: 64, Height: 12})
	m, _ = after(m, "j")
	want := []string{
		bold + "soc: 3 incidents, not finished" + strings.Repeat(" ", 22) + "12:00:00 UTC" + plain,
		"  NAME ASSIGNEE",
		"  inc-1",
		reversed + "> inc-2 carol@example.com" + strings.Repeat(" ", 39) + plain,
		"  inc-3",
		"", "", "",
		"",
		"j/k move  enter open  / search  f filter  t take  a assign",
		"s severity  p in progress  r resolve  o reopen  v verdict  l tag",
		"c comment  m merge  u undo  y copy  ? help  q quit",
	}
	if diff := cmp.Diff(want, strings.Split(m.View(), "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestTitle(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*Model)
		want   string
	}{
		"now":      {func(*Model) {}, "soc: 3 incidents, not finished                                      12:00:00 UTC"},
		"reading":  {func(m *Model) { m.read = false }, "soc: 3 incidents, not finished                                          reading…"},
		"one":      {func(m *Model) { m.incidents = m.incidents[:1] }, "soc: 1 incident, not finished                                       12:00:00 UTC"},
		"away":     {func(m *Model) { m.away = noon.Add(-time.Minute) }, "soc: 3 incidents, not finished     the API server does not answer since 11:59:00"},
		"failed":   {func(m *Model) { m.failed = true }, "soc: 3 incidents, not finished         not followed any more: f q reads it again"},
		"filtered": {func(m *Model) { m.filter = Filter{Mine: true, Any: true, MinSeverity: "High"} }, "soc: 3 incidents, in any state, High or worse, yours                12:00:00 UTC"},
		"cut":      {func(m *Model) { m.filter.Search = strings.Repeat("東", 30) }, "soc: 3 incidents, not finished, with “東東東東東東東東東東東東東…   12:00:00 UTC"},
		"hostile":  {func(m *Model) { m.filter.Search = "\x1b[2J" }, `soc: 3 incidents, not finished, with “\x1b[2J”                      12:00:00 UTC`},
		"flags":    {func(m *Model) { m.config.Flags = "--tag=HR" }, "soc: 3 incidents, not finished, --tag=HR                            12:00:00 UTC"},
	} {
		t.Run(name, func(t *testing.T) {
			m := began(t)
			test.change(&m)
			if diff := cmp.Diff(test.want, m.title()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// many is a queue that fills any screen, with names that are wide, and of right to left.
func many(number int) []*v1alpha1.Incident {
	all := make([]*v1alpha1.Incident, number)
	for i := range all {
		all[i] = incident(fmt.Sprintf("inc-%d", i), "東京 شرکت \u202e e\u0301", "1")
	}
	return all
}

// TestFits has nothing stand outside of any screen, whatever is on it.
func TestFits(t *testing.T) {
	for _, keys := range []string{"", "enter", "?", "f", "s", "a", "/ x", "G", "t"} {
		for _, ascii := range []bool{false, true} {
			config := testConfig()
			config.ASCII = ascii
			m, _ := New(config)
			m, _ = m.Update(Queue{Incidents: many(100), At: noon})
			m, _ = m.Update(Rested{})
			m, _ = m.Update(drawn(m.incidents[0], strings.Repeat("東", 300), "second"))
			m, _ = after(m, keys)
			for columns := 20; columns <= 220; columns += 13 {
				for rows := 6; rows <= 60; rows += 7 {
					m, _ = m.Update(tea.WindowSizeMsg{Width: columns, Height: rows})
					lines := strings.Split(m.View(), "\n")
					if len(lines) > rows {
						t.Fatalf("%q at %dx%d: %d lines", keys, columns, rows, len(lines))
					}
					for _, line := range lines {
						if width := ansi.StringWidth(line); width > columns {
							t.Fatalf("%q at %dx%d: a line of %d: %q", keys, columns, rows, width, line)
						}
						if ascii && strings.IndexFunc(line, func(r rune) bool { return r > unicode.MaxASCII }) >= 0 {
							t.Fatalf("%q at %dx%d: not in ASCII: %q", keys, columns, rows, line)
						}
					}
				}
			}
		}
	}
}

// TestHelpNamesEveryKey has no key that only the code knows.
func TestHelpNamesEveryKey(t *testing.T) {
	m, _ := after(began(t), "?")
	view := m.View()
	for _, k := range keys() {
		if k.help != "" && !strings.Contains(view, k.help) {
			t.Errorf("%s is not on the screen of 80x24", k.shown)
		}
		if k.label != "" && k.help == "" {
			t.Errorf("%s has no help", k.shown)
		}
	}
}

// BenchmarkKey is a key and the text after it, among 10,000 incidents of which one changed.
func BenchmarkKey(b *testing.B) {
	m, _ := New(testConfig())
	m, _ = m.Update(tea.WindowSizeMsg{Width: 200, Height: 50})
	queue := many(10_000)
	for b.Loop() {
		m, _ = m.Update(Queue{Incidents: queue, At: noon})
		m, _ = after(m, "j")
		if m.View() == "" {
			b.Fatal("nothing is shown")
		}
	}
}
