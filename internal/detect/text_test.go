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
)

func TestEscape(t *testing.T) {
	for name, tc := range map[string]struct{ text, keep, want string }{
		"plain":                 {text: "Süß 勒索軟件", want: "Süß 勒索軟件"},
		"ANSI escape":           {text: "a\x1b[31mb", want: `a\u001b[31mb`},
		"C1 control":            {text: "a\u009bb", want: `a\u009bb`},
		"bidi override":         {text: "a\u202eb", want: `a\u202eb`},
		"bidi isolate":          {text: "a\u2066b", want: `a\u2066b`},
		"line separator":        {text: "a\u2028b", want: `a\u2028b`},
		"line break":            {text: "a\nb", want: `a\u000ab`},
		"line break kept":       {text: "a\nb\r", keep: "\n", want: "a\nb\\u000d"},
		"invalid UTF-8":         {text: "a\xffb\xc3", want: `a\xffb\xc3`},
		"replacement character": {text: "a\uFFFDb\xff", want: "a\uFFFDb\\xff"},
		"zero-width is legal":   {text: "a\u200db", want: "a\u200db"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Escape(tc.text, tc.keep)); diff != "" {
				t.Errorf("Escape (-want +got):\n%s", diff)
			}
		})
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
