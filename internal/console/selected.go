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
	"net/url"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// maxSelected is how many incidents one request changes.
const maxSelected = 5000

// chosen says which incidents a person means: those named, or all that an address selects but for some.
type chosen struct {
	Incidents []named `json:"incidents,omitempty"`
	// Query is the query part of the address of a queue.
	Query  *string  `json:"query,omitempty"`
	Except []string `json:"except,omitempty"`
}

// named is an incident as the person saw it; the UID tells it from another that was created with its name.
type named struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	UID       string `json:"uid"`
}

// changeTasks returns what changes the incidents that are chosen, one task each.
func (s *Session) changeTasks(ctx context.Context, c chosen, change actions.Change) ([]*actions.ChangeTask, error) {
	if c.Query != nil {
		return s.tasksOfQuery(ctx, c, change)
	}
	if len(c.Incidents) == 0 || len(c.Incidents) > maxSelected {
		return nil, badRequest("choose 1 to %d incidents, not %d", maxSelected, len(c.Incidents))
	}
	tasks := make([]*actions.ChangeTask, 0, len(c.Incidents))
	for _, one := range c.Incidents {
		incident, err := s.get(ctx, one)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, &actions.ChangeTask{Client: s.cluster.Client, Incident: incident, Change: change})
	}
	return tasks, nil
}

// get reads an incident, which must be the one that the person saw.
func (s *Session) get(ctx context.Context, one named) (*v1alpha1.Incident, error) {
	incident := &v1alpha1.Incident{}
	if err := s.cluster.Client.Get(ctx, client.ObjectKey{Namespace: one.Namespace, Name: one.Name}, incident); err != nil {
		return nil, err
	}
	if one.UID != "" && string(incident.UID) != one.UID {
		return nil, kube.ErrDeleted
	}
	return incident, nil
}

// readSelection is what the query part of an address selects.
type readSelection struct {
	view      *queueView
	selector  *actions.Selector
	incidents []v1alpha1.Incident
	now       time.Time
}

// readQuery reads what is selected from the cluster: what the page shows may be a moment old, and is not whole.
func (s *Session) readQuery(ctx context.Context, query string) (*readSelection, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, badRequest("the query: %w", err)
	}
	v, problems := viewOf(values)
	if len(problems) > 0 {
		return nil, badRequest("the filter %s %s", problems[0].Parameter, problems[0].Message)
	}
	if err := s.within(ctx, v); err != nil {
		return nil, err
	}
	selector, err := v.Ready(ctx, s.cluster.Client)
	if err != nil {
		return nil, err
	}
	found := &readSelection{view: v, selector: selector, now: time.Now()}
	found.incidents, err = selector.All(ctx, s.cluster.Client, found.now)
	return found, err
}

func (s *Session) tasksOfQuery(ctx context.Context, c chosen, change actions.Change) ([]*actions.ChangeTask, error) {
	found, err := s.readQuery(ctx, *c.Query)
	if err != nil {
		return nil, err
	}
	var tasks []*actions.ChangeTask
	for i := range found.incidents {
		if !slices.Contains(c.Except, actions.KeyOf(&found.incidents[i])) {
			tasks = append(tasks, &actions.ChangeTask{
				Client: s.cluster.Client, Incident: &found.incidents[i], Change: change,
				Selects: func(incident *v1alpha1.Incident) (bool, error) { return found.selector.Matches(incident, found.now) },
			})
		}
	}
	if len(tasks) > maxSelected {
		return nil, badRequest("%d incidents match: at most %d can be changed at once", len(tasks), maxSelected)
	}
	return tasks, nil
}
