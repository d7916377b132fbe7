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

package query

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSavedRoundTrip(t *testing.T) {
	text := `{"queries":{"mine":{"mine":true},"severe":{"min-severity":"High","tag":["a, b","c"],"search":"7","state":[]}}}`
	var saved Saved
	if err := json.Unmarshal([]byte(text), &saved); err != nil {
		t.Fatal(err)
	}
	want := Saved{Queries: map[string]Query{
		"mine":   {"mine": {"true"}},
		"severe": {"min-severity": {"High"}, "tag": {"a, b", "c"}, "search": {"7"}, "state": {}},
	}}
	if diff := cmp.Diff(want, saved); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	encoded, err := json.Marshal(saved)
	if err != nil {
		t.Fatal(err)
	}
	var again Saved
	if err := json.Unmarshal(encoded, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("decoded again (-want +got):\n%s", diff)
	}
}

func TestValues(t *testing.T) {
	for text, want := range map[string]Values{
		`"a"`: {"a"}, `true`: {"true"}, `false`: {"false"}, `7`: {"7"}, `["a",true,2]`: {"a", "true", "2"}, `[]`: {},
		`{}`: nil, `null`: nil, `[[]]`: nil, `[{}]`: nil, `[null]`: nil, `1`: {"1"},
	} {
		var values Values
		err := json.Unmarshal([]byte(text), &values)
		if want == nil && text != "null" {
			if err == nil {
				t.Errorf("%s: no error", text)
			}
			continue
		}
		if diff := cmp.Diff(want, values); text != "null" && diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestSavedValidate(t *testing.T) {
	tests := map[string]struct {
		saved Saved
		want  string
	}{
		"nothing":       {Saved{}, ""},
		"good":          {Saved{Queries: map[string]Query{"a-1": {"tag": {"x"}}}}, ""},
		"empty name":    {Saved{Queries: map[string]Query{"": {}}}, `is ""`},
		"capitals":      {Saved{Queries: map[string]Query{"Mine": {}}}, `is "Mine"`},
		"a path":        {Saved{Queries: map[string]Query{"../x": {}}}, `is "../x"`},
		"long name":     {Saved{Queries: map[string]Query{strings.Repeat("a", 64): {}}}, `the name of a query`},
		"unknown field": {Saved{Queries: map[string]Query{"a": {"tagg": {"x"}}}}, `query a: unknown field "tagg"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := test.saved.Validate([]string{"tag"})
			if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestSavedChanges(t *testing.T) {
	first := Saved{}.With("b", Query{"tag": {"x"}})
	second := first.With("a", Query{"mine": {"true"}}).With("b", Query{"tag": {"y"}})
	if diff := cmp.Diff([]string{"a", "b"}, second.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(Query{"tag": {"x"}}, first.Queries["b"]); diff != "" {
		t.Errorf("the first was changed (-want +got):\n%s", diff)
	}
	if _, err := second.Without("a").Get("a"); err == nil || err.Error() != `there is no query "a": there are b` {
		t.Errorf("a deleted query: got %v", err)
	}
	if _, err := (Saved{}).Get("a"); err == nil || !strings.Contains(err.Error(), "none is saved") {
		t.Errorf("no queries: got %v", err)
	}
}

func TestQueryString(t *testing.T) {
	tests := map[string]Query{
		"":                                       {},
		"--all --tag='Crown Jewels' --tag=VIP":   {"tag": {"Crown Jewels", "VIP"}, "all": {"true"}},
		`--search='it'\''s $HOME'`:               {"search": {"it's $HOME"}},
		"--assignee=bob@example.com --search=''": {"assignee": {"bob@example.com"}, "search": {""}},
		"--mine=false":                           {"mine": {"false"}},
	}
	for want, query := range tests {
		if got := query.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
