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
	"time"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// Config is what a board is told once.
type Config struct {
	// Place is where the incidents are, such as the name of a namespace; Flags are what selects them beside the filter.
	Place, Flags string
	Filter       Filter
	Zone         *time.Location
	// Colors says that the terminal has colors, ASCII that it shows nothing else.
	Colors, ASCII bool
	// Table returns the heads and a row for each incident, for so many columns of a screen.
	Table func(incidents []*v1alpha1.Incident, screen terminal.Screen, now time.Time) (head string, rows []string)
	// Line is a command as a user types it.
	Line func(order Order) string
}

// Model is the state of a board.
type Model struct {
	config        Config
	columns, rows int
	now           time.Time

	filter    Filter
	serial    int // of the last Read
	read      bool
	incidents []*v1alpha1.Incident
	away      time.Time
	// failed says that the list is not followed any more.
	failed bool
	known  Known

	// selected is the key of an incident, at is where it stands, and top is the first row that is shown.
	selected string
	at, top  int
	// jumped is the incident that left the list under the cursor; verbs wait until the user has seen that.
	jumped string

	pane pane

	mode     mode
	input    textinput.Model
	prompt   *prompt
	order    Order  // that is under way, that was refused, or that waits for a yes
	busy     string // what is under way; empty if nothing is
	message  []string
	conflict *actions.ConflictError
	// changed is the incident that was last changed here.
	changed string
}

// mode is what keys mean.
type mode int

const (
	browsing mode = iota
	typing        // a text for a prompt
	filtering
	grading // a severity is chosen
	refused // by a conflict
	confirming
	helping
)

// New is a board before it has read anything, and what it reads first.
func New(config Config) (Model, []Effect) {
	m := Model{config: config, filter: config.Filter, input: newInput(), columns: 80, rows: 24}
	return m, []Effect{Read{Filter: m.filter, Serial: m.serial}}
}

// Update takes a message: of the user, of what is read, or of a command.
func (m Model) Update(msg tea.Msg) (Model, []Effect) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.columns, m.rows = msg.Width, msg.Height
		return m.scrolled().redrawn().sized().rest()
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		if m.mode == typing {
			m.input, _ = m.input.Update(msg)
		}
		return m, nil
	case Said, Asked, Ended:
		return m.hear(msg)
	}
	return m.see(msg)
}

// see takes what was read.
func (m Model) see(msg tea.Msg) (Model, []Effect) {
	switch msg := msg.(type) {
	case Queue:
		return m.takeQueue(msg)
	case Failed:
		if msg.Serial == m.serial {
			m.failed = true
			m.message = []string{"The queue cannot be read: " + terminal.Escape(msg.Err.Error())}
		}
	case Clock:
		m.now = msg.At
	case Known:
		m.known = msg
	case Rested:
		if msg.Serial == m.pane.serial {
			return m.look()
		}
	case Detail:
		return m.takeDetail(msg)
	}
	return m, nil
}

// hear takes what a command says.
func (m Model) hear(msg tea.Msg) (Model, []Effect) {
	switch msg := msg.(type) {
	case Said:
		if m.busy != "" {
			m.busy = msg.Text
		} else {
			m.message = []string{msg.Text}
		}
	case Asked:
		return m.ask(answerTo(msg.Text)), nil
	case Ended:
		return m.takeEnd(msg)
	}
	return m, nil
}

// takeEnd says how a command ended, and what may be done about a refusal.
func (m Model) takeEnd(end Ended) (Model, []Effect) {
	if m.mode == typing && m.prompt.answers {
		m.mode = browsing // Nobody waits for the answer any more.
	}
	m.busy, m.message = "", end.Lines
	if end.Done && end.Order.Then == nil {
		m.changed = end.Order.Key
	}
	switch {
	case end.Conflict != nil && end.Order.Forces:
		m.mode, m.order, m.conflict = refused, end.Order, end.Conflict
	case end.Done && end.Order.Then != nil:
		m.mode, m.order = confirming, *end.Order.Then
	}
	return m, nil
}

// do asks for a command, one at a time.
func (m Model) do(order Order) (Model, []Effect) {
	m.mode, m.message, m.jumped = browsing, nil, ""
	m.busy, m.order = m.config.Line(order), order
	return m, []Effect{Do{order}}
}

// reading asks for the queue of another filter. The one before stays until that is there.
func (m Model) reading(filter Filter) (Model, []Effect) {
	m.mode = browsing
	if filter.equal(m.filter) && !m.failed {
		return m, nil
	}
	m.filter, m.read, m.failed, m.message = filter, false, false, nil
	m.serial++
	return m, []Effect{Read{Filter: filter, Serial: m.serial}}
}
