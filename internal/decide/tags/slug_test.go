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

package tags_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// slug is the key without its prefix, which every case would repeat.
func slug(tag string) string {
	return strings.TrimPrefix(tags.LabelKey(tag), v1alpha1.TagLabelPrefix)
}

func TestLabelKeyOfAValidName(t *testing.T) {
	for tag, want := range map[string]string{
		"ransomware":                        "ransomware",
		"Ransomware":                        "ransomware",
		"CVE-2021-44228":                    "cve-2021-44228",
		"a":                                 "a",
		"7":                                 "7",
		"a_b.c-d":                           "a_b.c-d",
		"0123456789":                        "0123456789",
		"x-012345678":                       "x-012345678",
		"x-0123456789a":                     "x-0123456789a",
		"x_0123456789":                      "x_0123456789",
		"x-012345678g":                      "x-012345678g",
		strings.Repeat("a", 63):             strings.Repeat("a", 63),
		strings.Repeat("Ab", 31):            strings.Repeat("ab", 31),
		"tag":                               "tag",
		"a" + strings.Repeat("-", 61) + "b": "a" + strings.Repeat("-", 61) + "b",
	} {
		t.Run(tag, func(t *testing.T) {
			if got := slug(tag); got != want {
				t.Errorf("slug of %q = %q, want %q", tag, got, want)
			}
		})
	}
}

// The hashes are stated, not computed: labels outlive a release, so a changed hash would lose every filter in use.
func TestLabelKeyOfAnythingElse(t *testing.T) {
	for tag, want := range map[string]string{
		"Crown Jewels: HR 2026":  "crown-jewels-hr-2026-7ee847ce30",
		"勒索軟件":                   "tag-1acf2ee718",
		"🔥":                      "tag-ed8d830565",
		"Café":                   "caf-850f7dc439",
		"Cafe\u0301":             "caf-850f7dc439",
		"-leading":               "leading-58a376dfef",
		"trailing.":              "trailing-44c12a4e43",
		"_":                      "tag-d2e2adf717",
		"a/b":                    "a-b-c14cddc033",
		"x-0123456789":           "x-0123456789-a3fc88ed89",
		"X-ABCDEF0123":           "x-abcdef0123-9befac0ce5",
		strings.Repeat("a", 64):  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-ffe054fe7a",
		strings.Repeat("a", 128): "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-6836cf13ba",
		strings.Repeat("a", 51) + " . " + strings.Repeat("b", 20): "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-9fb35bd764",
		strings.Repeat("勒", 128):                                  "tag-a141776053",
	} {
		t.Run(tag, func(t *testing.T) {
			if got := slug(tag); got != want {
				t.Errorf("slug of %q = %q, want %q", tag, got, want)
			}
		})
	}
}

func TestLabelKeyIgnoresASCIICaseOnly(t *testing.T) {
	same := [][2]string{
		{"Ransomware", "rANSOMWARE"},
		{"Crown Jewels: HR", "crown jewels: hr"},
		{"勒索 A", "勒索 a"},
	}
	for _, pair := range same {
		if a, b := slug(pair[0]), slug(pair[1]); a != b {
			t.Errorf("%q and %q differ in ASCII case only, but have the slugs %q and %q", pair[0], pair[1], a, b)
		}
	}
	// The API takes these for different tags: it folds ASCII only. ſ is the long s, ı the dotless i.
	different := [][2]string{
		{"É", "é"},
		{"STRASSE", "straße"},
		{"s", "ſ"},
		{"i", "ı"},
		{"I", "İ"},
		{"\u00c9", "e\u0301"},
		{"a b", "a  b"},
		{"a b", "a\u00a0b"},
		{"a", "a "},
		{"a/b", "a:b"},
		{"a-b", "a b"},
		{"🔥", "💧"},
		{"勒索", "勒索軟件"},
		{"tag", "🔥"},
		{strings.Repeat("a", 64), strings.Repeat("a", 65)},
	}
	for _, pair := range different {
		if a, b := slug(pair[0]), slug(pair[1]); a == b {
			t.Errorf("%q and %q are different tags, but share the slug %q", pair[0], pair[1], a)
		}
	}
}

