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
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// mergeOptions are what the command merge is told.
type mergeOptions struct {
	*plugin
	bulkFlags
	into string
}

func (p *plugin) mergeCommand() *cobra.Command {
	o := &mergeOptions{plugin: p}
	command := &cobra.Command{
		Use:               "merge INCIDENT... --into INCIDENT",
		Short:             "Merge incidents into another: all their alerts and tags go there",
		ValidArgsFunction: complete.Args(p.openIncidents),
		Long: `Merge incidents into another one: all their alerts go there, and their tags with them. The alerts lose what the
merged incident gave them, its owner among it, and inherit from the other one instead. A merged incident stays, and says
where to look. A merge cannot be taken back once it is accepted. It is refused for all where one is refused.`,
		Example: `  # See first what it would change, on each alert too
  kubectl incident merge inc-2 inc-3 --into inc-1 --dry-run

  kubectl incident merge inc-2 inc-3 --into inc-1`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command.Context(), args) },
	}
	command.Flags().StringVar(&o.into, "into", "", "the incident that takes over alerts and tags")
	o.addTo(command.Flags(), p)
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
	target, err := actions.FindIncident(ctx, c, client.ObjectKey{Namespace: namespace, Name: o.into})
	if err != nil {
		return err
	}
	tasks, refused := make([]task, 0, len(names)), false
	for _, name := range names {
		source := &v1alpha1.Incident{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, source); err != nil {
			return err
		}
		if err := actions.RefuseMerge(source, target, o.into); err != nil {
			refused = true
			terminal.PrintLine(o.ErrOut, terminal.Escape("incident/"+name+": "+err.Error()))
		}
		tasks = append(tasks, o.task(&actions.MergeTask{Client: c, Source: source, Target: target}))
	}
	if refused {
		return o.refuse("Nothing was merged.")
	}
	return o.bulkWith(ctx, o.plugin, tasks)
}

func (o *mergeOptions) task(m *actions.MergeTask) task {
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
