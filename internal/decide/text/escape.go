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
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// hostile also matches the flags of regions as a whole, which are let through: the tags in them are hostile elsewhere.
var hostile = regexp.MustCompile(`\x{1F3F4}` + region + `|[` + refused + `]`)

// Escape makes of any text one line that is safe to print in a terminal or to store in the activity log: whatever a line
// must not hold is written as in Go, such as \x1b, \n or \u202e. What is text stays as it is, so a line is its own
// escape. So is what is no UTF-8, such as \xff.
func Escape(s string) string { return escapeBut(s, "") }

// EscapeLines is Escape for a text of several lines: line feeds and tabs stay, and a carriage return before a line feed
// is dropped. The result is prose.
func EscapeLines(s string) string { return escapeBut(strings.ReplaceAll(s, "\r\n", "\n"), "\n\t") }

func escapeBut(s, kept string) string {
	if isPlain(s) {
		return s
	}
	return hostile.ReplaceAllStringFunc(escapeBytes(s), func(found string) string {
		runes := []rune(found)
		if len(runes) > 1 || strings.Contains(kept, found) {
			return found
		}
		return strings.Trim(strconv.QuoteRuneToASCII(runes[0]), "'")
	})
}

// escapeBytes escapes what is no UTF-8.
func escapeBytes(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var valid strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&valid, `\x%02x`, s[0])
		} else {
			valid.WriteString(s[:size])
		}
		s = s[size:]
	}
	return valid.String()
}

// isPlain says whether a text holds nothing but printable ASCII, as most do.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
