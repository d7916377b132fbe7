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
	"unicode"

	"golang.org/x/text/width"
)

// Ellipsis shows that a text was cut.
const Ellipsis = "…"

// Cut shortens a text to at most so many cells of a screen and shows that it did.
func Cut(text string, limit int) string {
	if WidthOf(text) <= limit {
		return text
	}
	used := 0
	for i, r := range text {
		if used += widthOfRune(r); used > limit-WidthOf(Ellipsis) {
			return text[:i] + Ellipsis
		}
	}
	return text
}

// WidthOf is how many cells of a screen a printable text takes.
func WidthOf(text string) int {
	sum := 0
	for _, r := range text {
		sum += widthOfRune(r)
	}
	return sum
}

func widthOfRune(r rune) int {
	switch {
	case r < unicode.MaxASCII:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}
