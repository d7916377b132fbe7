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
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
)

func (p *plugin) alertAssign() *cobra.Command {
	command := &cobra.Command{
		Use:               "assign USER [ALERT...]",
		Short:             "Assign alerts to a user or group",
		ValidArgsFunction: complete.Args(p.knownAssignees, p.knownAlerts),
		Args:              cobra.MinimumNArgs(1),
		Example:           `  kubectl incident alert assign bob@example.com --incident inc-1 --entity web-1`,
	}
	return p.alertVerb(command, func(args []string) (actions.AlertChange, []string, error) {
		owner, err := p.owner(command.Context(), args[0])
		if err == nil && owner == "" {
			err = errors.New("the user is empty: use unassign to take an assignment back")
		}
		return actions.AssignAlertTo(owner), args[1:], err
	})
}

func (p *plugin) alertUnassign() *cobra.Command {
	return p.alertVerb(&cobra.Command{
		Use:               "unassign [ALERT...]",
		Short:             "Take assignments of alerts back",
		ValidArgsFunction: complete.Args(p.knownAlerts),
		Example:           `  kubectl incident alert unassign falco-7`,
	}, func(args []string) (actions.AlertChange, []string, error) {
		return actions.AssignAlertTo(""), args, nil
	})
}

func (p *plugin) alertResolve() *cobra.Command {
	var note, verdict string
	command := &cobra.Command{
		Use:               "resolve [ALERT...]",
		Short:             "Resolve alerts",
		ValidArgsFunction: complete.Args(p.knownAlerts),
		Example: `  # See first what it would change
  kubectl incident alert resolve --incident inc-1 --severity Low --dry-run`,
	}
	command.Flags().StringVar(&note, "note", "", "why they are resolved")
	command.Flags().StringVar(&verdict, "classify", "", "what they turned out to be: VERDICT or VERDICT/DETERMINATION")
	return p.alertVerb(command, func(args []string) (actions.AlertChange, []string, error) {
		if err := actions.AtMost("the note", note, actions.MaxNote); err != nil {
			return actions.AlertChange{}, nil, err
		}
		resolved := actions.ResolveAlert(note)
		if verdict == "" {
			return resolved, args, nil
		}
		classification, err := classify.Split(verdict)
		if err != nil {
			err = fmt.Errorf("--classify: %w", err)
		}
		return resolved.And(actions.ClassifyAlertAs(classification)), args, err
	})
}

func (p *plugin) alertReopen() *cobra.Command {
	return p.alertVerb(&cobra.Command{
		Use:               "reopen [ALERT...]",
		Short:             "Open resolved alerts again",
		ValidArgsFunction: complete.Args(p.knownAlerts),
		Example:           `  kubectl incident alert reopen falco-7`,
	}, func(args []string) (actions.AlertChange, []string, error) { return actions.ReopenAlert(), args, nil })
}

func (p *plugin) alertClassify() *cobra.Command {
	return p.alertVerb(&cobra.Command{
		Use:               "classify VERDICT[/DETERMINATION] [ALERT...]",
		Short:             "Say what alerts turned out to be",
		ValidArgsFunction: complete.Args(classifications, p.knownAlerts),
		Args:              cobra.MinimumNArgs(1),
		Example:           `  kubectl incident alert classify FalsePositive/NotMalicious falco-7 falco-8`,
	}, func(args []string) (actions.AlertChange, []string, error) {
		classification, err := classify.Split(args[0])
		return actions.ClassifyAlertAs(classification), args[1:], err
	})
}

func (p *plugin) alertTag() *cobra.Command {
	return p.alertVerb(&cobra.Command{
		Use:               "tag TAG[,TAG...] [ALERT...]",
		Short:             "Tag alerts",
		ValidArgsFunction: complete.Args(complete.ListOf(p.usedTags), p.knownAlerts),
		Args:              cobra.MinimumNArgs(1),
		Example:           `  kubectl incident alert tag "Red team" --entity web-1 --since 1d`,
	}, func(args []string) (actions.AlertChange, []string, error) {
		named, err := input.Tags(args[0])
		return actions.TagAlert(named...), args[1:], err
	})
}

func (p *plugin) alertUntag() *cobra.Command {
	return p.alertVerb(&cobra.Command{
		Use:               "untag TAG[,TAG...] [ALERT...]",
		Short:             "Take tags of alerts away",
		ValidArgsFunction: complete.Args(complete.ListOf(p.usedTags), p.knownAlerts),
		Args:              cobra.MinimumNArgs(1),
		Example:           `  kubectl incident alert untag "Red team" --tag "Red team"`,
	}, func(args []string) (actions.AlertChange, []string, error) {
		named, err := input.Tags(args[0])
		return actions.UntagAlert(named...), args[1:], err
	})
}
