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

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// takeQueue keeps the cursor on the incident that it is on, wherever that stands now.
func (m Model) takeQueue(q Queue) (Model, []Effect) {
	if q.Serial != m.serial {
		return m, nil // The filter is another one by now.
	}
	m.now, m.away = q.At, q.Away
	if !m.read && !q.Away.IsZero() {
		return m, nil // There is nothing yet in place of the queue before.
	}
	fresh := !m.read
	m.incidents, m.read = q.Incidents, true
	if at := m.indexOf(m.selected); at >= 0 {
		m.at = at
		return m.scrolled().refresh()
	}
	left := m.selected
	if fresh {
		m.at = 0
	}
	m.at = max(0, min(m.at, len(m.incidents)-1))
	m.selected = m.keyAt(m.at)
	if left != "" && left != m.order.Key && !fresh && m.selected != "" {
		m.jumped = left
	}
	m = m.scrolled()
	if m.pane.open {
		return m.refresh() // It goes on showing the one that left.
	}
	return m.rest()
}

// indexOf is where an incident stands, -1 if it is not in the list.
func (m Model) indexOf(key string) int {
	namespace, name, _ := strings.Cut(key, "/")
	for i := range m.incidents {
		if m.incidents[i].Name == name && m.incidents[i].Namespace == namespace {
			return i
		}
	}
	return -1
}

func (m Model) keyAt(at int) string {
	if at < 0 || at >= len(m.incidents) {
		return ""
	}
	return actions.KeyOf(m.incidents[at])
}

// moveTo puts the cursor on a row.
func (m Model) moveTo(at int) (Model, []Effect) {
	m.at = max(0, min(at, len(m.incidents)-1))
	m.selected, m.jumped = m.keyAt(m.at), ""
	return m.scrolled().rest()
}

// scrolled has the cursor on the screen.
func (m Model) scrolled() Model {
	room := m.layout().listRows
	if m.at < m.top {
		m.top = m.at
	}
	if m.at >= m.top+room {
		m.top = m.at - room + 1
	}
	m.top = max(0, min(m.top, len(m.incidents)-room))
	return m
}

// target is the incident that verbs are about, as it is on the screen; nil for none.
func (m Model) target() *v1alpha1.Incident {
	if m.pane.open && m.pane.detail.Incident != nil && m.pane.detail.Key == m.pane.key {
		return m.pane.detail.Incident
	}
	if m.at >= len(m.incidents) {
		return nil
	}
	return m.incidents[m.at]
}
