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

package table

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

type row struct{ name, severity, owner, age, title string }

func rowColumns() []Column[row] {
	return []Column[row]{
		{Name: "NAME", Cell: func(r row, _ time.Time) string { return r.name }},
		{Name: "SEVERITY", Spare: 2, Paint: redIfHigh, Cell: func(r row, _ time.Time) string { return r.severity }},
		{Name: "OWNER", Least: 6, Spare: 3, Cell: func(r row, _ time.Time) string { return r.owner }},
		{Name: "AGE", Spare: 1, Cell: func(r row, _ time.Time) string { return r.age }, Exact: func(row) string { return "exact" }},
		{Name: "TITLE", Least: 10, Spare: 4, Cell: func(r row, _ time.Time) string { return r.title }},
	}
}

// redIfHigh colors as little as a test needs.
func redIfHigh(severity string) string {
	if severity == "High" {
		return "\x1b[31m"
	}
	return ""
}

var rows = []row{
	{"a", "Low", "alice@example.com", "5m", "Short"},
	{"inc-2", "High", "", "12d", "A title that is longer than others"},
}

func TestTable(t *testing.T) {
	tests := map[string]struct {
		screen terminal.Screen
		rows   []row
		want   string
	}{
		"no terminal": {terminal.Screen{}, rows, `
NAME    SEVERITY   OWNER               AGE   TITLE
a       Low        alice@example.com   5m    Short
inc-2   High                           12d   A title that is longer than others
`},
		"title cut": {terminal.Screen{Columns: 60}, rows, `
NAME   SEVERITY  OWNER              AGE  TITLE
a      Low       alice@example.com  5m   Short
inc-2  High                         12d  A title that is lo…
`},
		"text cut": {terminal.Screen{Columns: 44}, rows, `
NAME   SEVERITY  OWNER       AGE  TITLE
a      Low       alice@exa…  5m   Short
inc-2  High                  12d  A title t…
`},
		"column left out": {terminal.Screen{Columns: 36}, rows, `
NAME   SEVERITY  OWNER   TITLE
a      Low       alice…  Short
inc-2  High              A title th…
`},
		"names and heads stay whole": {terminal.Screen{Columns: 20}, rows, `
NAME   TITLE
a      Short
inc-2  A title that…
`},
		"names alone": {terminal.Screen{Columns: 12}, rows, `
NAME
a
inc-2
`},
		"what is the same in every row goes first": {terminal.Screen{Columns: 30}, []row{
			{"a", "Low", "", "5m", "A title that is longer"}, {"b", "Low", "", "6m", "Short"},
		}, `
NAME  AGE  TITLE
a     5m   A title that is lo…
b     6m   Short
`},
		"colors": {terminal.Screen{Colors: true}, rows[1:], "\n" +
			"NAME    SEVERITY   OWNER   AGE   TITLE\n" +
			"inc-2   \x1b[31mHigh\x1b[0m               12d   A title that is longer than others\n"},
		"text of others": {terminal.Screen{}, []row{{"a", "", "東京", "\x1b[31m", "x\ny\u202e"}, {"b", "", "éè", "", "z"}}, `
NAME   SEVERITY   OWNER   AGE        TITLE
a                 東京    \x1b[31m   x\ny\u202e
b                 éè                 z
`},
		"nothing": {terminal.Screen{}, nil, "\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			(&Table[row]{Out: &out, Screen: test.screen, Columns: rowColumns()}).Print(test.rows, time.Time{})
			if diff := cmp.Diff(test.want, "\n"+out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestTableFits draws the same rows on screens of all widths.
func TestTableFits(t *testing.T) {
	for columns := 5; columns < 120; columns++ {
		var out strings.Builder
		table := &Table[row]{Out: &out, Screen: terminal.Screen{Columns: columns}, Columns: rowColumns()}
		table.Print(rows[:1], time.Time{})
		table.Print(rows[1:], time.Time{})
		for line := range strings.Lines(out.String()) {
			if width := terminal.WidthOf(strings.TrimSuffix(line, "\n")); width > columns {
				t.Errorf("%d of %d columns: %q", width, columns, line)
			}
		}
	}
}

func TestTablePages(t *testing.T) {
	var out strings.Builder
	table := &Table[row]{Out: &out, Columns: rowColumns(), NoHeaders: true}
	table.Print(nil, time.Time{})
	if out.Len() > 0 {
		t.Errorf("got %q of no rows", out.String())
	}
	table.Print(rows[:1], time.Time{})
	table.Print(rows[1:], time.Time{})
	want := "a   Low   alice@example.com   5m   Short\ninc-2   High                       12d   A title that is longer than others\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
