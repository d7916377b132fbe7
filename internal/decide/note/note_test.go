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

package note_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/internal/decide/note"
)

const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
)

func lines(line ...string) string { return strings.Join(line, "\n") }

func TestParse(t *testing.T) {
	for name, test := range map[string]struct {
		annotation string
		last       int64
		want       []note.Note
	}{
		"nothing":           {annotation: ""},
		"all were dropped":  {annotation: "7", last: 7},
		"a number as such":  {annotation: "0007", last: 7},
		"the highest there": {annotation: "1000000000000000", last: 1e15},
		"an incident is created": {
			annotation: lines("1", `1 1 "alice@example.com" created "" "" name "" "A \"name\"" verdict "NotSet" "FalsePositive" determination "" ""`),
			last:       1,
			want: []note.Note{{Number: 1, Generation: 1, Users: []string{alice}, Count: 1, Values: []note.Value{
				{Field: note.FieldCreated},
				{Field: note.FieldName, To: `A "name"`},
				{Field: note.FieldVerdict, From: "NotSet", To: "FalsePositive"},
				{Field: note.FieldDetermination},
			}}},
		},
		"an alert is moved": {
			annotation: lines("12", `12 3 "bob@example.com" in "inc-1" "u-1" incidentRef "inc-1" "inc-2" move-reason "" "{\"to\":\"inc-2\"}"`),
			last:       12,
			want: []note.Note{{Number: 12, Generation: 3, Users: []string{bob}, Count: 1, Values: []note.Value{
				{Field: note.FieldIn, From: "inc-1", To: "u-1"},
				{Field: note.FieldIncidentRef, From: "inc-1", To: "inc-2"},
				{Field: note.FieldMoveReason, To: `{"to":"inc-2"}`},
			}}},
		},
		"large values beside small ones, then counted requests": {
			annotation: lines("40",
				`8 5 "alice@example.com" in "inc-1" "" large "" "name tags labels"`,
				`40 21 + 30 "bob@example.com" "a \"+\" 1"`),
			last: 40,
			want: []note.Note{
				{
					Number: 8, Generation: 5, Users: []string{alice}, Count: 1, Large: []string{"name", "tags", "labels"},
					Values: []note.Value{{Field: note.FieldIn, From: "inc-1"}},
				},
				{Number: 40, Generation: 21, Users: []string{bob, `a "+" 1`}, Count: 30, Counted: true},
			},
		},
		"a field of another version": {
			annotation: lines("1", `1 0 "+" mood "red" "blue"`),
			last:       1,
			want:       []note.Note{{Number: 1, Users: []string{"+"}, Count: 1, Values: []note.Value{{Field: "mood", From: "red", To: "blue"}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := note.Parse(test.annotation)
			if err != nil {
				t.Fatal(err)
			}
			if list.Last != test.last {
				t.Errorf("Last is %d, want %d", list.Last, test.last)
			}
			if diff := cmp.Diff(test.want, list.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefusesWhatThePoliciesDoNotWrite(t *testing.T) {
	for name, test := range map[string]struct{ annotation, want string }{
		"no number":                {"x", "line 1: the last number must be a number"},
		"an empty first line":      {"\n" + `1 1 "a" name "" "b"`, "line 1: the last number must be a number"},
		"a sign":                   {"-1", "line 1: the last number must be a number"},
		"a number without end":     {strings.Repeat("1", 19), "line 1: the last number must be a number of 1 to 18 digits"},
		"a line feed at the end":   {"1\n", "line 2: number must be a number"},
		"no number of a note":      {"1\nx", "line 2: number must be a number"},
		"no generation":            {"1\n1", "line 2: generation must be a number"},
		"no user":                  {"1\n1 1", "line 2: user must be a quoted string"},
		"a user without quotes":    {"1\n1 1 alice", "line 2: user must be a quoted string"},
		"another kind of quotes":   {"1\n1 1 `alice` name \"\" \"\"", "line 2: user must be a quoted string"},
		"a user without end":       {"1\n" + `1 1 "alice`, "line 2: user must be a quoted string"},
		"nothing said":             {"1\n" + `1 1 "alice"`, "line 2: a field must follow the user"},
		"a space at the end":       {"1\n" + `1 1 "alice" name "" "b" `, "line 2: a field must be a word"},
		"two spaces":               {"1\n" + `1 1 "alice"  name "" "b"`, "line 2: a field must be a word"},
		"no space":                 {"1\n" + `1 1 "alice"name "" "b"`, "line 2: user must be followed by a space"},
		"a field in quotes":        {"1\n" + `1 1 "alice" "name" "" "b"`, "line 2: a field must be a word"},
		"no values":                {"1\n" + `1 1 "alice" name`, "line 2: value of name before must be a quoted string"},
		"one value":                {"1\n" + `1 1 "alice" name ""`, "line 2: value of name before must be followed by the value after"},
		"a value that is no text":  {"1\n" + `1 1 "alice" name "" 7`, "line 2: value of name after must be a quoted string"},
		"an escape of JSON":        {"1\n" + `1 1 "alice" name "" "\/"`, "line 2: value of name after must be a quoted string"},
		"a bad second line":        {"2\n" + `1 1 "a" name "" "b"` + "\nx", "line 3: number must be a number"},
		"numbers that stand still": {"2\n" + `1 1 "a" name "" "b"` + "\n" + `1 1 "a" name "" "b"`, "line 3: number must be above 1 and at most 2"},
		"a number above the last":  {"1\n" + `2 1 "a" name "" "b"`, "line 2: number must be above 0 and at most 1"},
		"the number 0":             {"1\n" + `0 1 "a" name "" "b"`, "line 2: number must be above 0 and at most 1"},
		"no count":                 {"1\n" + `1 1 + "a"`, "line 2: count must be a number of 1 or more"},
		"the count 0":              {"1\n" + `1 1 + 0 "a"`, "line 2: count must be a number of 1 or more"},
		"a count of nobody":        {"1\n" + `1 1 + 2`, "line 2: user must be a quoted string"},
		"a count without end":      {"1\n" + `1 1 + 2 "a" `, "line 2: user must be a quoted string"},
		"a count of nine":          {"1\n1 1 + 9" + strings.Repeat(` "a"`, 9), "line 2: users must be at most 8, are 9"},
		"a value beside large":     {"1\n" + `1 1 "a" large "x" "name"`, "line 2: large must come last and name fields"},
		"large without fields":     {"1\n" + `1 1 "a" large "" " "`, "line 2: large must come last and name fields"},
		"large before a field":     {"1\n" + `1 1 "a" large "" "name" tags "" "a"`, "line 2: large must come last and name fields"},
		"more than can be":         {"1" + strings.Repeat("\n", 256*1024), "notes must be at most 262144 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := note.Parse(test.annotation)
			if err == nil {
				t.Fatalf("accepted as %v", list)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %q does not say %q", err, test.want)
			}
			if list.Last != 0 || list.Notes != nil {
				t.Errorf("returned %v beside the error", list)
			}
		})
	}
}

func TestValue(t *testing.T) {
	list, err := note.Parse(lines("1", `1 1 "a" name "x" "" state "Active" "Resolved" note "" "" large "" "tags"`))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]note.Value{
		note.FieldName:       {Field: "name", From: "x"},
		note.FieldState:      {Field: "state", From: "Active", To: "Resolved"},
		note.FieldResolution: {Field: "note"},
	} {
		if got, ok := list.Notes[0].Value(field); !ok || got != want {
			t.Errorf("Value(%q) = %v, %t, want %v", field, got, ok, want)
		}
	}
	for _, field := range []string{note.FieldTags, note.FieldAssignee, "large", ""} {
		if got, ok := list.Notes[0].Value(field); ok {
			t.Errorf("Value(%q) = %v, want none", field, got)
		}
	}
}

func TestAfterAndDrop(t *testing.T) {
	three, five, nine := `3 1 "a" name "" "\a\b"`, `5 2 "b" name "" "日本"`, `9 3 + 4 "a" "b"`
	annotation := lines("009", three, five, nine)
	list, err := note.Parse(annotation)
	if err != nil {
		t.Fatal(err)
	}
	for number, want := range map[int64]struct {
		after   []int64
		dropped string
	}{
		-1: {[]int64{3, 5, 9}, annotation},
		0:  {[]int64{3, 5, 9}, annotation},
		2:  {[]int64{3, 5, 9}, annotation},
		3:  {[]int64{5, 9}, lines("009", five, nine)},
		4:  {[]int64{5, 9}, lines("009", five, nine)},
		5:  {[]int64{9}, lines("009", nine)},
		8:  {[]int64{9}, lines("009", nine)},
		9:  {nil, "009"},
		99: {nil, "009"},
	} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			var after []int64
			for _, n := range list.After(number) {
				after = append(after, n.Number)
			}
			if diff := cmp.Diff(want.after, after); diff != "" {
				t.Errorf("After (-want +got):\n%s", diff)
			}
			if got := list.Drop(number); got != want.dropped {
				t.Errorf("Drop is %q, want %q", got, want.dropped)
			}
			if got := list.Drop(0); got != annotation {
				t.Errorf("a drop changed the list: it is %q", got)
			}
		})
	}
	if got := (note.List{}).Drop(1); got != "" {
		t.Errorf("Drop of an empty list is %q", got)
	}
}

func TestTells(t *testing.T) {
	list, err := note.Parse(lines("3", `2 2 "bob@example.com" assignee "" "x"`, `3 3 "bob@example.com" severity "" "Low"`))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]bool{note.FieldAssignee: true, note.FieldSeverity: true, note.FieldState: false} {
		if list.Tells(field) != want {
			t.Errorf("%s: got %t", field, !want)
		}
	}
}
