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
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/facts"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/ownership"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
)

var (
	assigneePath = fieldpath.MakePathOrDie("spec", "assignee")
	statePath    = fieldpath.MakePathOrDie("spec", "resolution", "state")
)

// plan decides what has to be written on an alert. A person's value that is newer than the incident's stands: she may have
// set it while the operator was away, or not that far yet.
func (r *Reconciler) plan(ctx context.Context, alert *v1alpha1.Alert, known *facts.Alert, place plan.Place) (plan.Plan, error) {
	p := plan.For(known, place)
	doubtful := p.Before.Overwritten(p.After)
	// A note stays on the alert until it follows: without one, nobody set the field since.
	doubtful.Assignee = doubtful.Assignee && known.Notes.Tells(note.FieldAssignee)
	doubtful.State = doubtful.State && known.Notes.Tells(note.FieldState)
	if !doubtful.Any() {
		return p, nil
	}
	newer, err := r.newer(ctx, alert, place.Incident, doubtful)
	if err != nil || !newer.Any() {
		return p, err
	}
	informed := *known
	informed.Ours.Newer = newer
	return plan.For(&informed, place), nil
}

// newer asks the API server which of some fields of an alert were set after its incident set them. Both times are the API
// server's, at a resolution of a second; in the same second the incident is taken for the newer one. A client may write a
// later time for its own value, which it might set again as well.
func (r *Reconciler) newer(ctx context.Context, cached *v1alpha1.Alert, of *v1alpha1.Incident, fields inherit.Fields) (inherit.Fields, error) {
	alert, incident := &v1alpha1.Alert{}, &v1alpha1.Incident{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(cached), alert); err != nil {
		return inherit.Fields{}, fmt.Errorf("getting the alert: %w", err)
	}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(of), incident); err != nil {
		return inherit.Fields{}, fmt.Errorf("getting the incident %s: %w", of.Name, err)
	}
	now := r.Clock.Now()
	fields.Assignee = fields.Assignee &&
		ownership.IsLater(ownership.LastSet(alert.ManagedFields, assigneePath), ownership.LastSet(incident.ManagedFields, assigneePath), now)
	fields.State = fields.State && ownership.IsLater(ownership.LastSet(alert.ManagedFields, statePath), incident.Status.ResolvedTime, now)
	return fields, nil
}
