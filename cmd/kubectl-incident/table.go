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
	"cmp"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
)

const (
	columnGap = 3
	// screenGap is what separates columns where they have to fit a screen.
	screenGap = 2
	ellipsis  = "…"
)

// column is one of a table of things. Cells need not be escaped.
type column[T any] struct {
	name string
	wide bool
	// least is to how few characters the column may be cut to fit a screen; 0 for not at all.
	least int
	// spare tells in which order columns are left out where all cutting is not enough; 0 for never.
	spare int
	// short columns keep what is in them, but not their head, where a screen is narrow.
	short bool
	// paint returns the escape sequence that colors a cell on a terminal, "" for none.
	paint func(cell string) string
	cell  func(thing T, now time.Time) string
	// exact is what the cell rounds, for programs; nil where it rounds nothing.
	exact func(thing T) string
}

// screen is where a table goes: columns is 0 where it is no terminal, so that nothing is cut.
type screen struct {
	columns int
	colors  bool
}

// screen looks at the standard output. NO_COLOR is a convention: https://no-color.org.
func (p *plugin) screen() screen {
	out := p.Out
	if remembering, ok := out.(*output); ok {
		out = remembering.Writer
	}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return screen{}
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		columns = 0
	}
	return screen{columns: columns, colors: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
}

// table writes aligned rows, page by page. The first page says which columns fit.
type table[T any] struct {
	out       io.Writer
	screen    screen
	columns   []column[T]
	noHeaders bool

	widths []int // 0 for a column that is left out
	gap    int
}

// print writes things as rows, with the heads before the first.
func (t *table[T]) print(things []T, now time.Time) {
	if len(things) == 0 {
		return
	}
	rows := make([][]string, 0, len(things))
	for _, thing := range things {
		row := make([]string, len(t.columns))
		for i, column := range t.columns {
			row[i] = escape(column.cell(thing, now))
		}
		rows = append(rows, row)
	}
	first := t.widths == nil
	t.measure(rows)
	var text strings.Builder
	if first && !t.noHeaders {
		heads := make([]string, len(t.columns))
		for i, column := range t.columns {
			heads[i] = column.name
		}
		t.line(&text, heads, false)
	}
	for _, row := range rows {
		t.line(&text, row, t.screen.colors)
	}
	// The output remembers failures.
	_, _ = io.WriteString(t.out, text.String())
}

// measure widens the columns for more rows.
func (t *table[T]) measure(rows [][]string) {
	values := make([]int, len(t.columns))
	for _, row := range rows {
		for i, cell := range row {
			values[i] = max(values[i], widthOf(cell))
		}
	}
	if t.widths == nil {
		t.widths, t.gap = fit(t.columns, values, t.noHeaders, t.screen.columns)
		return
	}
	for i := range t.widths {
		if t.widths[i] > 0 && t.screen.columns == 0 {
			t.widths[i] = max(t.widths[i], values[i])
		}
	}
}

// line writes one row. The last column is not padded, and on a screen gets no more than what is left.
func (t *table[T]) line(text *strings.Builder, row []string, colors bool) {
	last := len(row) - 1
	for last > 0 && t.widths[last] == 0 {
		last--
	}
	used := 0
	var line strings.Builder
	for i, cell := range row[:last+1] {
		if t.widths[i] == 0 {
			continue
		}
		limit := t.widths[i]
		if i == last && t.screen.columns > 0 && t.columns[i].least > 0 {
			limit = max(1, t.screen.columns-used)
		}
		if t.screen.columns > 0 && (t.columns[i].least > 0 || cell == t.columns[i].name) {
			cell = cut(cell, limit)
		}
		padding := 0
		if i != last {
			padding = max(0, t.widths[i]-widthOf(cell)) + t.gap
		}
		used += widthOf(cell) + padding
		if color := t.colorOf(i, cell); colors && color != "" {
			cell = color + cell + "\x1b[0m"
		}
		line.WriteString(cell + strings.Repeat(" ", padding))
	}
	text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func (t *table[T]) colorOf(i int, cell string) string {
	if t.columns[i].paint == nil {
		return ""
	}
	return t.columns[i].paint(cell)
}

// fit returns how wide each column may be, 0 for one that is left out, and the gap between columns. It cuts text first,
// then heads, then leaves out columns.
func fit[T any](columns []column[T], values []int, noHeaders bool, screen int) ([]int, int) {
	widths := make([]int, len(columns))
	for i, column := range columns {
		widths[i] = max(values[i], 1)
		if !noHeaders {
			widths[i] = max(widths[i], widthOf(column.name))
		}
	}
	if screen == 0 {
		return widths, columnGap
	}
	// Rows of later pages may have more to say.
	last := len(widths) - 1
	widths[last] = max(widths[last], columns[last].least)
	shrinkText(columns, widths, excess(widths, screen))
	for i, column := range columns {
		if column.short {
			shrink(widths, i, max(values[i], widthOf(ellipsis)+2), excess(widths, screen))
		}
	}
	for _, i := range spares(columns) {
		if excess(widths, screen) > 0 {
			widths[i] = 0
		}
	}
	// What is left out may leave more room than needed.
	for i, column := range slices.Backward(columns) {
		if widths[i] > 0 && column.least > 0 {
			widths[i] += min(max(values[i]-widths[i], 0), max(-excess(widths, screen), 0))
		}
	}
	return widths, screenGap
}

// shrinkText cuts the last columns first: titles are the longest.
func shrinkText[T any](columns []column[T], widths []int, need int) {
	for i, column := range slices.Backward(columns) {
		if column.least > 0 {
			before := widths[i]
			shrink(widths, i, column.least, need)
			need -= before - widths[i]
		}
	}
}

func shrink(widths []int, i, least, need int) {
	widths[i] -= max(0, min(need, widths[i]-least))
}

// spares are the columns that may be left out, the first to go first.
func spares[T any](columns []column[T]) []int {
	var found []int
	for i, column := range columns {
		if column.spare > 0 {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b int) int { return cmp.Compare(columns[a].spare, columns[b].spare) })
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

// cut shortens a text to at most so many cells of a screen and shows that it did.
func cut(text string, limit int) string {
	if widthOf(text) <= limit {
		return text
	}
	used := 0
	for i, r := range text {
		if used += widthOfRune(r); used > limit-widthOf(ellipsis) {
			return text[:i] + ellipsis
		}
	}
	return text
}

// widthOf is how many cells of a screen a printable text takes.
func widthOf(text string) int {
	sum := 0
	for _, r := range text {
		sum += widthOfRune(r)
	}
	return sum
}

func widthOfRune(r rune) int {
	switch {
	case r < unicode.MaxASCII:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	default:
		return 1
	}
}

// since is how long ago a time is, as kubectl says it; nothing for no time.
func since(then, now time.Time) string {
	if then.IsZero() {
		return ""
	}
	return duration.HumanDuration(now.Sub(then))
}

func sinceTime(then *metav1.Time, now time.Time) string {
	if then == nil {
		return ""
	}
	return since(then.Time, now)
}
