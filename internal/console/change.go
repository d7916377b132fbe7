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
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/incident-operator/incident-operator/internal/actions"
)

const (
	// ndjson is the type of answers of several lines.
	ndjson = "application/x-ndjson"
	// incidentCreated is what was done to an incident to which alerts are moved.
	incidentCreated = "created"
)

// ended is how a change of one object ended: a line of the answer.
type ended struct {
	Object string `json:"object"`
	// UID is that of an incident, by which a page may ask for the same again; empty for alerts.
	UID    string         `json:"uid,omitempty"`
	Ending actions.Ending `json:"ending"`
	Done   string         `json:"done,omitempty"`
	// Problem is why it failed.
	Problem   *problem   `json:"problem,omitempty"`
	Conflicts []conflict `json:"conflicts,omitempty"`
}

func endedOf(object string, result actions.Result) ended {
	line := ended{Object: object, Ending: result.Ending, Done: result.Done}
	if result.Err == nil {
		return line
	}
	p := problemOf(result.Err)
	line.Problem = &p
	var meanwhile *conflictError
	if errors.As(result.Err, &meanwhile) {
		line.Conflicts = meanwhile.conflicts
	}
	return line
}

func (s *Session) change(w http.ResponseWriter, r *http.Request) {
	var asked changeRequest
	err := read(r, &asked)
	if err == nil {
		err = asked.Edit.check()
	}
	ctx, end := r.Context(), func() {}
	if err == nil {
		ctx, end, err = s.runs.begin(ctx, asked.Run)
	}
	defer end()
	var targets []target
	if err == nil {
		targets, err = s.targetsOf(ctx, asked.chosen, asked.Edit.change())
	}
	if err != nil && errors.Is(context.Cause(ctx), errStopped) {
		err = &actions.RefusedError{Reason: errStopped}
	}
	if err != nil {
		fail(w, problemOf(err))
		return
	}
	tasks := make([]actions.Task, len(targets))
	for i := range targets {
		tasks[i] = targets[i].task
	}
	doAll(ctx, w, tasks, func(i int, result actions.Result) ended {
		line := endedOf(actions.KeyOf(targets[i].incident), result)
		line.UID = string(targets[i].incident.UID)
		return line
	})
}

// do does tasks and answers with a line as each ends. If the person leaves, no more are begun.
func do(w http.ResponseWriter, r *http.Request, tasks []actions.Task, names []string) {
	doAll(r.Context(), w, tasks, func(i int, result actions.Result) ended { return endedOf(names[i], result) })
}

// doAll does tasks and answers with the line of each as it ends. When the context ends, no more are begun.
func doAll(ctx context.Context, w http.ResponseWriter, tasks []actions.Task, lineOf func(i int, result actions.Result) ended) {
	w.Header().Set("Content-Type", ndjson)
	out := json.NewEncoder(w)
	flusher := http.NewResponseController(w)
	actions.DoAll(ctx, tasks, func(i int, result actions.Result) {
		_ = out.Encode(lineOf(i, result)) // Who asked has gone.
		_ = flusher.Flush()
	})
}
