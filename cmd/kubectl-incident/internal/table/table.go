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

// Package table writes things as rows: for people as a table that fits the screen, for spreadsheets as comma-separated values.
package table

import (
	"io"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// screenGap is what separates columns where they have to fit a screen.
const screenGap = 2

// Column is one of a table of things. Cells need not be escaped.
type Column[T any] struct {
	Name string
	Wide bool
	// Least is to how few characters the column may be cut to fit a screen, at most to the width of its head; 0 for not at
	// all, as names must not be.
	Least int
	// Spare tells in which order columns are left out where a screen is narrow; 0 for never.
	Spare int
	// Paint returns the escape sequence that colors a cell on a terminal, "" for none.
	Paint func(cell string) string
	Cell  func(thing T, now time.Time) string
	// Exact is what the cell rounds, for programs; nil where it rounds nothing.
	Exact func(thing T) string
}

// Table writes aligned rows, page by page. The first page says which columns fit.
type Table[T any] struct {
	Out       io.Writer
	Screen    terminal.Screen
	Columns   []Column[T]
	NoHeaders bool

	widths []int // 0 for a column that is left out
	gap    int
}

// Print writes things as rows, with the heads before the first.
func (t *Table[T]) Print(things []T, now time.Time) {
	if len(things) == 0 {
		return
	}
	rows := make([][]string, 0, len(things))
	for _, thing := range things {
		row := make([]string, len(t.Columns))
		for i, column := range t.Columns {
			row[i] = terminal.Escape(column.Cell(thing, now))
		}
		rows = append(rows, row)
	}
	first := t.widths == nil
	t.measure(rows)
	var text strings.Builder
	if first && !t.NoHeaders {
		heads := make([]string, len(t.Columns))
		for i, column := range t.Columns {
			heads[i] = column.Name
		}
		t.line(&text, heads, false)
	}
	for _, row := range rows {
		t.line(&text, row, t.Screen.Colors)
	}
	// The output remembers failures.
	_, _ = io.WriteString(t.Out, text.String())
}

// measure widens the columns for more rows.
func (t *Table[T]) measure(rows [][]string) {
	cells := make([]measured, len(t.Columns))
	for i := range cells {
		cells[i] = measured{same: len(rows) > 1, empty: true}
		for _, row := range rows {
			cells[i].widest = max(cells[i].widest, terminal.WidthOf(row[i]))
			cells[i].same = cells[i].same && row[i] == rows[0][i]
			cells[i].empty = cells[i].empty && row[i] == ""
		}
	}
	if t.widths == nil {
		t.widths, t.gap = fit(t.Columns, cells, t.NoHeaders, t.Screen.Columns)
		return
	}
	for i := range t.widths {
		if t.widths[i] > 0 && t.Screen.Columns == 0 {
			t.widths[i] = max(t.widths[i], cells[i].widest)
		}
	}
}

// line writes one row. The last column is not padded, and on a screen gets no more than what is left.
func (t *Table[T]) line(text *strings.Builder, row []string, colors bool) {
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
		if i == last && t.Screen.Columns > 0 && t.Columns[i].Least > 0 {
			limit = max(1, t.Screen.Columns-used)
		}
		if t.Screen.Columns > 0 && t.Columns[i].Least > 0 {
			cell = terminal.Cut(cell, limit)
		}
		padding := 0
		if i != last {
			padding = max(0, t.widths[i]-terminal.WidthOf(cell)) + t.gap
		}
		used += terminal.WidthOf(cell) + padding
		if color := t.colorOf(i, cell); colors && color != "" {
			cell = color + cell + "\x1b[0m"
		}
		line.WriteString(cell + strings.Repeat(" ", padding))
	}
	text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

func (t *Table[T]) colorOf(i int, cell string) string {
	if t.Columns[i].Paint == nil {
		return ""
	}
	return t.Columns[i].Paint(cell)
}
