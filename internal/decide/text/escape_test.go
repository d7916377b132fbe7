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

package text_test

import (
	"testing"
	"unicode"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

func TestEscape(t *testing.T) {
	for about, test := range map[string]struct{ text, want string }{
		"an escape sequence":         {"\x1b[2J", `\x1b[2J`},
		"a line feed and a tab":      {"a\n\tb", `a\n\tb`},
		"a return":                   {"a\r\nb", `a\r\nb`},
		"NUL, BEL and DEL":           {"\x00\a\x7f", `\x00\a\x7f`},
		"the next line and CSI":      {"\u0085\u009b", `\u0085\u009b`},
		"line separators":            {"a\u2028b\u2029", `a\u2028b\u2029`},
		"an override":                {"abc\u202efdp.exe", `abc\u202efdp.exe`},
		"a byte order mark":          {"\ufeffa", `\ufeffa`},
		"text hidden in tags":        {"a\U000e0061", `a\U000e0061`},
		"bytes that are no text":     {"a\xff\xfe\uFFFDb\x1b", `a\xff\xfe` + "\uFFFDb" + `\x1b`},
		"a quote and a backslash":    {`'"\x1b`, `'"\x1b`},
		"Persian with a non-joiner":  {"می\u200cشود", "می\u200cشود"},
		"French with narrow spaces":  {"«\u202fsvc\u202f»\u00a0", "«\u202fsvc\u202f»\u00a0"},
		"Japanese":                   {"本社　東京", "本社　東京"},
		"a family and a pirate":      {"👨\u200d👩\u200d👧 🏴\u200d☠\ufe0f", "👨\u200d👩\u200d👧 🏴\u200d☠\ufe0f"},
		"the flag of Scotland":       {"🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"},
		"an emoji that is too young": {"\U0001faea", "\U0001faea"},
	} {
		t.Run(about, func(t *testing.T) {
			if got := text.Escape(test.text); got != test.want {
				t.Errorf("got %+q, want %+q", got, test.want)
			}
		})
	}
}

func TestEscapeLines(t *testing.T) {
	for given, want := range map[string]string{
		"a\r\n\tb\n":     "a\n\tb\n",
		"a\rb":           `a\rb`,
		"\x1b[31m\nred":  `\x1b[31m` + "\nred",
		"plain":          "plain",
		"a\u2028\u202eb": `a\u2028\u202eb`,
	} {
		if got := text.EscapeLines(given); got != want {
			t.Errorf("EscapeLines(%+q) = %+q, want %+q", given, got, want)
		}
	}
}

// What is escaped can be stored as a name and printed, and what is a line already is not touched.
func TestEscapedTextIsALine(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		given := "a" + string(r) + "b"
		escaped := text.Escape(given)
		if !text.IsLine(escaped) {
			t.Fatalf("%U: %+q is no line", r, escaped)
		}
		if text.IsLine(given) != (escaped == given) {
			t.Fatalf("%U: %+q is escaped to %+q", r, given, escaped)
		}
		if lines := text.EscapeLines(given); !text.IsProse(lines) {
			t.Fatalf("%U: %+q is no prose", r, lines)
		}
	}
	for _, test := range cases(t) {
		if escaped := text.Escape(test.Text); test.Line && escaped != test.Text {
			t.Errorf("%s: %+q is escaped to %+q", test.About, test.Text, escaped)
		}
	}
}
