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
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// mergeTask also says what came of the merge.
type mergeTask struct {
	*actions.MergeTask
	plugin *plugin
	// alerts is how many there are to move.
	alerts int
}

// Wait implements actions.Task.
func (t *mergeTask) Wait(ctx context.Context, tell actions.Progress) error {
	if err := t.MergeTask.Wait(ctx, tell); err != nil {
		return err
	}
	terminal.PrintLine(t.plugin.Out, terminal.Escape(
		fmt.Sprintf("incident/%s was merged into %s: %s moved", t.Source.Name, t.Target.Name, counting(t.alerts, "alert"))))
	return nil
}

// makeSure says what is at stake, and asks. A merge cannot be undone, so that it asks also for one.
func (o *mergeOptions) makeSure(ctx context.Context, merges []*mergeTask) error {
	merges = slices.DeleteFunc(slices.Clone(merges), func(m *mergeTask) bool { return m.Source.Status.MergedInto.UID != "" })
	if len(merges) == 0 {
		return nil // There is nothing left to do.
	}
	stakes, err := o.stakes(ctx, merges)
	if err != nil {
		return err
	}
	owner := ""
	if !o.keepOwner {
		owner = o.commonOwner(merges)
	}
	switch {
	case o.yes:
		return nil
	case !o.onTerminal() && owner != "":
		return fmt.Errorf("this %s: say --yes, and --keep-owner to make %s the owner of %s, or look first with --dry-run", stakes, owner, o.into)
	case !o.onTerminal():
		return fmt.Errorf("this %s: say --yes, or look first with --dry-run", stakes)
	case owner == "":
		return o.ask(ctx, terminal.Escape("This "+stakes+".")+" Go on? [y/N] ")
	}
	answer, err := o.answer(ctx, terminal.Escape("This "+stakes+".")+
		terminal.Escape(" Go on, or go on and keep "+owner+" as the owner of "+o.into+"?")+" [y/N/keep] ")
	if err != nil {
		return err
	}
	o.keepOwner = answer == "k" || answer == "keep"
	if !o.keepOwner && answer != "y" && answer != "yes" {
		return errNothingChanged
	}
	return nil
}

// stakes counts what a merge moves, and what alerts lose by it.
func (o *mergeOptions) stakes(ctx context.Context, merges []*mergeTask) (string, error) {
	alerts, reopened, lost := 0, 0, map[string]int{}
	for _, m := range merges {
		found, err := m.Preview(ctx)
		if err != nil {
			return "", err
		}
		m.alerts = len(found.Alerts)
		alerts += m.alerts
		for _, outcome := range found.Alerts {
			if outcome.Before.Assignee != "" && outcome.After.Assignee == "" && !o.keepOwner {
				lost[outcome.Before.Assignee]++
			}
			if outcome.Before.State == v1alpha1.ResolutionResolved && outcome.After.State != v1alpha1.ResolutionResolved {
				reopened++
			}
		}
	}
	said := []string{fmt.Sprintf("moves %s to %s, which cannot be undone", counting(alerts, "alert"), o.into)}
	for _, owner := range slices.Sorted(maps.Keys(lost)) {
		said = append(said, fmt.Sprintf("%d of them lose the owner %s", lost[owner], owner))
	}
	if reopened > 0 {
		said = append(said, fmt.Sprintf("%d of them are opened again", reopened))
	}
	return strings.Join(said, "; "), nil
}

// commonOwner is whom the other incident may take over as its owner; empty for nobody.
func (o *mergeOptions) commonOwner(merges []*mergeTask) string {
	sources := make([]*v1alpha1.Incident, 0, len(merges))
	for _, m := range merges {
		sources = append(sources, m.Source)
	}
	return actions.Owner(sources, merges[0].Target)
}

// carryOwner gives the other incident the owner before alerts move there, so that none is without an owner in between.
func (o *mergeOptions) carryOwner(ctx context.Context, c client.WithWatch, merges []*mergeTask) error {
	owner, target := o.commonOwner(merges), merges[0].Target
	if owner == "" {
		if target.Spec.Assignee != "" {
			return nil // The operator refuses another owner than that, so the alerts keep theirs.
		}
		return errors.New("--keep-owner: the incidents have no owner, or several: say which by assigning " + o.into)
	}
	assign := &actions.ChangeTask{Client: c, Incident: target.DeepCopy(), Change: actions.AssignTo(owner)}
	title := "incident/" + target.Name
	if o.dryRun != dryRunNone {
		target.Spec.Assignee = owner // The preview of each alert begins with it.
		terminal.PrintLine(o.Out, terminal.Escape(title+": assignee: none → "+owner))
		return nil
	}
	result, err := assign.Do(ctx, false)
	if err != nil {
		return fmt.Errorf("keeping the owner: %s: %w; nothing was merged", title, err)
	}
	terminal.PrintLine(o.Out, terminal.Escape(title+" "+result.Done))
	return nil
}
