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
	"math/rand/v2"
	"testing"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

func TestTrim(t *testing.T) {
	for given, want := range map[string]string{
		"":                            "",
		"a b":                         "a b",
		"  a b\n":                     "a b",
		"\u3000山田　太郎\u3000":           "山田　太郎",
		"\u00a0\t\u2028a\u0085\u2029": "a",
		"\ufeffa\u200b":               "a",
		"\u3164\u2800":                "",
		"\u200d\u00ad\ufe0fa":         "a",
		"\u200d":                      "",
		"می\u200c":                    "می\u200c", // A non-joiner at the end of a Persian word shapes its last letter.
		"\x1b[0m":                     "\x1b[0m",  // Refused by the API, where whoever wrote it learns of it.
	} {
		if got := text.Trim(given); got != want {
			t.Errorf("Trim(%+q) = %+q, want %+q", given, got, want)
		}
	}
}

// Trimming mends ends and nothing else.
func TestTrimMendsTheEndsOfLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	inner := []rune("aé山م\u200c\u00ad \u3000\u00a0👩🏴")
	ends := []rune(" \t\n\u00a0\u3000\u2028\u200b\ufeff\u3164\u2800")
	draw := func(from []rune) string {
		var drawn []rune
		for range random.IntN(6) {
			drawn = append(drawn, from[random.IntN(len(from))])
		}
		return string(drawn)
	}
	for range 20_000 {
		core := draw(inner)
		trimmed := text.Trim(draw(ends) + core + draw(ends))
		if !text.IsLine(trimmed) {
			t.Fatalf("%+q is no line", trimmed)
		}
		if text.IsLine(core) && trimmed != core {
			t.Fatalf("%+q became %+q", core, trimmed)
		}
	}
}

func TestFold(t *testing.T) {
	for about, same := range map[string][]string{
		"letter case":             {"RANSOMWARE", "ransomware"},
		"letter case of Greek":    {"ΟΔΥΣΣΕΥΣ", "οδυσσευς"},
		"a sharp s":               {"STRASSE", "Straße", "strasse"},
		"composition":             {"M\u00fcller", "Mu\u0308ller", "M\u00dcLLER"},
		"composition of Hangul":   {"각", "\u1100\u1161\u11a8"},
		"order of marks":          {"a\u0323\u0302", "a\u0302\u0323", "\u1ead"},
		"the sign of Kelvin":      {"\u212a", "k"},
		"letter case of Cherokee": {"\u13dd", "\uabad"},
		"soft hyphens":            {"Daten\u00adabfluss", "datenabfluss"},
		"an iota below an alpha":  {"\u1fb3", "\u0391\u0345", "\u03b1\u0399"},
	} {
		for _, other := range same[1:] {
			if text.Fold(same[0]) != text.Fold(other) {
				t.Errorf("%s: %+q and %+q differ", about, same[0], other)
			}
		}
	}
	for _, pair := range [][2]string{{"a", "á"}, {"می\u200cشود", "میشود"}, {"a b", "ab"}, {"1", "①"}} {
		if text.Fold(pair[0]) == text.Fold(pair[1]) {
			t.Errorf("%+q and %+q are one", pair[0], pair[1])
		}
	}
}

func TestNormalizeLeavesWhatIsComposed(t *testing.T) {
	for given, want := range map[string]string{"Mu\u0308ller": "M\u00fcller", "M\u00fcller": "M\u00fcller", "①": "①", "ASCII": "ASCII"} {
		if got := text.Normalize(given); got != want {
			t.Errorf("Normalize(%+q) = %+q, want %+q", given, got, want)
		}
	}
}

// Of a folded text nothing is left to fold, whatever it held.
func TestFoldingTwiceIsFoldingOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for r := rune(0); r <= 0x1ffff; r++ { // There is no letter case beyond.
		given := string(r) + string(rune(0x300+random.IntN(0x70))) + string(rune(random.IntN(0x3000)))
		if once := text.Fold(given); text.Fold(once) != once {
			t.Fatalf("%+q folds to %+q and then to %+q", given, once, text.Fold(once))
		}
	}
}
