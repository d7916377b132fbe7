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

	"github.com/charmbracelet/x/ansi"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

// pane is where one incident is shown in detail.
type pane struct {
	// key is the incident to show; detail may still be that of another.
	key    string
	detail Detail
	// open says that it has the whole screen, of which line is the first one that is shown.
	open bool
	line int
	// lines are what is drawn.
	lines []string

	// serial counts the moves of the cursor, so that only where it rests something is read.
	serial int
	// asked is the version of the incident for which was asked last, and looking says that it is not there yet.
	asked   string
	looking bool
}

// rest waits until the cursor rests before the incident below it is read.
func (m Model) rest() (Model, []Effect) {
	if m.pane.open || m.selected == m.pane.key || !m.layout().hasPane() {
		return m, nil
	}
	m.pane.serial++
	return m, []Effect{Wait{m.pane.serial}}
}

// look asks for the incident below the cursor.
func (m Model) look() (Model, []Effect) {
	if m.selected == "" {
		m.pane = pane{serial: m.pane.serial}
		return m, nil
	}
	m.pane.key, m.pane.asked, m.pane.looking, m.pane.line = m.selected, m.version(m.selected), true, 0
	return m, []Effect{Show{m.pane.key}}
}

// refresh asks again for what the pane shows if it has changed.
func (m Model) refresh() (Model, []Effect) {
	p := &m.pane
	if p.key == "" || p.looking || p.asked == m.version(p.key) {
		return m, nil
	}
	p.asked, p.looking = m.version(p.key), true
	return m, []Effect{Show{p.key}}
}

// version is that of an incident in the list; empty if it is not there.
func (m Model) version(key string) string {
	if at := m.indexOf(key); at >= 0 {
		return m.incidents[at].ResourceVersion
	}
	return ""
}

func (m Model) takeDetail(detail Detail) (Model, []Effect) {
	if detail.Key != m.pane.key {
		return m, nil // The cursor has moved on.
	}
	m.pane.detail, m.pane.looking = detail, false
	return m.redrawn().refresh()
}

// redrawn draws the pane for the room that it has.
func (m Model) redrawn() Model {
	p, room := &m.pane, m.layout()
	switch {
	case p.key == "" || p.detail.Key != p.key || !room.hasPane():
		p.lines = nil
	case p.detail.Err != nil:
		p.lines = terminal.Fold(p.detail.Err.Error(), room.paneColumns)
	default:
		drawn := p.detail.Draw(terminal.Screen{Columns: room.paneColumns, Rows: room.paneRows + 1, Colors: m.config.Colors}, p.open)
		// What is longer than a line, such as the name of a file, goes on in the next. A terminal would see to that by itself.
		p.lines = strings.Split(ansi.Hardwrap(strings.Join(drawn, "\n"), room.paneColumns, true), "\n")
	}
	p.line = max(0, min(p.line, len(p.lines)-room.paneRows))
	return m
}

// opened gives the pane the whole screen.
func (m Model) opened() (Model, []Effect) {
	if m.selected == "" {
		return m, nil
	}
	m.pane.open, m.pane.line = true, 0
	if m.pane.key == m.selected && m.pane.detail.Key == m.selected {
		return m.redrawn(), nil
	}
	return m.look()
}

func (m Model) closed() (Model, []Effect) {
	m.pane.open, m.pane.line = false, 0
	return m.scrolled().redrawn().rest()
}

func (m Model) scrollTo(line int) Model {
	m.pane.line = max(0, min(line, len(m.pane.lines)-m.layout().paneRows))
	return m
}
