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
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// fieldOwner is the field manager of what the plugin writes. Who did it is the user: admission sees to that.
const fieldOwner = client.FieldOwner("kubectl-incident")

// change is what a command does to an incident.
type change struct {
	// done says it in the past, such as "assigned to bob".
	done string
	// apply makes the change, or says why it cannot be made.
	apply func(*v1alpha1.Incident) error
}

// changer makes one change of many incidents.
type changer struct {
	*plugin
	filterFlags
	bulkFlags
	change
	// still is nil where incidents were named.
	still stillSelected
}

// arguments takes from a command's arguments what belongs to the change, and returns the rest: the names of incidents.
type arguments func(ctx context.Context, args []string) (c change, names []string, err error)

// changeCommand is a command that changes the incidents that it names behind its other arguments, or that its flags
// select.
func (p *plugin) changeCommand(command *cobra.Command, take arguments) *cobra.Command {
	o := &changer{plugin: p}
	o.filterFlags.addTo(command.Flags())
	return o.command(command, take)
}

// changeOneCommand is a command that changes the one incident that it names.
func (p *plugin) changeOneCommand(command *cobra.Command, take arguments) *cobra.Command {
	o := &changer{plugin: p}
	o.filterFlags.addTo(pflag.NewFlagSet("unused", pflag.ContinueOnError))
	return o.command(command, take)
}

func (o *changer) command(command *cobra.Command, take arguments) *cobra.Command {
	o.bulkFlags.addTo(command.Flags(), o.plugin)
	command.RunE = func(command *cobra.Command, args []string) error {
		if err := o.validate(); err != nil {
			return err
		}
		taken, names, err := take(command.Context(), args)
		if err != nil {
			return err
		}
		o.change = taken
		return o.run(command.Context(), names)
	}
	return command
}

func (o *changer) run(ctx context.Context, names []string) error {
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	incidents, still, err := o.selected(ctx, c, namespace, unique(names), time.Now())
	if err != nil {
		return err
	}
	o.still = still
	return o.bulkWith(ctx, o.plugin, o.tasks(c, incidents))
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

// title names an incident, with its namespace where several are worked on.
func (o *changer) title(incident *v1alpha1.Incident) string {
	if o.allNamespaces {
		return "incident/" + incident.Name + " in " + incident.Namespace
	}
	return "incident/" + incident.Name
}

func (o *changer) tasks(c client.WithWatch, incidents []v1alpha1.Incident) []task {
	tasks := make([]task, 0, len(incidents))
	for i := range incidents {
		incident := &incidents[i]
		tasks = append(tasks, task{
			what:    o.title(incident),
			rest:    sameAgain,
			preview: func(ctx context.Context) (string, error) { return o.preview(ctx, c, incident) },
			do: func(ctx context.Context, options ...client.PatchOption) (string, error) {
				return o.make(ctx, c, incident, options)
			},
			wait: func(ctx context.Context, bar *progress) error { return waitForAlerts(ctx, c, incident, bar) },
		})
	}
	return tasks
}

// preview says what would change on the incident and on each of its alerts.
func (o *changer) preview(ctx context.Context, c client.Client, incident *v1alpha1.Incident) (string, error) {
	after := incident.DeepCopy()
	if err := o.apply(after); err != nil {
		return "", err
	}
	changes := differences(incident, after)
	if len(changes) == 0 {
		return describePreview(o.title(incident), nil, nil), nil
	}
	alerts, err := alertsOf(ctx, c, incident)
	if err != nil {
		return "", err
	}
	into, err := mergedInto(ctx, c, incident)
	if err != nil {
		return "", err
	}
	return describePreview(o.title(incident), changes, preview.Change(after, into, alerts, time.Now())), nil
}
