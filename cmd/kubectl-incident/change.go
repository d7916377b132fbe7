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
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// changeOptions are what the commands are told that change incidents.
type changeOptions struct {
	*plugin
	filterFlags
	bulkFlags
	overwriteFlags
	comment commentFlag
}

// arguments takes from a command's arguments what belongs to the change, and returns the rest: the names of incidents.
type arguments func(ctx context.Context, args []string) (c actions.Change, names []string, err error)

// changeCommand is a command that changes the incidents that it names behind its other arguments, or that its flags
// select.
func (p *plugin) changeCommand(command *cobra.Command, take arguments) *cobra.Command {
	o := &changeOptions{plugin: p}
	o.filterFlags.addTo(command.Flags())
	return o.command(command, take)
}

// changeOneCommand is a command that changes the one incident that it names.
func (p *plugin) changeOneCommand(command *cobra.Command, take arguments) *cobra.Command {
	o := &changeOptions{plugin: p}
	o.filterFlags.addTo(pflag.NewFlagSet("unused", pflag.ContinueOnError))
	return o.command(command, take)
}

func (o *changeOptions) command(command *cobra.Command, take arguments) *cobra.Command {
	o.bulkFlags.addTo(command.Flags(), o.plugin)
	o.overwriteFlags.addTo(command.Flags())
	o.comment.addTo(command.Flags())
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := o.validate(); err != nil {
			return err
		}
		if err := o.comment.check(); err != nil {
			return err
		}
		change, typed, err := take(command.Context(), args)
		if err != nil {
			return err
		}
		names, err := input.Names(input.Incident, typed)
		if err != nil {
			return err
		}
		return o.run(command.Context(), change, names)
	}
	return command
}

func (o *changeOptions) run(ctx context.Context, change actions.Change, names []string) error {
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	incidents, selects, err := o.selected(ctx, c, namespace, unique(names), time.Now())
	if err != nil {
		return err
	}
	o.named = len(names) > 0
	if incidents, err = o.redirected(ctx, c, o.plugin, incidents, o.named); err != nil {
		return err
	}
	request := ""
	if len(incidents) > 1 {
		request = actions.NewRequest()
		o.takesBack = o.undoOf("undo", request, namespace, o.allNamespaces)
	}
	tasks := make([]task, 0, len(incidents))
	for i := range incidents {
		tasks = append(tasks, o.task(&actions.ChangeTask{
			Client: c, Incident: &incidents[i], Change: change, Selects: selects, Seen: o.seen, Force: o.force, Request: request,
		}))
		tasks[i].Task = o.comment.with(tasks[i].Task, c, &incidents[i])
	}
	return o.bulkWith(ctx, o.plugin, tasks)
}

// undoOf is the command that undoes a bulk, wherever it is typed, by one of the commands that undo.
func (p *plugin) undoOf(by, request, namespace string, everywhere bool) string {
	command := "kubectl incident " + by + " --request " + request
	if everywhere {
		command, namespace = command+" --all-namespaces", ""
	}
	return strings.TrimRight(command+" "+p.flagsOfPlace(namespace).String(), " ")
}

func (o *changeOptions) task(t *actions.ChangeTask) task {
	title := titleOf("incident", client.ObjectKeyFromObject(t.Incident), o.allNamespaces)
	return task{Task: t, title: title, rest: sameAgain, reaches: t.Reaches(), describe: describedAs(title), overwrites: true}
}

// unique drops what is there twice, since the two would be changed at the same time.
func unique(names []string) []string {
	var all []string
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// titleOf names an object, with its namespace where several are worked on.
func titleOf(kind string, object client.ObjectKey, everywhere bool) string {
	if everywhere {
		return kind + "/" + object.Name + " in " + object.Namespace
	}
	return kind + "/" + object.Name
}

// selected returns the incidents that were named, or else those that the filter selects. An incident that was named is
// meant whatever it is like, so the function is nil for those.
func (f *filterFlags) selected(
	ctx context.Context, c client.WithWatch, namespace string, names []string, now time.Time,
) ([]v1alpha1.Incident, func(*v1alpha1.Incident) (bool, error), error) {
	if err := f.checkSelection(names); err != nil {
		return nil, nil, err
	}
	var incidents []v1alpha1.Incident
	for _, name := range names {
		incident := v1alpha1.Incident{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, &incident); err != nil {
			return nil, nil, err
		}
		incidents = append(incidents, incident)
	}
	if len(names) > 0 {
		return incidents, nil, nil
	}
	selector, err := f.ready(ctx, c, namespace)
	if err != nil {
		return nil, nil, err
	}
	incidents, err = selector.All(ctx, c, now)
	return incidents, func(incident *v1alpha1.Incident) (bool, error) { return selector.Matches(incident, now) }, err
}
