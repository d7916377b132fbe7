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
	command := p.changeCommand(&cobra.Command{
		Use:               "handover USER [INCIDENT...] --comment TEXT",
		Short:             "Hand incidents over to somebody, and say what there is to know",
		ValidArgsFunction: complete.Args(p.knownAssignees, p.openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident handover bob@example.com inc-1 --comment "Waiting for the image of web-1."

  # All of yours, at the end of a shift
  kubectl incident handover bob@example.com --mine --comment "Nothing urgent."`,
	}, func(_ context.Context, args []string) (actions.Change, []string, error) {
		if args[0] == "" {
			return actions.Change{}, nil, errors.New("the user is empty: say who takes over")
		}
		return actions.AssignTo(args[0]), args[1:], nil
	})
	_ = command.MarkFlagRequired("comment") // The flag is there.
	return command
}
