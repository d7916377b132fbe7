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
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/saved"
)

// rowsOfPage is small, so that tables have several pages.
const rowsOfPage = 2

// tables makes the tables of the API server, as far as suggestions look at them.
func (c *cluster) tables() (complete.Pages, error) {
	return func(ctx context.Context, path, next string) (*metav1.Table, error) {
		c.tablesRead++
		if c.unreadable != nil {
			return nil, c.unreadable
		}
		all, err := c.table(ctx, path)
		if err != nil {
			return nil, err
		}
		from, _ := strconv.Atoi(next)
		to := min(from+rowsOfPage, len(all.Rows))
		if to < len(all.Rows) {
			all.Continue = strconv.Itoa(to)
		}
		all.Rows = all.Rows[from:to]
		return all, nil
	}, nil
}

func (c *cluster) table(ctx context.Context, path string) (*metav1.Table, error) {
	_, rest, _ := strings.Cut(path, "/namespaces/")
	namespace, _, _ := strings.Cut(rest, "/")
	switch {
	case strings.HasSuffix(path, "/incidents"):
		var list v1alpha1.IncidentList
		if err := c.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return nil, err
		}
		table := newTable("Name", "Severity", "State", "Assignee", "Tags", "Sources", "Title")
		for i := range list.Items {
			in := &list.Items[i]
			addRow(table, in.Name, string(in.Status.Severity), string(in.Status.State), in.Spec.Assignee, in.Status.TagSummary, in.Status.SourceSummary, in.Status.Name)
		}
		return table, nil
	case strings.HasSuffix(path, "/alerts"):
		var list v1alpha1.AlertList
		if err := c.List(ctx, &list, client.InNamespace(namespace)); err != nil {
			return nil, err
		}
		table := newTable("Name", "Incident", "Title")
		for i := range list.Items {
			addRow(table, list.Items[i].Name, list.Items[i].Spec.IncidentRef.Name, list.Items[i].Spec.Name)
		}
		return table, nil
	}
	return nil, fmt.Errorf("%s is forbidden", path)
}

func newTable(columns ...string) *metav1.Table {
	table := &metav1.Table{}
	for _, name := range columns {
		table.ColumnDefinitions = append(table.ColumnDefinitions, metav1.TableColumnDefinition{Name: name})
	}
	return table
}

// addRow leaves a cell null where there is nothing, as the API server does.
func addRow(table *metav1.Table, cells ...string) {
	row := metav1.TableRow{}
	for _, cell := range cells {
		if cell == "" {
			row.Cells = append(row.Cells, nil)
		} else {
			row.Cells = append(row.Cells, cell)
		}
	}
	table.Rows = append(table.Rows, row)
}

// suggested returns what is suggested for the last of some words, without the directive.
func (c *cluster) suggested(args ...string) []string {
	c.t.Helper()
	lines := strings.Split(strings.TrimSuffix(c.done(append([]string{"__complete"}, args...)...), "\n"), "\n")
	return lines[:len(lines)-1]
}

func queueToComplete(t *testing.T) *cluster {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	known := func(name, title string, severity v1alpha1.Severity, state v1alpha1.IncidentState, assignee, tags string) *v1alpha1.Incident {
		return anIncident(name, func(i *v1alpha1.Incident) {
			i.Spec.Assignee = assignee
			i.Status.Name, i.Status.Severity, i.Status.State, i.Status.TagSummary = title, severity, state, tags
			for tag := range strings.SplitSeq(tags, ", ") {
				if tag != "" {
					i.Spec.Tags = append(i.Spec.Tags, v1alpha1.Tag(tag))
				}
			}
			i.Status.SourceSummary = "Falco"
		})
	}
	elsewhere := known("inc-9", "Elsewhere", "Low", "Active", "eve", "Elsewhere")
	elsewhere.Namespace = "other"
	c := newCluster(t,
		known("inc-1", "Odd \x1b[31mlogins\u202e", "Low", "Active", "bob", "VIP, Crown Jewels: HR"),
		known("inc-2", "Ransomware", "Critical", "InProgress", "bob", "vip"),
		known("inc-3", "Old", "High", "Resolved", "carol", "VIP"),
		known("inc-4", "Merged", "High", "Redirected", "", ""),
		known("new", "", "", "", "", ""),
		elsewhere, anAlert("falco-1", "inc-1"), anAlert("falco-2", ""))
	c.intercept.Create = func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
		if review, ok := object.(*authenticationv1.SelfSubjectReview); ok {
			review.Status.UserInfo.Username = "alice"
			return nil
		}
		return w.Create(ctx, object, options...)
	}
	return c
}

