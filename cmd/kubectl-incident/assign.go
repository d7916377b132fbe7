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

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
)

func (p *plugin) takeCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "take [INCIDENT...]",
		Short:             "Assign incidents, and with them their alerts, to yourself",
		ValidArgsFunction: complete.Args(p.openIncidents),
		Example: `  # Take one
  kubectl incident take inc-1

  # Take everything severe that nobody has
  kubectl incident take --unassigned --min-severity High`,
	}, func(ctx context.Context, names []string) (actions.Change, []string, error) {
		_, c, err := p.cluster()
		if err != nil {
			return actions.Change{}, nil, err
		}
		me, err := actions.WhoAmI(ctx, c)
		return actions.AssignTo(me), names, err
	})
}

func (p *plugin) assignCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "assign USER [INCIDENT...]",
		Short:             "Assign incidents, and with them their alerts, to a user or group",
		ValidArgsFunction: complete.Args(p.knownAssignees, p.openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  # See first what it would change, on each alert too
  kubectl incident assign bob@example.com inc-1 --dry-run

  # All that bear a tag
  kubectl incident assign bob@example.com --tag Ransomware`,
	}, func(_ context.Context, args []string) (actions.Change, []string, error) {
		if args[0] == "" {
			return actions.Change{}, nil, errors.New("the user is empty: use unassign to take an assignment back")
		}
		return actions.AssignTo(args[0]), args[1:], nil
	})
}

func (p *plugin) unassignCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "unassign [INCIDENT...]",
		Short:             "Take assignments back; alerts get the owner they had before",
		ValidArgsFunction: complete.Args(p.openIncidents),
		Example:           `  kubectl incident unassign inc-1`,
	}, func(_ context.Context, names []string) (actions.Change, []string, error) {
		return actions.AssignTo(""), names, nil
	})
}
