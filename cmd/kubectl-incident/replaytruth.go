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

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/recording"
	"github.com/incident-operator/incident-operator/internal/decide/agreement"
)

// trueIncident is how alerts were grouped before.
type trueIncident struct {
	// IncidentName or IncidentNumber tells it from others; AlertIds are the fingerprints of its alerts.
	IncidentName   string   `json:"IncidentName"`
	IncidentNumber string   `json:"IncidentNumber"`
	Title          string   `json:"Title"`
	AlertIDs       []string `json:"AlertIds"`
}

func (o *replayOptions) readTruth() ([]trueIncident, error) {
	if o.truth == "" {
		return nil, nil
	}
	data, err := input.Read(o.In, o.truth, recording.MaxBytes)
	if err != nil {
		return nil, err
	}
	var truth []trueIncident
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		var incident trueIncident
		err := decoder.Decode(&incident)
		if errors.Is(err, io.EOF) {
			return truth, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: incident %d: %w", o.truth, len(truth)+1, err)
		}
		if len(incident.AlertIDs) == 0 {
			return nil, fmt.Errorf("%s: incident %d must have AlertIds", o.truth, len(truth)+1)
		}
		truth = append(truth, incident)
	}
}

// comparison is one incident of the truth, and what became of its alerts.
type comparison struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Alerts int    `json:"alerts"`
	// Absent are the alerts that the files do not have, Unlinked those that were linked to nothing.
	Absent   int          `json:"absent"`
	Unlinked int          `json:"unlinked"`
	Found    []foundGroup `json:"found"`
}

// foundGroup is an incident that some of its alerts went to. Others are the alerts there that the truth puts elsewhere, or
// does not know.
type foundGroup struct {
	Incident string `json:"incident"`
	Title    string `json:"title"`
	Alerts   int    `json:"alerts"`
	Others   int    `json:"others"`
}

// compare measures the agreement with the truth. What the truth lists and the files lack does not count.
func (r *replayReport) compare(truth []trueIncident, identities map[string]string) {
	found := map[string]string{}
	for _, group := range r.Groups {
		for _, key := range group.keys {
			found[key] = group.Name
		}
	}
	known := map[string]bool{}
	for _, key := range r.keys {
		known[key] = true
	}
	classes := map[string]string{}
	for i := range truth {
		r.Truth = append(r.Truth, r.compareOne(&truth[i], i, identities, known, found, classes))
	}
	score := agreement.Pairwise(found, classes)
	r.Precision, r.Recall, r.F1 = &score.Precision, &score.Recall, &score.F1
}

func (r *replayReport) compareOne(t *trueIncident, number int, identities map[string]string, known map[string]bool, found, classes map[string]string) comparison {
	c := comparison{Name: cmp.Or(t.IncidentNumber, t.IncidentName, fmt.Sprint(number+1)), Title: t.Title}
	counts := map[string]int{}
	for _, id := range t.AlertIDs {
		key := identities[id]
		if !known[key] {
			c.Absent++
			continue
		}
		c.Alerts++
		classes[key] = fmt.Sprint(number)
		if group := found[key]; group != "" {
			counts[group]++
		} else {
			c.Unlinked++
		}
	}
	for i := range r.Groups {
		if g := &r.Groups[i]; counts[g.Name] > 0 {
			c.Found = append(c.Found, foundGroup{Incident: g.Name, Title: g.Title, Alerts: counts[g.Name], Others: len(g.keys) - counts[g.Name]})
		}
	}
	slices.SortStableFunc(c.Found, func(a, b foundGroup) int { return cmp.Compare(b.Alerts, a.Alerts) })
	return c
}
