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
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

const (
	// pageSize is how many lines a page of the queue has.
	pageSize = 50
	// firstPatience is how long the first answer waits for the incidents to be read.
	firstPatience = 5 * time.Second
)

type queueReply struct {
	Lines []view.Line `json:"lines"`
	// Total is how many match, and There how many there are at all.
	Total    int                `json:"total"`
	There    int                `json:"there"`
	Page     int                `json:"page"`
	Pages    int                `json:"pages"`
	Facets   view.Facets        `json:"facets"`
	Trend    view.Trend         `json:"trend"`
	Problems []parameterProblem `json:"problems"`
	Version  int64              `json:"version"`
	// Ready says that all incidents were read.
	Ready bool      `json:"ready"`
	Now   time.Time `json:"now"`
	// Scope is the one namespace that is read; empty if there are several.
	Scope string `json:"scope"`
}

func (s *Session) queue(r *http.Request) (*queueReply, error) {
	now := time.Now()
	v, problems := viewOf(r.URL.Query())
	if v.Namespace != "" {
		if err := s.feed.include(r.Context(), v.Namespace); err != nil {
			return nil, err
		}
	}
	s.feed.waitReady(r.Context())
	version, ready, _ := s.feed.state()
	selected, there, err := s.selects(r.Context(), v, now)
	if err != nil {
		return nil, err
	}
	reach, err := s.feed.reaches(r.Context())
	if err != nil {
		return nil, err
	}
	lines, pages, err := window(selected, v, now)
	if err != nil {
		return nil, err
	}
	if problems == nil {
		problems = []parameterProblem{}
	}
	return &queueReply{
		Lines: lines, Total: len(selected), There: len(there), Page: min(v.page, pages), Pages: pages,
		Facets: view.FacetsOf(there, v.Filter, now), Trend: view.TrendOf(there, v.Filter, now),
		Problems: problems, Version: version, Ready: ready, Now: now, Scope: reach.only(),
	}, nil
}

// window returns the lines of one page, and how many pages there are. A page behind the last one is the last one.
func window(selected []*query.Prepared, v *queueView, now time.Time) ([]view.Line, int, error) {
	pages := max(1, (len(selected)+pageSize-1)/pageSize)
	first := (min(v.page, pages) - 1) * pageSize
	sorted := make([]*v1alpha1.Incident, 0, len(selected))
	for _, incident := range selected {
		sorted = append(sorted, incident.Incident)
	}
	if err := query.First(sorted, min(first+pageSize, len(sorted)), v.sort, now); err != nil {
		return nil, 0, err
	}
	lines := []view.Line{}
	for _, incident := range sorted[first:min(first+pageSize, len(sorted))] {
		lines = append(lines, view.LineOf(incident, now))
	}
	return lines, pages, nil
}
