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
	"maps"
	"net/url"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
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

// target is one of the incidents that are chosen, and what is done to it.
type target struct {
	incident *v1alpha1.Incident
	task     actions.Task
}

// unreadable stands for an incident that was chosen and cannot be had any more: it fails, and the others go on.
type unreadable struct{ err error }

func (u unreadable) Preview(context.Context) (actions.Preview, error) {
	return actions.Preview{}, u.err
}

func (u unreadable) Do(context.Context, bool) (actions.Result, error) {
	return actions.Result{}, u.err
}

func (u unreadable) Wait(context.Context, actions.Progress) error { return u.err }

// targetsOf returns the incidents that are chosen, with what changes each.
func (s *Session) targetsOf(ctx context.Context, c chosen, change actions.Change) ([]target, error) {
	if c.Query != nil {
		return s.targetsOfQuery(ctx, c, change)
	}
	if len(c.Incidents) == 0 || len(c.Incidents) > maxSelected {
		return nil, badRequest("choose 1 to %d incidents, not %d", maxSelected, len(c.Incidents))
	}
	read := s.get
	if len(c.Incidents) > 1 {
		read = s.getKept
	}
	targets := make([]target, len(c.Incidents))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(actions.Workers)
	for i, one := range c.Incidents {
		group.Go(func() (err error) {
			targets[i], err = s.targetOf(ctx, read, one, change)
			return err
		})
	}
	return targets, group.Wait()
}

// targetOf reads one incident. Only if nothing can be read at all, that is an error.
func (s *Session) targetOf(ctx context.Context, read reader, one named, change actions.Change) (target, error) {
	incident, err := read(ctx, one)
	if err == nil {
		return target{incident, &actions.ChangeTask{Client: s.cluster.Client, Incident: incident, Change: change}}, nil
	}
	if problemOf(err).Kind == kindAway {
		return target{}, err
	}
	missing := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: one.Namespace, Name: one.Name, UID: types.UID(one.UID)}}
	return target{missing, unreadable{err}}, nil
}

// reader reads an incident, which must be the one that the person saw.
type reader func(ctx context.Context, one named) (*v1alpha1.Incident, error)

// getKept is get for many incidents: one that is followed is not read. If it is a moment old, its change fails for that and is
// made anew. It lacks the stamps of who changed what, which only a change of one incident tells.
func (s *Session) getKept(ctx context.Context, one named) (*v1alpha1.Incident, error) {
	if kept := s.feed.kept(one); kept != nil {
		return kept, nil
	}
	return s.get(ctx, one)
}

// get reads an incident from the cluster.
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
	selectors selectors
	incidents []v1alpha1.Incident
	now       time.Time
}

// several says whether the incidents may be of several namespaces.
func (r *readSelection) several() bool { return len(r.selectors) > 1 || r.selectors[""] != nil }

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
	found := &readSelection{view: v, now: time.Now()}
	if found.selectors, err = s.selectors(ctx, v, s.anew); err != nil {
		return nil, err
	}
	for _, namespace := range slices.Sorted(maps.Keys(found.selectors)) {
		some, err := found.selectors[namespace].All(ctx, s.cluster.Client, found.now)
		if err != nil {
			return nil, err
		}
		found.incidents = append(found.incidents, some...)
	}
	return found, nil
}

func (s *Session) targetsOfQuery(ctx context.Context, c chosen, change actions.Change) ([]target, error) {
	found, err := s.readQuery(ctx, *c.Query)
	if err != nil {
		return nil, err
	}
	var targets []target
	for i := range found.incidents {
		incident := &found.incidents[i]
		if !slices.Contains(c.Except, actions.KeyOf(incident)) {
			targets = append(targets, target{incident, &actions.ChangeTask{
				Client: s.cluster.Client, Incident: incident, Change: change,
				Selects: func(incident *v1alpha1.Incident) (bool, error) {
					return found.selectors.of(incident.Namespace).Matches(incident, found.now)
				},
			}})
		}
	}
	if len(targets) > maxSelected {
		return nil, badRequest("%d incidents match: at most %d can be changed at once", len(targets), maxSelected)
	}
	return targets, nil
}
