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

package alert

import (
	"context"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// patchOf is the merge patch for what was planned, values, memory and notes together, on condition that nobody changed the
// alert since it was read.
func patchOf(alert *v1alpha1.Alert, known *facts.Alert, p plan.Plan, drop drop) operator.Object {
	patch, spec := operator.Object{}, operator.Object{}
	if p.After.Assignee != p.Before.Assignee {
		spec["assignee"] = operator.OrRemoved(p.After.Assignee)
	}
	if p.After.State != p.Before.State {
		spec["resolution"] = operator.Object{"state": p.After.State}
	}
	if p.Moves {
		spec["incidentRef"] = operator.Object{"name": p.Incident.Name}
	}
	if len(spec) > 0 {
		patch["spec"] = spec
	}
	metadata := operator.OnVersion(alert)
	metadata["annotations"] = annotationsOf(alert, known, p, drop)
	patch["metadata"] = metadata
	return patch
}

func annotationsOf(alert *v1alpha1.Alert, known *facts.Alert, p plan.Plan, drop drop) operator.Object {
	annotations := operator.Object{}
	if p.Before.Damaged || !p.Before.Memory.Equal(p.After.Memory) {
		annotations[v1alpha1.InheritedAnnotation] = nil
		if p.After.Memory != nil {
			annotations[v1alpha1.InheritedAnnotation] = p.After.Memory.String()
		}
	}
	if p.Moves || known.Trail && len(p.Left) > 0 {
		annotations[v1alpha1.LeftAnnotation] = strings.Join(p.Left, "\n")
	}
	if known.Trail {
		annotations[v1alpha1.TrailAnnotation] = nil
	}
	if drop.notes != nil {
		annotations[v1alpha1.NotesAnnotation] = operator.OrRemoved(*drop.notes)
	}
	if _, said := alert.Annotations[v1alpha1.MoveReasonAnnotation]; said && p.Moves {
		annotations[v1alpha1.MoveReasonAnnotation] = nil // It was the reason of another move.
	}
	return annotations
}

// drop is which notes an alert need not bear any longer.
type drop struct {
	// notes is the annotation without them, nil if there are none to drop.
	notes *string
	// due says that it is worth a write of its own.
	due bool
	// awaited says that a log is about to take the note of a move. If the alert follows after that, one write does both.
	awaited bool
}

// exists says whether there is an incident whose log may still take a note. The API server is asked before it is said that
// there is none: the cache may not have brought it.
func (r *Reconciler) exists(ctx context.Context, key client.ObjectKey, uid string) bool {
	incident := &v1alpha1.Incident{}
	err := r.Client.Get(ctx, key, incident, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		err = r.Live.Get(ctx, key, incident)
	}
	return !apierrors.IsNotFound(err) && (err != nil || uid == "" || string(incident.UID) == uid)
}

// dropOf asks the logs which notes they have taken.
func (r *Reconciler) dropOf(ctx context.Context, alert *v1alpha1.Alert, known *facts.Alert) drop {
	if known.NotesDamage != nil {
		taken, _ := r.Ends.Taken(incidentKey(alert), "", known.UID)
		salvaged := note.Salvage(alert.Annotations[v1alpha1.NotesAnnotation], taken)
		return drop{notes: &salvaged, due: true}
	}
	if len(known.Notes.Notes) == 0 {
		return drop{}
	}
	bearer := activity.Alert{Name: known.Name, UID: known.UID, Incident: known.Incident, Notes: known.Notes}
	crowded, stuck := false, false
	number := activity.Droppable(bearer, func(name, uid string) (int64, bool) {
		key := client.ObjectKey{Namespace: alert.Namespace, Name: name}
		taken, isCrowded := r.Ends.Taken(key, uid, known.UID)
		crowded = crowded || isCrowded && taken > 0
		stuck = stuck || r.Ends.Problem(key) != ""
		return taken, r.exists(ctx, key, uid)
	})
	left := known.Notes.After(number)
	awaited := !stuck && slices.ContainsFunc(left, note.Note.Moves)
	dropped := len(known.Notes.Notes) - len(left)
	if dropped == 0 {
		return drop{awaited: awaited}
	}
	due := crowded || note.IsDropDue(dropped, alert.Annotations[v1alpha1.NotesAnnotation])
	return drop{notes: ptr.To(known.Notes.Drop(number)), due: due, awaited: awaited}
}
