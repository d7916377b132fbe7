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
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// nextOptions are what the command next is told.
type nextOptions struct {
	*plugin
	filterFlags
	take bool
}

func (p *plugin) nextCommand() *cobra.Command {
	o := &nextOptions{plugin: p}
	command := &cobra.Command{
		Use:   "next",
		Short: "Show the incident to take next: the worst that nobody has, among equals the one that waits longest",
		Long: `Show the incident to take next: of those that are neither resolved nor merged and that nobody has, the most severe, and
among equally severe ones the oldest. Flags select further. With --take it is yours before it is shown; one that
somebody else takes in the same moment is passed over.`,
		Example: `  kubectl incident next

  # Take it and begin
  kubectl incident next --take`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context()) },
	}
	o.addTo(command.Flags())
	command.Flags().BoolVar(&o.take, "take", false, "assign it to yourself")
	return command
}

func (o *nextOptions) run(ctx context.Context) error {
	if o.mine || len(o.Assignees) > 0 {
		return errors.New("next looks among what nobody has: leave out --mine and --assignee")
	}
	o.Unassigned = true
	now := time.Now()
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	selector, err := o.ready(ctx, c, namespace)
	if err != nil {
		return err
	}
	waiting, err := selector.All(ctx, c, now)
	if err != nil {
		return fmt.Errorf("listing incidents: %w", err)
	}
	if err := query.Sort(waiting, query.ByUrgency, now); err != nil {
		return err
	}
	incident, err := o.choose(ctx, c, selector, waiting, now)
	if err != nil {
		return err
	}
	if incident == nil {
		return o.refuse("Nothing waits: every incident that is selected has an owner.")
	}
	return (&showOptions{plugin: o.plugin}).showIncident(ctx, c, incident)
}

// choose returns the first that can be had, and takes it if that is asked for; nil for none.
func (o *nextOptions) choose(
	ctx context.Context, c client.WithWatch, selector *actions.Selector, waiting []v1alpha1.Incident, now time.Time,
) (*v1alpha1.Incident, error) {
	if !o.take {
		if len(waiting) == 0 {
			return nil, nil
		}
		return &waiting[0], nil
	}
	me, err := actions.WhoAmI(ctx, c)
	if err != nil {
		return nil, err
	}
	for i := range waiting {
		task := &actions.ChangeTask{
			Client: c, Incident: &waiting[i], Change: actions.Take(me),
			Selects: func(incident *v1alpha1.Incident) (bool, error) { return selector.Matches(incident, now) },
		}
		result, err := task.Do(ctx, false)
		if err != nil {
			return nil, fmt.Errorf("taking %s: %w", waiting[i].Name, err)
		}
		if result.Ending == actions.Changed {
			return &waiting[i], nil
		}
	}
	return nil, nil
}
