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
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// merger merges incidents into another.
type merger struct {
	*plugin
	bulkFlags
	into string
}

func (p *plugin) mergeCommand() *cobra.Command {
	o := &merger{plugin: p}
	command := &cobra.Command{
		Use:               "merge INCIDENT... --into INCIDENT",
		Short:             "Merge incidents into another: all their alerts and tags go there",
		ValidArgsFunction: p.completeArgs(openIncidents),
		Long: `Merge incidents into another one: all their alerts go there, and their tags with them. The alerts lose what the
merged incident gave them, its owner among it, and inherit from the other one instead. A merged incident stays, and says
where to look. A merge cannot be taken back once it is accepted. It is refused for all where one is refused.`,
		Example: `  # See first what it would change, on each alert too
  kubectl incident merge inc-2 inc-3 --into inc-1 --dry-run

  kubectl incident merge inc-2 inc-3 --into inc-1`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(command *cobra.Command, args []string) error { return o.run(command.Context(), args) },
	}
	command.Flags().StringVar(&o.into, "into", "", "the incident that takes over alerts and tags")
	o.addTo(command.Flags(), p)
	return command
}

func (o *merger) run(ctx context.Context, names []string) error {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	switch {
	case o.into == "":
		return errors.New("say --into which incident")
	case slices.Contains(names, o.into):
		return fmt.Errorf("%s cannot be merged into itself", o.into)
	}
	if err := o.validate(); err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	target, err := getIncident(ctx, c, client.ObjectKey{Namespace: namespace, Name: o.into})
	if err != nil {
		return err
	}
	tasks, refused := make([]task, 0, len(names)), false
	for _, name := range names {
		source := &v1alpha1.Incident{}
		if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, source); err != nil {
			return err
		}
		if why := refusal(source, target, o.into); why != "" {
			refused = true
			printLine(o.ErrOut, escape("incident/"+name+": "+why))
		}
		tasks = append(tasks, o.task(c, source, target))
	}
	if refused {
		return o.refuse("Nothing was merged.")
	}
	return o.bulkWith(ctx, o.plugin, tasks)
}

// getIncident returns nil where the incident does not exist.
func getIncident(ctx context.Context, c client.Client, key client.ObjectKey) (*v1alpha1.Incident, error) {
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, key, incident); err != nil {
		return nil, client.IgnoreNotFound(err)
	}
	return incident, nil
}

// refusal says why the operator would refuse the merge, empty where it would not.
func refusal(source, target *v1alpha1.Incident, into string) string {
	if merged := source.Status.MergedInto; merged.Name != "" {
		switch {
		case merged.Name != into:
			return "it was merged into " + merged.Name + " already"
		case target == nil:
			return "it was merged into " + into + " already, which is gone"
		case string(target.UID) != merged.UID:
			return "it was merged already, into an earlier " + into + " that is gone"
		}
		return "" // There is nothing left to do.
	}
	asking := source.DeepCopy()
	asking.Spec.MergeInto.Name = into
	if refused := merge.Decide(asking, target); refused != nil {
		return refused.Reason + ": " + refused.Message
	}
	return ""
}

func (o *merger) task(c client.WithWatch, source, target *v1alpha1.Incident) task {
	return task{
		what:    "incident/" + source.Name,
		preview: func(ctx context.Context) (string, error) { return previewMerge(ctx, c, source, target) },
		do: func(ctx context.Context, options ...client.PatchOption) (string, error) {
			return askForMerge(ctx, c, source, target.Name, options)
		},
		wait: func(ctx context.Context, bar *progress) error { return waitForMerge(ctx, c, source, bar) },
	}
}

func askForMerge(ctx context.Context, c client.Client, source *v1alpha1.Incident, into string, options []client.PatchOption) (string, error) {
	if source.Spec.MergeInto.Name == into && source.Status.MergedInto.Name == into {
		return unchanged, nil
	}
	before := source.DeepCopy()
	source.Spec.MergeInto.Name = into
	if err := c.Patch(ctx, source, client.MergeFrom(before), append(options, fieldOwner)...); err != nil {
		*source = *before
		return "", err
	}
	return "asks to be merged into " + into, nil
}

// previewMerge says what would change on each alert, and which tags come along.
func previewMerge(ctx context.Context, c client.Client, source, target *v1alpha1.Incident) (string, error) {
	alerts, err := alertsOf(ctx, c, source)
	if err != nil {
		return "", err
	}
	after := source.DeepCopy()
	after.Spec.MergeInto.Name = target.Name
	text := describePreview("incident/"+source.Name, differences(source, after), preview.Merge(source, target, alerts, time.Now()))
	if along := tagsAlong(source, target); len(along) > 0 {
		text += "\n" + escape("  incident/"+target.Name+": tags that come along: "+strings.Join(along, ", "))
	}
	return text, nil
}

func tagsAlong(source, target *v1alpha1.Incident) []string {
	if source.Status.MergedInto.UID != "" {
		return nil // They came once.
	}
	var along []string
	for _, tag := range tags.Missing(source, target.Labels) {
		along = append(along, tag.Tag)
	}
	return along
}

// waitForMerge follows an incident until all its alerts have left, or the merge is refused.
func waitForMerge(ctx context.Context, c client.WithWatch, source *v1alpha1.Incident, bar *progress) error {
	most := 0
	return watchUntil(ctx, c, source, &v1alpha1.IncidentList{}, func(object client.Object) (bool, error) {
		seen, ok := object.(*v1alpha1.Incident)
		if !ok {
			return false, nil
		}
		left := int(ptr.Deref(seen.Status.Alerts.Total, 0))
		most = max(most, left)
		bar.show(seen.Name, most-left, most)
		return mergeEnded(seen, source.Generation)
	})
}

// mergeEnded says whether all alerts have moved, and with an error why they never will.
func mergeEnded(incident *v1alpha1.Incident, generation int64) (bool, error) {
	merged := meta.FindStatusCondition(incident.Status.Conditions, v1alpha1.ConditionMerged)
	switch {
	case merged == nil || merged.ObservedGeneration < generation:
		return false, nil
	case merged.Status == metav1.ConditionTrue:
		return true, nil
	case merged.Reason == v1alpha1.ReasonAlertsMoving:
		return false, nil
	default:
		return false, fmt.Errorf("%s: %s", merged.Reason, merged.Message)
	}
}
