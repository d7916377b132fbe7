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

func (p *plugin) handoverCommand() *cobra.Command {
	to, beside := "", valued{noun: "to whom", flag: "to"}
	command := &cobra.Command{
		Use:               "handover [INCIDENT...] --to USER --comment TEXT",
		Short:             "Hand incidents over to somebody, and say what there is to know",
		ValidArgsFunction: complete.Args(p.orIncidents(p.knownAssignees), p.incidentsOr(p.knownAssignees)),
		Example: `  kubectl incident handover inc-1 --to bob@example.com --comment "Waiting for the image of web-1."

  # All of yours, at the end of a shift
  kubectl incident handover --to bob@example.com --mine --comment "Nothing urgent."`,
	}
	command.Flags().StringVar(&to, "to", "", "who takes over")
	complete.Flag(command, "to", p.knownAssignees)
	p.changeCommand(command, func(ctx context.Context, args []string) (actions.Change, []string, error) {
		typed, names, err := beside.orFlag(ctx, p, to, command.Flags().Changed("to"), args)
		if err != nil {
			return actions.Change{}, nil, err
		}
		owner, err := p.owner(ctx, typed)
		if err == nil && owner == "" {
			err = errors.New("the user is empty: say who takes over")
		}
		return actions.AssignTo(owner), names, err
	})
	_ = command.MarkFlagRequired("comment") // The flag is there.
	return command
}
