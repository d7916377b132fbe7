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
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

const (
	// maxRelated is how many related incidents a page shows, those that share most.
	maxRelated = 20
	// maxElsewhere is how many other incidents are named at one entity.
	maxElsewhere = 3
)

type relatedReply struct {
	Related []related `json:"related"`
	// More is how many are left out.
	More int `json:"more"`
	// Elsewhere are the entities that other open incidents have as well.
	Elsewhere []elsewhere `json:"elsewhere"`
}

// elsewhere is an entity with the other open incidents that have it.
type elsewhere struct {
	view.Elsewhere
	Incidents []titled `json:"incidents"`
	// More is how many are left out.
	More int `json:"more,omitempty"`
}

// titled is an incident of the namespace that is looked at.
type titled struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// related is another incident whose alerts share entities with those of an incident.
type related struct {
	view.Similar
	// Line is the incident as a queue shows it; nothing for alerts of no incident, and for one that is not there.
	Line *view.Line `json:"line,omitempty"`
}

// related tells which incidents share entities with one. Techniques alone do not relate: many incidents have the same.
func (s *Session) related(r *http.Request) (*relatedReply, error) {
	key := keyOf(r)
	found, err := actions.Similar(r.Context(), s.cluster.Client, key)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(one view.Similar) bool { return len(one.Evidence) == 0 })
	incidents, err := s.feed.snapshot()
	if len(incidents) == 0 && err != nil {
		return nil, err
	}
	known := map[string]*query.Prepared{}
	for _, incident := range incidents {
		if incident.Namespace == key.Namespace {
			known[incident.Name] = incident
		}
	}
	shown := min(len(found), maxRelated)
	now := time.Now()
	reply := &relatedReply{Related: make([]related, 0, shown), More: len(found) - shown, Elsewhere: elsewhereOf(found, known, now)}
	for _, one := range found[:shown] {
		next := related{Similar: one}
		if incident := known[one.Incident]; incident != nil {
			line := view.LineOf(incident.Incident, now)
			next.Line = &line
		}
		reply.Related = append(reply.Related, next)
	}
	return reply, nil
}

// elsewhereOf names the other open incidents of each entity.
func elsewhereOf(found []view.Similar, known map[string]*query.Prepared, now time.Time) []elsewhere {
	question := query.Filter{}.Question()
	open := func(name string) bool { return known[name] != nil && question.Selects(known[name], now) }
	all := []elsewhere{}
	for _, one := range view.ElsewhereOf(found, open) {
		shown := min(len(one.Incidents), maxElsewhere)
		next := elsewhere{Elsewhere: one, More: len(one.Incidents) - shown}
		for _, name := range one.Incidents[:shown] {
			next.Incidents = append(next.Incidents, titled{name, query.TitleOf(known[name].Incident)})
		}
		all = append(all, next)
	}
	return all
}
