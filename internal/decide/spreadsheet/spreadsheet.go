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

// Package spreadsheet writes comma-separated values for spreadsheets: what others wrote is never taken for a formula, and
// nothing for something else than it is. The plugin and the console write the same.
package spreadsheet

import (
	"encoding/csv"
	"io"
	"regexp"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// Writer writes rows, page by page, with the heads before the first.
type Writer struct {
	Out       io.Writer
	Heads     []string
	NoHeaders bool
	// Mark begins the text with the mark of byte order, by which Excel knows that it is in UTF-8.
	Mark bool

	begun bool
}

// Write writes rows of cells, which need not be escaped.
func (w *Writer) Write(rows [][]string) error {
	if w.Mark && !w.begun {
		if _, err := io.WriteString(w.Out, "\ufeff"); err != nil {
			return err
		}
	}
	writer := csv.NewWriter(w.Out)
	if !w.begun && !w.NoHeaders {
		if err := writer.Write(w.Heads); err != nil {
			return err
		}
	}
	w.begun = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = harmless(text.Escape(cell))
		}
		if err := writer.Write(safe); err != nil {
			return err
		}
	}
	writer.Flush()
	return writer.Error()
}

// End writes the heads where there was nothing else, so that a file is never without them.
func (w *Writer) End() error {
	if w.begun {
		return nil
	}
	return w.Write(nil)
}

// formulas finds what a spreadsheet may take for the beginning of a formula: a sign at the beginning of a cell or, where
// the spreadsheet splits at something else than commas, after what it may split at. Some take the wide forms too.
var formulas = regexp.MustCompile("(^|[;,\t|\"'])( *)([=+\\-@\uff1d\uff0b\uff0d\uff20])")

// harmless keeps a spreadsheet from taking a text that others wrote for a formula.
func harmless(cell string) string { return formulas.ReplaceAllString(cell, "$1$2'$3") }

// Time is a whole time in UTC; empty for none.
func Time(then *metav1.Time) string {
	if then.IsZero() {
		return ""
	}
	return then.UTC().Format(time.RFC3339)
}
