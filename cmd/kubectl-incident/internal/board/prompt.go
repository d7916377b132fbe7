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
	"strings"

	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// prompt is a question that is answered by a text.
type prompt struct {
	label string
	// text is what is there already.
	text string
	// suggest are texts that tab completes.
	suggest []string
	// optional says that an empty text means something.
	optional bool
	// answers says that a command waits for it.
	answers bool
	done    func(m Model, text string) (Model, []Effect)
}

// newInput has no colors, and takes nothing from the clipboard but what the terminal pastes.
func newInput() textinput.Model {
	input := textinput.New()
	input.Prompt, input.ShowSuggestions = "", true
	input.SetStyles(textinput.Styles{})
	input.KeyMap.Paste.SetEnabled(false)
	return input
}

// ask has the user type a text.
func (m Model) ask(p prompt) Model {
	m.mode, m.prompt, m.message = typing, &p, nil
	m.input.SetValue(p.text)
	m.input.CursorEnd()
	m.input.SetSuggestions(p.suggest)
	m.input.Focus()
	return m.sized()
}

// sized gives the input the room that the label leaves.
func (m Model) sized() Model {
	if m.prompt != nil {
		_, room := m.question()
		m.input.SetWidth(room)
	}
	return m
}

// answerTo hands a text to a command that waits for it.
func answerTo(question string) prompt {
	return prompt{label: question, optional: true, answers: true, done: func(m Model, text string) (Model, []Effect) {
		return m, []Effect{Answer{text}}
	}}
}

func (m Model) typed(pressed tea.KeyPressMsg) (Model, []Effect) {
	switch pressed.String() {
	case "esc":
		m.mode = browsing
		if m.prompt.answers {
			return m, []Effect{Answer{""}}
		}
		return m, nil
	case "tab": // The input itself would keep the letter case in which the beginning was typed.
		if known := m.input.CurrentSuggestion(); known != "" {
			m.input.SetValue(known)
			m.input.CursorEnd()
		}
		return m, nil
	case "enter":
		m.mode = browsing
		text := strings.TrimSpace(m.input.Value())
		if text == "" && !m.prompt.optional {
			return m.say("Nothing was typed, so nothing was changed."), nil
		}
		return m.prompt.done(m, text)
	}
	m.input, _ = m.input.Update(pressed)
	return m, nil
}

// assignees are those that are known, and those of the incidents in the list.
func (m Model) assignees() []string {
	return m.distinct(m.known.Assignees, func(i int) []string { return []string{m.incidents[i].Spec.Assignee} })
}

// tags are those that are known, and those of the incidents in the list. One with a comma is typed in quotes.
func (m Model) tags() []string {
	return slices.DeleteFunc(m.distinct(m.known.Tags, func(i int) []string { return query.TagsOf(m.incidents[i]) }), func(tag string) bool {
		return strings.ContainsAny(tag, `,"`)
	})
}

func (m Model) names() []string {
	return m.distinct(nil, func(i int) []string { return []string{m.incidents[i].Name} })
}

// distinct are texts that are known, and of the incidents, each once and sorted.
func (m Model) distinct(known []string, of func(i int) []string) []string {
	all := slices.Clone(known)
	for i := range m.incidents {
		all = append(all, of(i)...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(text string) bool {
		return text == "" || terminal.Escape(text) != text // Nobody could see that it is suggested.
	})
}

// verdicts are all that an incident may turn out to be, as they are typed.
func verdicts() []string {
	var all []string
	for _, verdict := range classify.Verdicts {
		all = append(all, string(verdict))
		for _, determination := range classify.Fitting(verdict) {
			all = append(all, string(verdict)+"/"+determination)
		}
	}
	return all
}
