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
	"regexp"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// indent is how far what belongs to a head stands to the right of it.
const indent = 2

// page collects what is shown of one thing, in lines that fit the screen. Elsewhere than on a terminal nothing is folded,
// and each fact has a line of its own.
type page struct {
	screen terminal.Screen
	zone   *time.Location
	now    time.Time
	// toSeeAll is what shows what is left out for want of room.
	toSeeAll string
	lines    []string
}

func (p *plugin) newPage(now time.Time) *page {
	return &page{screen: terminal.ScreenOf(p.Out), zone: p.zone(), now: now, toSeeAll: "--full"}
}

func (p *page) print(out *plugin) {
	terminal.PrintLine(out.Out, strings.Join(p.lines, "\n"))
}

// painted are the escape sequences that color a text.
var painted = regexp.MustCompile("\x1b\\[[0-9;]*m")

// fits says whether the page needs no scrolling. The prompt needs a line too, and what is wider than the screen several.
func (p *page) fits() bool {
	taken := 1
	for _, line := range p.lines {
		width := terminal.WidthOf(painted.ReplaceAllString(line, ""))
		taken += 1 + max(0, width-1)/max(1, p.screen.Columns)
	}
	return p.screen.Rows == 0 || taken <= p.screen.Rows
}

// fact is one thing that is known. A fact without value is not shown.
type fact struct {
	name, value string
	// color is the escape sequence that colors the value on a terminal, "" for none.
	color string
}

const nameWidth = 16

// facts shows facts: on a terminal several in a line, as many as fit; elsewhere each in its own, aligned.
func (p *page) facts(facts []fact) {
	line, used := "", 0
	for _, f := range facts {
		if f.value == "" {
			continue
		}
		value := terminal.Escape(f.value)
		if p.screen.Columns == 0 {
			p.lines = append(p.lines, f.name+":"+strings.Repeat(" ", max(1, nameWidth-1-len(f.name)))+value)
			continue
		}
		width := terminal.WidthOf(f.name) + 2 + terminal.WidthOf(value)
		if used > 0 && used+terminal.ColumnGap+width > p.screen.Columns {
			p.lines = append(p.lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+strings.Repeat(" ", terminal.ColumnGap), used+terminal.ColumnGap
		}
		if width > p.screen.Columns { // Alone in its line, and longer than it.
			p.lines = append(p.lines, terminal.Fold(f.name+": "+f.value, p.screen.Columns)...)
			continue
		}
		line, used = line+f.name+": "+p.paint(value, f.color), used+width
	}
	if used > 0 {
		p.lines = append(p.lines, line)
	}
}

func (p *page) paint(text, color string) string {
	if color == "" || !p.screen.Colors {
		return text
	}
	return color + text + "\x1b[0m"
}

// head begins a section.
func (p *page) head(text string) {
	if len(p.lines) > 0 && (p.screen.Rows == 0 || p.screen.Rows >= roomyRows) {
		p.lines = append(p.lines, "")
	}
	p.lines = append(p.lines, p.paint(text, bold))
}

const (
	bold = "\x1b[1m"
	// roomyRows is how high a screen must be for empty lines between sections.
	roomyRows = 30
)

// prose shows a text of several lines below a head, folded at word ends; of more than so many lines it says how many are
// left out. 0 shows all.
func (p *page) prose(text string, most int) {
	lines := terminal.Fold(text, p.width(indent))
	left := 0
	if most > 0 && len(lines) > most {
		left, lines = len(lines)-most, lines[:most]
	}
	for _, line := range lines {
		p.indented(line)
	}
	if left > 0 {
		p.indented(counting(left, "more line") + ": " + p.toSeeAll)
	}
}

func (p *page) indented(line string) {
	p.lines = append(p.lines, strings.TrimRight(strings.Repeat(" ", indent)+line, " "))
}

// width is how much of a line is left behind so many cells; 0 for no end.
func (p *page) width(taken int) int {
	if p.screen.Columns == 0 {
		return 0
	}
	return max(1, p.screen.Columns-taken)
}

// listed shows items behind a label, as many in a line as fit. Items stay whole.
func (p *page) listed(label string, labelWidth int, items []string) {
	first := strings.Repeat(" ", indent) + label + strings.Repeat(" ", max(0, labelWidth-terminal.WidthOf(label))+indent)
	if len(items) == 0 {
		p.lines = append(p.lines, strings.TrimRight(first, " "))
		return
	}
	below := strings.Repeat(" ", indent+labelWidth+indent)
	line, used := first, 0
	room := p.width(terminal.WidthOf(first))
	for i, item := range items {
		item = terminal.Escape(item)
		if i < len(items)-1 {
			item += ","
		}
		width := terminal.WidthOf(item)
		if room > 0 && width > room { // It gets a line of its own, further to the left.
			if used > 0 || line == first {
				p.lines = append(p.lines, strings.TrimRight(line, " "))
			}
			p.lines = append(p.lines, strings.Repeat(" ", 2*indent)+item)
			line, used = below, 0
			continue
		}
		if room > 0 && used > 0 && used+1+width > room {
			p.lines = append(p.lines, line)
			line, used = below, 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+item, used+width
	}
	if used > 0 {
		p.lines = append(p.lines, line)
	}
}

// rows shows a table.
func rows[T any](p *page, columns []table.Column[T], things []T) {
	var text strings.Builder
	(&table.Table[T]{Out: &text, Screen: p.screen, Columns: columns}).Print(things, p.now)
	p.lines = append(p.lines, strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")...)
}
