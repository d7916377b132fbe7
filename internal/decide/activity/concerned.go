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

// Droppable is the number of the last note that an alert need not bear any longer, since every log that it concerns has
// taken it. The function tells how far the log of an incident has come with this alert; exists is false if there is no such
// incident, by its UID if that is known, so that its log never will.
func Droppable(alert Alert, taken func(incident, uid string) (number int64, exists bool)) int64 {
	droppable := int64(0)
	for _, n := range alert.Notes.Notes {
		for _, incident := range concerned(alert, n) {
			number, exists := taken(incident.name, incident.uid)
			// A higher number than any of the alert is that of notes before they began anew.
			if exists && (number < n.Number || number > alert.Notes.Last) {
				return droppable
			}
		}
		droppable = n.Number
	}
	return droppable
}

// concerned are the incidents whose logs a note of an alert concerns.
func concerned(alert Alert, n note.Note) []linked {
	if n.Counted {
		return named(linked{name: alert.Incident})
	}
	from, to := linkOf(n)
	if from.name == to {
		return named(from)
	}
	return named(from, linked{name: to})
}

func named(all ...linked) []linked {
	return slices.DeleteFunc(all, func(l linked) bool { return l.name == "" })
}

// NotesLink says whether a note of an alert tells that somebody linked it to the incident that it names now.
func NotesLink(alert Alert) bool {
	return slices.ContainsFunc(alert.Notes.Notes, func(n note.Note) bool {
		from, to := linkOf(n)
		return !n.Counted && to == alert.Incident && from.name != to
	})
}

// Concerned are the names of the incidents whose logs the notes of an alert concern, each once.
func Concerned(alert Alert) []string {
	var names []string
	for _, n := range alert.Notes.Notes {
		for _, incident := range concerned(alert, n) {
			if !slices.Contains(names, incident.name) {
				names = append(names, incident.name)
			}
		}
	}
	return names
}
