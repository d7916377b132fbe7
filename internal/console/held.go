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

package console

import (
	"net/http"

	"github.com/incident-operator/incident-operator/internal/actions"
)

// heldRequest resolves alerts that arrived after the resolution of their incident: those that the person saw.
type heldRequest struct {
	Incident named    `json:"incident"`
	Alerts   []string `json:"alerts"`
	Note     string   `json:"note"`
}

func (s *Session) heldTasks(r *http.Request) ([]*actions.AlertTask, error) {
	var asked heldRequest
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	if err := checkNumber(asked.Alerts); err != nil {
		return nil, err
	}
	if err := actions.AtMost("the note", asked.Note, actions.MaxNote); err != nil {
		return nil, &requestError{err}
	}
	incident, err := s.get(r.Context(), asked.Incident)
	if err != nil {
		return nil, err
	}
	return actions.ResolveHeld(r.Context(), s.cluster.Client, incident, asked.Alerts, asked.Note)
}

func (s *Session) resolveHeld(w http.ResponseWriter, r *http.Request) {
	found, err := s.heldTasks(r)
	if err != nil {
		fail(w, problemOf(err))
		return
	}
	tasks, names := make([]actions.Task, len(found)), make([]string, len(found))
	for i, task := range found {
		tasks[i], names[i] = task, task.Alert.Name
	}
	do(w, r, tasks, names)
}
