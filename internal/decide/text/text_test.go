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
	"os"
	"testing"
	"unicode"

	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// textCase is one entry of testdata/texts.yaml, which test/api runs through the API server too.
type textCase struct {
	About string `json:"about"`
	Text  string `json:"text"`
	Line  bool   `json:"line"`
	Prose bool   `json:"prose"`
}

func cases(t *testing.T) []textCase {
	t.Helper()
	content, err := os.ReadFile("testdata/texts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []textCase
	if err := yaml.UnmarshalStrict(content, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("there are no cases")
	}
	return all
}

func TestLinesAndProse(t *testing.T) {
	for _, test := range cases(t) {
		t.Run(test.About, func(t *testing.T) {
			if got := text.IsLine(test.Text); got != test.Line {
				t.Errorf("IsLine(%+q) = %t", test.Text, got)
			}
			if got := text.IsProse(test.Text); got != test.Prose {
				t.Errorf("IsProse(%+q) = %t", test.Text, got)
			}
		})
	}
}

func TestBytesThatAreNoTextAreNeither(t *testing.T) {
	if broken := "a\xffb"; text.IsLine(broken) || text.IsProse(broken) {
		t.Errorf("%q passes for text", broken)
	}
}

// Whatever Unicode calls a letter, mark, number, sign or space between words is text, but for the few that cannot be seen.
func TestEveryVisibleCharacterIsText(t *testing.T) {
	invisible := map[rune]bool{0x115f: true, 0x1160: true, 0x2800: true, 0x3164: true, 0xffa0: true, 0x1d159: true}
	visible := []*unicode.RangeTable{unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, visible...) {
			continue
		}
		if got, want := text.IsLine("a"+string(r)+"b"), !invisible[r]; got != want {
			t.Errorf("%U: a line is %t", r, got)
		}
		if !text.IsProse(string(r)) {
			t.Errorf("%U: is no prose", r)
		}
	}
}