// Unicode has several ways to write one text: an accent in its letter or behind it, syllables of Hangul by their letters,
// the sign of Kelvin. Whoever reads cannot tell which was typed.
func TestLabelKeyIgnoresComposition(t *testing.T) {
	for _, same := range [][]string{
		{"M\u00fcller", "Mu\u0308ller", "m\u00fcLLER", "mu\u0308LLER"},
		{"\u1ead", "a\u0323\u0302", "a\u0302\u0323"},
		{"\uac01", "\u1100\u1161\u11a8"},
		{"kelvin", "\u212aelvin"},
	} {
		for _, other := range same[1:] {
			if a, b := slug(same[0]), slug(other); a != b {
				t.Errorf("%+q and %+q are one tag, but have the slugs %q and %q", same[0], other, a, b)
			}
		}
	}
}

// Each tag is named like the label that the tag before it was given, so that a chain of them would collapse into one
// label if what ends like a hash were ever taken as it is.
func TestLabelKeyOfAnotherTagsSlug(t *testing.T) {
	seen := map[string]string{}
	tag := "Crown Jewels: HR 2026"
	for range 50 {
		key := slug(tag)
		if other, taken := seen[key]; taken {
			t.Fatalf("%q and %q share the slug %q", tag, other, key)
		}
		seen[key] = tag
		tag = key
	}
}

func TestLabelKeyProperties(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) // a fixed seed: a failure must repeat
	seen := map[string]string{}
	for range 50_000 {
		tag := randomTag(random)
		checkKey(t, tag)
		// A tag that looks like another's label is where a collision would come from.
		for _, candidate := range []string{tag, slug(tag), strings.ToUpper(slug(tag))} {
			folded, key := lower(candidate), slug(candidate)
			if other, taken := seen[key]; taken && other != folded {
				t.Fatalf("%q and %q share the slug %q", folded, other, key)
			}
			seen[key] = folded
		}
	}
}

func FuzzLabelKey(f *testing.F) {
	for _, seed := range []string{
		"Ransomware", "Crown Jewels: HR 2026", "勒索軟件", "🔥", "x-0123456789", "tag-0123456789", "\xff", strings.Repeat("a-", 64),
	} {
		f.Add(seed)
	}
	f.Fuzz(checkKey)
}

var validLabelName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$`)

// checkKey holds for every tag that there is, whatever its bytes.
func checkKey(t *testing.T, tag string) {
	t.Helper()
	key := tags.LabelKey(tag)
	if faults := validation.IsQualifiedName(key); len(faults) > 0 {
		t.Fatalf("the label of %q is %q, which is no label key: %v", tag, key, faults)
	}
	if name := slug(tag); !validLabelName.MatchString(name) || len(name) > 63 {
		t.Fatalf("the slug of %q is %q", tag, name)
	}
	if again := tags.LabelKey(lower(tag)); again != key {
		t.Fatalf("the label of %q is %q, but %q in lower case", tag, key, again)
	}
	// Names that need no hash are their own slugs, so they are stable under any number of round trips.
	if name := slug(tag); name == lower(tag) && slug(name) != name {
		t.Fatalf("%q is its own slug, but the slug of that is %q", name, slug(name))
	}
}

// lower is the composed tag in lower case. It is written apart from the package's own, letter by letter.
func lower(tag string) string {
	tag = norm.NFC.String(tag)
	for letter := 'A'; letter <= 'Z'; letter++ {
		tag = strings.ReplaceAll(tag, string(letter), string(letter+32))
	}
	return tag
}

// randomTag prefers what a slug must be careful with: separators, hex digits, hash-like ends and the lengths near bounds.
func randomTag(random *rand.Rand) string {
	alphabets := []string{"abcdef0123456789-", "aAbBzZ09-_.", "aZ -/:,", "勒索軟件🔥é\u0301ß", "\u00a0\u200b\u2028aB-"}
	alphabet := []rune(alphabets[random.IntN(len(alphabets))])
	lengths := []int{1, 2, 10, 11, 12, 51, 52, 53, 62, 63, 64, 128, 1 + random.IntN(128)}
	var tag strings.Builder
	for range lengths[random.IntN(len(lengths))] {
		tag.WriteRune(alphabet[random.IntN(len(alphabet))])
	}
	if random.IntN(4) == 0 {
		tag.WriteString("-0123456789")
	}
	return tag.String()
}
