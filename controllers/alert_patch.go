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

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// fieldOwner is the field manager of every write of the operator.
const fieldOwner = client.FieldOwner(tags.Manager)

// object is a JSON object of a merge patch; a nil member removes what is there.
type object = map[string]any

// patchAlert writes what was planned, values and memory together, on condition that nobody changed the alert since it
// was read.
func patchAlert(ctx context.Context, c client.Client, alert *v1alpha1.Alert, p plan.Plan) error {
	patch := object{}
	spec := object{}
	if p.After.Assignee != p.Before.Assignee {
		spec["assignee"] = orRemoved(p.After.Assignee)
	}
	if p.After.State != p.Before.State {
		spec["resolution"] = object{"state": p.After.State}
	}
	if p.Moves {
		spec["incidentRef"] = object{"name": p.Incident.Name}
	}
	if len(spec) > 0 {
		patch["spec"] = spec
	}
	annotations := object{}
	if p.Before.Damaged || !p.Before.Memory.Equal(p.After.Memory) {
		annotations[v1alpha1.InheritedAnnotation] = encoded(p.After.Memory)
	}
	if p.Notes {
		annotations[v1alpha1.TrailAnnotation] = orRemoved(p.TrailAfter.String())
	}
	if _, said := alert.Annotations[v1alpha1.MoveReasonAnnotation]; said && p.TrailBefore.Incident != p.TrailAfter.Incident {
		annotations[v1alpha1.MoveReasonAnnotation] = nil // It is noted, and must not be taken for the reason of another move.
	}
	patch["metadata"] = object{"resourceVersion": alert.ResourceVersion, "annotations": annotations}
	return mergePatch(patch, func(raw client.Patch) error {
		return c.Patch(ctx, named(alert), raw, fieldOwner)
	})
}

func encoded(memory *inherit.Memory) any {
	if memory == nil {
		return nil
	}
	return memory.String()
}

func orRemoved(value string) any {
	if value == "" {
		return nil
	}
	return value
}

func mergePatch(patch object, send func(client.Patch) error) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return fmt.Errorf("encoding the patch: %w", err)
	}
	return send(client.RawPatch(types.MergePatchType, body))
}

// named returns an alert that only says which one it is: a patch needs no more, and decodes its answer into it.
func named(alert *v1alpha1.Alert) *v1alpha1.Alert {
	target := &v1alpha1.Alert{}
	target.Namespace, target.Name = alert.Namespace, alert.Name
	return target
}