func TestCompletion(t *testing.T) {
	queries := t.TempDir() + "/queries.yaml"
	t.Setenv(saved.Variable, queries)
	c := queueToComplete(t)
	c.done("list", "--tag", "VIP", "--save", "important")
	open := []string{"inc-2\tRansomware", `inc-1` + "\t" + `Odd \x1b[31mlogins\u202e`, "new"}
	everything := append(slices.Clone(open), "inc-3\tOld (Resolved)", "inc-4\tMerged (Redirected)")
	for typed, want := range map[string][]string{
		"take ":                             open,
		"take inc-2 ":                       {open[1], open[2]},
		"take INC":                          open[:2],
		"take inc-3":                        {"inc-3\tOld (Resolved)"},
		"take --mine ":                      nil,
		"take -n other ":                    {"inc-9\tElsewhere"},
		"reopen ":                           {"inc-3\tOld (Resolved)"},
		"show ":                             everything,
		"show inc-1 ":                       nil,
		"alerts ":                           everything,
		"merge inc-1 --into ":               {open[0], open[2]},
		"assign ":                           append([]string{"alice\tyou", "bob\t2 incidents", "carol\t1 incident"}, open...),
		"assign --to b":                     {"bob\t2 incidents"},
		"assign inc-1 b":                    {"bob\t2 incidents"},
		"severity inc-1 c":                  {"Critical", "computed"},
		"classify inc-1 F":                  {"FalsePositive"},
		"comment inc-3":                     {"inc-3\tOld (Resolved)"},
		"comment ":                          everything,
		"list --category Re":                {"Reconnaissance", "ResourceDevelopment"},
		"create alert x --category Ra":      {"Ransomware"},
		"assign alice inc-1":                {open[1]},
		"list --assignee bob,":              {"bob,alice\tyou", "bob,carol\t1 incident"},
		"tag ":                              append([]string{"VIP\t3 incidents", "Crown Jewels: HR\t1 incident"}, open...),
		"tag inc-1 --add v":                 {"VIP\t3 incidents"},
		"tag vip,cr":                        {"vip,Crown Jewels: HR\t1 incident"},
		"list --tag ":                       {"VIP\t3 incidents", "Crown Jewels: HR\t1 incident"},
		"list -A --tag ":                    {"VIP\t3 incidents", "Crown Jewels: HR\t1 incident", "Elsewhere\t1 incident"},
		"list --source ":                    {"Falco\t5 incidents"},
		"list --state in":                   {"InProgress"},
		"list --severity High,":             {"High,Informational", "High,Low", "High,Medium", "High,Critical"},
		"list --sort-by a":                  {"activity", "age", "alerts", "assignee"},
		"list -o cs":                        {"csv"},
		"list ":                             {"important\t--tag=VIP"},
		"queries delete i":                  {"important\t--tag=VIP"},
		"severity c":                        {"Critical", "computed"},
		"classify F":                        {"FalsePositive"},
		"classify FalsePositive":            {"FalsePositive", "FalsePositive/NotMalicious", "FalsePositive/NotEnoughDataToValidate", "FalsePositive/Other"},
		"classify FalsePositive ":           append([]string{"NotMalicious", "NotEnoughDataToValidate", "Other"}, open...),
		"classify FalsePositive Other ":     open,
		"classify NotSet ":                  open,
		"classify FalsePositive/O":          {"FalsePositive/Other"},
		"classify FalsePositive/Other ":     open,
		"classify Wrong/":                   nil,
		"resolve --classify nots":           {"NotSet"},
		"list --verdict X --determination ": nil,
		"list --verdict FalsePositive --determination N": {"NotEnoughDataToValidate", "NotMalicious"},
		"take inc-1 --dry-run=":                          {"none", "client", "server"},
		"move ":                                          {"falco-1\tOdd (inc-1)", "falco-2\tOdd (in no incident)"},
		"move --from inc-1 ":                             nil,
		"rename inc-1 ":                                  nil,
		"tags -o ":                                       {"name"},
		"show -o ":                                       {"json", "yaml"},
		"take -n ":                                       nil, // They cannot be listed here.
	} {
		t.Run(typed, func(t *testing.T) {
			if diff := cmp.Diff(want, c.suggested(strings.Split(typed, " ")...), equateEmpty); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var equateEmpty = cmp.Transformer("empty", func(texts []string) string { return strings.Join(texts, "\n") })

func TestCompletionIsSilent(t *testing.T) {
	c := newCluster(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c.unreadable = errors.New("the server is gone")
	for _, typed := range []string{"take ", "tag ", "move ", "take -n ", "assign "} {
		e := c.run(append([]string{"__complete"}, strings.Split(typed, " ")...)...)
		if e.code != exitDone || e.out != ":36\n" || strings.Contains(e.errOut, "gone") {
			t.Errorf("%s: code %d\n%s%s", typed, e.code, e.out, e.errOut)
		}
	}
}
