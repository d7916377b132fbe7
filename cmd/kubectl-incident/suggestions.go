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
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// knownIncident is what suggestions say of an incident: a few columns of the API server's table.
type knownIncident struct {
	Name     string                 `json:"name"`
	Title    string                 `json:"title,omitempty"`
	Severity v1alpha1.Severity      `json:"severity,omitempty"`
	State    v1alpha1.IncidentState `json:"state,omitempty"`
	Assignee string                 `json:"assignee,omitempty"`
	Tags     string                 `json:"tags,omitempty"`
	Sources  string                 `json:"sources,omitempty"`
}

func (i *knownIncident) finished() bool {
	return i.State == v1alpha1.IncidentResolved || i.State == v1alpha1.IncidentRedirected
}

// knownAlert is what suggestions say of an alert.
type knownAlert struct {
	Name     string `json:"name"`
	Title    string `json:"title,omitempty"`
	Incident string `json:"incident,omitempty"`
}

// knownIncidents are the incidents of a namespace, empty for all, unfinished and severe ones first.
func (p *plugin) knownIncidents(ctx context.Context, namespace string) ([]knownIncident, error) {
	known, err := readRows(ctx, p, tablePath("incidents", namespace), func(text func(string) string) knownIncident {
		return knownIncident{
			Name: text("Name"), Title: text("Title"), Severity: v1alpha1.Severity(text("Severity")),
			State: v1alpha1.IncidentState(text("State")), Assignee: text("Assignee"), Tags: text("Tags"), Sources: text("Sources"),
		}
	})
	slices.SortStableFunc(known, func(a, b knownIncident) int {
		switch {
		case a.finished() == b.finished():
			return cmp.Compare(slices.Index(severities, b.Severity), slices.Index(severities, a.Severity))
		case a.finished():
			return 1
		}
		return -1
	})
	return known, err
}

func (p *plugin) knownAlerts(ctx context.Context, namespace string) ([]knownAlert, error) {
	return readRows(ctx, p, tablePath("alerts", namespace), func(text func(string) string) knownAlert {
		return knownAlert{Name: text("Name"), Title: text("Title"), Incident: text("Incident")}
	})
}

func (p *plugin) knownNamespaces(ctx context.Context) ([]string, error) {
	return readRows(ctx, p, "/api/v1/namespaces", func(text func(string) string) string { return text("Name") })
}

// readRows reads a table, or recalls it.
func readRows[T any](ctx context.Context, p *plugin, path string, of func(text func(string) string) T) ([]T, error) {
	return recalled(p.cacheOf(path), time.Now(), func() ([]T, error) {
		pages, err := p.tables()
		if err != nil {
			return nil, err
		}
		var rows []T
		err = pages.eachRow(ctx, path, func(text func(string) string) { rows = append(rows, of(text)) })
		return rows, err
	})
}

// myself is the user's name, read from the cluster or recalled.
func (p *plugin) myself(ctx context.Context) (string, error) {
	return recalled(p.cacheOf("myself"), time.Now(), func() (string, error) {
		_, c, err := p.cluster()
		if err != nil {
			return "", err
		}
		return whoAmI(ctx, c)
	})
}

// counted is a text with how many incidents have it.
type counted struct {
	text  string
	count int
}

// mostUsed sorts texts: those that are used most first, equal ones by the alphabet.
func mostUsed(counts map[string]int) []counted {
	var all []counted
	for text, count := range counts {
		all = append(all, counted{text, count})
	}
	slices.SortFunc(all, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), strings.Compare(strings.ToLower(a.text), strings.ToLower(b.text)), strings.Compare(a.text, b.text))
	})
	return all
}

// tagCounts counts tags, those that differ only in letter case as one, under the spelling that is used most.
type tagCounts map[string]map[string]int

func (t tagCounts) add(tag string) {
	key := tags.LabelKey(tag)
	if t[key] == nil {
		t[key] = map[string]int{}
	}
	t[key][tag]++
}

func (t tagCounts) mostUsed() []counted {
	counts := map[string]int{}
	for _, spellings := range t {
		total := 0
		for count := range maps.Values(spellings) {
			total += count
		}
		counts[mostUsed(spellings)[0].text] = total
	}
	return mostUsed(counts)
}

// splitSummary takes apart what a status joins for its table. What was cut at the end is left out.
func splitSummary(summary string) []string {
	if summary == "" {
		return nil
	}
	texts := strings.Split(summary, ", ")
	if last := len(texts) - 1; strings.HasSuffix(texts[last], ellipsis) {
		texts = texts[:last]
	}
	return texts
}
