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
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) createCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "create",
		Short: "Create an incident or an alert by hand",
		Args:  cobra.NoArgs,
		RunE:  func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(p.createIncidentCommand(), p.createAlertCommand())
	return command
}

// createOptions are what both kinds take.
type createOptions struct {
	*plugin
	bulkFlags
	severity string
	tags     []string
}

func (o *createOptions) addTo(flags *pflag.FlagSet) {
	o.bulkFlags.addTo(flags, o.plugin)
	flags.StringVar(&o.severity, "severity", "", "Informational, Low, Medium, High or Critical")
	flags.Var(input.NewTags(&o.tags), "tag", "tags to begin with")
}

func (o *createOptions) fill(triage *v1alpha1.Triage, severity *v1alpha1.Severity) error {
	for _, tag := range o.tags {
		triage.Tags = append(triage.Tags, v1alpha1.Tag(strings.TrimSpace(tag)))
	}
	err := actions.CheckTags(triage.Tags)
	if o.severity != "" {
		var wrong error
		*severity, wrong = classify.ParseSeverity(o.severity)
		err = errors.Join(err, wrong)
	}
	return errors.Join(o.validate(), err)
}

func (p *plugin) createIncidentCommand() *cobra.Command {
	o := &createOptions{plugin: p}
	spec := v1alpha1.IncidentSpec{}
	command := &cobra.Command{
		Use:   "incident NAME",
		Short: "Create an incident by hand; alerts can be moved to it",
		Args:  cobra.ExactArgs(1),
		Example: `  # See first whether the API server would take it
  kubectl incident create incident hr-2026 --assignee bob@example.com --dry-run=server

  kubectl incident create incident hr-2026 --title "Suspicious logins in HR" --severity High --tag HR`,
		RunE: func(command *cobra.Command, args []string) error {
			if err := o.fill(&spec.Triage, &spec.Severity); err != nil {
				return err
			}
			trim(&spec.Name, &spec.Description)
			namespace, c, err := o.cluster()
			if err != nil {
				return err
			}
			if spec.Assignee, err = o.owner(command.Context(), spec.Assignee); err != nil {
				return err
			}
			name, err := input.Name(input.Incident, args[0])
			if err != nil {
				return err
			}
			incident := &v1alpha1.Incident{Spec: spec, ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
			return o.create(command.Context(), actions.CreateIncident(c, incident), "incident/"+incident.Name, "a new incident")
		},
	}
	flags := command.Flags()
	o.addTo(flags)
	flags.StringVar(&spec.Name, "title", "", "the title to show; without it the incident is named from its alerts")
	flags.StringVar(&spec.Assignee, "assignee", "", "who works on it")
	flags.StringVar(&spec.Description, "description", "", "what it is about")
	return command
}

// trim takes white space off the ends of what was typed, where the API takes none.
func trim(texts ...*string) {
	for _, text := range texts {
		*text = strings.TrimSpace(*text)
	}
}

func (o *createOptions) create(ctx context.Context, created actions.Task, title, what string) error {
	return o.bulkWith(ctx, o.plugin, []task{{Task: created, title: title, describe: describedAs(title, what)}})
}

func (p *plugin) createAlertCommand() *cobra.Command {
	o := &createOptions{plugin: p}
	spec := v1alpha1.AlertSpec{}
	command := &cobra.Command{
		Use:     "alert NAME --title TEXT",
		Short:   "Create an alert by hand, such as for a phone call",
		Args:    cobra.ExactArgs(1),
		Example: `  kubectl incident create alert call-0815 --title "User reports a strange mail" --incident inc-1 --severity Low --category InitialAccess --source "Help desk"`,
		RunE: func(command *cobra.Command, args []string) error {
			if err := o.fill(&spec.Triage, &spec.Severity); err != nil {
				return err
			}
			trim(&spec.Name, &spec.Description, &spec.Category, &spec.Source.Service, &spec.Source.Detector, &spec.URL)
			if spec.Name == "" {
				return errors.New("--title is required: what a person reads first")
			}
			// Such as where a script's variable is not set: nobody would look for the alert outside the incident.
			if command.Flags().Changed("incident") && spec.IncidentRef.Name == "" {
				return errors.New("--incident is empty: leave it out for an alert of no incident")
			}
			if err := nameVar(input.Incident, &spec.IncidentRef.Name); err != nil {
				return err
			}
			namespace, c, err := o.cluster()
			if err != nil {
				return err
			}
			if spec.Assignee, err = o.owner(command.Context(), spec.Assignee); err != nil {
				return err
			}
			name, err := input.Name(input.Alert, args[0])
			if err != nil {
				return err
			}
			alert := &v1alpha1.Alert{Spec: spec, ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
			created, err := actions.CreateAlert(command.Context(), c, alert)
			if err != nil {
				return err
			}
			return o.create(command.Context(), created, "alert/"+alert.Name, "a new alert")
		},
	}
	flags := command.Flags()
	o.addTo(flags)
	flags.Lookup("wait").Usage = "wait until the alert has what its incident gives it; the default on a terminal"
	alertFlags(flags, &spec)
	return command
}

func alertFlags(flags *pflag.FlagSet, spec *v1alpha1.AlertSpec) {
	flags.StringVar(&spec.Name, "title", "", "the title to show, required")
	flags.StringVar(&spec.IncidentRef.Name, "incident", "", "the incident that it belongs to")
	flags.StringVar(&spec.Assignee, "assignee", "", "who works on it; the incident's assignee comes first")
	flags.StringVar(&spec.Description, "description", "", "what was seen")
	flags.StringVar(&spec.Category, "category", "", "an ATT&CK tactic in UpperCamelCase, such as InitialAccess, or another class, such as Malware")
	flags.StringVar(&spec.Source.Service, "source", "", "the product that reported it")
	flags.StringVar(&spec.Source.Detector, "detector", "", "the sensor or rule set of the product")
	flags.StringVar(&spec.URL, "url", "", "where to read more, http or https")
}
