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

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// mergeRequest merges an incident into another of its namespace.
type mergeRequest struct {
	Incident named  `json:"incident"`
	Into     string `json:"into"`
}

// mergeTask returns an error of the kind RefusedError if the operator would refuse.
func (s *Session) mergeTask(r *http.Request) (*actions.MergeTask, error) {
	var asked mergeRequest
	if err := read(r, &asked); err != nil {
		return nil, err
	}
	if asked.Into == "" {
		return nil, badRequest("into must name an incident")
	}
	source, err := s.get(r.Context(), asked.Incident)
	if err != nil {
		return nil, err
	}
	target, err := actions.FindIncident(r.Context(), s.cluster.Client, client.ObjectKey{Namespace: source.Namespace, Name: asked.Into})
	if err != nil {
		return nil, err
	}
	if err := actions.RefuseMerge(source, target, asked.Into); err != nil {
		return nil, err
	}
	return &actions.MergeTask{Client: s.cluster.Client, Source: source, Target: target}, nil
}

func (s *Session) previewMerge(r *http.Request) (*foreseen, error) {
	task, err := s.mergeTask(r)
	if err != nil {
		return nil, err
	}
	found, err := task.Preview(r.Context())
	if err != nil {
		return nil, err
	}
	return &foreseen{
		Namespace: task.Target.Namespace, Name: task.Target.Name, Title: query.TitleOf(task.Target),
		Fields: found.Fields, outcomes: outcomesOf(found.Alerts), Tags: found.Tags,
	}, nil
}

func (s *Session) merge(r *http.Request) (*ended, error) {
	task, err := s.mergeTask(r)
	if err != nil {
		return nil, err
	}
	result, err := task.Do(r.Context(), false)
	if err != nil {
		return nil, err
	}
	line := endedOf(actions.KeyOf(task.Source), result)
	return &line, nil
}
