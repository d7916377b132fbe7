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

package board

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// How the board is painted. The cursor and the title have no color, so that they are seen where there is none.
const (
	reversed = "\x1b[7m"
	bold     = "\x1b[1m"
	plain    = "\x1b[0m"
	divider  = " | "
)

// View is the text on the screen, as many lines as it has.
func (m Model) View() string {
	room := m.layout()
	lines := []string{bold + m.title() + plain}
	switch {
	case m.mode == helping:
		lines = append(lines, m.helpLines()...)
	case m.pane.open:
		lines = append(lines, m.paneLines(room)...)
	default:
		lines = append(lines, m.listLines(room)...)
	}
	for len(lines) < 1+room.body {
		lines = append(lines, "")
	}
	lines = append(lines[:1+room.body], room.said...)
	lines = append(lines, room.keys...)
	for i, line := range lines {
		if m.config.ASCII {
			line = terminal.ToASCII(line)
		}
		lines[i] = ansi.Truncate(line, m.columns, "")
	}
	return strings.Join(lines[:min(len(lines), m.rows)], "\n")
}

// title says what is in the list, and whether that is how it is now.
func (m Model) title() string {
	what := fmt.Sprintf("%s: %d incidents, %s", m.config.Place, len(m.incidents), m.filter.words())
	if len(m.incidents) == 1 {
		what = fmt.Sprintf("%s: 1 incident, %s", m.config.Place, m.filter.words())
	}
	if m.config.Flags != "" {
		what += ", " + m.config.Flags
	}
	state := m.now.In(m.config.Zone).Format("15:04:05 MST")
	switch {
	case m.failed:
		state = "not followed any more: f q reads it again"
	case !m.away.IsZero():
		state = "the API server does not answer since " + m.away.In(m.config.Zone).Format("15:04:05")
	case !m.read:
		state = "reading" + terminal.Ellipsis
	}
	what = terminal.Cut(terminal.Escape(what), max(1, m.columns-terminal.WidthOf(state)-marked))
	return padded(what, m.columns-terminal.WidthOf(state)) + state
}

// listLines are the list, and the pane if it has room beside or below.
func (m Model) listLines(room layout) []string {
	list := m.rowsIn(room)
	pane := m.paneLines(room)
	switch {
	case room.beside:
		for i := range room.body {
			var left, right string
			if i < len(list) {
				left = list[i]
			}
			if i < len(pane) {
				right = pane[i]
			}
			left = padded(ansi.Truncate(left, room.listColumns, ""), room.listColumns) + divider + right
			if i < len(list) {
				list[i] = left
			} else {
				list = append(list, left)
			}
		}
	case room.hasPane():
		for len(list) < 1+room.listRows {
			list = append(list, "")
		}
		list = append(append(list, strings.Repeat("-", m.columns)), pane...)
	}
	return list
}

// rowsIn are the heads and the rows that are on the screen, with a mark at the cursor.
func (m Model) rowsIn(room layout) []string {
	if len(m.incidents) == 0 {
		if !m.read {
			return nil
		}
		return []string{"", terminal.Escape("  Nothing here is " + m.filter.words() + ". f x takes the filter away.")}
	}
	end := min(m.top+room.listRows, len(m.incidents))
	screen := terminal.Screen{Columns: room.listColumns - marked, Colors: m.config.Colors}
	head, rows := m.config.Table(m.incidents[m.top:end], screen, m.now)
	lines := []string{"  " + head}
	for i, row := range rows {
		if m.top+i == m.at {
			lines = append(lines, reversed+padded(ansi.Truncate("> "+ansi.Strip(row), room.listColumns, ""), room.listColumns)+plain)
			continue
		}
		lines = append(lines, "  "+row)
	}
	return lines
}

func (m Model) paneLines(room layout) []string {
	if !room.hasPane() {
		return nil
	}
	if m.pane.lines == nil && m.pane.looking {
		return []string{"reading" + terminal.Ellipsis}
	}
	end := min(m.pane.line+room.paneRows, len(m.pane.lines))
	return append([]string(nil), m.pane.lines[min(m.pane.line, end):end]...)
}

func (m Model) helpLines() []string {
	lines := []string{""}
	for _, k := range keys() {
		if k.help != "" {
			lines = append(lines, fmt.Sprintf("  %-6s %s", k.shown, k.help))
		}
	}
	return append(lines, "", "  Every change is a command of kubectl incident, with its refusals and its undo.")
}

// padded fills a text up to so many columns.
func padded(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-ansi.StringWidth(text)))
}
