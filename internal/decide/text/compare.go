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

package text

import (
	"regexp"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const softHyphen = "\u00ad"

const blank = `\s\x0B\x{85}\p{Z}` + fillers

var (
	blankStart = regexp.MustCompile(`^[` + blank + attached + `]+`)
	blankEnd   = regexp.MustCompile(`[` + blank + `]+$`)
)

// Trim takes away what a line must not begin or end with: white space, line breaks and blanks that look like nothing at
// both ends, and at its beginning also joiners and the like, which have nothing to join there. It is for what people type
// or paste; what is wrong amid the text is left for the API to refuse.
func Trim(s string) string {
	s = s[len(blankStart.FindString(s)):]
	return s[:len(s)-len(blankEnd.FindString(s))]
}

// Normalize returns a text in the composed form of Unicode (NFC). Two spellings of one text that look alike, such as
// "Müller" with one character or two for ü, are equal afterwards.
func Normalize(s string) string { return norm.NFC.String(s) }

// Fold returns a form of a text by which it is compared and searched for: composed, without regard to letter case in any
// script, and without soft hyphens, which nobody types into a search. It is not for showing.
func Fold(s string) string {
	folded := cases.Fold().String(norm.NFD.String(strings.ReplaceAll(s, softHyphen, "")))
	// Letters of Cherokee are folded to capitals where they are small and to small ones where they are capitals.
	return norm.NFC.String(strings.ToLower(folded))
}
