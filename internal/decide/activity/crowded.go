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

package activity

import (
	"slices"

	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// joined makes one note of the oldest notes that one user left in a row, with the values before the first and after the last
// of them. It is how a log goes on that somebody makes grow without end.
func joined(notes []note.Note) (one note.Note, later []note.Note) {
	one = notes[0]
	one.Values, one.Large = slices.Clone(one.Values), slices.Clone(one.Large)
	for i, next := range notes[1:] {
		if one.Counted || next.Counted || sole(one.Users) == "" || sole(one.Users) != sole(next.Users) {
			return one, notes[i+1:]
		}
		one.Number, one.Generation, one.Count = next.Number, next.Generation, one.Count+next.Count
		for _, value := range next.Values {
			known := slices.IndexFunc(one.Values, func(v note.Value) bool { return v.Field == value.Field })
			if known >= 0 {
				one.Values[known].To = value.To
			} else {
				one.Values = append(one.Values, value)
			}
		}
		one.Large = append(one.Large, next.Large...)
	}
	return one, nil
}

// joinedEdits makes one of what one user did in a row to an alert without moving it, told by its number only.
func joinedEdits(untaken []done) []done {
	var all []done
	for _, next := range untaken {
		last := len(all) - 1
		if last < 0 || !isEdit(all[last]) || !isEdit(next) || all[last].user != next.user || next.user == "" {
			all = append(all, next)
			continue
		}
		all[last].number = next.number
		all[last].requests += next.requests
		all[last].encoded = ""
	}
	return all
}

func isEdit(d done) bool { return d.linked() == 0 }
