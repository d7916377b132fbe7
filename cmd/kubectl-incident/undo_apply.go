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

	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// revert makes the change on condition that nobody changed the incident since it was looked at. The operator writes its
// status, so a conflict alone means nothing: what counts is that the log still ends with the same change.
func (o *undoer) revert(ctx context.Context, before *v1alpha1.Incident, plan *undo.Plan, options []client.PatchOption) (string, error) {
	stale := false
	err := onConflict(ctx, func() error {
		if stale {
			if err := o.lookAgain(ctx, before, plan); err != nil {
				return err
			}
		}
		stale = true
		after := plan.After.DeepCopy()
		patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
		if err := o.c.Patch(ctx, after, patch, append(slices.Clone(options), fieldOwner)...); err != nil {
			return err
		}
		*before = *after
		return nil
	})
	if err != nil {
		return "", err
	}
	return "undid " + plan.Describe(), nil
}

// lookAgain brings the plan up to the incident as it is now, where that is to revert the same change.
func (o *undoer) lookAgain(ctx context.Context, before *v1alpha1.Incident, plan *undo.Plan) error {
	fresh, again, err := o.decide(ctx)
	if err != nil {
		return err
	}
	if again.Entry.Sequence != plan.Entry.Sequence {
		return fmt.Errorf("it changed meanwhile: the last change is %s now", undo.Describe(again.Entry))
	}
	*before, *plan = *fresh, *again
	return nil
}

// moveBack moves alerts back. Each tells in both logs what that reverts.
func (o *undoer) moveBack(ctx context.Context, plan *undo.Plan) error {
	alerts, err := getAlerts(ctx, o.c, o.key.Namespace, plan.Move.Alerts)
	if err != nil {
		return err
	}
	if err := plan.Move.Check(alerts); err != nil {
		return o.refuse("incident/" + o.key.Name + ": " + err.Error())
	}
	var target *v1alpha1.Incident
	if to := plan.Move.To; to != "" {
		if target, err = o.existing(ctx, o.c, client.ObjectKey{Namespace: o.key.Namespace, Name: to}); err != nil {
			return err
		}
	}
	reason := fmt.Sprintf("undo of entry %d of %s", plan.Entry.Sequence, o.key.Name)
	tasks := make([]task, 0, len(alerts))
	for i := range alerts {
		tasks = append(tasks, move{c: o.c, alert: &alerts[i], target: target, reason: reason}.task())
	}
	err = o.bulkWith(ctx, o.plugin, tasks)
	if errors.Is(err, errIncomplete) && o.dryRun == dryRunNone {
		o.sayRest(plan.Move, alerts, reason)
	}
	return err
}

// sayRest tells how to finish a move that did not reach all alerts: undo would now revert what it did itself. What somebody
// else moved meanwhile stays where it is.
func (o *undoer) sayRest(m *undo.Move, alerts []v1alpha1.Alert, reason string) {
	var left []string
	for i := range alerts {
		if alerts[i].Spec.IncidentRef.Name == m.From {
			left = append(left, alerts[i].Name)
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
	printLine(o.ErrOut, escape(fmt.Sprintf("Not seen to move, so perhaps still %s: %s. This finishes the undo:", where, strings.Join(left, ", "))))
	printLine(o.ErrOut, escape(fmt.Sprintf("  kubectl incident move %s %s %s", strings.Join(left, " "), to, o.flagsOfRest(reason))))
}

// flagsOfRest are the flags by which another command says the reason, and works where this one does.
func (o *undoer) flagsOfRest(reason string) string {
	flags := query.Query{"namespace": {o.key.Namespace}, "reason": {reason}}
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
