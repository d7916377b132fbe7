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

package terminal

import (
	"errors"
	"strings"
	"testing"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"plain \u00e9\u4e2d\U0001f600": "plain \u00e9\u4e2d\U0001f600",
		"\x1b[2J":                      `\x1b[2J`,
		"a\nb\tc\r":                    `a\nb\tc\r`,
		"\u202e\u2066\u200f\ufeff":     `\u202e\u2066\u200f\ufeff`,
		"\u2028\u0085\u009b\x7f\x00":   `\u2028\u0085\u009b\x7f\x00`,
		"\xff":                         `\xff`,
	} {
		if got := Escape(text); got != want {
			t.Errorf("Escape(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestRowsOfWideCharacters(t *testing.T) {
	got := strings.Join(AlignRows([][]string{{"NAME", "TEXT"}, {"中文", "e\u0301\x1b"}, {"a", "b", "c"}}), "\n")
	if want := "NAME   TEXT\n中文   e\u0301\\x1b\na      b   c"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestErrorsOfSeveralLines(t *testing.T) {
	var out strings.Builder
	PrintError(&out, "kubectl-incident", errors.Join(errors.New("one \x1b[31m"), errors.New("two\r\nthree")))
	if want := "kubectl-incident: one \\x1b[31m\n  two\n  three\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
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
		if got := Cut(test.text, test.limit); got != test.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
		}
	}
}
