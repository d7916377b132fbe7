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
	"unicode/utf8"
)

// The parts of patterns below stand inside of brackets.
const (
	// refused is what no line holds.
	refused = `\p{Cc}` + // control characters: C0, DEL and C1
		`\x{2028}-\x{202E}` + // line and paragraph separator, bidirectional embeddings and overrides
		`\x{061C}\x{200E}\x{200F}` + // bidirectional marks
		`\x{2060}-\x{206F}` + // word joiner, invisible operators, bidirectional isolates, other invisible formats
		`\x{FFF0}-\x{FFFB}\x{1BCA0}-\x{1BCA3}\x{1D173}-\x{1D17A}` + // more of these
		`\x{E0000}-\x{E00FF}\x{E01F0}-\x{E0FFF}` + // tags, which can hide a whole text; those of flags are let through below
		fillers

	// fillers are blanks that look like nothing, or like white space without being it.
	fillers = `\x{115F}\x{1160}\x{180E}\x{200B}\x{2060}\x{2800}\x{3164}\x{FEFF}\x{FFA0}\x{1D159}`

	// attached is what only changes how its neighbors look, and so cannot come first: soft hyphen, joiners, selectors of
	// variants, and two vowels of Khmer that are not written.
	attached = `\x{00AD}\x{034F}\x{17B4}\x{17B5}\x{180B}-\x{180D}\x{180F}\x{200C}\x{200D}\x{FE00}-\x{FE0F}\x{E0100}-\x{E01EF}`

	// region follows a black flag and makes of it the flag of a region, such as Scotland.
	region = `[\x{E0030}-\x{E0039}\x{E0061}-\x{E007A}]{3,6}\x{E007F}`
)

// What a line consists of. The flag has an alternative of its own, so that at each character there is one way to go on:
// that makes matching several times as fast.
const (
	flag  = `\x{1F3F4}(?:` + region + `)?`
	first = `(?:` + flag + `|[^\p{Z}\x{1F3F4}` + attached + refused + `])`
	next  = `(?:` + flag + `|[^\p{Z}\x{1F3F4}` + refused + `])`
)

const (
	// LinePattern matches lines, the empty one among them. The rules of the CRDs have it word for word.
	LinePattern = `^(?:` + first + `(?:\p{Zs}*` + next + `)*)?$`

	// ProsePattern matches prose: any text without control characters other than tab and line feed. The rules of the
	// CRDs have it word for word.
	ProsePattern = `^[^\x00-\x08\x0B-\x1F\x7F-\x9F]*$`
)

var (
	line  = regexp.MustCompile(LinePattern)
	prose = regexp.MustCompile(ProsePattern)
)

// IsLine says whether the API takes a text for a name, a tag, an assignee, a service or a detector, bounds aside. An
// empty text is a line.
func IsLine(s string) bool { return utf8.ValidString(s) && line.MatchString(s) }

// IsProse says whether the API takes a text for a comment, a note or a description, bounds aside. An empty text is prose.
func IsProse(s string) bool { return utf8.ValidString(s) && prose.MatchString(s) }
