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
	"strings"
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// alertsOptions are what the command alerts is told.
type alertsOptions struct {
	*plugin
	alertFilterFlags
	formatFlags
	sortBy string
	limit  int
}

func (p *plugin) alertsCommand() *cobra.Command {
	o := &alertsOptions{plugin: p}
	command := &cobra.Command{
		Use:               "alerts [INCIDENT...]",
		Short:             "List alerts: of some incidents, of none, or all that flags select; the worst first",
		ValidArgsFunction: complete.Args(p.allIncidents),
		Long: `List alerts: of the incidents that are named, of none with --unlinked, or of all. Flags select further; an alert has to
meet all of them. The most severe are first, among these those that began first. -o wide has their evidence too, and
-o csv all columns with whole times in UTC. With --sort-by=name, rows are printed as they come.`,
		Example: `  # Those of one incident
  kubectl incident alerts inc-1

  # All about a host in the last week, linked or not
  kubectl incident alerts --entity web-1 --since 7d -o wide

  # Severe ones that use PowerShell and belong to no incident yet
  kubectl incident alerts --unlinked --min-severity High --technique T1059.001`,
		RunE: func(command *cobra.Command, args []string) error {
			names, err := input.Names(input.Incident, args)
			if err != nil {
				return err
			}
			return o.run(command.Context(), names)
		},
	}
	o.alertFilterFlags.addTo(command.Flags())
	o.formatFlags.addTo(command)
	command.Flags().StringVar(&o.sortBy, "sort-by", query.BySeverity, "what to sort by: "+strings.Join(query.AlertKeys, ", "))
	command.Flags().IntVar(&o.limit, "limit", 0, "show only so many, the first ones; 0 for all")
	complete.Flag(command, "sort-by", complete.Words(query.AlertKeys...))
	complete.Flag(command, "state", complete.Words(v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved))
	return p.paged(command, new(bool))
}

func (o *alertsOptions) check(incidents []string) error {
	switch {
	case slices.Contains(incidents, ""):
		return errors.New("the name of the incident is empty")
	case len(incidents) > 0 && (o.unlinked || o.allNamespaces):
		return errors.New("name an incident, or use --unlinked or --all-namespaces, not both")
	case o.limit < 0:
		return errNegativeLimit
	}
	if err := query.SortAlerts(nil, o.sortBy, time.Time{}); err != nil {
		return fmt.Errorf("--sort-by: %w", err)
	}
	return o.validate()
}

func (o *alertsOptions) run(ctx context.Context, incidents []string) error {
	if err := o.check(incidents); err != nil {
		return err
	}
	now := time.Now()
	zone := o.zone()
	if *o.OutputFormat == formatCSV {
		zone = time.UTC
	}
	sink, err := newSink(o.plugin, &o.formatFlags, alertColumns(zone, now), o.allNamespaces)
	if err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	for _, name := range incidents {
		if err := o.pointOut(ctx, c, namespace, name); err != nil {
			return err
		}
	}
	selector, err := o.ready(ctx, c, namespace, incidents)
	if err != nil {
		return err
	}
	found, err := o.list(ctx, c, selector, sink, now)
	if err != nil {
		return err
	}
	if o.streams() && found == 0 {
		return o.sayNoAlerts(ctx, c, namespace, incidents, now)
	}
	if o.streams() && o.limit > 0 && found > o.limit {
		o.sayShown(o.limit, found)
	}
	return nil
}

var errNegativeLimit = errors.New("--limit must not be negative")

// list prints the alerts and returns how many there are, also of those that the limit leaves out.
func (o *alertsOptions) list(
	ctx context.Context, c client.WithWatch, selector *actions.AlertSelector, sink sink[*v1alpha1.Alert], now time.Time,
) (int, error) {
	found := 0
	var all []v1alpha1.Alert
	err := selector.EachPage(ctx, c, now, func(page *v1alpha1.AlertList) error {
		items := page.Items
		if o.sortBy == query.ByName {
			if o.limit > 0 {
				items = items[:min(len(items), max(0, o.limit-found))]
			}
			found += len(page.Items)
			return sink.page(pointers(items), now)
		}
		found += len(items)
		for i := range items {
			if o.tabular() {
				slimAlert(&items[i])
			}
		}
		all = append(all, items...)
		return nil
	})
	if err != nil {
		return 0, err
	}
	if err := query.SortAlerts(all, o.sortBy, now); err != nil {
		return 0, err
	}
	if o.limit > 0 {
		all = all[:min(len(all), o.limit)]
	}
	if err := sink.page(pointers(all), now); err != nil {
		return 0, err
	}
	return found, sink.end()
}

// slimAlert takes away what no column shows, so that the memory for a long list stays small.
func slimAlert(alert *v1alpha1.Alert) {
	alert.ManagedFields, alert.Annotations = nil, nil
	alert.Spec.Description, alert.Spec.URL = "", ""
}

// sayNoAlerts says that there is nothing and, if filters by state left something out, how much that is.
func (o *alertsOptions) sayNoAlerts(ctx context.Context, c client.WithWatch, namespace string, incidents []string, now time.Time) error {
	o.sayNone("alerts", namespace, o.allNamespaces)
	if len(o.States) == 0 {
		return nil
	}
	wider := o.alertFilterFlags
	wider.States = nil
	selector, err := wider.ready(ctx, c, namespace, incidents)
	if err != nil {
		return err
	}
	left, err := selector.All(ctx, c, now)
	if err == nil && len(left) > 0 {
		terminal.PrintLine(o.ErrOut, "In other states: "+counting(len(left), "alert")+". To see them, leave out --state.")
	}
	return err
}

// pointOut fails where the incident does not exist, and says where the alerts of a merged one went.
func (o *alertsOptions) pointOut(ctx context.Context, c client.Client, namespace, name string) error {
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident); err != nil {
		return fmt.Errorf("reading the incident: %w", err)
	}
	if query.StateOf(incident) == v1alpha1.IncidentRedirected {
		terminal.PrintLine(o.ErrOut, terminal.Escape(name+" was merged: see the alerts of "+incident.Status.RedirectedTo+"."))
	}
	return nil
}
