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

// measured is what the first rows say of a column.
type measured struct {
	// widest is the width of the longest cell.
	widest int
	// same says that all cells are equal, empty that they are empty.
	same, empty bool
}

// fit returns how wide each column may be, 0 for one that is left out, and the gap between columns. Heads and names stay
// whole. Where a screen is narrow, the text at the end is cut first, then columns go that say nothing or the same in every
// row, then other texts are cut, and at last columns go in the order of Spare.
func fit[T any](columns []Column[T], cells []measured, noHeaders bool, screen int) ([]int, int) {
	widths := make([]int, len(columns))
	for i, column := range columns {
		widths[i] = max(cells[i].widest, 1)
		if !noHeaders {
			widths[i] = max(widths[i], terminal.WidthOf(column.Name))
		}
	}
	if screen == 0 {
		return widths, terminal.ColumnGap
	}
	last := len(widths) - 1
	// Rows of later pages may have more to say.
	widths[last] = max(widths[last], columns[last].Least)
	cut(columns, widths, last, screen)
	leaveOut(columns, widths, screen, func(i int) bool { return cells[i].empty && i < last })
	leaveOut(columns, widths, screen, func(i int) bool { return cells[i].same && i < last })
	for i := range slices.Backward(columns) {
		cut(columns, widths, i, screen)
	}
	leaveOut(columns, widths, screen, func(int) bool { return true })
	// What is left out may leave more room than needed.
	for i, column := range slices.Backward(columns) {
		if widths[i] > 0 && column.Least > 0 {
			widths[i] += min(max(cells[i].widest-widths[i], 0), max(-excess(widths, screen), 0))
		}
	}
	return widths, screenGap
}

// cut makes a text narrower, not below what its column wants at least.
func cut[T any](columns []Column[T], widths []int, i, screen int) {
	if least := columns[i].Least; least > 0 && widths[i] > 0 {
		least = max(least, terminal.WidthOf(columns[i].Name))
		widths[i] -= max(0, min(excess(widths, screen), widths[i]-least))
	}
}

// leaveOut leaves out spare columns of a sort until the rest fits.
func leaveOut[T any](columns []Column[T], widths []int, screen int, sort func(i int) bool) {
	for _, i := range spares(columns) {
		if excess(widths, screen) > 0 && sort(i) {
			widths[i] = 0
		}
	}
}

// spares are the columns that may be left out, the first to go first.
func spares[T any](columns []Column[T]) []int {
	var found []int
	for i, column := range columns {
		if column.Spare > 0 {
			found = append(found, i)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(columns[a].Spare, columns[b].Spare) })
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
