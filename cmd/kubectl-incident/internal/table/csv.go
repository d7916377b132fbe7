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

package table

import (
	"io"
	"time"

	"github.com/incident-operator/incident-operator/internal/decide/spreadsheet"
)

// Spreadsheet writes things as comma-separated values, page by page. It has all columns, also those that a table shows
// only when it is wide, and whole times.
type Spreadsheet[T any] struct {
	Out       io.Writer
	Columns   []Column[T]
	NoHeaders bool
	// Mark begins the text with the mark of byte order, by which Excel knows that it is in UTF-8.
	Mark bool

	writer *spreadsheet.Writer
}

// Print writes things as rows, with the heads before the first.
func (s *Spreadsheet[T]) Print(things []T, now time.Time) error {
	rows := make([][]string, 0, len(things))
	for _, thing := range things {
		row := make([]string, len(s.Columns))
		for i, column := range s.Columns {
			if row[i] = column.Cell(thing, now); column.Exact != nil {
				row[i] = column.Exact(thing)
			}
		}
		rows = append(rows, row)
	}
	return s.sheet().Write(rows)
}

// End prints the heads where there was nothing else, so that a file is never without them.
func (s *Spreadsheet[T]) End() error { return s.sheet().End() }

// sheet is made when it is first written to.
func (s *Spreadsheet[T]) sheet() *spreadsheet.Writer {
	if s.writer == nil {
		s.writer = &spreadsheet.Writer{Out: s.Out, NoHeaders: s.NoHeaders, Mark: s.Mark}
		for _, column := range s.Columns {
			s.writer.Heads = append(s.writer.Heads, column.Name)
		}
	}
	return s.writer
}
