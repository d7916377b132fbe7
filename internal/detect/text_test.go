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
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	apitext "github.com/incident-operator/incident-operator/internal/decide/text"
)

func TestEscape(t *testing.T) {
	for name, tc := range map[string]struct {
		text  string
		lines bool
		want  string
	}{
		"plain":                 {text: "Süß 勒索軟件", want: "Süß 勒索軟件"},
		"ANSI escape":           {text: "a\x1b[31mb", want: `a\x1b[31mb`},
		"C1 control":            {text: "a\u009bb", want: `a\u009bb`},
		"bidi override":         {text: "a\u202eb", want: `a\u202eb`},
		"bidi isolate":          {text: "a\u2066b", want: `a\u2066b`},
		"line separator":        {text: "a\u2028b", want: `a\u2028b`},
		"line break":            {text: "a\nb", want: `a\nb`},
		"line break kept":       {text: "a\nb\r", lines: true, want: "a\nb\\r"},
		"invalid UTF-8":         {text: "a\xffb\xc3", want: `a\xffb\xc3`},
		"replacement character": {text: "a\uFFFDb\xff", want: "a\uFFFDb\\xff"},
		"a joiner is legal":     {text: "a\u200db", want: "a\u200db"},
		"what cannot be seen":   {text: "a\u200bb", want: `a\u200bb`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Escape(tc.text, tc.lines)); diff != "" {
				t.Errorf("Escape (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALineIsWhatTheAPITakes(t *testing.T) {
	for text, want := range map[string]string{
		"\ta\u2003":                "a",
		"\u200da":                  `\u200da`,
		"\u00ada":                  `\u00ada`,
		"a\u200b\u3164b":           `a\u200b\u3164b`,
		"🏴":                        "🏴",
		"abcdefghijklmnopqrs":      "abcdefghijklmnopqrs",
		"\u200dbcdefghijklmnopqrs": `\u200dbcdefghijklmn…`,
		"abcdefghijklmnopqrstu":    "abcdefghijklmnopqrs…",
	} {
		got := asLine(text, 20)
		if diff := cmp.Diff(want, got); diff != "" || !apitext.IsLine(got) {
			t.Errorf("asLine(%q) (-want +got):\n%s", text, diff)
		}
	}
}

func TestCut(t *testing.T) {
	for name, tc := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"fits":         {text: "勒索軟件", limit: 4, want: "勒索軟件"},
		"one too long": {text: "勒索軟件", limit: 3, want: "勒索…"},
		"empty":        {text: "", limit: 3, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Cut(tc.text, tc.limit)); diff != "" {
				t.Errorf("Cut (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{
		"Mimikatz credential theft tool":              "mimikatz-credential-theft-tool",
		"'Kekeo' malware was detected":                "kekeo-malware-was-detected",
		"Multiple dual-purpose tools were dropped on": "multiple-dual-purpose-tools-were-dropped",
		strings.Repeat("a", 60):                       strings.Repeat("a", 40),
		"勒索軟件":                                        "",
	} {
		if diff := cmp.Diff(want, Slug(title, 40)); diff != "" {
			t.Errorf("Slug(%q) (-want +got):\n%s", title, diff)
		}
	}
}
