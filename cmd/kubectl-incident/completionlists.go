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

package main

import (
	"context"
	"slices"
	"strings"
	"unicode"
)

// listOf completes the last of several words that are separated by commas. One that has commas itself is put in quotes, as
// the flags and arguments that take lists want it.
func listOf(one source) source {
	return func(ctx context.Context, t *typing) ([]suggestion, error) {
		all, err := one(ctx, t)
		typed := splitList(t.word)
		said := typed[:len(typed)-1]
		head := strings.TrimSuffix(t.word, typed[len(said)])
		var rest []suggestion
		for _, s := range all {
			if item := inList(s.text); isPlain(s.text) && !slices.Contains(said, item) {
				rest = append(rest, suggestion{text: head + item, about: s.about, listed: true})
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

// isPlain says whether a text holds nothing that a shell may expand or run: shells differ in what they quote of what is
// suggested to them, and others wrote it.
func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.:/@+=,%", r)
	})
}
