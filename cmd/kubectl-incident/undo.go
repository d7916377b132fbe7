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
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
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
	requestFlags
}

func (p *plugin) undoCommand() *cobra.Command {
	o := &undoOptions{plugin: p}
	command := &cobra.Command{
		Use:               "undo INCIDENT... | --request ID",
		Short:             "Revert the last change of incidents that their timelines show",
		ValidArgsFunction: complete.Args(p.allIncidents),
		Long: `Revert the last entry of an incident's timeline that tells of a change by a person: of the owner, state, note, tags, name,
description, classification or severity, or a move of alerts. That is a change of its own, with an entry of its own, so
that undo again brings the change back. Entries that tell of one request, such as those of resolve --classify, are
reverted together. Comments, what the operator did and alerts that arrived are passed over. If
the incident has changed since, nothing is done; nor is it if the timeline has not caught up with the incident and its
alerts within ten seconds. An undo that did not reach all alerts says by which command the rest are moved.

A command that changed many incidents ends with the command that undoes all of them: undo --request ID. Those that somebody changed since
stay as they are, and are listed.`,
		Example: `  # See first what it would change
  kubectl incident undo inc-1 --dry-run

  kubectl incident undo inc-1`,
		RunE: func(command *cobra.Command, args []string) error {
			names, err := input.Names(input.Incident, args)
			if err != nil {
				return err
			}
			return o.run(command.Context(), unique(names))
		},
	}
	o.bulkFlags.addTo(command.Flags(), p)
	o.requestFlags.addTo(command.Flags())
	return command
}

func (o *undoOptions) run(ctx context.Context, names []string) error {
	if err := errors.Join(o.check("incident", names), o.validate()); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	undos, err := o.undos(ctx, c, namespace, names)
	if err != nil {
		return err
	}
	if len(undos) == 0 {
		return o.refuse("No incident says that the request " + o.request + " changed it last. Changes of alerts are undone by alert undo.")
	}
	reversals, err := decideAll(ctx, undos)
	if err != nil {
		return err
	}
	return o.revert(ctx, undos, reversals)
}

// undos are what is to be reverted.
func (o *undoOptions) undos(ctx context.Context, c client.WithWatch, namespace string, names []string) ([]*actions.Undo, error) {
	var undos []*actions.Undo
	if o.request != "" {
		if o.allNamespaces {
			namespace = ""
		}
		var err error
		if undos, err = actions.UndoRequest(ctx, c, namespace, o.request); err != nil {
			return nil, err
		}
	}
	o.named = o.request == ""
	for _, name := range names {
		undos = append(undos, &actions.Undo{Client: c, Incident: client.ObjectKey{Namespace: namespace, Name: name}})
	}
	for _, u := range undos {
		u.Patience = logPatience
	}
	return undos, nil
}

// decided is what reverts one change, or why it is refused.
type decided struct {
	*undo.Reversal
	moves   []*actions.MoveTask
	refusal error
}

// decideAll finds out for all what is to be done before anything is.
func decideAll(ctx context.Context, undos []*actions.Undo) ([]decided, error) {
	all := make([]decided, len(undos))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(actions.Workers)
	for i, u := range undos {
		group.Go(func() error {
			var err error
			all[i].Reversal, err = u.Decide(ctx)
			if err == nil && all[i].Move != nil {
				all[i].moves, err = u.Moves(ctx)
			}
			if refused, ok := errors.AsType[*actions.RefusedError](err); ok {
				all[i].refusal, err = refused, nil
			}
			return err
		})
	}
	return all, group.Wait()
}

// revert does what is not refused, and says at the end whether that was all.
func (o *undoOptions) revert(ctx context.Context, undos []*actions.Undo, reversals []decided) error {
	var tasks []task
	request, changes := actions.NewRequest(), 0
	for i, u := range undos {
		title := titleOf("incident", u.Incident, o.allNamespaces)
		switch found := reversals[i]; {
		case found.refusal != nil:
			terminal.PrintLine(o.ErrOut, terminal.Escape(title+": "+found.refusal.Error()))
		case found.Move != nil:
			for _, move := range found.moves {
				tasks = append(tasks, moveTask(move, ""))
			}
		default:
			changes++
			tasks = append(tasks, undoTask(u, found.Reversal, title))
		}
	}
	if changes > 1 {
		for _, u := range undos {
			u.Request = request
		}
		o.takesBack = o.undoOf("undo", request, undos[0].Incident.Namespace, o.allNamespaces)
	}
	if len(tasks) == 0 {
		return errIncomplete
	}
	err := o.bulkWith(ctx, o.plugin, tasks)
	refused := slices.ContainsFunc(reversals, func(d decided) bool { return d.refusal != nil })
	for i, found := range reversals {
		if found.moves != nil && errors.Is(err, errIncomplete) && o.dryRun == dryRunNone {
			o.sayRest(found.Move, found.moves, undos[i].Incident.Namespace)
		}
	}
	if err == nil && refused {
		err = errIncomplete
	}
	return err
}

func undoTask(u *actions.Undo, reversal *undo.Reversal, title string) task {
	words := describedAs(title)
	return task{Task: u, title: title, describe: func(found actions.Preview) string {
		return terminal.Escape("Undo of "+reversal.Describe()) + "\n" + words(found)
	}}
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
	flags := o.flagsOfPlace(namespace)
	flags["reason"] = query.Values{reason}
	return flags.String()
}

// flagsOfPlace are the flags by which another command works where this one does; an empty namespace is left out.
func (p *plugin) flagsOfPlace(namespace string) query.Query {
	flags := query.Query{}
	if namespace != "" {
		flags["namespace"] = query.Values{namespace}
	}
	for name, value := range map[string]*string{
		"kubeconfig": p.config.KubeConfig, "context": p.config.Context, "cluster": p.config.ClusterName,
		"user": p.config.AuthInfoName, "server": p.config.APIServer, "as": p.config.Impersonate,
	} {
		if said := ptr.Deref(value, ""); said != "" {
			flags[name] = query.Values{said}
		}
	}
	return flags
}
