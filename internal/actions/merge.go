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

package actions

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// MergeTask merges one incident into another. RefuseMerge has to be asked before.
type MergeTask struct {
	Client client.WithWatch
	// Source is the incident that is merged, as it was read, and then as the API server has it.
	Source *v1alpha1.Incident
	// Target is the incident that takes over the alerts and tags.
	Target *v1alpha1.Incident
}

// RefuseMerge returns why the operator would refuse to merge source into target, whose name is into; nil where it would
// not. A target that does not exist is nil.
func RefuseMerge(source, target *v1alpha1.Incident, into string) error {
	if merged := source.Status.MergedInto; merged.Name != "" {
		switch {
		case merged.Name != into:
			return refuse("it was merged into " + merged.Name + " already")
		case target == nil:
			return refuse("it was merged into " + into + " already, which is gone")
		case string(target.UID) != merged.UID:
			return refuse("it was merged already, into an earlier " + into + " that is gone")
		}
		return nil // There is nothing left to do.
	}
	asking := source.DeepCopy()
	asking.Spec.MergeInto.Name = into
	if refusal := merge.Decide(asking, target); refusal != nil {
		return refuse(refusal.Reason + ": " + refusal.Message)
	}
	return nil
}

// Preview implements Task.
func (t *MergeTask) Preview(ctx context.Context) (Preview, error) {
	alerts, err := kube.AlertsOf(ctx, t.Client, client.ObjectKeyFromObject(t.Source))
	if err != nil {
		return Preview{}, err
	}
	after := t.Source.DeepCopy()
	after.Spec.MergeInto.Name = t.Target.Name
	return Preview{
		Fields: Differences(t.Source, after),
		Alerts: preview.Merge(t.Source, t.Target, alerts, time.Now()),
		Tags:   tagsAlong(t.Source, t.Target),
	}, nil
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

// Do implements Task. It asks for the merge; the operator accepts it or not. Since a merge cannot be undone, it is refused
// with a ConflictError if the source got another owner than the one that was read, or is to be merged elsewhere.
func (t *MergeTask) Do(ctx context.Context, dryRun bool) (Result, error) {
	into := t.Target.Name
	if t.Source.Spec.MergeInto.Name == into && t.Source.Status.MergedInto.Name == into {
		return Result{Ending: Unchanged}, nil
	}
	seen := t.Source.DeepCopy()
	err := kube.OnConflict(ctx, func() error {
		fresh := &v1alpha1.Incident{}
		if err := kube.Reread(ctx, t.Client, t.Source, fresh); err != nil {
			return err
		}
		*t.Source = *fresh
		return changedSince(seen, fresh)
	}, func() error { return t.patch(ctx, dryRun) })
	if err != nil {
		return Result{}, err
	}
	return Result{Ending: Changed, Done: "asks to be merged into " + into}, nil
}

func (t *MergeTask) patch(ctx context.Context, dryRun bool) error {
	after := t.Source.DeepCopy()
	after.Spec.MergeInto.Name = t.Target.Name
	options, _ := kube.DryRun(dryRun)
	if err := kube.PatchUnchanged(ctx, t.Client, t.Source, after, options...); err != nil {
		return err
	}
	*t.Source = *after
	return nil
}

// changedSince compares what a merge makes an incident lose.
func changedSince(seen, now *v1alpha1.Incident) error {
	for _, difference := range Differences(seen, now) {
		if difference.Field == fieldAssignee || difference.Field == fieldMergeInto {
			return &ConflictError{
				Field: difference.Field, Old: difference.From, Theirs: difference.To,
				Who: activity.EditorOf(now.Annotations, stampOf[difference.Field]), Meanwhile: true,
			}
		}
	}
	return nil
}

// Owner is whom the target of a merge may take over as its owner: that of all sources that have one. It is empty if the
// target has an owner, and if the sources have several.
func Owner(sources []*v1alpha1.Incident, target *v1alpha1.Incident) string {
	owner := ""
	for _, source := range sources {
		if owner != "" && source.Spec.Assignee != "" && source.Spec.Assignee != owner {
			return ""
		}
		owner = cmp.Or(owner, source.Spec.Assignee)
	}
	if target.Spec.Assignee != "" {
		return ""
	}
	return owner
}

// Wait implements Task: until all alerts have left, or the merge is refused.
func (t *MergeTask) Wait(ctx context.Context, tell Progress) error {
	most := 0
	return kube.WatchUntil(ctx, t.Client, t.Source, &v1alpha1.IncidentList{}, func(seen *v1alpha1.Incident) (bool, error) {
		left := int(ptr.Deref(seen.Status.Alerts.Total, 0))
		most = max(most, left)
		tell(seen.Name, most-left, most)
		return mergeEnded(seen, t.Source.Generation)
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
