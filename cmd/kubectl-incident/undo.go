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
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// logPatience is how long the log may take to come as far as the incident; tests take less.
var logPatience = 10 * time.Second

// logInterval is how often that is looked at.
const logInterval = 250 * time.Millisecond

// undoer reverts the last change of one incident.
type undoer struct {
	*plugin
	bulkFlags
	c   client.WithWatch
	key client.ObjectKey
}

func (p *plugin) undoCommand() *cobra.Command {
	o := &undoer{plugin: p}
	command := &cobra.Command{
		Use:               "undo INCIDENT",
		Short:             "Revert the last change of an incident that its timeline shows",
		ValidArgsFunction: p.completeArgs(allIncidents, nothing),
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

func (o *undoer) run(ctx context.Context, name string) error {
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	o.c, o.key = c, client.ObjectKey{Namespace: namespace, Name: name}
	before, plan, err := o.decide(ctx)
	if refused, ok := errors.AsType[*refusedError](err); ok {
		return o.refuse("incident/" + name + ": " + refused.Error())
	}
	if err != nil {
		return err
	}
	if plan.Move != nil {
		return o.moveBack(ctx, plan)
	}
	return o.bulkWith(ctx, o.plugin, []task{o.task(before, plan)})
}

// refusedError says why a change cannot be reverted; any other error says that something could not be read.
type refusedError struct{ error }

// decide waits for the log to come as far as the incident, but not for long.
func (o *undoer) decide(ctx context.Context) (*v1alpha1.Incident, *undo.Plan, error) {
	deadline := time.Now().Add(logPatience)
	for {
		incident, plan, err := o.look(ctx)
		if !errors.Is(err, undo.ErrBehind) || time.Now().After(deadline) {
			return incident, plan, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(logInterval):
		}
	}
}

func (o *undoer) look(ctx context.Context) (*v1alpha1.Incident, *undo.Plan, error) {
	incident := &v1alpha1.Incident{}
	if err := o.c.Get(ctx, o.key, incident); err != nil {
		return nil, nil, err
	}
	facts := undo.Facts{Incident: incident}
	err := eachPage(ctx, o.c, &v1alpha1.ActivityList{}, defaultChunk, func(page *v1alpha1.ActivityList) error {
		for i := range page.Items {
			facts.Log = append(facts.Log, page.Items[i].Spec)
		}
		return nil
	}, client.InNamespace(o.key.Namespace), client.MatchingFields{"spec.incidentRef.name": o.key.Name})
	if err != nil {
		return nil, nil, fmt.Errorf("listing the activities of the incident %s: %w", o.key.Name, err)
	}
	if facts.Alerts, err = alertsOf(ctx, o.c, incident); err != nil {
		return nil, nil, err
	}
	plan, err := undo.Decide(facts)
	if err != nil {
		return nil, nil, &refusedError{err}
	}
	return incident, plan, nil
}

// Unwrap lets ErrBehind be seen.
func (e *refusedError) Unwrap() error { return e.error }

func (o *undoer) task(before *v1alpha1.Incident, plan *undo.Plan) task {
	return task{
		what: "incident/" + before.Name,
		preview: func(ctx context.Context) (string, error) {
			alerts, err := alertsOf(ctx, o.c, before)
			if err != nil {
				return "", err
			}
			into, err := mergedInto(ctx, o.c, before)
			if err != nil {
				return "", err
			}
			text := describePreview("incident/"+before.Name, differences(before, plan.After), preview.Change(plan.After, into, alerts, time.Now()))
			return escape("Undo of "+plan.Describe()) + "\n" + text, nil
		},
		do: func(ctx context.Context, options ...client.PatchOption) (string, error) {
			return o.revert(ctx, before, plan, options)
		},
		wait: func(ctx context.Context, bar *progress) error { return waitForAlerts(ctx, o.c, before, bar) },
	}
}
