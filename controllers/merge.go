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

package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	applyv1alpha1 "github.com/incident-operator/incident-operator/api/v1alpha1/applyconfiguration/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// merger accepts merges, and lets their targets take over what is not an alert. The alerts follow the acceptance, each
// by its own look.
type merger struct {
	client client.Client
	live   client.Reader
}

// decide accepts the merge that an incident asks for, or returns why it is refused. What the cache knows is enough to
// refuse. To accept takes what the API server has now, and the acceptance is written on condition that nobody changed the
// incident since. Of two incidents that ask for each other, or more in a circle, whichever is decided last sees the others
// ask, since each had asked before it was decided: so that no lock is needed.
func (m *merger) decide(ctx context.Context, incident *v1alpha1.Incident) (*merge.Refusal, error) {
	_, refusal, err := judge(ctx, m.client, incident)
	if err != nil || refusal != nil {
		return refusal, err
	}
	source := &v1alpha1.Incident{}
	if err := m.live.Get(ctx, client.ObjectKeyFromObject(incident), source); err != nil {
		return nil, err
	}
	if !merge.IsAsked(source) || source.ResourceVersion != incident.ResourceVersion {
		return nil, fmt.Errorf("the incident that asks for a merge has changed: %w", errLookAgain)
	}
	target, refusal, err := judge(ctx, m.live, source)
	if err != nil || refusal != nil {
		return refusal, err
	}
	return nil, m.accept(ctx, source, target)
}

// judge asks whether an incident may be merged, by what the reader knows of the target.
func judge(ctx context.Context, reader client.Reader, source *v1alpha1.Incident) (*v1alpha1.Incident, *merge.Refusal, error) {
	target := &v1alpha1.Incident{}
	err := reader.Get(ctx, client.ObjectKey{Namespace: source.Namespace, Name: source.Spec.MergeInto.Name}, target)
	if apierrors.IsNotFound(err) {
		target, err = nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("getting the incident to merge into: %w", err)
	}
	return target, merge.Decide(source, target), nil
}

func (m *merger) accept(ctx context.Context, source, target *v1alpha1.Incident) error {
	patch := object{
		"metadata": object{"resourceVersion": source.ResourceVersion},
		"status": object{
			"mergedInto":   v1alpha1.MergedInto{Name: target.Name, UID: string(target.UID)},
			"redirectedTo": target.Name,
			"state":        v1alpha1.IncidentRedirected,
		},
	}
	accepted := &v1alpha1.Incident{}
	accepted.Namespace, accepted.Name = source.Namespace, source.Name
	err := mergePatch(patch, func(raw client.Patch) error {
		return m.client.Status().Patch(ctx, accepted, raw, fieldOwner)
	})
	if err != nil {
		return fmt.Errorf("accepting the merge: %w", err)
	}
	logf.FromContext(ctx).Info("Accepted a merge", "into", target.Name, "uid", target.UID)
	return nil
}

// takeOver gives an incident the tags of those that were merged into it, as labels, and lists them: once, so that a
// person may take the labels away. It says whether it wrote anything. It waits for the beginning of the target's log, which
// would tell the tags for those that the target was created with.
func (m *merger) takeOver(ctx context.Context, target *v1alpha1.Incident) (bool, error) {
	if target.Status.Activity.Entries == 0 {
		return false, nil
	}
	sources, err := mergeSources(ctx, m.client, target)
	if err != nil || len(sources) == 0 {
		return false, err
	}
	listed, err := activity.ParseMerges(target.Annotations[v1alpha1.MergedAnnotation])
	if err != nil { // Its tags come once more: what a person took away of them cannot be known.
		logf.FromContext(ctx).Info("Writing the list of merged incidents anew", "because", err.Error())
	}
	keys, known := tags.AppliedBy(tags.MergeManager, target.ManagedFields), len(listed)
	for i := range sources {
		source := &sources[i]
		if slices.ContainsFunc(listed, func(l activity.Merge) bool { return l.UID == string(source.UID) }) {
			continue
		}
		listed = append(listed, activity.Merge{Name: source.Name, UID: string(source.UID), By: activity.EditorOf(source, "mergeInto")})
		keys = keys.Union(tags.Missing(source, target.Labels))
	}
	if len(listed) == known {
		return false, nil
	}
	if err := m.applyMerges(ctx, target, keys, listed); err != nil {
		return false, err
	}
	return true, nil
}

// applyMerges writes labels and list together, on condition that nobody changed the target since it was read: the list
// only ever grows. It applies by force, since whoever replaced the target with what they had read owns the list as well. The
// labels are the operator's own or are not there, so that none of a person's is overwritten.
func (m *merger) applyMerges(ctx context.Context, target *v1alpha1.Incident, keys tags.Keys, listed []activity.Merge) error {
	encoded, err := json.Marshal(listed)
	if err != nil {
		return fmt.Errorf("encoding the list of merged incidents: %w", err)
	}
	labels := make(map[string]string, len(keys))
	for key := range keys {
		labels[key] = ""
	}
	configuration := applyv1alpha1.Incident(target.Name, target.Namespace).
		WithUID(target.UID).WithResourceVersion(target.ResourceVersion).
		WithLabels(labels).WithAnnotations(map[string]string{v1alpha1.MergedAnnotation: string(encoded)})
	if err := m.client.Apply(ctx, configuration, client.FieldOwner(tags.MergeManager), client.ForceOwnership); err != nil {
		return fmt.Errorf("applying the tags of merged incidents: %w", err)
	}
	return nil
}
