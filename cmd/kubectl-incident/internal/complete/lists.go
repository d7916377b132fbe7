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

package complete

import (
	"context"
	"slices"
	"strings"
	"unicode"
)

// ListOf completes the last of several Words that are separated by commas. One that has commas itself is put in quotes, as
// the flags and arguments that take lists want it.
func ListOf(one Source) Source {
	return func(ctx context.Context, t *Typing) ([]Suggestion, error) {
		all, err := one(ctx, t)
		typed := splitList(t.Word)
		said := typed[:len(typed)-1]
		head := strings.TrimSuffix(t.Word, typed[len(said)])
		var rest []Suggestion
		for _, s := range all {
			if item := inList(s.Text); IsPlain(s.Text) && !slices.Contains(said, item) {
				rest = append(rest, Suggestion{Text: head + item, About: s.About, Listed: true})
			}
		}
		return rest, err
	}
}

// splitList splits at commas that are not in quotes. What was typed may end within quotes.
func splitList(text string) []string {
	items, begin, quoted := []string{}, 0, false
	for i, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			items, begin = append(items, text[begin:i]), i+1
		}
	}
	return append(items, text[begin:])
}

func inList(text string) string {
	if strings.Contains(text, ",") {
		return `"` + text + `"`
	}
	return text
}

// IsPlain says whether a text holds Nothing that a shell may expand or run: shells differ in what they quote of what is
// suggested to them, and others wrote it.
func IsPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.:/@+=,%", r)
	})
}
