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
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// alertsOptions are what the command alerts is told.
type alertsOptions struct {
	*plugin
	formatFlags
	unlinked      bool
	allNamespaces bool
	chunk         int64
}

func (p *plugin) alertsCommand() *cobra.Command {
	o := &alertsOptions{plugin: p}
	command := &cobra.Command{
		Use:               "alerts [INCIDENT]",
		Short:             "List the alerts of an incident, those of none, or all",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Example: `  # Those of one incident
  kubectl incident alerts inc-1

  # Those that belong to no incident yet
  kubectl incident alerts --unlinked`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			incident := ""
			if len(args) > 0 {
				var err error
				if incident, err = input.Name(input.Incident, args[0]); err != nil {
					return err
				}
			}
			return o.run(command.Context(), len(args) > 0, incident)
		},
	}
	flags := command.Flags()
	flags.BoolVar(&o.unlinked, "unlinked", false, "only alerts that belong to no incident")
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "alerts of all namespaces")
	flags.Int64Var(&o.chunk, "chunk-size", kube.DefaultChunk, "how many objects one request asks for; 0 for all at once")
	o.addTo(command)
	return command
}

func (o *alertsOptions) validate(named bool, incident string) error {
	switch {
	case named && incident == "":
		return errors.New("the name of the incident is empty")
	case named && (o.unlinked || o.allNamespaces):
		return errors.New("name an incident, or use --unlinked or --all-namespaces, not both")
	case o.chunk < 0:
		return errNegativeChunk
	}
	return nil
}

func (o *alertsOptions) run(ctx context.Context, named bool, incident string) error {
	if err := o.validate(named, incident); err != nil {
		return err
	}
	sink, err := newSink(o.plugin, &o.formatFlags, alertColumns(), o.allNamespaces)
	if err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	options := []client.ListOption{client.InNamespace(namespace)}
	switch {
	case o.allNamespaces:
		options[0] = client.InNamespace("")
	case incident != "":
		if err := o.pointOut(ctx, c, namespace, incident); err != nil {
			return err
		}
	}
	if incident != "" || o.unlinked {
		options = append(options, client.MatchingFields{"spec.incidentRef.name": incident})
	}
	none := true
	err = kube.EachPage(ctx, c, &v1alpha1.AlertList{}, o.chunk, func(page *v1alpha1.AlertList) error {
		none = none && len(page.Items) == 0
		return sink.page(pointers(page.Items), time.Now())
	}, options...)
	if err != nil {
		return fmt.Errorf("listing alerts: %w", err)
	}
	if none && o.streams() {
		o.sayNone("alerts", namespace, o.allNamespaces)
	}
	return sink.end()
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
