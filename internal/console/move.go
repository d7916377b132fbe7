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
	"cmp"
	"fmt"
	"net/http"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// moveRequest moves alerts from one incident to another, or to none.
type moveRequest struct {
	Namespace string   `json:"namespace"`
	Alerts    []string `json:"alerts"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	Reason    string   `json:"reason"`
}

func (s *Session) moveTasks(r *http.Request) ([]*actions.MoveTask, error) {
	asked := &moveRequest{}
	if err := read(r, asked); err != nil {
		return nil, err
	}
	if len(asked.Alerts) == 0 || len(asked.Alerts) > maxAlerts {
		return nil, badRequest("choose 1 to %d alerts, not %d", maxAlerts, len(asked.Alerts))
	}
	if err := actions.AtMost("the reason", asked.Reason, actions.MaxReason); err != nil {
		return nil, &requestError{err}
	}
	var target *v1alpha1.Incident
	if asked.To != "" {
		var err error
		target, err = actions.Destination(r.Context(), s.cluster.Client, client.ObjectKey{Namespace: asked.Namespace, Name: asked.To})
		if err != nil {
			return nil, err
		}
	}
	alerts, err := actions.GetAlerts(r.Context(), s.cluster.Client, asked.Namespace, asked.Alerts)
	if err != nil {
		return nil, err
	}
	tasks := make([]*actions.MoveTask, 0, len(alerts))
	for i := range alerts {
		if now := alerts[i].Spec.IncidentRef.Name; now != asked.From {
			return nil, &actions.RefusedError{Reason: fmt.Errorf("alert %s is in %s now", alerts[i].Name, cmp.Or(now, "no incident"))}
		}
		tasks = append(tasks, &actions.MoveTask{Client: s.cluster.Client, Alert: &alerts[i], Target: target, Reason: asked.Reason})
	}
	return tasks, nil
}

func (s *Session) previewMove(r *http.Request) (*outcomes, error) {
	tasks, err := s.moveTasks(r)
	if err != nil {
		return nil, err
	}
	var all []preview.Outcome
	for _, task := range tasks {
		found, err := task.Preview(r.Context())
		if err != nil {
			return nil, err
		}
		all = append(all, found.Alerts...)
	}
	found := outcomesOf(all)
	return &found, nil
}

func (s *Session) move(w http.ResponseWriter, r *http.Request) {
	moves, err := s.moveTasks(r)
	if err != nil {
		fail(w, problemOf(err))
		return
	}
	tasks, names := make([]actions.Task, len(moves)), make([]string, len(moves))
	for i, move := range moves {
		tasks[i], names[i] = move, move.Alert.Name
	}
	do(w, r, tasks, names)
}
