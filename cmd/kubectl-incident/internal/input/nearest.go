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

package input

import (
	"maps"
	"slices"
	"strings"
)

// Nearest returns the known word that is most like a word, letter case aside; empty if none is like it. Words are alike if
// at most a third of the letters has to be typed otherwise.
func Nearest(word string, known map[string]bool) string {
	nearest, least := "", len([]rune(word))/3+1
	for _, other := range slices.Sorted(maps.Keys(known)) {
		if d := distance(strings.ToLower(word), strings.ToLower(other)); d < least {
			nearest, least = other, d
		}
	}
	return nearest
}

// distance is how many letters have to be inserted, dropped or replaced to make one word of another.
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, letter := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, other := range b {
			replaced := diagonal
			if letter != other {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
