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
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
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
