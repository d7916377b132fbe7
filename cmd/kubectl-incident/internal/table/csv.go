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
	"encoding/csv"
	"io"
	"regexp"
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// Spreadsheet writes things as comma-separated values, page by page. It has all columns, also those that a table shows
// only when it is wide, and whole times.
type Spreadsheet[T any] struct {
	Out       io.Writer
	Columns   []Column[T]
	NoHeaders bool
	// Mark begins the text with the mark of byte order, by which Excel knows that it is in UTF-8.
	Mark bool

	begun bool
}

// Print writes things as rows, with the heads before the first.
func (s *Spreadsheet[T]) Print(things []T, now time.Time) error {
	if s.Mark && !s.begun {
		if _, err := io.WriteString(s.Out, "\ufeff"); err != nil {
			return err
		}
	}
	writer := csv.NewWriter(s.Out)
	row := make([]string, len(s.Columns))
	if !s.begun && !s.NoHeaders {
		for i, column := range s.Columns {
			row[i] = column.Name
		}
		if err := writer.Write(row); err != nil {
			return err
		}
	}
	s.begun = true
	for _, thing := range things {
		for i, column := range s.Columns {
			cell := column.Cell(thing, now)
			if column.Exact != nil {
				cell = column.Exact(thing)
			}
			row[i] = harmless(terminal.Escape(cell))
		}
		if err := writer.Write(row); err != nil {
			return err
		}
	}
	writer.Flush()
	return writer.Error()
}

// End prints the heads where there was nothing else, so that a file is never without them.
func (s *Spreadsheet[T]) End() error {
	if s.begun {
		return nil
	}
	return s.Print(nil, time.Time{})
}

// formulas finds what a spreadsheet may take for the beginning of a formula: a sign at the beginning of a cell or, where
// the spreadsheet splits at something else than commas, after what it may split at. Some take the wide forms too.
var formulas = regexp.MustCompile("(^|[;,\t|\"'])( *)([=+\\-@\uff1d\uff0b\uff0d\uff20])")

// harmless keeps a spreadsheet from taking a text that others wrote for a formula.
func harmless(cell string) string { return formulas.ReplaceAllString(cell, "$1$2'$3") }
