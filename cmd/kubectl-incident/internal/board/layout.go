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
	"strings"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

const (
	// besideColumns is how wide a screen must be for the pane to stand beside the list. On a narrower one it stands below if
	// so many lines are left there, or else takes the place of the list on Enter.
	besideColumns = 140
	leastBelow    = 10
	// mostSaid is how many lines a message may take.
	mostSaid = 10
	// marked is how wide the mark of the cursor is.
	marked = 2
)

// layout is where everything is on the screen. The first line is the title.
type layout struct {
	// body is how many lines are left for list and pane.
	body int
	// listRows is how many incidents are shown, below a line of heads.
	listColumns, listRows int
	paneColumns, paneRows int
	// beside says that the pane is to the right of the list.
	beside bool
	// said and keys are the last lines.
	said, keys []string
}

func (l layout) hasPane() bool { return l.paneRows > 0 }

func (m Model) layout() layout {
	l := layout{said: m.said(), keys: m.keyLines()}
	l.body = max(2, m.rows-1-len(l.said)-len(l.keys))
	l.listColumns, l.listRows = m.columns, l.body-1
	switch {
	case m.pane.open:
		l.paneColumns, l.paneRows = m.columns, l.body
	case m.columns >= besideColumns:
		l.beside = true
		l.listColumns = m.columns / 2
		l.paneColumns, l.paneRows = m.columns-l.listColumns-len(divider), l.body
	default:
		list := min(max(len(m.incidents), 1), l.body/2-1)
		if below := l.body - 1 - list - 1; below >= leastBelow && len(m.incidents) > 0 {
			l.listRows = list
			l.paneColumns, l.paneRows = m.columns, below
		}
	}
	return l
}

// keyLines say what keys do now.
func (m Model) keyLines() []string {
	switch m.mode {
	case typing:
		return []string{"enter goes on, tab completes, esc leaves it"}
	case filtering, grading:
		return []string{"any other key leaves it"}
	case refused:
		return []string{"F asks for it all the same, any other key leaves it as it is"}
	case confirming:
		return []string{"y does that, any other key leaves it as it is"}
	case helping:
		return []string{"any key goes back"}
	case browsing:
	}
	var items []string
	if m.pane.open {
		items = append(items, "esc back")
	}
	for _, k := range keys() {
		switch {
		case k.label == "":
		case m.pane.open && (k.label == "open" || k.label == "search" || k.label == "filter"):
		default:
			items = append(items, k.shown+" "+k.label)
		}
	}
	return flow(items, m.columns)
}

// flow puts items into lines, whole.
func flow(items []string, columns int) []string {
	const gap = "  "
	var lines []string
	line := ""
	for _, item := range items {
		switch {
		case line == "":
			line = item
		case terminal.WidthOf(line+gap+item) <= columns:
			line += gap + item
		default:
			lines = append(lines, line)
			line = item
		}
	}
	return append(lines, line)
}

// said are the lines above the keys: what is typed or chosen, what is under way, or what was said last.
func (m Model) said() []string {
	var lines []string
	for _, text := range m.message {
		lines = append(lines, terminal.Fold(text, m.columns)...)
	}
	if len(lines) > mostSaid {
		lines = append(lines[:mostSaid-1:mostSaid-1], "and more: the same command in a shell shows all")
	}
	switch {
	case m.mode == typing:
		labels, _ := m.question()
		labels[len(labels)-1] += m.input.View()
		return append(lines, labels...)
	case m.mode == filtering:
		items := []string{"Show what is"}
		for _, c := range quick {
			items = append(items, c.key+" "+c.label)
		}
		return append(lines, flow(items, m.columns)...)
	case m.mode == grading:
		items := []string{"Severity of " + m.order.Words[1]}
		for _, g := range grades {
			items = append(items, g.key+" "+g.label)
		}
		return append(lines, flow(items, m.columns)...)
	case m.mode == refused:
		return append(lines, m.refusal()...)
	case m.busy != "":
		return terminal.Fold(m.busy+" "+terminal.Ellipsis, m.columns)
	case len(lines) == 0:
		return []string{""}
	}
	return lines
}

// question are the lines of the question, and how much room its last line leaves for the answer.
func (m Model) question() (lines []string, room int) {
	const least = 20
	lines = terminal.Fold(m.prompt.label, m.columns)
	if used := terminal.WidthOf(lines[len(lines)-1]) + 1; len(lines) == 1 && used+least < m.columns {
		return []string{lines[0] + " "}, m.columns - used - 1
	}
	return append(lines, "> "), max(1, m.columns-marked-1)
}

// refusal says what stands in the way of an order, beside what its command said.
func (m Model) refusal() []string {
	or := func(value string) string {
		if value == "" {
			return "none"
		}
		return value
	}
	c := m.conflict
	text := "The " + c.Field + " is " + or(c.Theirs) + "."
	if c.Old != c.Theirs {
		text = "You saw " + c.Field + " " + or(c.Old) + "; it is " + or(c.Theirs) + " now."
	}
	asked := "You asked for: " + m.config.Line(m.order)
	return append(terminal.Fold(text, m.columns), terminal.Fold(strings.TrimSpace(asked), m.columns)...)
}
