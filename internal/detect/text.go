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
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
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

// Escape shows what could rewrite the terminal that it is printed in as an escape of Go: control characters, line and
// paragraph separators and bidirectional marks as \u202e, bytes that are no UTF-8 as \xff. Characters in keep stay as
// they are.
func Escape(s, keep string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == utf8.RuneError || isHostile(r) }) {
		return s
	}
	var out strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&out, `\x%02x`, s[i])
		case isHostile(r) && !strings.ContainsRune(keep, r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// shown is s escaped and cut to limit characters. An escape is never shorter than what it shows, so that no more of a
// long text needs to be looked at.
func shown(s string, limit int) string {
	head, _ := clip(s, limit+1)
	return Cut(Escape(head, ""), limit)
}

// isHostile holds for the characters that the API refuses in names, and for the separators that break a line.
func isHostile(r rune) bool {
	return unicode.IsControl(r) || r == 0x061C || r == 0x200E || r == 0x200F ||
		r == 0x2028 || r == 0x2029 || (r >= 0x202A && r <= 0x202E) || (r >= 0x2066 && r <= 0x2069)
}

// isBlank holds for a text of which a reader sees nothing; the API refuses such a title.
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
