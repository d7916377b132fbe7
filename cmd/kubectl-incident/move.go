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

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// generated stands for a name that the API server is still to give.
const generated = actions.GeneratedPrefix + "(generated)"

// moveOptions are what the command move is told.
type moveOptions struct {
	*plugin
	bulkFlags
	to, from, reason string
	unlink           bool
	// title is that of a new incident.
	title string
	// named is the name of a new incident, generated for one that the API server names, empty for no new one.
	named string
}

func (p *plugin) moveCommand() *cobra.Command {
	o := &moveOptions{plugin: p}
	command := &cobra.Command{
		Use:               "move [ALERT...] --to INCIDENT | --new[=NAME] | --unlink",
		Short:             "Move alerts to another incident, or out of any",
		ValidArgsFunction: complete.Args(p.knownAlerts),
		Long: `Move alerts to another incident, to a new one, or out of any. An alert gives back what it had from the incident it
leaves, and gets what the other one gives. Both logs tell who moved it, and why where that is said.`,
		Example: `  # See first what it would change
  kubectl incident move falco-7 falco-8 --to inc-2 --dry-run

  # Say why: it stands in both logs
  kubectl incident move falco-7 --to inc-2 --reason "the same attacker"

  # To a new incident with a title
  kubectl incident move falco-7 falco-8 --new --title "Stolen signing key"

  # All alerts of an incident, to a new one
  kubectl incident move --from inc-1 --new=inc-lateral`,
		RunE: func(command *cobra.Command, args []string) error {
			names, err := input.Names(input.Alert, args)
			err = errors.Join(err, nameVar(input.Incident, &o.to), nameVar(input.Incident, &o.from))
			if err != nil {
				return err
			}
			return o.run(command.Context(), names)
		},
	}
	o.addTo(command.Flags())
	return command
}

func (o *moveOptions) addTo(flags *pflag.FlagSet) {
	flags.StringVar(&o.to, "to", "", "the incident to move alerts to")
	flags.StringVar(&o.named, "new", "", "move alerts to a new incident, of this name or, without one, of a generated name")
	flags.Lookup("new").NoOptDefVal = generated
	flags.StringVar(&o.title, "title", "", "the title of the new incident; unset means that the operator names it from its alerts")
	flags.BoolVar(&o.unlink, "unlink", false, "link alerts to no incident")
	flags.StringVar(&o.from, "from", "", "all alerts of this incident, instead of named ones")
	flags.StringVar(&o.reason, "reason", "", "why: it stands in the logs of both incidents")
	o.bulkFlags.addTo(flags, o.plugin)
}

func (o *moveOptions) validate(names []string) error {
	destinations := 0
	for _, given := range []bool{o.to != "", o.named != "", o.unlink} {
		if given {
			destinations++
		}
	}
	switch {
	case destinations != 1:
		return errors.New("say where alerts go: one of --to, --new and --unlink")
	case len(names) > 0 && o.from != "":
		return errors.New("name alerts or an incident --from which all are moved, not both")
	case len(names) == 0 && o.from == "":
		return errors.New("name at least one alert, or an incident --from which all are moved")
	case o.from != "" && o.from == o.to:
		return errors.New("--from and --to are the same incident")
	}
	if o.title != "" && o.named == "" {
		return errors.New("--title is for a new incident: use it with --new")
	}
	if err := errors.Join(actions.AtMost("the reason", o.reason, actions.MaxReason), actions.AtMost("the title", o.title, actions.MaxName)); err != nil {
		return err
	}
	return o.bulkFlags.validate()
}

func (o *moveOptions) run(ctx context.Context, names []string) error {
	if err := o.validate(names); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	alerts, err := o.alerts(ctx, c, namespace, names)
	if err != nil {
		return err
	}
	if len(alerts) == 0 {
		return o.bulkWith(ctx, o.plugin, nil)
	}
	target, err := o.target(ctx, c, namespace, len(alerts))
	if refused, ok := errors.AsType[*actions.RefusedError](err); ok {
		return o.refuse(refused.Error())
	}
	if err != nil {
		return err
	}
	tasks := make([]task, 0, len(alerts))
	for i := range alerts {
		tasks = append(tasks, moveTask(&actions.MoveTask{Client: c, Alert: &alerts[i], Target: target, Reason: o.reason}, o.rest(target)))
	}
	return o.bulkWith(ctx, o.plugin, tasks)
}

// rest says how to finish an interrupted move. The same command again would create another incident.
func (o *moveOptions) rest(target *v1alpha1.Incident) string {
	if o.named == "" {
		return sameAgain
	}
	return "incident/" + target.Name + " was created: the same command with --to " + target.Name + " instead of --new does the rest"
}

// alerts returns those that were named, or all of an incident.
func (o *moveOptions) alerts(ctx context.Context, c client.WithWatch, namespace string, names []string) ([]v1alpha1.Alert, error) {
	if o.from != "" {
		from := client.ObjectKey{Namespace: namespace, Name: o.from}
		return kube.AlertsOf(ctx, c, from) // Also of an incident that is gone: its alerts are still there.
	}
	return actions.GetAlerts(ctx, c, namespace, names)
}

// target returns the incident that alerts go to, nil for none. A new one is created once it is clear that they will move.
func (o *moveOptions) target(ctx context.Context, c client.Client, namespace string, alerts int) (*v1alpha1.Incident, error) {
	switch {
	case o.unlink:
		return nil, nil
	case o.to != "":
		return actions.Destination(ctx, c, client.ObjectKey{Namespace: namespace, Name: o.to})
	case o.dryRun == dryRunNone:
		if err := o.confirm(ctx, o.plugin, moving(alerts)); err != nil {
			return nil, err
		}
		o.yes = true
	}
	return o.created(ctx, c, namespace)
}

// moving stands for moves whose target is still to be created, as far as a question tells of them.
func moving(alerts int) []task {
	tasks := make([]task, alerts)
	for i := range tasks {
		tasks[i].title = "alert/"
	}
	return tasks
}

func (o *moveOptions) created(ctx context.Context, c client.Client, namespace string) (*v1alpha1.Incident, error) {
	if o.dryRun == dryRunClient {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name, incident.Spec.Name = namespace, o.named, o.title
		terminal.PrintLine(o.Out, terminal.Escape("incident/"+incident.Name+": would be created"))
		return incident, nil
	}
	name := o.named
	if name == generated {
		name = ""
	}
	incident, err := actions.NewDestination(ctx, c, namespace, name, o.title, o.dryRun == dryRunServer)
	if err != nil {
		return nil, err
	}
	done := " created"
	if o.dryRun == dryRunServer {
		done = ": would be created"
	}
	terminal.PrintLine(o.Out, terminal.Escape("incident/"+incident.Name+done))
	return incident, nil
}

func moveTask(m *actions.MoveTask, rest string) task {
	title := "alert/" + m.Alert.Name
	return task{Task: m, title: title, rest: rest, describe: func(found actions.Preview) string {
		return terminal.Escape(title + ": " + cmp.Or(describeOutcome(found.Alerts[0]), string(actions.Unchanged)))
	}}
}
