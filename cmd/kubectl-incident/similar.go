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
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

// similarOptions are what the command similar is told.
type similarOptions struct {
	*plugin
	limit int
}

func (p *plugin) similarCommand() *cobra.Command {
	o := &similarOptions{plugin: p}
	command := &cobra.Command{
		Use:               "similar INCIDENT",
		Short:             "List other incidents that share evidence or techniques with one, and what they share",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Long: `List other incidents whose alerts share evidence or techniques with those of an incident, those that share most first:
hosts, users, addresses and names count before files and processes, these before techniques. Resolved incidents are
among them: they may tell how it was handled before. Alerts that belong to no incident are in one row.`,
		Example: `  kubectl incident similar inc-1`,
		Args:    cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			name, err := input.Name(input.Incident, args[0])
			if err != nil {
				return err
			}
			return o.run(command.Context(), name)
		},
	}
	command.Flags().IntVar(&o.limit, "limit", 10, "show only so many, the first ones; 0 for all")
	return command
}

// likeIncident is a similar incident with what a row tells of it.
type likeIncident struct {
	view.Similar
	incident v1alpha1.Incident
}

func (o *similarOptions) run(ctx context.Context, name string) error {
	if o.limit < 0 {
		return errNegativeLimit
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	found, err := actions.Similar(ctx, c, client.ObjectKey{Namespace: namespace, Name: name})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		terminal.PrintLine(o.ErrOut, terminal.Escape("No other alert shares evidence or techniques with incident/"+name+"."))
		return nil
	}
	shown := found
	if o.limit > 0 {
		shown = found[:min(len(found), o.limit)]
	}
	like, err := readLike(ctx, c, namespace, shown)
	if err != nil {
		return err
	}
	(&table.Table[*likeIncident]{Out: o.Out, Screen: terminal.ScreenOf(o.Out), Columns: likeColumns()}).Print(pointers(like), time.Now())
	if len(shown) < len(found) {
		o.sayShown(len(shown), len(found))
	}
	return nil
}

// readLike reads the incidents. One that is gone, while its alerts are still there, has nothing but its name.
func readLike(ctx context.Context, c client.Reader, namespace string, similar []view.Similar) ([]likeIncident, error) {
	all := make([]likeIncident, len(similar))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(actions.Workers)
	for i := range similar {
		all[i].Similar = similar[i]
		if similar[i].Incident == "" {
			continue
		}
		group.Go(func() error {
			incident, err := actions.FindIncident(ctx, c, client.ObjectKey{Namespace: namespace, Name: similar[i].Incident})
			if incident != nil {
				all[i].incident = *incident
			}
			return prefixedError("reading the incident", err)
		})
	}
	return all, group.Wait()
}

func likeColumns() []table.Column[*likeIncident] {
	type like = *likeIncident
	known := func(text func(*v1alpha1.Incident) string) func(like, time.Time) string {
		return func(l like, _ time.Time) string {
			if l.incident.Name == "" {
				return ""
			}
			return text(&l.incident)
		}
	}
	return []table.Column[like]{
		{Name: "INCIDENT", Cell: func(l like, _ time.Time) string { return cmp.Or(l.Incident, "(none)") }},
		{Name: "SEVERITY", Spare: 3, Paint: severityColor, Cell: known(func(i *v1alpha1.Incident) string { return string(i.Status.Severity) })},
		{Name: "STATE", Spare: 4, Cell: known(func(i *v1alpha1.Incident) string { return string(query.StateOf(i)) })},
		{Name: "ASSIGNEE", Least: leastAssignee, Spare: 2, Cell: known(func(i *v1alpha1.Incident) string { return i.Spec.Assignee })},
		{Name: "ALERTS", Spare: 1, Cell: func(l like, _ time.Time) string { return grouped(l.Alerts) }},
		{Name: "SHARES", Least: leastTitle, Spare: 6, Cell: func(l like, _ time.Time) string { return sharesText(&l.Similar) }},
		{Name: "TITLE", Least: leastTitle, Spare: 5, Cell: known(query.TitleOf)},
	}
}

// sharesText says what both have: things by kind, then techniques.
func sharesText(s *view.Similar) string {
	var said []string
	for _, group := range s.Evidence {
		names := make([]string, 0, len(group.Things))
		for i := range group.Things {
			names = append(names, group.Things[i].Name)
		}
		said = append(said, string(group.Kind)+" "+strings.Join(names, ", "))
	}
	if len(s.Techniques) > 0 {
		names := make([]string, 0, len(s.Techniques))
		for _, technique := range s.Techniques {
			names = append(names, technique.Text)
		}
		said = append(said, strings.Join(names, ", "))
	}
	return strings.Join(said, "; ")
}
