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
	"fmt"
	"net/http"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// logPatience is how long an undo waits for the log to come as far as the incident.
const logPatience = 3 * time.Second

type undoRequest struct {
	Incident named `json:"incident"`
	// Entry is the number of the entry that the person saw as the one to be undone; 0 in a preview.
	Entry int64 `json:"entry"`
}

type undoReply struct {
	// Entry is the number of the entry that is reverted.
	Entry    int64    `json:"entry"`
	Describe string   `json:"describe"`
	Moves    []string `json:"moves,omitempty"`
	To       string   `json:"to,omitempty"`
	foreseen
}

func (s *Session) reversal(r *http.Request) (*actions.Undo, *undo.Reversal, *undoRequest, error) {
	asked := &undoRequest{}
	if err := read(r, asked); err != nil {
		return nil, nil, nil, err
	}
	incident, err := s.get(r.Context(), asked.Incident)
	if err != nil {
		return nil, nil, nil, err
	}
	task := &actions.Undo{Client: s.cluster.Client, Incident: client.ObjectKeyFromObject(incident), Patience: logPatience}
	reversal, err := task.Decide(r.Context())
	return task, reversal, asked, err
}

func (s *Session) previewUndo(r *http.Request) (*undoReply, error) {
	task, reversal, _, err := s.reversal(r)
	if err != nil {
		return nil, err
	}
	reply := &undoReply{Entry: reversal.Entry.Sequence, Describe: reversal.Describe()}
	if reversal.Move != nil {
		reply.Moves, reply.To = reversal.Move.Alerts, reversal.Move.To
		return reply, nil
	}
	found, err := task.Preview(r.Context())
	if err != nil {
		return nil, err
	}
	reply.Fields, reply.outcomes = found.Fields, outcomesOf(found.Alerts)
	return reply, nil
}

func (s *Session) undo(r *http.Request) ([]ended, error) {
	task, reversal, asked, err := s.reversal(r)
	if err != nil {
		return nil, err
	}
	if reversal.Entry.Sequence != asked.Entry {
		return nil, &actions.RefusedError{Reason: fmt.Errorf("it changed meanwhile: the last change is %s now", undo.Describe(reversal.Entry))}
	}
	if reversal.Move == nil {
		result, err := task.Do(r.Context(), false)
		if err != nil {
			return nil, err
		}
		return []ended{endedOf(asked.Incident.Name, result)}, nil
	}
	moves, err := task.Moves(r.Context())
	if err != nil {
		return nil, err
	}
	tasks := make([]actions.Task, len(moves))
	for i, move := range moves {
		tasks[i] = move
	}
	lines := make([]ended, len(moves))
	actions.DoAll(r.Context(), tasks, func(i int, result actions.Result) { lines[i] = endedOf(moves[i].Alert.Name, result) })
	return lines, nil
}
