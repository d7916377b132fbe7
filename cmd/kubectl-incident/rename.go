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

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
)

func (p *plugin) renameCommand() *cobra.Command {
	automatic := false
	command := &cobra.Command{
		Use:               "rename INCIDENT (NAME | --automatic)",
		Short:             "Give an incident a name, or take it back",
		ValidArgsFunction: complete.Args(p.openIncidents, complete.Nothing),
		Args:              cobra.RangeArgs(1, 2),
		Example: `  kubectl incident rename inc-1 "Ransomware in HR"

  # Let the operator name it from its alerts again
  kubectl incident rename inc-1 --automatic`,
	}
	command.Flags().BoolVar(&automatic, "automatic", false, "take the name back, so that the incident is named from its alerts")
	return p.changeOneCommand(command, func(_ context.Context, args []string) (actions.Change, []string, error) {
		if automatic == (len(args) == 2) {
			return actions.Change{}, nil, errors.New("say either a name or --automatic")
		}
		if automatic {
			return actions.RenameTo(""), args, nil
		}
		name := strings.TrimSpace(args[1])
		if name == "" {
			return actions.Change{}, nil, errors.New("the name is empty: use --automatic to take the name back")
		}
		return actions.RenameTo(name), args[:1], nil
	})
}
