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
	"cmp"
	"slices"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// fit returns how wide each column may be, 0 for one that is left out, and the gap between columns. It cuts text first,
// then heads, then leaves out columns.
func fit[T any](columns []Column[T], values []int, noHeaders bool, screen int) ([]int, int) {
	widths := make([]int, len(columns))
	for i, column := range columns {
		widths[i] = max(values[i], 1)
		if !noHeaders {
			widths[i] = max(widths[i], terminal.WidthOf(column.Name))
		}
	}
	if screen == 0 {
		return widths, terminal.ColumnGap
	}
	// Rows of later pages may have more to say.
	last := len(widths) - 1
	widths[last] = max(widths[last], columns[last].Least)
	shrinkText(columns, widths, excess(widths, screen))
	for i, column := range columns {
		if column.Short {
			shrink(widths, i, max(values[i], terminal.WidthOf(terminal.Ellipsis)+2), excess(widths, screen))
		}
	}
	for _, i := range spares(columns) {
		if excess(widths, screen) > 0 {
			widths[i] = 0
		}
	}
	// What is left out may leave more room than needed.
	for i, column := range slices.Backward(columns) {
		if widths[i] > 0 && column.Least > 0 {
			widths[i] += min(max(values[i]-widths[i], 0), max(-excess(widths, screen), 0))
		}
	}
	return widths, screenGap
}

// shrinkText cuts the last columns first: titles are the longest.
func shrinkText[T any](columns []Column[T], widths []int, need int) {
	for i, column := range slices.Backward(columns) {
		if column.Least > 0 {
			before := widths[i]
			shrink(widths, i, column.Least, need)
			need -= before - widths[i]
		}
	}
}

func shrink(widths []int, i, least, need int) {
	widths[i] -= max(0, min(need, widths[i]-least))
}

// spares are the columns that may be left out, the first to go first.
func spares[T any](columns []Column[T]) []int {
	var found []int
	for i, column := range columns {
		if column.Spare > 0 {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b int) int { return cmp.Compare(columns[a].Spare, columns[b].Spare) })
	return found
}

// excess is by how much the columns are wider than the screen, less than 0 where there is room.
func excess(widths []int, screen int) int {
	sum := -screenGap
	for _, width := range widths {
		if width > 0 {
			sum += width + screenGap
		}
	}
	return sum - screen
}
