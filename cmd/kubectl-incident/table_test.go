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

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type row struct{ name, severity, owner, age, title string }

func rowColumns() []column[row] {
	return []column[row]{
		{name: "NAME", cell: func(r row, _ time.Time) string { return r.name }},
		{name: "SEVERITY", short: true, paint: severityColor, cell: func(r row, _ time.Time) string { return r.severity }},
		{name: "OWNER", least: 6, cell: func(r row, _ time.Time) string { return r.owner }},
		{name: "AGE", spare: 1, cell: func(r row, _ time.Time) string { return r.age }, exact: func(row) string { return "exact" }},
		{name: "TITLE", least: 10, cell: func(r row, _ time.Time) string { return r.title }},
	}
}

var rows = []row{
	{"a", "Low", "alice@example.com", "5m", "Short"},
	{"inc-2", "High", "", "12d", "A title that is longer than others"},
}

func TestTable(t *testing.T) {
	tests := map[string]struct {
		screen screen
		rows   []row
		want   string
	}{
		"no terminal": {screen{}, rows, `
NAME    SEVERITY   OWNER               AGE   TITLE
a       Low        alice@example.com   5m    Short
inc-2   High                           12d   A title that is longer than others
`},
		"title cut": {screen{columns: 60}, rows, `
NAME   SEVERITY  OWNER              AGE  TITLE
a      Low       alice@example.com  5m   Short
inc-2  High                         12d  A title that is lo…
`},
		"text cut": {screen{columns: 44}, rows, `
NAME   SEVERITY  OWNER       AGE  TITLE
a      Low       alice@exa…  5m   Short
inc-2  High                  12d  A title t…
`},
		"heads cut": {screen{columns: 36}, rows, `
NAME   SEV…  OWNER   AGE  TITLE
a      Low   alice…  5m   Short
inc-2  High          12d  A title t…
`},
		"column left out": {screen{columns: 34}, rows, `
NAME   SEV…  OWNER   TITLE
a      Low   alice…  Short
inc-2  High          A title that…
`},
		"colors": {screen{colors: true}, rows[1:], "\n" +
			"NAME    SEVERITY   OWNER   AGE   TITLE\n" +
			"inc-2   \x1b[31mHigh\x1b[0m               12d   A title that is longer than others\n"},
		"text of others": {screen{}, []row{{"a", "", "東京", "\x1b[31m", "x\ny\u202e"}, {"b", "", "éè", "", "z"}}, `
NAME   SEVERITY   OWNER   AGE        TITLE
a                 東京    \x1b[31m   x\ny\u202e
b                 éè                 z
`},
		"nothing": {screen{}, nil, "\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			(&table[row]{out: &out, screen: test.screen, columns: rowColumns()}).print(test.rows, time.Time{})
			if diff := cmp.Diff(test.want, "\n"+out.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestTableFits draws the same rows on screens of all widths.
func TestTableFits(t *testing.T) {
	for columns := 32; columns < 120; columns++ {
		var out strings.Builder
		table := &table[row]{out: &out, screen: screen{columns: columns}, columns: rowColumns()}
		table.print(rows[:1], time.Time{})
		table.print(rows[1:], time.Time{})
		for line := range strings.Lines(out.String()) {
			if width := widthOf(strings.TrimSuffix(line, "\n")); width > columns {
				t.Errorf("%d of %d columns: %q", width, columns, line)
			}
		}
	}
}

func TestTablePages(t *testing.T) {
	var out strings.Builder
	table := &table[row]{out: &out, columns: rowColumns(), noHeaders: true}
	table.print(nil, time.Time{})
	if out.Len() > 0 {
		t.Errorf("got %q of no rows", out.String())
	}
	table.print(rows[:1], time.Time{})
	table.print(rows[1:], time.Time{})
	want := "a   Low   alice@example.com   5m   Short\ninc-2   High                       12d   A title that is longer than others\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		text  string
		limit int
		want  string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"abcd", 1, "…"}, {"東京都", 6, "東京都"}, {"東京都", 5, "東京…"}, {"東京都", 4, "東…"}, {"e\u0301e\u0301e\u0301", 2, "e\u0301…"}, {"", 0, ""},
	} {
		if got := cut(test.text, test.limit); got != test.want {
			t.Errorf("cut(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}
