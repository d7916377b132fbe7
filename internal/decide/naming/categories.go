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

package naming

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// killChain holds the ATT&CK tactics in the order in which an attack passes through them.
var killChain = []string{
	"Reconnaissance",
	"ResourceDevelopment",
	"InitialAccess",
	"Execution",
	"Persistence",
	"PrivilegeEscalation",
	"DefenseEvasion",
	"CredentialAccess",
	"Discovery",
	"LateralMovement",
	"Collection",
	"CommandAndControl",
	"Exfiltration",
	"Impact",
}

// Tactics returns the ATT&CK tactics in kill-chain order, as categories of alerts name them.
func Tactics() []string { return slices.Clone(killChain) }

// SortCategories returns the categories in a new slice: ATT&CK tactics in kill-chain order, then the others by name.
func SortCategories(categories []string) []string {
	return slices.SortedFunc(slices.Values(categories), func(a, b string) int {
		return cmp.Or(cmp.Compare(stage(a), stage(b)), cmp.Compare(a, b))
	})
}

// Sentence writes a category in sentence case: "CommandAndControl" becomes "Command and control". Acronyms and words
// with a digit keep their capitals, as in "DNS tunneling".
func Sentence(category string) string {
	parts := words(category)
	for i := 1; i < len(parts); i++ {
		if !isAcronym(parts[i]) {
			parts[i] = strings.ToLower(parts[i])
		}
	}
	return strings.Join(parts, " ")
}

// words splits UpperCamelCase before each capital that begins a word: after anything but a capital, and at the last
// capital of an acronym where a small letter follows it.
func words(s string) []string {
	var parts []string
	letters, start := []rune(s), 0
	for i := 1; i < len(letters); i++ {
		afterWord := !unicode.IsUpper(letters[i-1])
		beforeWord := i+1 < len(letters) && unicode.IsLower(letters[i+1])
		if unicode.IsUpper(letters[i]) && (afterWord || beforeWord) {
			parts = append(parts, string(letters[start:i]))
			start = i
		}
	}
	return append(parts, string(letters[start:]))
}

// isAcronym tells DNS and C2 from ordinary words and from a lone article or letter.
func isAcronym(word string) bool {
	return len(word) > 1 && word == strings.ToUpper(word)
}

// distinct returns the categories that count, each once and in order. There is always one.
func distinct(categories []string) []string {
	known := make([]string, 0, len(categories)+1)
	for _, c := range categories {
		known = append(known, cmp.Or(c, UnknownCategory))
	}
	if len(known) == 0 {
		known = append(known, UnknownCategory)
	}
	return slices.Compact(SortCategories(known))
}

// stage is the place of a tactic in the kill chain; what is no tactic comes after all of them.
func stage(category string) int {
	if i := slices.Index(killChain, category); i >= 0 {
		return i
	}
	return len(killChain)
}

func isTactic(category string) bool {
	return stage(category) < len(killChain)
}

func isRansomware(category string) bool {
	return strings.EqualFold(category, ransomware)
}
