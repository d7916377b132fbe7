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
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// tagsBeside are tags that stand beside incidents.
var tagsBeside = valued{noun: "which tags", flag: "add"}

func (p *plugin) tagCommand() *cobra.Command {
	var add, remove []string
	command := &cobra.Command{
		Use:               "tag [INCIDENT...] --add TAG[,TAG...] [--remove TAG[,TAG...]]",
		Short:             "Tag incidents",
		ValidArgsFunction: complete.Args(p.orIncidents(complete.ListOf(p.usedTags)), p.incidentsOr(complete.ListOf(p.usedTags))),
		Long: `Tag incidents. A tag that has commas is put in double quotes. Without --add and --remove, the tags stand behind the
incidents or in front of them; if that may be read in two ways, the command asks for the flag.`,
		Example: `  kubectl incident tag inc-1 --add "Crown Jewels: HR 2026"

  # One in place of another
  kubectl incident tag inc-1 --add contained --remove spreading

  # Two tags on everything of a source that is new today
  kubectl incident tag --add Falco,triaged --source Falco --since 1d`,
	}
	command.Flags().Var(input.NewTags(&add), "add", "the tags to add")
	command.Flags().Var(input.NewTags(&remove), "remove", "the tags to take away")
	return p.changeCommand(command, func(ctx context.Context, args []string) (actions.Change, []string, error) {
		if err := errors.Join(checkTagsOf("add", add), checkTagsOf("remove", remove)); err != nil {
			return actions.Change{}, nil, err
		}
		if len(add) == 0 && len(remove) == 0 {
			value, names, err := tagsBeside.split(ctx, p, args)
			if err != nil {
				return actions.Change{}, nil, err
			}
			named, err := input.Tags(value)
			return actions.Tag(named...), names, err
		}
		switch {
		case len(remove) == 0:
			return actions.Tag(add...), args, nil
		case len(add) == 0:
			return actions.Untag(remove...), args, nil
		}
		return actions.Tag(add...).And(actions.Untag(remove...)), args, nil
	})
}

func (p *plugin) untagCommand() *cobra.Command {
	var remove []string
	beside := valued{noun: "which tags", flag: "remove"}
	command := &cobra.Command{
		Use:               "untag [INCIDENT...] --remove TAG[,TAG...]",
		Short:             "Take tags away, those that are only labels too",
		ValidArgsFunction: complete.Args(p.orIncidents(complete.ListOf(p.usedTags)), p.incidentsOr(complete.ListOf(p.usedTags))),
		Example: `  kubectl incident untag inc-1 --remove triaged

  # From all that bear it
  kubectl incident untag --remove triaged --tag triaged --all`,
	}
	command.Flags().Var(input.NewTags(&remove), "remove", "the tags to take away")
	return p.changeCommand(command, func(ctx context.Context, args []string) (actions.Change, []string, error) {
		if err := checkTagsOf("remove", remove); err != nil {
			return actions.Change{}, nil, err
		}
		if len(remove) > 0 {
			return actions.Untag(remove...), args, nil
		}
		value, names, err := beside.split(ctx, p, args)
		if err != nil {
			return actions.Change{}, nil, err
		}
		named, err := input.Tags(value)
		return actions.Untag(named...), names, err
	})
}

// checkTagsOf refuses a flag that is empty, such as if a script's variable is not set.
func checkTagsOf(flag string, tags []string) error {
	if slices.Contains(tags, "") {
		return fmt.Errorf("--%s: a tag is empty", flag)
	}
	return nil
}
