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
	"encoding/csv"
	"io"
	"regexp"
	"time"
)

// spreadsheet writes things as comma-separated values, page by page. It has all columns, also those that a table shows
// only when it is wide, and whole times.
type spreadsheet[T any] struct {
	out       io.Writer
	columns   []column[T]
	noHeaders bool
	begun     bool
}

func (s *spreadsheet[T]) print(things []T, now time.Time) error {
	writer := csv.NewWriter(s.out)
	row := make([]string, len(s.columns))
	if !s.begun && !s.noHeaders {
		for i, column := range s.columns {
			row[i] = column.name
		}
		if err := writer.Write(row); err != nil {
			return err
		}
	}
	s.begun = true
	for _, thing := range things {
		for i, column := range s.columns {
			cell := column.cell(thing, now)
			if column.exact != nil {
				cell = column.exact(thing)
			}
			row[i] = harmless(escape(cell))
		}
		if err := writer.Write(row); err != nil {
			return err
		}
	}
	writer.Flush()
	return writer.Error()
}

// formulas finds what a spreadsheet may take for the beginning of a formula: a sign at the beginning of a cell or, where
// the spreadsheet splits at something else than commas, after what it may split at. Some take the wide forms too.
var formulas = regexp.MustCompile("(^|[;,\t|\"'])( *)([=+\\-@\uff1d\uff0b\uff0d\uff20])")

// harmless keeps a spreadsheet from taking a text that others wrote for a formula.
func harmless(cell string) string { return formulas.ReplaceAllString(cell, "$1$2'$3") }
