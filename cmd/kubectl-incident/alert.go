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
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
)

func (p *plugin) alertCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "alert",
		Short: "Change alerts themselves: assign, resolve, classify, tag, undo",
		Long: `Change alerts themselves, those that are named or those that flags select. What a person says on an alert stands until
the incident gets a new owner or is resolved. Dry run, confirmation, undo and what is printed are as for incidents.`,
		Example: `  # Those of an incident that are noise, each by one request
  kubectl incident alert resolve --incident inc-1 --severity Low --classify FalsePositive/NotMalicious --note "scanner"

  kubectl incident alert assign bob@example.com falco-7 falco-8`,
	}
	command.AddCommand(
		p.alertAssign(), p.alertUnassign(), p.alertResolve(), p.alertReopen(), p.alertClassify(), p.alertTag(), p.alertUntag(),
		p.alertUndo(),
	)
	return command
}

// alertChangeOptions are what the commands are told that change alerts.
type alertChangeOptions struct {
	*plugin
	alertFilterFlags
	bulkFlags
	incidents []string
}

// alertArguments takes from a command's arguments what belongs to the change, and returns the rest: the names of alerts.
type alertArguments func(args []string) (c actions.AlertChange, names []string, err error)

// alertVerb is a command that changes the alerts that it names behind its other arguments, or that its flags select.
func (p *plugin) alertVerb(command *cobra.Command, take alertArguments) *cobra.Command {
	o := &alertChangeOptions{plugin: p}
	flags := command.Flags()
	o.alertFilterFlags.addTo(flags)
	o.bulkFlags.addTo(flags, p)
	hideWaiting(flags)
	o.set.StringSliceVar(&o.incidents, "incident", nil, "only alerts of these incidents; alone it selects all of them")
	flags.AddFlag(o.set.Lookup("incident"))
	complete.Flag(command, "state", complete.Words(v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved))
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := o.bulkFlags.validate(); err != nil {
			return err
		}
		change, names, err := take(args)
		if err != nil {
			return err
		}
		return o.run(command.Context(), change, names)
	}
	return command
}

// hideWaiting hides the flags that say how long to wait for what follows a change: nothing follows that of an alert.
func hideWaiting(flags *pflag.FlagSet) {
	flags.Lookup("wait").Hidden, flags.Lookup("timeout").Hidden = true, true
}

func (o *alertChangeOptions) check(names []string) error {
	if err := o.alertFilterFlags.validate(); err != nil {
		return err
	}
	selects := o.selects()
	switch {
	case len(names) > 0 && (selects || o.allNamespaces):
		return errors.New("name alerts or select them by flags, not both")
	case len(names) == 0 && !selects:
		return errors.New("name at least one alert, or select some by flags such as --incident")
	case slices.Contains(names, ""):
		return errors.New("the name of an alert is empty")
	}
	return nil
}

func (o *alertChangeOptions) run(ctx context.Context, change actions.AlertChange, names []string) error {
	if err := o.check(names); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	alerts, selects, err := o.alerts(ctx, c, namespace, names)
	if err != nil {
		return err
	}
	o.wait = false
	request := ""
	if len(alerts) > 1 {
		request = actions.NewRequest()
		o.takesBack = o.undoOf("alert undo", request, namespace, o.allNamespaces)
	}
	tasks := make([]task, 0, len(alerts))
	for i := range alerts {
		title := titleOf("alert", client.ObjectKeyFromObject(&alerts[i]), o.allNamespaces)
		tasks = append(tasks, task{
			Task:  &actions.AlertTask{Client: c, Alert: &alerts[i], Change: change, Selects: selects, Request: request},
			title: title, rest: sameAgain, describe: describedAs(title),
		})
	}
	return o.bulkWith(ctx, o.plugin, tasks)
}

// alerts are those that were named, or else those that the filter selects.
func (o *alertChangeOptions) alerts(
	ctx context.Context, c client.WithWatch, namespace string, names []string,
) ([]v1alpha1.Alert, func(*v1alpha1.Alert) bool, error) {
	if len(names) > 0 {
		bare, err := input.Names(input.Alert, names)
		if err != nil {
			return nil, nil, err
		}
		alerts, err := actions.GetAlerts(ctx, c, namespace, bare)
		return alerts, nil, err
	}
	now := time.Now()
	selector, err := o.ready(ctx, c, namespace, o.incidents)
	if err != nil {
		return nil, nil, err
	}
	alerts, err := selector.All(ctx, c, now)
	return alerts, func(alert *v1alpha1.Alert) bool { return selector.Matches(alert, now) }, err
}
