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
	"strings"
	"testing"
)

func TestASCII(t *testing.T) {
	var out strings.Builder
	const text = "a: x → y… 東 é “q”\n"
	n, err := (&Output{Writer: &out, ASCII: true}).Write([]byte(text))
	if want := "a: x -> y~ \\u6771 \\u00e9 \"q\"\n"; out.String() != want || n != len(text) || err != nil {
		t.Errorf("got %q, %d, %v", out.String(), n, err)
	}
}

func TestLocales(t *testing.T) {
	for locale, want := range map[string]bool{"": true, "C": false, "POSIX": false, "C.UTF-8": true, "de_DE.utf8": true, "de_DE.ISO-8859-1": false} {
		if got := isUTF8(locale); got != want {
			t.Errorf("%q: got %t", locale, got)
		}
	}
}

func TestNoBarOnADumbTerminal(t *testing.T) {
	t.Setenv("TERM", "dumb")
	var out strings.Builder
	bar := NewBar(&out, true)
	bar.Show("inc-1", 1, 2)
	bar.End()
	if out.Len() > 0 {
		t.Errorf("got %q", out.String())
	}
}

func TestInPlace(t *testing.T) {
	if got := InPlace("a\nb\n"); got != "\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J" {
		t.Errorf("got %q", got)
	}
}
