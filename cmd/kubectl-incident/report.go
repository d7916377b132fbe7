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
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/report"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/view"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// The formats of reports.
const (
	formatMarkdown = "md"
	formatHTML     = "html"
)

// reportOptions are what the command report is told.
type reportOptions struct {
	*plugin
	since         string
	format        string
	allNamespaces bool
}

func (p *plugin) reportCommand() *cobra.Command {
	o := &reportOptions{plugin: p}
	command := &cobra.Command{
		Use:               "report --since TIME | report INCIDENT",
		Short:             "Report on a shift, or on one incident for the review after it",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Long: `Report on a shift: what was opened, what was resolved by whom with verdict and note, what changed hands, what is still
open, what nobody has and waits longest, and how long it took to get an owner and to be resolved. Or report on one
incident: summary, scope, evidence, timeline, decisions and comments, with the head of its activity log, by which the
report can be held against the log later.`,
		Example: `  # The shift that ends now
  kubectl incident report --since 12h

  # For the wiki, or to print
  kubectl incident report --since 12h -o md > shift.md
  kubectl incident report inc-1 -o html > inc-1.html`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			names, err := input.Names(input.Incident, args)
			if err != nil {
				return err
			}
			return o.run(command.Context(), names)
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.since, "since", "", "report on what happened in this time, such as 8h or 7d")
	flags.StringVarP(&o.format, "output", "o", "", "md, html or, of a shift, csv; unset for a terminal")
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "the shift in all namespaces")
	complete.Flag(command, "output", complete.Words(formatMarkdown, formatHTML, formatCSV))
	return p.paged(command, new(bool))
}

func (o *reportOptions) check(incidents []string) error {
	switch {
	case (o.since == "") == (len(incidents) == 0):
		return errors.New("say --since for a shift, or name an incident")
	case o.format != "" && o.format != formatMarkdown && o.format != formatHTML && o.format != formatCSV:
		return fmt.Errorf("--output must be md, html or csv, is %q", o.format)
	case o.format == formatCSV && len(incidents) > 0:
		return errors.New("--output=csv is for a shift: use md or html for one incident")
	case o.allNamespaces && len(incidents) > 0:
		return errors.New("--all-namespaces is for a shift: leave it out for one incident")
	}
	return nil
}

func (o *reportOptions) run(ctx context.Context, incidents []string) error {
	if err := o.check(incidents); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	now := time.Now()
	if len(incidents) > 0 {
		document, err := o.review(ctx, c, client.ObjectKey{Namespace: namespace, Name: incidents[0]}, now)
		if err != nil {
			return err
		}
		return o.write(document, now)
	}
	since, err := query.ParseDuration(o.since)
	if err != nil {
		return fmt.Errorf("--since %w", err)
	}
	if o.allNamespaces {
		namespace = ""
	}
	shift, err := readShift(ctx, c, namespace, now.Add(-since), now)
	if err != nil {
		return err
	}
	if o.format == formatCSV {
		return writeShiftCSV(o.Out, &shift, now)
	}
	return o.write(shiftDocument(&shift, o.zone()), now)
}

func readShift(ctx context.Context, c client.WithWatch, namespace string, from, to time.Time) (view.Shift, error) {
	var incidents []v1alpha1.Incident
	_, err := kube.Each(ctx, c, &v1alpha1.IncidentList{}, kube.Streamed, func(page *v1alpha1.IncidentList) error {
		incidents = append(incidents, page.Items...)
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return view.Shift{}, fmt.Errorf("listing incidents: %w", err)
	}
	var assignments []v1alpha1.Activity
	_, err = kube.Each(ctx, c, &v1alpha1.ActivityList{}, kube.Streamed, func(page *v1alpha1.ActivityList) error {
		assignments = append(assignments, page.Items...)
		return nil
	}, client.InNamespace(namespace), client.MatchingFields{"spec.type": string(v1alpha1.ActivityAssigned)})
	if err != nil {
		return view.Shift{}, fmt.Errorf("listing changes of owners: %w", err)
	}
	return view.ShiftOf(incidents, assignments, from, to), nil
}

// write writes a document in the format that is asked for.
func (o *reportOptions) write(document *report.Document, now time.Time) error {
	switch o.format {
	case formatMarkdown:
		return report.Markdown(o.Out, document)
	case formatHTML:
		return report.HTML(o.Out, document)
	}
	page := o.newPage(now)
	page.lines = append(page.lines, terminal.Fold(document.Title, page.screen.Columns)...)
	var facts []fact
	for _, known := range document.Facts {
		facts = append(facts, fact{name: known.Name, value: known.Value})
	}
	page.facts(facts)
	for _, section := range document.Filled() {
		page.section(&section)
	}
	page.print(o.plugin)
	return nil
}
