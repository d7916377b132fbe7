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
	"fmt"
	"strings"

	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// evidence shows a line for each kind, or as many as its things need.
func (p *page) evidence(groups []view.Group, d detail) {
	if len(groups) == 0 {
		return
	}
	p.head("Evidence")
	width := 0
	for _, group := range groups {
		width = max(width, len(group.Kind))
	}
	for i, group := range groups {
		if d.kinds > 0 && i == d.kinds {
			p.indented(grouped(len(groups)-i) + " more kinds: " + p.toSeeAll)
			return
		}
		var items []string
		for i := range group.Things {
			if d.things > 0 && i == d.things {
				items = append(items, grouped(len(group.Things)-i)+" more")
				break
			}
			items = append(items, thingText(&group.Things[i], d.brief))
		}
		p.listed(string(group.Kind), width, items)
	}
}

// thingText names a thing with its part in it, such as "web-1 (3: 2 Affected, 1 Source)", or briefly "web-1 (3)".
func thingText(thing *view.Thing, brief bool) string {
	name := thing.Name
	if thing.Namespace != "" {
		name = thing.Namespace + "/" + name
	}
	if brief {
		return withCount(name, thing.Alerts)
	}
	var said []string
	for _, role := range thing.Roles {
		if role.Alerts == thing.Alerts {
			said = append(said, string(role.Role))
		} else {
			said = append(said, grouped(role.Alerts)+" "+string(role.Role))
		}
	}
	if len(said) == 0 {
		return withCount(name, thing.Alerts)
	}
	return fmt.Sprintf("%s (%s: %s)", name, grouped(thing.Alerts), strings.Join(said, ", "))
}

func (p *page) tactics(tactics []view.Tactic, most int) {
	if len(tactics) == 0 {
		return
	}
	p.head("Tactics and techniques")
	labels, width := make([]string, len(tactics)), 0
	for i, tactic := range tactics {
		labels[i] = withCount(naming.Sentence(tactic.Category), tactic.Alerts)
		width = max(width, len(labels[i]))
	}
	for i, tactic := range tactics {
		var items []string
		for j, technique := range tactic.Techniques {
			if most > 0 && j == 2*most { // They are short.
				items = append(items, grouped(len(tactic.Techniques)-j)+" more")
				break
			}
			items = append(items, withCount(technique.Text, technique.Alerts))
		}
		p.listed(labels[i], width, items)
	}
}

// briefTactics leaves out techniques.
func (p *page) briefTactics(tactics []view.Tactic) {
	if len(tactics) == 0 {
		return
	}
	items := make([]string, 0, len(tactics))
	for _, tactic := range tactics {
		items = append(items, withCount(naming.Sentence(tactic.Category), tactic.Alerts))
	}
	p.listed("Tactics:", 0, items)
}
