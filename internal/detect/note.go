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
	"slices"
)

// NoteKind is a class of notes, fit for a metric's label.
type NoteKind string

// The kinds of notes.
const (
	// NoteCut is for a text that was too long.
	NoteCut NoteKind = "Cut"
	// NoteEscaped is for a text with control characters, bidirectional marks or bytes that are no UTF-8.
	NoteEscaped NoteKind = "Escaped"
	// NoteUnknownSeverity is for a word that no table knows; the severity stays unset.
	NoteUnknownSeverity NoteKind = "UnknownSeverity"
	// NoteTime is for a time that cannot be read, before 1970 or in the future.
	NoteTime NoteKind = "Time"
	// NoteLeftOut is for what an alert has no place for.
	NoteLeftOut NoteKind = "LeftOut"
	// NoteMissing is for what an alert must have and the event lacks; a stand-in was set.
	NoteMissing NoteKind = "Missing"
	// NoteTruncated is for alerts that the sender itself left out of the delivery.
	NoteTruncated NoteKind = "Truncated"
	// NoteDuplicateKey is for a JSON key that stands twice in one object; the last one counts.
	NoteDuplicateKey NoteKind = "DuplicateKey"
)

// Note tells one thing that is not in an alert as the detector wrote it.
type Note struct {
	Kind NoteKind
	// Field is the alert's field, or the detector's where the alert has none.
	Field string
	// Text is the first value concerned, cut to a few words, or empty.
	Text string
	// Count is how many values are concerned, at least 1.
	Count int
}

// String is the note as a line for people.
func (n Note) String() string {
	s := fmt.Sprintf("%s: %s", n.Kind, n.Field)
	if n.Text != "" {
		s += fmt.Sprintf(" %q", n.Text)
	}
	if n.Count > 1 {
		s += fmt.Sprintf(" (%d)", n.Count)
	}
	return s
}

const (
	// maxNotes bounds how many notes one event bears: detectors choose the names in them.
	maxNotes = 32
	// maxNoteText is the bound of a note's field and text, in characters.
	maxNoteText = 80
)

// addNote counts what is told already, and lumps together what goes beyond the bound.
func addNote(notes []Note, note Note) []Note {
	note.Field, note.Text = shown(note.Field, maxNoteText), shown(note.Text, maxNoteText)
	same := func(n Note) bool { return n.Kind == note.Kind && n.Field == note.Field }
	if i := slices.IndexFunc(notes, same); i >= 0 {
		notes[i].Count += note.Count
		return notes
	}
	if len(notes) < maxNotes-1 {
		return append(notes, note)
	}
	if last := len(notes) - 1; last == maxNotes-1 {
		notes[last].Count += note.Count
		return notes
	}
	return append(notes, Note{Kind: NoteLeftOut, Field: "more", Count: note.Count})
}
