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

package input

import (
	"strings"
	"testing"

	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

func TestName(t *testing.T) {
	for typed, want := range map[string]string{
		"x":                                   "x",
		"incident/x":                          "x",
		"inc/x":                               "x",
		"Incidents/x":                         "x",
		"incident.incidentoperator.dev/x":     "x",
		"incidents.incidentoperator.dev/x":    "x",
		"inc.v1alpha1.incidentoperator.dev/x": "x",
		"x.incidents.incidentoperator.dev":    "x",
		"x.y":                                 "x.y",
		"":                                    "!the name of the incident is empty",
		"incident/":                           "!the name of the incident is empty",
		"alert/x":                             "!alert/x is not an incident",
		"incident.example.com/x":              "!incident.example.com/x is not an incident",
		"soc/x":                               "!soc/x is not an incident",
	} {
		got, err := Name(Incident, typed)
		if problem, bad := strings.CutPrefix(want, "!"); bad {
			if err == nil || err.Error() != problem {
				t.Errorf("%q: got %q, %v", typed, got, err)
			}
		} else if got != want || err != nil {
			t.Errorf("%q: got %q, %v", typed, got, err)
		}
	}
	if name, err := Name(Alert, "al/x"); name != "x" || err != nil {
		t.Errorf("got %q, %v", name, err)
	}
	if _, err := Names(Alert, []string{"x", "inc/y"}); err == nil {
		t.Error("an incident passes for an alert")
	}
}

func TestNearest(t *testing.T) {
	known := map[string]bool{"bob@example.com": true, "alice@example.com": true, "soc-leads": true}
	for word, want := range map[string]string{
		"bbo@example.com":  "bob@example.com",
		"Bob@Example.com":  "bob@example.com",
		"soc-lead":         "soc-leads",
		"":                 "",
		"x":                "",
		"zebra":            "",
		"alice@example.co": "alice@example.com",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

func TestCheckArguments(t *testing.T) {
	if err := CheckArguments([]string{"assign", "müller"}); err != nil {
		t.Error(err)
	}
	if err := CheckArguments([]string{"assign", "m\xfcller"}); err == nil || err.Error() != `argument 2, "m\xfcller", is not valid UTF-8` {
		t.Error(err)
	}
}

func TestTags(t *testing.T) {
	for text, want := range map[string][]string{
		"a":                      {"a"},
		" a , b c":               {"a", "b c"},
		`"a,b",c`:                {"a,b", "c"},
		`say "hi",x`:             {`say "hi"`, "x"},
		"":                       nil,
		" ":                      nil,
		"a,":                     nil,
		"a\nb":                   nil,
		strings.Repeat("t", 129): nil,
	} {
		got, err := Tags(text)
		if strings.Join(got, "|") != strings.Join(want, "|") || (err == nil) != (want != nil) {
			t.Errorf("%q gives %q, %v", text, got, err)
		}
	}
}

// TestTagsAreReadBack has tags that are joined, whatever is in them.
func TestTagsAreReadBack(t *testing.T) {
	for _, named := range [][]string{
		{"a"}, {"a", "b c"}, {"a,b", "c"}, {`say "hi"`, "x"}, {`"quoted"`, `"`, `,`, `a"b,c`},
	} {
		got, err := Tags(tags.Join(named))
		if err != nil || strings.Join(got, "|") != strings.Join(named, "|") {
			t.Errorf("%q: %s gives %q, %v", named, tags.Join(named), got, err)
		}
	}
}

// TestTagsFlag reads each value as the argument of tag is read, and knows what is not there.
func TestTagsFlag(t *testing.T) {
	var all []string
	flag := NewTags(&all)
	for _, value := range []string{`a,"b,c"`, `say "hi"`, ""} {
		if err := flag.Set(value); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(all, "|") != `a|b,c|say "hi"|` {
		t.Errorf("got %q", all)
	}
	if err := flag.Set("a,,b"); err == nil {
		t.Error("an empty tag is taken")
	}
	if err := flag.Replace([]string{"x"}); err != nil || flag.String() != "x" || len(flag.GetSlice()) != 1 {
		t.Errorf("got %s, %v", flag, err)
	}
}
