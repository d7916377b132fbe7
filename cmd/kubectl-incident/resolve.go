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
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) resolveCommand() *cobra.Command {
	var note, verdict string
	command := &cobra.Command{
		Use:               "resolve [INCIDENT...]",
		Short:             "Resolve incidents, and with them their alerts",
		ValidArgsFunction: complete.Args(p.openIncidents),
		Long: `Resolve incidents, and with them their alerts. One that somebody else has resolved with another note or verdict is refused,
and you are told which; --force replaces them.`,
		Example: `  # See first what it would change, on each alert too
  kubectl incident resolve inc-1 --dry-run

  kubectl incident resolve inc-1 --note "re-imaged the host" --classify TruePositive/Malware

  # All that a test caused
  kubectl incident resolve --tag "Red team" --classify InformationalExpectedActivity/SecurityTesting`,
	}
	command.Flags().StringVar(&note, "note", "", "why they are resolved")
	command.Flags().StringVar(&verdict, "classify", "", "what they turned out to be: VERDICT or VERDICT/DETERMINATION")
	return p.changeCommand(command, func(_ context.Context, names []string) (actions.Change, []string, error) {
		note := strings.TrimSpace(note)
		if err := actions.AtMost("the note", note, actions.MaxNote); err != nil {
			return actions.Change{}, nil, err
		}
		if verdict == "" {
			return actions.Resolve(note), names, nil
		}
		classification, err := classify.Split(verdict)
		if err != nil {
			err = fmt.Errorf("--classify: %w", err)
		}
		return actions.ResolveAs(note, classification), names, err
	})
}

func (p *plugin) startCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "start [INCIDENT...]",
		Short:             "Say that work on incidents is in progress",
		ValidArgsFunction: complete.Args(p.openIncidents),
		Example: `  kubectl incident start inc-1

  # All of yours
  kubectl incident start --mine`,
	}, func(_ context.Context, names []string) (actions.Change, []string, error) {
		return actions.Start(), names, nil
	})
}

func (p *plugin) reopenCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "reopen [INCIDENT...]",
		Short:             "Open resolved incidents again; alerts become what they were before",
		ValidArgsFunction: complete.Args(p.resolvedIncidents),
		Example: `  kubectl incident reopen inc-1

  # The queue leaves out what is resolved, so ask for it
  kubectl incident reopen --state Resolved --tag "Red team"`,
	}, func(_ context.Context, names []string) (actions.Change, []string, error) {
		return actions.Reopen(), names, nil
	})
}
