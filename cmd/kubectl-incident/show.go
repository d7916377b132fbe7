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
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/view"
	"github.com/incident-operator/incident-operator/internal/kube"
)

const (
	shownAlerts  = 20
	shownEntries = 10
)

// showOptions are what the command show is told.
type showOptions struct {
	*plugin
	full   bool
	format string
	flags  *genericclioptions.JSONYamlPrintFlags
}

func (p *plugin) showCommand() *cobra.Command {
	o := &showOptions{plugin: p, flags: genericclioptions.NewJSONYamlPrintFlags()}
	command := &cobra.Command{
		Use:               "show INCIDENT | ALERT",
		Short:             "Show an incident on one screen: its evidence, its worst alerts, its last entries; or everything of an alert",
		ValidArgsFunction: complete.Args(p.allIncidents, complete.Nothing),
		Long: `Show an incident on one screen: who has it and why it matters, the evidence of its alerts by kind with the number of
alerts and the roles, tactics and techniques in kill-chain order, the worst alerts in the order in which they began, and
the last entries of its activity log. On a terminal as much is shown as fits; --full shows all. Of an alert, everything is
shown. A name that both an incident and an alert have means the incident; alert/NAME means the alert.`,
		Example: `  kubectl incident show inc-1

  # All evidence, the whole description
  kubectl incident show inc-1 --full

  # One alert
  kubectl incident show alert/falco-7

  # The object as it is
  kubectl incident show inc-1 -o yaml`,
		Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command.Context(), args[0]) },
	}
	o.flags.AddFlags(command)
	command.Flags().BoolVar(&o.full, "full", false, "show all, whatever the height of the screen")
	command.Flags().StringVarP(&o.format, "output", "o", "", "print the object instead: json or yaml")
	complete.Flag(command, "output", complete.Words("json", "yaml"))
	return p.paged(command, new(bool))
}

func (o *showOptions) run(ctx context.Context, typed string) error {
	kind := input.Incident
	if input.IsQualified(input.Alert, typed) {
		kind = input.Alert
	}
	name, err := input.Name(kind, typed)
	if err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	if kind.Noun == input.Alert.Noun {
		return o.showAlert(ctx, c, client.ObjectKey{Namespace: namespace, Name: name})
	}
	key := client.ObjectKey{Namespace: namespace, Name: name}
	incident := &v1alpha1.Incident{}
	missing := c.Get(ctx, key, incident)
	if apierrors.IsNotFound(missing) {
		if err := o.showAlert(ctx, c, key); !apierrors.IsNotFound(err) {
			return err
		}
	}
	if missing != nil {
		return fmt.Errorf("reading the incident: %w", missing)
	}
	if o.format != "" {
		return o.printObject(incident)
	}
	return o.showIncident(ctx, c, incident)
}

func (o *showOptions) showAlert(ctx context.Context, c client.Client, key client.ObjectKey) error {
	alert := &v1alpha1.Alert{}
	if err := c.Get(ctx, key, alert); err != nil {
		return fmt.Errorf("reading the alert: %w", err)
	}
	if o.format != "" {
		return o.printObject(alert)
	}
	now := time.Now()
	page := o.newPage(now)
	shown := view.AlertOf(alert, now)
	page.alert(&shown)
	page.print(o.plugin)
	return nil
}

func (o *showOptions) printObject(object client.Object) error {
	printer, err := o.flags.ToPrinter(o.format)
	if err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	converted, err := toUnstructured(object)
	if err != nil {
		return err
	}
	return printer.PrintObj(converted, o.Out)
}

func (o *showOptions) showIncident(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident) error {
	now := time.Now()
	read, err := readShown(ctx, c, incident, now)
	if err != nil {
		return err
	}
	drawIncident(func() *page { return o.newPage(now) }, read, o.full).print(o.plugin)
	return nil
}

// readShown reads what is shown of an incident: its alerts while its log is read.
func readShown(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, now time.Time) (*shown, error) {
	read := &shown{}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		gathering := view.Gather(now, shownAlerts)
		_, err := kube.Each(ctx, c, &v1alpha1.AlertList{}, kube.Streamed, func(page *v1alpha1.AlertList) error {
			for i := range page.Items {
				gathering.Add(&page.Items[i])
			}
			return nil
		}, client.InNamespace(incident.Namespace), client.MatchingFields{kube.IncidentOf: incident.Name})
		read.Incident = gathering.View(incident)
		return prefixedError("listing its alerts", err)
	})
	group.Go(func() error {
		log, err := lastEntries(ctx, c, incident)
		if err != nil {
			return err
		}
		comments, err := commentsIn(ctx, c, log)
		if err != nil {
			return err
		}
		read.entries = view.EntriesOf(log, comments)
		read.merged, err = mergedHere(ctx, c, incident, log)
		return err
	})
	return read, group.Wait()
}

func prefixedError(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// lastEntries reads the end of the log by the names of its entries: a log may have thousands.
func lastEntries(ctx context.Context, c client.Client, incident *v1alpha1.Incident) ([]v1alpha1.Activity, error) {
	last := incident.Status.Activity.Entries
	first := max(1, last-shownEntries+1)
	log := v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
	entries := make([]v1alpha1.Activity, max(0, last-first+1))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(actions.Workers)
	for i := range entries {
		group.Go(func() error {
			key := client.ObjectKey{Namespace: incident.Namespace, Name: activity.Name(log, first+int64(i))}
			err := c.Get(ctx, key, &entries[i])
			if apierrors.IsNotFound(err) {
				return nil // Verifying the log tells what is missing.
			}
			return prefixedError("reading its activity log", err)
		})
	}
	err := group.Wait()
	return slices.DeleteFunc(entries, func(e v1alpha1.Activity) bool { return e.Name == "" }), err
}

// commentsIn reads the texts of the comments that entries record, as far as they still exist.
func commentsIn(ctx context.Context, c client.Client, log []v1alpha1.Activity) (map[types.UID]string, error) {
	texts := map[types.UID]string{}
	for i := range log {
		if log[i].Spec.Type != v1alpha1.ActivityCommented {
			continue
		}
		comment := &v1alpha1.Comment{}
		err := c.Get(ctx, client.ObjectKey{Namespace: log[i].Namespace, Name: log[i].Spec.Comment.Name}, comment)
		if client.IgnoreNotFound(err) != nil {
			return nil, fmt.Errorf("reading a comment: %w", err)
		}
		if err == nil {
			texts[comment.UID] = comment.Spec.Text
		}
	}
	return texts, nil
}

// mergedHere names the incidents that were merged into one. Only if its log says that there are any, their entries are
// looked for.
func mergedHere(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, log []v1alpha1.Activity) ([]string, error) {
	if len(log) == 0 || log[len(log)-1].Spec.After.Merges == 0 {
		return nil, nil
	}
	var names []string
	_, err := kube.Each(ctx, c, &v1alpha1.ActivityList{}, kube.Streamed, func(page *v1alpha1.ActivityList) error {
		for i := range page.Items {
			spec := &page.Items[i].Spec
			if spec.IncidentRef.UID == string(incident.UID) && spec.OtherIncident != incident.Status.MergedInto.Name {
				names = append(names, spec.OtherIncident)
			}
		}
		return nil
	}, client.InNamespace(incident.Namespace), client.MatchingFields{
		kube.IncidentOf: incident.Name, "spec.type": string(v1alpha1.ActivityMerged),
	})
	slices.Sort(names)
	return slices.Compact(names), prefixedError("listing what was merged into it", err)
}
