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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// verbs are the keys that change an incident. Each runs a command of the plugin.
func verbs() []key {
	return []key{
		{[]string{"t"}, "t", "take", "make it yours", onTarget(func(m Model, i *v1alpha1.Incident) (Model, []Effect) {
			return m.do(forced(orderOn(i, "take")))
		})},
		{[]string{"a"}, "a", "assign", "give it to somebody; - takes the owner away", onTarget(assign)},
		{[]string{"s"}, "s", "severity", "pin its severity, or let it follow the alerts again", onTarget(grade)},
		{[]string{"p"}, "p", "in progress", "say that it is being worked on", onTarget(func(m Model, i *v1alpha1.Incident) (Model, []Effect) {
			return m.do(forced(orderOn(i, "start")))
		})},
		{[]string{"r"}, "r", "resolve", "resolve it and its alerts; asks for a note", onTarget(resolve)},
		{[]string{"o"}, "o", "reopen", "open it again (f r shows what is resolved)", onTarget(func(m Model, i *v1alpha1.Incident) (Model, []Effect) {
			return m.do(forced(orderOn(i, "reopen")))
		})},
		{[]string{"v"}, "v", "verdict", "say what it turned out to be", onTarget(judge)},
		{[]string{"l"}, "l", "tag", "tag it; - in front takes a tag away", onTarget(tag)},
		{[]string{"c"}, "c", "comment", "say something about it", onTarget(comment)},
		{[]string{"m"}, "m", "merge", "merge it into another one; says what that means, and asks", onTarget(merge)},
		{[]string{"u"}, "u", "undo", "undo what was last changed here or, if nothing was, on this incident", Model.undo},
	}
}

// onTarget refuses a verb if there is nothing for it to be about, or if what it is about may not be what the user looks at.
func onTarget(verb func(Model, *v1alpha1.Incident) (Model, []Effect)) func(Model) (Model, []Effect) {
	return func(m Model) (Model, []Effect) {
		incident := m.target()
		switch {
		case m.busy != "":
			return m, nil
		case !m.read && m.serial > 0 && !m.pane.open:
			return m.say("The list of another filter is still being read: press again once it is there."), nil
		case incident == nil:
			return m.say("There is no incident here."), nil
		case m.jumped != "" && !m.pane.open:
			_, left, _ := strings.Cut(m.jumped, "/")
			m.jumped = ""
			return m.say(fmt.Sprintf("%s left the list, so that the cursor is on %s now: press again if you mean that one.", left, incident.Name)), nil
		}
		return verb(m, incident)
	}
}

// orderOn is a command about an incident.
func orderOn(incident *v1alpha1.Incident, command string, arguments ...string) Order {
	return Order{Words: append([]string{command, incident.Name}, arguments...), Key: actions.KeyOf(incident), Seen: incident}
}

func forced(order Order) Order {
	order.Forces = true
	return order
}

func assign(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	return m.ask(prompt{
		label: "Assign " + incident.Name + " to (a user, me, or - for nobody): ", suggest: append([]string{"me"}, m.assignees()...),
		done: func(m Model, text string) (Model, []Effect) {
			if text == "-" {
				return m.do(forced(orderOn(incident, "unassign")))
			}
			return m.do(forced(orderOn(incident, "assign", "--to="+text)))
		},
	}), nil
}

func resolve(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	return m.ask(prompt{
		label: "Resolve " + incident.Name + ", with this note: ", optional: true,
		done: func(m Model, text string) (Model, []Effect) {
			if text == "" {
				return m.do(forced(orderOn(incident, "resolve")))
			}
			return m.do(forced(orderOn(incident, "resolve", "--note="+text)))
		},
	}), nil
}

func judge(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	return m.ask(prompt{
		label: "Verdict on " + incident.Name + " (VERDICT/DETERMINATION): ", suggest: verdicts(),
		done: func(m Model, text string) (Model, []Effect) {
			return m.do(forced(orderOn(incident, "classify", "--as="+text)))
		},
	}), nil
}

func tag(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	return m.ask(prompt{
		label: "Tags for " + incident.Name + ": ", suggest: m.tags(),
		done: func(m Model, text string) (Model, []Effect) {
			if off, remove := strings.CutPrefix(text, "-"); remove {
				return m.do(forced(orderOn(incident, "untag", "--remove="+off)))
			}
			return m.do(forced(orderOn(incident, "tag", "--add="+text)))
		},
	}), nil
}

func comment(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	return m.ask(prompt{
		label: "Comment on " + incident.Name + ": ",
		done: func(m Model, text string) (Model, []Effect) {
			if strings.HasPrefix(text, "-") { // It is no flag.
				return m.do(orderOn(incident, "comment", "--", text))
			}
			return m.do(orderOn(incident, "comment", text))
		},
	}), nil
}

func merge(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	return m.ask(prompt{
		label: "Merge " + incident.Name + " into: ", suggest: m.names(),
		done: func(m Model, text string) (Model, []Effect) {
			order := orderOn(incident, "merge", "--into="+text)
			order.Follows = true
			return m.do(order)
		},
	}), nil
}

// undo is about what was changed here last, wherever the cursor is: what was resolved has left the list.
func (m Model) undo() (Model, []Effect) {
	key := m.changed
	if key == "" {
		incident := m.target()
		if incident == nil {
			return m.say("There is no incident here."), nil
		}
		key = actions.KeyOf(incident)
	}
	if m.busy != "" {
		return m, nil
	}
	_, name, _ := strings.Cut(key, "/")
	return m.do(Order{Words: []string{"undo", name, "--dry-run"}, Key: key, Then: &Order{Words: []string{"undo", name}, Key: key}})
}

// grades are the severities by their keys; computed is none.
var grades = []struct{ key, label, level string }{
	{"c", "Critical", "Critical"},
	{"h", "High", "High"},
	{"m", "Medium", "Medium"},
	{"l", "Low", "Low"},
	{"i", "Informational", "Informational"},
	{"x", "what its alerts say", "computed"},
}

func grade(m Model, incident *v1alpha1.Incident) (Model, []Effect) {
	m.mode, m.order = grading, forced(orderOn(incident, "severity"))
	return m, nil
}

// graded takes the key of a severity; any other one changes nothing.
func (m Model) graded(name string) (Model, []Effect) {
	m.mode = browsing
	for _, g := range grades {
		if g.key == name {
			order := m.order
			order.Words = append(order.Words, "--to="+g.level)
			return m.do(order)
		}
	}
	return m, nil
}
