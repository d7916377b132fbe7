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
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// mergeOptions are what the command merge is told.
type mergeOptions struct {
	*plugin
	bulkFlags
	into      string
	keepOwner bool
}

func (p *plugin) mergeCommand() *cobra.Command {
	o := &mergeOptions{plugin: p}
	command := &cobra.Command{
		Use:               "merge INCIDENT... --into INCIDENT",
		Short:             "Merge incidents into another: all their alerts and tags go there",
		ValidArgsFunction: complete.Args(p.openIncidents),
		Long: `Merge incidents into another one: all their alerts go there, and their tags with them. The alerts lose what the
merged incident gave them, its owner among it, and inherit from the other one instead. With --keep-owner that one first gets
the owner, if it has none. A merged incident stays, and says where to look.

A merge cannot be undone, so it asks first; elsewhere than on a terminal it needs --yes. It is refused for all if one is
refused.`,
		Example: `  # See first what it would change, on each alert too
  kubectl incident merge inc-2 inc-3 --into inc-1 --dry-run

  # In a script, where nobody answers
  kubectl incident merge inc-2 inc-3 --into inc-1 --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			names, err := input.Names(input.Incident, args)
			if err := errors.Join(err, nameVar(input.Incident, &o.into)); err != nil {
				return err
			}
			return o.run(command.Context(), names)
		},
	}
	flags := command.Flags()
	flags.StringVar(&o.into, "into", "", "the incident that takes over alerts and tags")
	flags.BoolVar(&o.keepOwner, "keep-owner", false, "make the owner of the merged incidents that of the other one, if that has none")
	o.addTo(flags, p)
	flags.Lookup("wait").Usage, flags.Lookup("wait").DefValue = "wait until all alerts have moved, or the merge is refused", "true"
	flags.Lookup("yes").Usage = "do not ask"
	o.wait = true
	return command
}

func (o *mergeOptions) run(ctx context.Context, names []string) error {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	switch {
	case o.into == "":
		return errors.New("say --into which incident")
	case slices.Contains(names, o.into):
		return fmt.Errorf("%s cannot be merged into itself", o.into)
	}
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	merges, err := o.merges(ctx, c, namespace, names)
	if err != nil {
		return err
	}
	if merges == nil {
		return o.refuse("Nothing was merged.")
	}
	if o.dryRun == dryRunNone {
		if err := o.makeSure(ctx, merges); err != nil {
			return err
		}
		o.yes = true
	}
	if o.keepOwner {
		if err := o.carryOwner(ctx, c, merges); err != nil {
			return err
		}
	}
	tasks := make([]task, 0, len(merges))
	for _, m := range merges {
		tasks = append(tasks, o.task(m))
	}
	return o.bulkWith(ctx, o.plugin, tasks)
}

// merges reads what is to be merged. It returns none if one of them is refused, and prints why.
func (o *mergeOptions) merges(ctx context.Context, c client.WithWatch, namespace string, names []string) ([]*mergeTask, error) {
	target, err := actions.FindIncident(ctx, c, client.ObjectKey{Namespace: namespace, Name: o.into})
	if err != nil {
		return nil, err
	}
	merges, refused := make([]*mergeTask, 0, len(names)), false
	for _, name := range names {
		source := &v1alpha1.Incident{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, source); err != nil {
			return nil, err
		}
		if err := actions.RefuseMerge(source, target, o.into); err != nil {
			refused = true
			terminal.PrintLine(o.ErrOut, terminal.Escape("incident/"+name+": "+err.Error()))
		}
		merges = append(merges, &mergeTask{MergeTask: &actions.MergeTask{Client: c, Source: source, Target: target}, plugin: o.plugin})
	}
	if refused {
		return nil, nil
	}
	return merges, nil
}

func (o *mergeOptions) task(m *mergeTask) task {
	title := "incident/" + m.Source.Name
	words := describedAs(title)
	return task{Task: m, title: title, describe: func(found actions.Preview) string {
		text := words(found)
		if len(found.Tags) > 0 {
			text += "\n" + terminal.Escape("  incident/"+m.Target.Name+": tags that come along: "+strings.Join(found.Tags, ", "))
		}
		return text
	}}
}
