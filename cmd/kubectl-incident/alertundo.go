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
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// alertUndoOptions are what the command alert undo is told.
type alertUndoOptions struct {
	*plugin
	bulkFlags
	requestFlags
}

func (p *plugin) alertUndo() *cobra.Command {
	o := &alertUndoOptions{plugin: p}
	command := &cobra.Command{
		Use:               "undo ALERT... | --request ID",
		Short:             "Revert the last change of alerts that the timelines of their incidents show",
		ValidArgsFunction: complete.Args(p.knownAlerts),
		Long: `Revert the last change by a person of alerts themselves: of owner, state, note, classification, tags, severity or name. The
timeline of an alert's incident tells what the alert said before; one that belongs to no incident has none, and is refused.
It is also refused if its incident, its detector or anybody else has changed the value since, if its last change is a move,
and if the timeline has not caught up with it: for that, undo waits as long as the timeline comes closer, and ten seconds
more. That is a change of its own, so that undo again brings the change back.

A command that changed many alerts ends with the command that undoes all of it: alert undo --request ID. Those that somebody
changed since stay as they are, and are listed.`,
		Example: `  # See first what it would change
  kubectl incident alert undo falco-7 falco-8 --dry-run

  kubectl incident alert undo falco-7 falco-8`,
		RunE: func(command *cobra.Command, args []string) error {
			names, err := input.Names(input.Alert, args)
			if err != nil {
				return err
			}
			return o.run(command.Context(), names)
		},
	}
	o.bulkFlags.addTo(command.Flags(), p)
	o.requestFlags.addTo(command.Flags())
	hideWaiting(command.Flags())
	return command
}

func (o *alertUndoOptions) run(ctx context.Context, names []string) error {
	if err := errors.Join(o.check("alert", names), o.validate()); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	if o.allNamespaces {
		namespace = ""
	}
	undos, err := o.undos(ctx, c, namespace, names)
	if err != nil {
		return err
	}
	if len(undos) == 0 {
		return o.refuse("No alert says that the request " + o.request + " changed it last. Changes of incidents are undone by undo.")
	}
	if err := actions.DecideAlertUndos(ctx, undos); err != nil {
		return err
	}
	return o.revert(ctx, undos, namespace)
}

// undos are one for each alert that was named, or that the request changed last.
func (o *alertUndoOptions) undos(ctx context.Context, c client.WithWatch, namespace string, names []string) ([]*actions.AlertUndo, error) {
	var undos []*actions.AlertUndo
	if o.request != "" {
		var err error
		if undos, err = actions.UndoAlertsOfRequest(ctx, c, namespace, o.request); err != nil {
			return nil, err
		}
	} else {
		alerts, err := actions.GetAlerts(ctx, c, namespace, names)
		if err != nil {
			return nil, err
		}
		for i := range alerts {
			undos = append(undos, &actions.AlertUndo{Client: c, Alert: &alerts[i]})
		}
	}
	for _, u := range undos {
		u.Patience = logPatience
	}
	return undos, nil
}

// revert reverts what can be, and says of the rest why not.
func (o *alertUndoOptions) revert(ctx context.Context, undos []*actions.AlertUndo, namespace string) error {
	var tasks []task
	request := ""
	if len(undos) > 1 {
		request = actions.NewRequest()
		o.takesBack = o.undoOf("alert undo", request, namespace, o.allNamespaces)
	}
	for _, u := range undos {
		title := titleOf("alert", client.ObjectKeyFromObject(u.Alert), o.allNamespaces)
		if u.Refused != nil {
			terminal.PrintLine(o.ErrOut, terminal.Escape(title+": "+u.Refused.Error()))
			continue
		}
		words := describedAs(title)
		tasks = append(tasks, task{Task: u, title: title, describe: func(found actions.Preview) string {
			return terminal.Escape("Undo of "+u.Describe()) + "\n" + words(found)
		}})
		u.Request = request
	}
	if len(tasks) == 0 {
		return errIncomplete
	}
	o.wait = false
	if err := o.bulkWith(ctx, o.plugin, tasks); err != nil {
		return err
	}
	if len(tasks) < len(undos) {
		return errIncomplete
	}
	return nil
}
