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
	"slices"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) severityCommand() *cobra.Command {
	to, levels := "", complete.Words(append(slices.Clone(classify.Severities), classify.Computed)...)
	command := &cobra.Command{
		Use:               "severity [INCIDENT...] (Informational | Low | Medium | High | Critical | computed)",
		Short:             "Pin the severity of incidents, or let it follow their alerts again",
		ValidArgsFunction: complete.Args(p.orIncidents(levels), p.incidentsOr(levels)),
		Example: `  kubectl incident severity inc-1 Critical

  # The highest severity among the alerts again
  kubectl incident severity inc-1 computed

  # All that flags select
  kubectl incident severity --to High --tag Ransomware`,
	}
	command.Flags().StringVar(&to, "to", "", "the severity")
	complete.Flag(command, "to", levels)
	return p.changeCommand(command, func(_ context.Context, args []string) (actions.Change, []string, error) {
		level, names, err := closed(to, command.Flags().Changed("to"), args, func(word string) error {
			_, err := classify.ParseSeverity(word)
			return err
		})
		if err != nil {
			return actions.Change{}, nil, err
		}
		severity, err := classify.ParseSeverity(level)
		return actions.SetSeverity(severity), names, err
	})
}

// closed tells a word of a closed set from incidents: it stands behind them, or in front of them. If both ends are such
// words, the flag --to has to say it.
func closed(given string, changed bool, args []string, check func(string) error) (word string, names []string, err error) {
	last := len(args) - 1
	switch {
	case changed:
		return given, args, nil
	case last < 0:
		return "", nil, errors.New("say which: --to")
	case check(args[0]) != nil && last > 0 && check(args[last]) == nil:
		return args[last], args[:last], nil
	case last > 0 && check(args[0]) == nil && check(args[last]) == nil:
		return "", nil, fmt.Errorf("%s and %s may both be meant: say which by --to", args[0], args[last])
	}
	return args[0], args[1:], check(args[0])
}
