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

package note

import (
	"slices"
	"strings"
)

// The fields of a note. Those of one group stand side by side, both of them, if one of the two changed.
const (
	FieldCreated       = "created"     // Without values: the object was created.
	FieldIn            = "in"          // The incident that the alert was linked to before: its name, and its UID if known.
	FieldIncidentRef   = "incidentRef" // The name of the incident.
	FieldMoveReason    = "move-reason" // Only after: the annotation incidentoperator.dev/move-reason as it was written.
	FieldName          = "name"
	FieldDescription   = "description"
	FieldTags          = "tags"   // Of spec, one a line.
	FieldLabels        = "labels" // Names of tag labels behind their prefix, without those the operator set, one a line.
	FieldAssignee      = "assignee"
	FieldVerdict       = "verdict" // NotSet if unset.
	FieldDetermination = "determination"
	FieldSeverity      = "severity"
	FieldMergeInto     = "mergeInto" // The name of the incident.
	FieldState         = "state"     // Active if unset.
	FieldResolution    = "note"      // Why it was resolved.
)

// List is the content of the annotation.
type List struct {
	// Last is the number of the last note that was ever written, also once it was dropped; 0 for none.
	Last int64
	// Notes are those that are still there, oldest first.
	Notes []Note

	// lines are the annotation's own: first the one with Last, then one for each note.
	lines []string
}

// Note is one request of a person, or several if it is Counted.
type Note struct {
	// Number is one more than that of the note before. Of a counted note it is that of the last request.
	Number int64
	// Generation is the metadata.generation that the request brought about. Of a counted note it is that of the last.
	Generation int64
	// Users made the request: one, or of a counted note those who are known, at most 8.
	Users []string
	// Count is how many requests the note stands for, 1 or more.
	Count int64
	// Counted says that the note stands for requests without their values.
	Counted bool
	// Values are what changed, in the order of the line.
	Values []Value
	// Large are the fields that changed too, but whose values were too large to be noted.
	Large []string
}

// Value is a field before and after a request. Unset and empty are one.
type Value struct{ Field, From, To string }

// Value returns the values of a field, if the note has them.
func (n Note) Value(field string) (Value, bool) {
	for _, value := range n.Values {
		if value.Field == field {
			return value, true
		}
	}
	return Value{}, false
}

// Moves says whether the note tells that an alert was linked to another incident, or to none.
func (n Note) Moves() bool {
	_, moved := n.Value(FieldIncidentRef)
	return moved
}

// Tells says whether a note tells the values of a field.
func (l List) Tells(field string) bool {
	return slices.ContainsFunc(l.Notes, func(n Note) bool {
		_, told := n.Value(field)
		return told
	})
}

// After returns the notes of a higher number, oldest first.
func (l List) After(number int64) []Note { return l.Notes[l.upTo(number):] }

// Drop returns the annotation without the notes up to a number. The line with the last number stays, so that numbers
// never start again, and what remains is byte for byte as it was.
func (l List) Drop(number int64) string {
	if len(l.lines) == 0 {
		return ""
	}
	return strings.Join(append(l.lines[:1:1], l.lines[1+l.upTo(number):]...), "\n")
}

// upTo counts the notes up to a number.
func (l List) upTo(number int64) int {
	for i := range l.Notes {
		if l.Notes[i].Number > number {
			return i
		}
	}
	return len(l.Notes)
}
