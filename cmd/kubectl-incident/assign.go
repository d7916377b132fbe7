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
		Long: `Assign incidents, and with them their alerts, to yourself. An incident that somebody else has is refused, and you are told
who has it; --force takes it over.`,
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
		return actions.Take(me), names, err
	})
}

func (p *plugin) assignCommand() *cobra.Command {
	to, beside := "", valued{noun: "to whom", flag: "to"}
	command := &cobra.Command{
		Use:               "assign [INCIDENT...] --to USER",
		Short:             "Assign incidents, and with them their alerts, to a user or group",
		ValidArgsFunction: complete.Args(p.orIncidents(p.knownAssignees), p.incidentsOr(p.knownAssignees)),
		Long: `Assign incidents, and with them their alerts, to a user or group. "me" and "@me" are you. Without --to, the user stands
behind the incidents or in front of them; if that may be read in two ways, the command asks for the flag.`,
		Example: `  # See first what it would change, on each alert too
  kubectl incident assign inc-1 --to bob@example.com --dry-run

  # To yourself
  kubectl incident assign inc-1 --to me

  # All that bear a tag
  kubectl incident assign --to bob@example.com --tag Ransomware`,
	}
	command.Flags().StringVar(&to, "to", "", "who gets them")
	complete.Flag(command, "to", p.knownAssignees)
	return p.changeCommand(command, func(ctx context.Context, args []string) (actions.Change, []string, error) {
		typed, names, err := beside.orFlag(ctx, p, to, command.Flags().Changed("to"), args)
		if err != nil {
			return actions.Change{}, nil, err
		}
		owner, err := p.owner(ctx, typed)
		if err == nil && owner == "" {
			err = errors.New("the user is empty: use unassign to take an assignment back")
		}
		return actions.AssignTo(owner), names, err
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
