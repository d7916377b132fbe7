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

package terminal

import (
	"strings"
)

// ColumnGap is what separates columns, in cells of a screen.
const ColumnGap = 3

// AlignRows returns the rows as Aligned lines, one a row. Cells are escaped, so none can start a column or a line.
func AlignRows(rows [][]string) []string {
	var columns Aligned
	columns.Measure(rows...)
	lines := make([]string, 0, len(rows))
	for _, row := range rows {
		lines = append(lines, columns.Line(row))
	}
	return lines
}

// Aligned is how wide the columns of rows are on a screen. The last cell of a row takes what it needs.
type Aligned struct{ widths []int }

// Measure widens the columns for more rows.
func (a *Aligned) Measure(rows ...[]string) {
	for _, row := range rows {
		for i := range len(row) - 1 {
			if i == len(a.widths) {
				a.widths = append(a.widths, 0)
			}
			a.widths[i] = max(a.widths[i], WidthOf(Escape(row[i])))
		}
	}
}

// Line is a row that was measured, in one line.
func (a *Aligned) Line(row []string) string {
	var line strings.Builder
	for i, cell := range row {
		cell = Escape(cell)
		line.WriteString(cell)
		if i < len(row)-1 {
			line.WriteString(strings.Repeat(" ", a.widths[i]-WidthOf(cell)+ColumnGap))
		}
	}
	return line.String()
}
