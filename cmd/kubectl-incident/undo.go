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
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// logPatience is how long the log may take to come as far as the incident; tests take less.
var logPatience = 10 * time.Second

// undoOptions are what the command undo is told.
type undoOptions struct {
	*plugin
	bulkFlags
}

func (p *plugin) undoCommand() *cobra.Command {
	o := &undoOptions{plugin: p}
	command := &cobra.Command{
		Use:               "undo INCIDENT",
		Short:             "Revert the last change of an incident that its timeline shows",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Long: `Revert the last entry of an incident's timeline that tells of a change by a person: of the owner, state, note, tags, name,
description, classification or severity, or a move of alerts. That is a change of its own, with an entry of its own, so
that undo again brings the change back. Entries that tell of one request, such as those of resolve --classify, are
reverted together. Comments, what the operator did and alerts that arrived are passed over. Where
the incident has changed since, nothing is done; nor is it where the timeline has not caught up with the incident and its
alerts within ten seconds. An undo that did not reach all alerts says by which command the rest are moved.`,
		Example: `  # See first what it would change
  kubectl incident undo inc-1 --dry-run

  kubectl incident undo inc-1`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command.Context(), args[0]) },
	}
	o.addTo(command.Flags(), p)
	return command
}

func (o *undoOptions) run(ctx context.Context, name string) error {
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	u := &actions.Undo{Client: c, Incident: client.ObjectKey{Namespace: namespace, Name: name}, Patience: logPatience}
	reversal, err := u.Decide(ctx)
	if err == nil && reversal.Move != nil {
		err = o.moveBack(ctx, u, reversal)
	} else if err == nil {
		err = o.bulkWith(ctx, o.plugin, []task{undoTask(u, reversal, "incident/"+name)})
	}
	if refused, ok := errors.AsType[*actions.RefusedError](err); ok {
		return o.refuse("incident/" + name + ": " + refused.Error())
	}
	return err
}

func undoTask(u *actions.Undo, reversal *undo.Reversal, title string) task {
	words := describedAs(title)
	return task{Task: u, title: title, describe: func(found actions.Preview) string {
		return terminal.Escape("Undo of "+reversal.Describe()) + "\n" + words(found)
	}}
}

// moveBack moves alerts back.
func (o *undoOptions) moveBack(ctx context.Context, u *actions.Undo, reversal *undo.Reversal) error {
	moves, err := u.Moves(ctx)
	if err != nil {
		return err
	}
	tasks := make([]task, 0, len(moves))
	for _, move := range moves {
		tasks = append(tasks, moveTask(move, ""))
	}
	err = o.bulkWith(ctx, o.plugin, tasks)
	if errors.Is(err, errIncomplete) && o.dryRun == dryRunNone {
		o.sayRest(reversal.Move, moves, u.Incident.Namespace)
	}
	return err
}

// sayRest tells how to finish a move that did not reach all alerts: undo would now revert what it did itself. What somebody
// else moved meanwhile stays where it is.
func (o *undoOptions) sayRest(m *undo.Move, moves []*actions.MoveTask, namespace string) {
	var left []string
	for _, move := range moves {
		if move.Alert.Spec.IncidentRef.Name == m.From {
			left = append(left, move.Alert.Name)
		}
	}
	if len(left) == 0 {
		return
	}
	where := "in " + cmp.Or(m.From, "no incident")
	to := "--unlink"
	if m.To != "" {
		to = "--to " + m.To
	}
	terminal.PrintLine(o.ErrOut, terminal.Escape(fmt.Sprintf("Not seen to move, so perhaps still %s: %s. This finishes the undo:", where, strings.Join(left, ", "))))
	terminal.PrintLine(o.ErrOut, terminal.Escape(fmt.Sprintf("  kubectl incident move %s %s %s", strings.Join(left, " "), to, o.flagsOfRest(namespace, moves[0].Reason))))
}

// flagsOfRest are the flags by which another command says the reason, and works where this one does.
func (o *undoOptions) flagsOfRest(namespace, reason string) string {
	flags := query.Query{"namespace": {namespace}, "reason": {reason}}
	for name, value := range map[string]*string{
		"kubeconfig": o.config.KubeConfig, "context": o.config.Context, "cluster": o.config.ClusterName,
		"user": o.config.AuthInfoName, "server": o.config.APIServer, "as": o.config.Impersonate,
	} {
		if said := ptr.Deref(value, ""); said != "" {
			flags[name] = query.Values{said}
		}
	}
	return flags.String()
}
