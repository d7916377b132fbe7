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

package complete

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

// Cluster is where suggestions come from.
type Cluster struct {
	// Config says which cluster, and as whom.
	Config *genericclioptions.ConfigFlags
	// Tables connects to it.
	Tables func() (Pages, error)
	// Memory keeps what one command reads, which may ask for it several times; nil for none.
	Memory Memory
}

// Memory is what was read, by where it is. It is for one command at a time.
type Memory map[string]any

// CacheOf returns the cache of one thing that is read from the cluster.
func (c Cluster) CacheOf(what string) Cache { return CacheOf(c.Config, what) }

// Incident is what suggestions say of an incident: a few columns of the API server's table.
type Incident struct {
	Name     string                 `json:"name"`
	Title    string                 `json:"title,omitempty"`
	Severity v1alpha1.Severity      `json:"severity,omitempty"`
	State    v1alpha1.IncidentState `json:"state,omitempty"`
	Assignee string                 `json:"assignee,omitempty"`
	Tags     string                 `json:"tags,omitempty"`
	Sources  string                 `json:"sources,omitempty"`
}

// Finished says whether nobody works on it any more.
func (i *Incident) Finished() bool {
	return i.State == v1alpha1.IncidentResolved || i.State == v1alpha1.IncidentRedirected
}

// Alert is what suggestions say of an alert.
type Alert struct {
	Name     string `json:"name"`
	Title    string `json:"title,omitempty"`
	Incident string `json:"incident,omitempty"`
}

// Incidents are the incidents of a namespace, empty for all, unfinished and severe ones first.
func (c Cluster) Incidents(ctx context.Context, namespace string) ([]Incident, error) {
	known, err := readRows(ctx, c, tablePath("incidents", namespace), func(text func(string) string) Incident {
		return Incident{
			Name: text("Name"), Title: text("Title"), Severity: v1alpha1.Severity(text("Severity")),
			State: v1alpha1.IncidentState(text("State")), Assignee: text("Assignee"), Tags: text("Tags"), Sources: text("Sources"),
		}
	})
	slices.SortStableFunc(known, func(a, b Incident) int {
		switch {
		case a.Finished() == b.Finished():
			return cmp.Compare(slices.Index(classify.Severities, b.Severity), slices.Index(classify.Severities, a.Severity))
		case a.Finished():
			return 1
		}
		return -1
	})
	return known, err
}

// Alerts are the alerts of a namespace.
func (c Cluster) Alerts(ctx context.Context, namespace string) ([]Alert, error) {
	return readRows(ctx, c, tablePath("alerts", namespace), func(text func(string) string) Alert {
		return Alert{Name: text("Name"), Title: text("Title"), Incident: text("Incident")}
	})
}

// Namespaces are those of the cluster.
func (c Cluster) Namespaces(ctx context.Context) ([]string, error) {
	return readRows(ctx, c, "/api/v1/namespaces", func(text func(string) string) string { return text("Name") })
}

// readRows reads a table, or recalls it.
func readRows[T any](ctx context.Context, c Cluster, path string, of func(text func(string) string) T) ([]T, error) {
	if kept, ok := c.Memory[path].([]T); ok {
		return slices.Clone(kept), nil
	}
	read, err := Recalled(c.CacheOf(path), time.Now(), func() ([]T, error) {
		pages, err := c.Tables()
		if err != nil {
			return nil, err
		}
		var rows []T
		err = pages.eachRow(ctx, path, func(text func(string) string) { rows = append(rows, of(text)) })
		return rows, err
	})
	if err == nil && c.Memory != nil {
		c.Memory[path] = slices.Clone(read)
	}
	return read, err
}

// SplitSummary takes apart what a status joins for its table. What was cut at the end is left out.
func SplitSummary(summary string) []string {
	if summary == "" {
		return nil
	}
	texts := strings.Split(summary, ", ")
	if last := len(texts) - 1; strings.HasSuffix(texts[last], terminal.Ellipsis) {
		texts = texts[:last]
	}
	return texts
}
