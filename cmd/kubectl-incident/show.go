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
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/table"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const (
	shownAlerts  = 20
	shownEntries = 10
)

func (p *plugin) showCommand() *cobra.Command {
	flags := genericclioptions.NewJSONYamlPrintFlags()
	var format string
	command := &cobra.Command{
		Use:               "show INCIDENT",
		Short:             "Show an incident on one screen: its state, its alerts and what happened last",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Example: `  kubectl incident show inc-1

  # The object as it is
  kubectl incident show inc-1 -o yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			name, err := input.Name(input.Incident, args[0])
			if err != nil {
				return err
			}
			return p.show(command.Context(), name, format, flags)
		},
	}
	flags.AddFlags(command)
	command.Flags().StringVarP(&format, "output", "o", "", "print the object instead: json or yaml")
	complete.Flag(command, "output", complete.Words("json", "yaml"))
	return command
}

func (p *plugin) show(ctx context.Context, name, format string, flags *genericclioptions.JSONYamlPrintFlags) error {
	namespace, c, err := p.cluster()
	if err != nil {
		return err
	}
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, incident); err != nil {
		return fmt.Errorf("reading the incident: %w", err)
	}
	if format != "" {
		return p.printObject(incident, format, flags)
	}
	alerts := &v1alpha1.AlertList{}
	err = c.List(ctx, alerts, client.InNamespace(namespace), client.MatchingFields{"spec.incidentRef.name": name}, client.Limit(shownAlerts))
	if err != nil {
		return fmt.Errorf("listing its alerts: %w", err)
	}
	entries, err := lastEntries(ctx, c, incident)
	if err != nil {
		return err
	}
	now := time.Now()
	p.printFacts(incident, now)
	p.printAlerts(incident, alerts, now)
	p.printEntries(entries, now)
	return nil
}

func (p *plugin) printObject(incident *v1alpha1.Incident, format string, flags *genericclioptions.JSONYamlPrintFlags) error {
	printer, err := flags.ToPrinter(format)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	object, err := toUnstructured(incident)
	if err != nil {
		return err
	}
	return printer.PrintObj(object, p.Out)
}

// lastEntries reads the end of the log by the names of its entries: a log may have thousands.
func lastEntries(ctx context.Context, c client.Client, incident *v1alpha1.Incident) ([]v1alpha1.Activity, error) {
	last := incident.Status.Activity.Entries
	log := v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
	var entries []v1alpha1.Activity
	for sequence := max(1, last-shownEntries+1); sequence <= last; sequence++ {
		entry := v1alpha1.Activity{}
		err := c.Get(ctx, client.ObjectKey{Namespace: incident.Namespace, Name: activity.Name(log, sequence)}, &entry)
		if apierrors.IsNotFound(err) {
			continue // Verifying the log tells what is missing.
		}
		if err != nil {
			return nil, fmt.Errorf("reading its activity log: %w", err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

func (p *plugin) printAlerts(incident *v1alpha1.Incident, alerts *v1alpha1.AlertList, now time.Time) {
	if len(alerts.Items) == 0 {
		return
	}
	terminal.PrintLine(p.Out, "\nAlerts:")
	columns := alertColumns()
	kept := columns[:0]
	for _, column := range columns {
		if column.Name != "INCIDENT" {
			kept = append(kept, column)
		}
	}
	rows := &table.Table[*v1alpha1.Alert]{Out: p.Out, Screen: terminal.ScreenOf(p.Out), Columns: kept}
	rows.Print(pointers(alerts.Items), now)
	if alerts.Continue != "" {
		more := "more"
		if total := incident.Status.Alerts.Total; total != nil && int(*total) > len(alerts.Items) {
			more = fmt.Sprintf("%d more", int(*total)-len(alerts.Items))
		}
		terminal.PrintLine(p.Out, fmt.Sprintf("and %s: kubectl incident alerts %s", more, terminal.Escape(incident.Name)))
	}
}

func (p *plugin) printEntries(entries []v1alpha1.Activity, now time.Time) {
	if len(entries) == 0 {
		return
	}
	terminal.PrintLine(p.Out, "\nTimeline:")
	rows := &table.Table[*v1alpha1.Activity]{Out: p.Out, Screen: terminal.ScreenOf(p.Out), Columns: entryColumns()}
	rows.Print(pointers(entries), now)
}

// entryColumns are those of the timeline.
func entryColumns() []table.Column[*v1alpha1.Activity] {
	type entry = *v1alpha1.Activity
	return []table.Column[entry]{
		{Name: "TIME", Cell: func(e entry, _ time.Time) string { return exactTime(e.Spec.Time) }},
		{Name: "ENTRY", Spare: 1, Cell: func(e entry, _ time.Time) string { return strconv.FormatInt(e.Spec.Sequence, 10) }},
		{Name: "ACTOR", Least: leastAssignee, Cell: func(e entry, _ time.Time) string { return e.Spec.Actor }},
		{Name: "TYPE", Spare: 2, Cell: func(e entry, _ time.Time) string { return string(e.Spec.Type) }},
		{Name: "SUMMARY", Least: leastTitle, Cell: func(e entry, _ time.Time) string { return e.Spec.Summary }},
	}
}
