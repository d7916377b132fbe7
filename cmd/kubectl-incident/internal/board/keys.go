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
	"slices"

	tea "charm.land/bubbletea/v2"
)

// key is what one key does while the queue or one incident is on the screen.
type key struct {
	// names are those of the key and of its synonyms.
	names []string
	// shown and label stand in the last lines of the screen, help in the help; a label that is empty stands only there.
	shown, label, help string
	press              func(Model) (Model, []Effect)
}

// keys are a function, since the help that lists them is what one of them shows.
func keys() []key {
	return append([]key{
		{[]string{"j", "down"}, "j/k", "move", "down and up, also by the arrows; in an open incident, line by line", Model.down},
		{[]string{"k", "up"}, "", "", "", Model.up},
		{[]string{"g", "home"}, "g/G", "", "to the first, to the last", Model.first},
		{[]string{"G", "end"}, "", "", "", Model.last},
		{[]string{"pgdown", "ctrl+f", "space"}, "PgDn", "", "a screen further; PgUp back", Model.pageDown},
		{[]string{"pgup", "ctrl+b"}, "", "", "", Model.pageUp},
		{[]string{"enter"}, "enter", "open", "show all of the incident; esc closes it", Model.opened},
		{[]string{"/"}, "/", "search", "only what has a text, also in alerts and comments; empty for all", Model.search},
		{[]string{"f"}, "f", "filter", "by owner, state or severity", Model.chooseFilter},
	}, append(verbs(), []key{
		{[]string{"y"}, "y", "copy", "copy the name, and say the command that shows the incident", Model.yank},
		{[]string{"?"}, "?", "help", "this page", Model.help},
		{[]string{"q", "ctrl+c"}, "q", "quit", "end the board", Model.quit},
		{[]string{"esc"}, "", "", "", Model.escape},
		{[]string{"ctrl+z"}, "", "", "", func(m Model) (Model, []Effect) { return m, []Effect{Suspend{}} }},
	}...)...)
}

// press does what a key means now.
func (m Model) press(pressed tea.KeyPressMsg) (Model, []Effect) {
	name := pressed.String()
	if name == "ctrl+c" {
		return m.quit()
	}
	switch m.mode {
	case typing:
		return m.typed(pressed)
	case filtering:
		return m.filtered(name)
	case grading:
		return m.graded(name)
	case refused, confirming:
		return m.decided(name)
	case helping:
		m.mode = browsing
		return m, nil
	case browsing:
	}
	return m.browse(name)
}

// decided takes the answer to what was refused or shown first; any other key leaves it.
func (m Model) decided(name string) (Model, []Effect) {
	asked := m.mode
	m.mode, m.message = browsing, nil
	switch {
	case asked == refused && name == "F":
		return m.do(m.order.force())
	case asked == confirming && name == "y":
		return m.do(m.order)
	}
	return m, nil
}

// browse does what a key means in the queue or an incident.
func (m Model) browse(name string) (Model, []Effect) {
	said := len(m.message) > 0
	m.message = nil
	m = m.scrolled()
	if name == "esc" && said && m.busy == "" {
		return m, nil // The message was what was to go.
	}
	for _, k := range keys() {
		if slices.Contains(k.names, name) {
			return k.press(m)
		}
	}
	return m, nil
}

func (m Model) down() (Model, []Effect) { return m.step(1) }

func (m Model) up() (Model, []Effect) { return m.step(-1) }

func (m Model) pageDown() (Model, []Effect) { return m.step(m.page()) }

func (m Model) pageUp() (Model, []Effect) { return m.step(-m.page()) }

// page is how far a page goes: one line of it stays.
func (m Model) page() int {
	room := m.layout()
	if m.pane.open {
		return max(1, room.paneRows-1)
	}
	return max(1, room.listRows-1)
}

func (m Model) step(lines int) (Model, []Effect) {
	if m.pane.open {
		return m.scrollTo(m.pane.line + lines), nil
	}
	return m.moveTo(m.at + lines)
}

func (m Model) first() (Model, []Effect) {
	if m.pane.open {
		return m.scrollTo(0), nil
	}
	return m.moveTo(0)
}

func (m Model) last() (Model, []Effect) {
	if m.pane.open {
		return m.scrollTo(len(m.pane.lines)), nil
	}
	return m.moveTo(len(m.incidents) - 1)
}

// escape goes one step back: it ends a command, or closes the incident.
func (m Model) escape() (Model, []Effect) {
	switch {
	case m.busy != "":
		return m, []Effect{Abandon{}}
	case m.pane.open:
		return m.closed()
	}
	return m, nil
}

func (m Model) help() (Model, []Effect) {
	m.mode = helping
	return m, nil
}

func (m Model) quit() (Model, []Effect) { return m, []Effect{Quit{}} }

func (m Model) chooseFilter() (Model, []Effect) {
	m.mode = filtering
	return m, nil
}

// filtered takes the second key of a quick filter; any other one changes nothing.
func (m Model) filtered(name string) (Model, []Effect) {
	m.mode = browsing
	for _, c := range quick {
		if c.key == name {
			filter := m.filter
			c.set(&filter)
			return m.reading(filter)
		}
	}
	return m, nil
}

func (m Model) search() (Model, []Effect) {
	return m.ask(prompt{
		label: "Search: ", text: m.filter.Search, optional: true,
		done: func(m Model, text string) (Model, []Effect) {
			filter := m.filter
			filter.Search = text
			return m.reading(filter)
		},
	}), nil
}

func (m Model) yank() (Model, []Effect) {
	incident := m.target()
	if incident == nil {
		return m.say("There is no incident here."), nil
	}
	order := orderOn(incident, "show")
	return m.say("Copied " + incident.Name + ". To see it elsewhere: " + m.config.Line(order)), []Effect{Copy{incident.Name}}
}

func (m Model) say(text string) Model {
	m.message = []string{text}
	return m
}
