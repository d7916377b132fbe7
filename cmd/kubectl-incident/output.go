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
	"errors"
	"io"
	"strings"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

const commentIndent = "    "

// output remembers the first failure to write, so that a cut list of heads does not pass for a whole one.
type output struct {
	io.Writer
	err error
}

// Write implements io.Writer.
func (o *output) Write(data []byte) (int, error) {
	n, err := o.Writer.Write(data)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// sent ends a command that has sent changes. Where its output could not be written, the changes may be made, which is not
// what the exit code of other failures says.
func (p *plugin) sent(err error) error {
	out, remembers := p.Out.(*output)
	if !remembers || out.err == nil {
		return err
	}
	printLine(p.ErrOut, escape("kubectl-incident: the changes were sent, but writing the output failed: "+out.err.Error()))
	out.err = errors.Join(errIncomplete, out.err)
	return errIncomplete
}

// printLine leaves failures to the output, which remembers them.
func printLine(w io.Writer, line string) {
	_, _ = io.WriteString(w, line+"\n")
}

// escape makes a text that others wrote safe to print: nothing in it moves the cursor, colors or reorders the line.
func escape(words string) string {
	return text.Escape(words)
}

// printError prints each line of a message, which may quote a file or a server, in a line of its own.
func printError(w io.Writer, err error) {
	prefix := "kubectl-incident: "
	for line := range strings.SplitSeq(strings.ReplaceAll(err.Error(), "\r\n", "\n"), "\n") {
		printLine(w, prefix+escape(line))
		prefix = "  "
	}
}

// indent writes a text of several lines below an entry. Only line feeds, also after a carriage return, break lines.
func indent(w io.Writer, text string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		printLine(w, strings.TrimRight(commentIndent+escape(line), " "))
	}
}

// alignRows returns the rows as aligned lines, one a row. Cells are escaped, so none can start a column or a line.
func alignRows(rows [][]string) []string {
	var columns aligned
	columns.measure(rows...)
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		lines = append(lines, columns.line(row))
	}
	return lines
}

// aligned is how wide the columns of rows are on a screen. The last cell of a row takes what it needs.
type aligned struct{ widths []int }

// measure widens the columns for more rows.
func (a *aligned) measure(rows ...[]string) {
	for _, row := range rows {
		for i := range len(row) - 1 {
			if i == len(a.widths) {
				a.widths = append(a.widths, 0)
			}
			a.widths[i] = max(a.widths[i], widthOf(escape(row[i])))
		}
	}
}

// line is a row that was measured.
func (a *aligned) line(row []string) string {
	var line strings.Builder
	for i, cell := range row {
		cell = escape(cell)
		line.WriteString(cell)
		if i < len(row)-1 {
			line.WriteString(strings.Repeat(" ", a.widths[i]-widthOf(cell)+columnGap))
		}
	}
	return line.String()
}
