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
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	apitext "github.com/incident-operator/incident-operator/internal/decide/text"
)

// Bounds of the API, in characters.
const (
	maxTitle       = 256
	maxDescription = 16_384
	maxSource      = 128
	maxURL         = 2_048
	maxFingerprint = 512
)

var (
	urlForm   = regexp.MustCompile(`^https?://[^\s\p{Cc}]+$`)
	notInSlug = regexp.MustCompile(`[^a-z0-9]+`)
)

// Escape makes of any text one that the API takes: whatever could rewrite the terminal that it is printed in, or cannot be
// seen, is written as in Go, such as \u202e, and bytes that are no UTF-8 as \xff. It is one line, unless line breaks and tabs
// are kept.
func Escape(s string, lines bool) string {
	if lines {
		return apitext.EscapeLines(s)
	}
	return apitext.Escape(s)
}

// asLine fits a text into a field of one line. Its ends bear no white space, and its first character is none that only
// changes how its neighbors look.
func asLine(s string, limit int) string {
	line := Cut(Escape(trim(s), false), limit)
	if apitext.IsLine(line) {
		return line
	}
	// A cut may leave a part of what was whole, such as the flag of a region.
	line = Escape(line, false)
	if first, size := utf8.DecodeRuneInString(line); !apitext.IsLine(line) {
		line = strings.Trim(strconv.QuoteRuneToASCII(first), "'") + line[size:]
	}
	return strings.TrimSpace(Cut(line, limit))
}

// trim takes white space from the ends of a text, and the spaces without width that some detectors leave there.
func trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Z, r) || r == 0x200B || r == 0x2060 || r == 0xFEFF
	})
}

// shown is s escaped and cut to limit characters. An escape is never shorter than what it shows, so that no more of a
// long text needs to be looked at.
func shown(s string, limit int) string {
	head, _ := clip(s, limit+1)
	return Cut(Escape(head, false), limit)
}

// isBlank holds for a text of which a reader sees nothing.
func isBlank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Z, unicode.Cf)
	})
}

// Cut shortens s to at most limit characters, with "…" in place of what is missing. It looks at no more of s than that.
func Cut(s string, limit int) string {
	if _, over := clip(s, limit); !over {
		return s
	}
	head, _ := clip(s, limit-1)
	return head + "…"
}

// clip is the first n characters of s, and whether there are more.
func clip(s string, n int) (head string, over bool) {
	if len(s) <= n {
		return s, false
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i], true
		}
		count++
	}
	return s, false
}

// Slug makes a readable part of an object's name, of at most limit characters, cut between words if it can be. It is
// empty for a text without letters a to z and digits.
func Slug(s string, limit int) string {
	s = strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(s), "-"), "-")
	if len(s) <= limit {
		return s
	}
	if end := strings.LastIndexByte(s[:limit+1], '-'); end > 0 {
		return s[:end]
	}
	return s[:limit]
}
