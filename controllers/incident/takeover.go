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

package incident

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// takeOver gives an incident the tags of those that were merged into it, as labels, and lists them with their texts: once, so
// that a person may take the labels away. It says whether it wrote anything. It waits for the beginning of the target's log,
// which would tell the tags for those that the target was created with.
func (r *Reconciler) takeOver(ctx context.Context, target *v1alpha1.Incident) (bool, error) {
	end := r.Ends.Get(client.ObjectKeyFromObject(target))
	if end == nil {
		return false, nil
	}
	sources, err := operator.MergeSources(ctx, r.Client, target)
	if err != nil || len(sources) == 0 {
		return false, err
	}
	listed, err := merge.ParseSources(target.Annotations[v1alpha1.MergedAnnotation])
	if err != nil { // Its tags come once more: what a person took away of them cannot be known.
		logf.FromContext(ctx).Info("Writing the list of merged incidents anew", "because", err.Error())
	}
	labels, known := operator.Object{}, len(listed)
	for i := range sources {
		source := &sources[i]
		if slices.ContainsFunc(listed, func(l merge.Source) bool { return l.UID == string(source.UID) }) {
			continue
		}
		came := tags.Missing(source, target.Labels)
		for _, tag := range came {
			labels[tag.Label] = ""
		}
		listed = append(listed, merge.Source{
			Name: source.Name, UID: string(source.UID), By: activity.EditorOf(source.Annotations, "mergeInto"), Tags: came,
		})
	}
	if len(listed) == known {
		return false, nil
	}
	encoded, err := json.Marshal(listed)
	if err != nil {
		return false, fmt.Errorf("encoding the list of merged incidents: %w", err)
	}
	err = operator.PatchMetadata(ctx, r.Client, kind, target, labels, operator.Object{v1alpha1.MergedAnnotation: string(encoded)})
	if err != nil {
		return false, fmt.Errorf("taking over the tags of merged incidents: %w", err)
	}
	return true, nil
}
