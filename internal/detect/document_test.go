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

package detect

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDocuments(t *testing.T) {
	one, two := Object{"a": json.Number("1")}, Object{"b": json.Number("2")}
	for name, tc := range map[string]struct {
		body string
		want []any
	}{
		"one":                                 {body: ` {"a":1} `, want: []any{one}},
		"lines":                               {body: "{\"a\":1}\n{\"b\":2}\r\n\n", want: []any{one, two}},
		"without line breaks":                 {body: `{"a":1}{"b":2}`, want: []any{one, two}},
		"a byte order mark":                   {body: "\uFEFF{\"a\":1}", want: []any{one}},
		"a broken line in the middle":         {body: "{\"a\":1}\n{\"x\":\n{\"b\":2}", want: []any{one, "must be JSON", two}},
		"a broken line at the beginning":      {body: "{,}\n{\"b\":2}", want: []any{"must be JSON", two}},
		"a broken document of many lines":     {body: "{\n  \"a\": [\n    {,\n    }\n  ]\n}", want: []any{"must be JSON"}},
		"text":                                {body: "hello\nworld", want: []any{"must be JSON"}},
		"it ends too early":                   {body: `{"a":`, want: []any{"must be JSON"}},
		"a huge number":                       {body: `{"a":1` + strings.Repeat("0", 400) + `}`, want: []any{Object{"a": json.Number("1" + strings.Repeat("0", 400))}}},
		"invalid UTF-8":                       {body: "{\"a\":\"x\xff\"}", want: []any{Object{"a": `x\xff`}}},
		"half a surrogate pair":               {body: `{"a":"\ud800"}`, want: []any{Object{"a": "\uFFFD"}}},
		"null":                                {body: `null`, want: []any{nil}},
		"keys differ by case":                 {body: `{"a":1,"A":2}`, want: []any{Object{"a": json.Number("1"), "A": json.Number("2")}}},
		"nested as deep as may be":            {body: nested(maxDepth), want: []any{deep(maxDepth)}},
		"nested deeper":                       {body: nested(maxDepth + 1), want: []any{"must not nest deeper"}},
		"a bomb of depth":                     {body: strings.Repeat("[", 1_000_000), want: []any{"must not nest deeper"}},
		"a bomb of depth that ends in a line": {body: strings.Repeat("[", 1_000_000) + "\n{\"b\":2}", want: []any{"must not nest deeper", two}},
		"more values than may be":             {body: "[" + strings.Repeat("0,", maxValues) + "0]", want: []any{"must not hold more than"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []any
			for _, document := range (&parser{}).documents([]byte(tc.body), 10) {
				if document.err != nil {
					got = append(got, document.err.Error())
				} else {
					got = append(got, document.value)
				}
			}
			if len(got) != len(tc.want) {
				t.Fatalf("got %d documents, want %d: %.200v", len(got), len(tc.want), got)
			}
			for i, want := range tc.want {
				message, isError := want.(string)
				if text, _ := got[i].(string); isError && strings.HasPrefix(text, message) || isError && strings.Contains(text, message) {
					continue
				}
				// Not cmp.Diff: its time doubles with each level.
				if !reflect.DeepEqual(want, got[i]) {
					t.Errorf("document %d is %v, want %v", i, got[i], want)
				}
			}
		})
	}
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func deep(depth int) any {
	var value any = []any{}
	for range depth - 1 {
		value = []any{value}
	}
	return value
}

func TestDocumentsStopAtTheLimit(t *testing.T) {
	got := (&parser{}).documents([]byte("{}{}{}{}"), 2)
	if len(got) != 3 || got[2].err == nil {
		t.Errorf("got %d documents, want two and a refusal of the rest", len(got))
	}
}

func TestDuplicateKeysCount(t *testing.T) {
	p := &parser{}
	got := p.documents([]byte(`{"a":1,"a":2,"b":{"c":1,"c":1}}`), 1)
	if diff := cmp.Diff(Object{"a": json.Number("2"), "b": Object{"c": json.Number("1")}}, got[0].value); diff != "" {
		t.Errorf("value (-want +got):\n%s", diff)
	}
	if p.duplicates != 2 {
		t.Errorf("counted %d duplicates, want 2", p.duplicates)
	}
}

func TestLookup(t *testing.T) {
	o := Object{
		"rule": Object{"id": json.Number("5501"), "a.b": Object{"c": "deep"}}, "k8s.ns.name": "shop", "flag": true, "none": nil,
		"list": []any{json.Number("1"), "two"},
	}
	for path, want := range map[string]string{
		"rule.id": "5501", "rule.a.b.c": "deep", "k8s.ns.name": "shop", "flag": "true", "none": "", "list": `[1,"two"]`,
		"rule.": "", ".": "", "": "", "rule.id.x": "", "missing.id": "", "rule": `{"a.b":{"c":"deep"},"id":5501}`,
	} {
		if diff := cmp.Diff(want, o.Lookup(path)); diff != "" {
			t.Errorf("Lookup(%q) (-want +got):\n%s", path, diff)
		}
	}
}

func TestEmbedded(t *testing.T) {
	for text, want := range map[string]any{
		`{"a":"b"}`: Object{"a": "b"}, `["T1059"]`: []any{"T1059"}, `plain text`: `plain text`, `{"a"`: `{"a"`, ``: ``, `{}{}`: `{}{}`,
	} {
		if diff := cmp.Diff(want, Embedded(text)); diff != "" {
			t.Errorf("Embedded(%q) (-want +got):\n%s", text, diff)
		}
	}
	if diff := cmp.Diff(any(Object{"a": "b"}), Embedded(Object{"a": "b"})); diff != "" {
		t.Errorf("Embedded of an object (-want +got):\n%s", diff)
	}
}
