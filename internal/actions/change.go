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
	"context"
	"slices"
	"time"

	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// Change is what is made of an incident. It is computed from the incident as it is, so that it can be computed anew where
// somebody else wrote the incident meanwhile.
type Change struct {
	// Done says it in the past, such as "assigned to bob".
	Done string
	// Apply makes the change, or says why it cannot be made.
	Apply func(*v1alpha1.Incident) error
	// Guards return what is in the way of the change unless the user set it, or forces the change; nil if nothing is.
	Guards []Guard
}

// Guard is asked of the incident as it is before a change.
type Guard func(*v1alpha1.Incident) *ConflictError

// And makes two changes in one request.
func (c Change) And(other Change) Change {
	return Change{
		Done: c.Done + ", " + other.Done,
		Apply: func(incident *v1alpha1.Incident) error {
			if err := c.Apply(incident); err != nil {
				return err
			}
			return other.Apply(incident)
		},
		Guards: slices.Concat(c.Guards, other.Guards),
	}
}

// ChangeTask changes one incident. It is refused with a RedirectedError if the incident was merged into another, and with a
// ConflictError if it would overwrite what somebody else said meanwhile in a field that it changes.
type ChangeTask struct {
	Client client.WithWatch
	// Incident is as it was read, and then as the API server has it.
	Incident *v1alpha1.Incident
	Change   Change
	// Selects says whether an incident is still meant that somebody else changed; nil where it was named, and so is.
	Selects func(*v1alpha1.Incident) (bool, error)
	// Seen is the incident as the user saw it; nil if that is as it was read.
	Seen *v1alpha1.Incident
	// Force overwrites whatever is there.
	Force bool
	// Request names the bulk that the change is a part of, so that all of it can be undone; empty for none.
	Request string
}

// Preview implements Task.
func (t *ChangeTask) Preview(ctx context.Context) (Preview, error) {
	after, differences, err := t.decide(ctx)
	if err != nil || len(differences) == 0 {
		return Preview{}, err
	}
	return previewChange(ctx, t.Client, t.Incident, after)
}

// Reaches is how many alerts the change reaches at most, as far as the status of the incident tells.
func (t *ChangeTask) Reaches() int {
	after := t.Incident.DeepCopy()
	if err := t.Change.Apply(after); err != nil {
		return 0
	}
	resolved := func(i *v1alpha1.Incident) bool { return i.Spec.Resolution.State == v1alpha1.ResolutionResolved }
	if t.Incident.Spec.Assignee == after.Spec.Assignee && resolved(t.Incident) == resolved(after) {
		return 0
	}
	return int(ptr.Deref(t.Incident.Status.Alerts.Total, 0))
}

// decide returns what the incident becomes, and in what that differs, or why the change is refused.
func (t *ChangeTask) decide(ctx context.Context) (*v1alpha1.Incident, []Difference, error) {
	if err := RefuseRedirected(ctx, t.Client, t.Incident); err != nil {
		return nil, nil, err
	}
	after := t.Incident.DeepCopy()
	if err := t.Change.Apply(after); err != nil {
		return nil, nil, err
	}
	differences := Differences(t.Incident, after)
	if err := t.refuseOverwriting(ctx, differences); err != nil {
		return nil, nil, err
	}
	return after, differences, checkTexts(differences)
}

// previewChange says what becomes of an incident and of each of its alerts.
func previewChange(ctx context.Context, c client.WithWatch, before, after *v1alpha1.Incident) (Preview, error) {
	alerts, err := kube.AlertsOf(ctx, c, client.ObjectKeyFromObject(before))
	if err != nil {
		return Preview{}, err
	}
	into, err := mergedInto(ctx, c, before)
	if err != nil {
		return Preview{}, err
	}
	return Preview{Fields: Differences(before, after), Alerts: preview.Change(after, into, alerts, time.Now())}, nil
}

// Do implements Task. The incident is read anew only where it was written since it was read, and usually one request does.
func (t *ChangeTask) Do(ctx context.Context, dryRun bool) (Result, error) {
	result := Result{Ending: Changed, Done: t.Change.Done}
	if t.Seen == nil {
		t.Seen = t.Incident.DeepCopy()
	}
	err := kube.OnConflict(ctx, func() error {
		selected, err := t.refresh(ctx)
		if err == nil && !selected {
			result = Result{Ending: NotSelected}
		}
		return err
	}, func() error {
		if result.Ending == NotSelected {
			return nil
		}
		replaced, changed, err := t.patch(ctx, dryRun)
		if err == nil && !changed {
			result = Result{Ending: Unchanged}
		}
		result.Replaced = replaced
		return err
	})
	return result, err
}

// patch makes the change on condition that the incident is as it was read. It returns what was replaced, and false if there
// was nothing to change.
func (t *ChangeTask) patch(ctx context.Context, dryRun bool) ([]Difference, bool, error) {
	after, differences, err := t.decide(ctx)
	if err != nil || len(differences) == 0 {
		return nil, false, err
	}
	replaced := Replaced(t.Incident, after)
	markRequest(t.Incident, after, t.Request)
	options, _ := kube.DryRun(dryRun)
	if err := kube.PatchUnchanged(ctx, t.Client, t.Incident, after, options...); err != nil {
		return nil, false, err
	}
	*t.Incident = *after
	return replaced, true, nil
}

// refresh reads the incident anew and says whether it is still meant.
func (t *ChangeTask) refresh(ctx context.Context) (bool, error) {
	fresh := &v1alpha1.Incident{}
	if err := kube.Reread(ctx, t.Client, t.Incident, fresh); err != nil {
		return false, err
	}
	*t.Incident = *fresh
	if t.Selects == nil {
		return true, nil
	}
	return t.Selects(fresh)
}

// Wait implements Task.
func (t *ChangeTask) Wait(ctx context.Context, tell Progress) error {
	return waitForAlerts(ctx, t.Client, t.Incident, tell)
}
