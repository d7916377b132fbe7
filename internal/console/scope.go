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
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

const (
	// maxAlerts is how many alerts one request moves or resolves, and how many held ones a page names.
	maxAlerts = 500
	// maxWorst is how many of the worst alerts a summary lists.
	maxWorst = 6
	// maxThings is how many things of a kind a page lists; all of them are counted.
	maxThings = 200
)

// scopeReply is what the alerts of an incident are about, as far as they are read.
type scopeReply struct {
	view.Incident
	Evidence []evidenceGroup `json:"evidence"`
	Story    view.Story      `json:"story"`
	Graph    view.Graph      `json:"graph"`
	Held     view.Held       `json:"held"`
	// Whole says that all alerts were read.
	Whole bool `json:"whole"`
	// Cut is why no more are read.
	Cut *cut `json:"cut,omitempty"`
}

// evidenceGroup is the evidence of one kind, with how many things are left out.
type evidenceGroup struct {
	view.Group
	More int `json:"more,omitempty"`
}

func (s *Session) scopeOf(r *http.Request) (*scopeReply, error) {
	incident := &v1alpha1.Incident{}
	if err := s.cluster.Client.Get(r.Context(), keyOf(r), incident); err != nil {
		return nil, err
	}
	found, err := s.alerts.of(keyOf(r)).known(r.Context())
	if err != nil {
		return nil, err
	}
	now := time.Now()
	gathering := view.Gather(now, maxWorst)
	for _, alert := range found.alerts {
		gathering.Add(alert)
	}
	reply := &scopeReply{
		Incident: gathering.View(incident), Evidence: []evidenceGroup{}, Whole: found.whole, Cut: found.cut,
		Story: view.StoryOf(found.alerts, now), Graph: view.GraphOf(found.alerts, now), Held: view.HeldOf(found.alerts, now, maxAlerts),
	}
	for _, group := range reply.Incident.Evidence {
		shown := min(len(group.Things), maxThings)
		reply.Evidence = append(reply.Evidence, evidenceGroup{view.Group{Kind: group.Kind, Things: group.Things[:shown]}, len(group.Things) - shown})
	}
	return reply, nil
}

// alert returns all of one alert.
func (s *Session) alert(r *http.Request) (*view.Alert, error) {
	alert := &v1alpha1.Alert{}
	if err := s.cluster.Client.Get(r.Context(), keyOf(r), alert); err != nil {
		return nil, err
	}
	found := view.AlertOf(alert, time.Now())
	return &found, nil
}
