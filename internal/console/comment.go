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

type commentRequest struct {
	Incident named  `json:"incident"`
	Text     string `json:"text"`
}

func (s *Session) comment(r *http.Request) (*ended, error) {
	var asked commentRequest
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	if asked.Text == "" {
		return nil, badRequest("the text is empty")
	}
	if err := actions.AtMost("the text", asked.Text, actions.MaxComment); err != nil {
		return nil, &requestError{err}
	}
	incident, err := s.get(r.Context(), asked.Incident)
	if err != nil {
		return nil, err
	}
	task := actions.NewComment(s.cluster.Client, incident, asked.Text)
	result, err := task.Do(r.Context(), false)
	if err != nil {
		return nil, err
	}
	line := endedOf(task.Comment.Name, result)
	return &line, nil
}
