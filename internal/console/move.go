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
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// moveRequest moves alerts from one incident, or from none, to another, to a new one, or to none.
type moveRequest struct {
	Namespace string   `json:"namespace"`
	Alerts    []string `json:"alerts"`
	From      string   `json:"from"`
	To        string   `json:"to"`
	// Create asks for a new incident in place of To.
	Create *newIncident `json:"create,omitempty"`
	Reason string       `json:"reason"`
}

// newIncident is one that is to be created, under a generated name.
type newIncident struct {
	// Title is the name that people give it; empty for the automatic one.
	Title string `json:"title"`
}

// checkNumber bounds how many alerts one request is about.
func checkNumber(alerts []string) error {
	if len(alerts) == 0 || len(alerts) > maxAlerts {
		return badRequest("choose 1 to %d alerts, not %d", maxAlerts, len(alerts))
	}
	return nil
}

func readMove(r *http.Request) (*moveRequest, error) {
	asked := &moveRequest{}
	if err := read(r, asked); err != nil {
		return nil, err
	}
	if err := checkNumber(asked.Alerts); err != nil {
		return nil, err
	}
	if err := actions.AtMost("the reason", asked.Reason, actions.MaxReason); err != nil {
		return nil, &requestError{err}
	}
	if asked.Create == nil {
		return asked, nil
	}
	if asked.To != "" {
		return nil, badRequest("name an incident or create one, not both")
	}
	asked.Create.Title = strings.TrimSpace(asked.Create.Title)
	if err := actions.AtMost("the title", asked.Create.Title, actions.MaxName); err != nil {
		return nil, &requestError{err}
	}
	return asked, nil
}

// tasks move the alerts to an incident that is there, or to none. To a new incident they lead once it is their target.
func (m *moveRequest) tasks(ctx context.Context, c client.WithWatch) ([]*actions.MoveTask, error) {
	var target *v1alpha1.Incident
	if m.To != "" {
		var err error
		if target, err = actions.Destination(ctx, c, client.ObjectKey{Namespace: m.Namespace, Name: m.To}); err != nil {
			return nil, err
		}
	}
	alerts, err := actions.GetAlerts(ctx, c, m.Namespace, m.Alerts)
	if err != nil {
		return nil, err
	}
	tasks := make([]*actions.MoveTask, 0, len(alerts))
	for i := range alerts {
		if now := alerts[i].Spec.IncidentRef.Name; now != m.From {
			return nil, &actions.RefusedError{Reason: fmt.Errorf("alert %s is in %s now", alerts[i].Name, cmp.Or(now, "no incident"))}
		}
		tasks = append(tasks, &actions.MoveTask{Client: c, Alert: &alerts[i], Target: target, Reason: m.Reason})
	}
	return tasks, nil
}

// create makes the incident that is asked for the target of the tasks; nil if none is asked for.
func (m *moveRequest) create(ctx context.Context, c client.Writer, tasks []*actions.MoveTask, dryRun bool) (*v1alpha1.Incident, error) {
	if m.Create == nil {
		return nil, nil
	}
	incident, err := actions.NewDestination(ctx, c, m.Namespace, "", m.Create.Title, dryRun)
	if err != nil {
		return nil, err
	}
	for _, task := range tasks {
		task.Target = incident
	}
	return incident, nil
}

// unnamed stands in a preview for the name of an incident that is still to be created. No incident has such a name.
const unnamed = "(new incident)"

func (s *Session) previewMove(r *http.Request) (*outcomes, error) {
	asked, err := readMove(r)
	if err != nil {
		return nil, err
	}
	tasks, err := asked.tasks(r.Context(), s.cluster.Client)
	if err != nil {
		return nil, err
	}
	created, err := asked.create(r.Context(), s.cluster.Client, tasks, true)
	if err != nil {
		return nil, err
	}
	if created != nil {
		created.Name = unnamed
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

// move answers with a line for each alert. If an incident is created, a line names it first, so that whatever fails then
// can be moved to the same one.
func (s *Session) move(w http.ResponseWriter, r *http.Request) {
	asked, err := readMove(r)
	var moves []*actions.MoveTask
	if err == nil {
		moves, err = asked.tasks(r.Context(), s.cluster.Client)
	}
	var created *v1alpha1.Incident
	if err == nil {
		created, err = asked.create(r.Context(), s.cluster.Client, moves, false)
	}
	if err != nil {
		fail(w, problemOf(err))
		return
	}
	if created != nil {
		w.Header().Set("Content-Type", ndjson)
		_ = json.NewEncoder(w).Encode(ended{Object: created.Name, Ending: actions.Changed, Done: incidentCreated}) // Who asked has gone.
	}
	tasks, names := make([]actions.Task, len(moves)), make([]string, len(moves))
	for i, move := range moves {
		tasks[i], names[i] = move, move.Alert.Name
	}
	do(w, r, tasks, names)
}
