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
	"errors"
	"slices"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// AlertChange is what is made of one alert, whatever its incident says. It is computed from the alert as it is, as a Change
// is from an incident.
type AlertChange struct {
	// Done says it in the past, such as "assigned to bob".
	Done string
	// Apply makes the change.
	Apply func(*v1alpha1.Alert)
}

// And makes two changes in one request.
func (c AlertChange) And(other AlertChange) AlertChange {
	return AlertChange{Done: c.Done + ", " + other.Done, Apply: func(alert *v1alpha1.Alert) {
		c.Apply(alert)
		other.Apply(alert)
	}}
}

// AssignAlertTo gives an alert an owner, or takes it back where the user is empty.
func AssignAlertTo(user string) AlertChange {
	done := "assigned to " + user
	if user == "" {
		done = "unassigned"
	}
	return AlertChange{Done: done, Apply: func(alert *v1alpha1.Alert) { alert.Spec.Assignee = user }}
}

// ResolveAlert resolves an alert. Without a note it keeps the one that is there.
func ResolveAlert(note string) AlertChange {
	return AlertChange{Done: "resolved", Apply: func(alert *v1alpha1.Alert) {
		alert.Spec.Resolution.State = v1alpha1.ResolutionResolved
		if note != "" {
			alert.Spec.Resolution.Note = note
		}
	}}
}

// ReopenAlert opens a resolved alert again. The note goes too: it says why the alert was resolved.
func ReopenAlert() AlertChange {
	return AlertChange{Done: "re-opened", Apply: func(alert *v1alpha1.Alert) {
		if alert.Spec.Resolution.State == v1alpha1.ResolutionResolved {
			alert.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionActive}
		}
	}}
}

// ClassifyAlertAs says what an alert turned out to be.
func ClassifyAlertAs(classification v1alpha1.Classification) AlertChange {
	return AlertChange{Done: "classified as " + ClassificationText(classification), Apply: func(alert *v1alpha1.Alert) {
		alert.Spec.Classification = classification
	}}
}

// TagAlert adds tags that an alert does not bear.
func TagAlert(named ...string) AlertChange {
	return AlertChange{Done: "tagged", Apply: func(alert *v1alpha1.Alert) {
		for _, tag := range named {
			if !bears(alert, tag) {
				alert.Spec.Tags = append(slices.Clone(alert.Spec.Tags), v1alpha1.Tag(tag))
			}
		}
	}}
}

// UntagAlert takes tags away.
func UntagAlert(named ...string) AlertChange {
	return AlertChange{Done: "untagged", Apply: func(alert *v1alpha1.Alert) {
		alert.Spec.Tags = slices.DeleteFunc(slices.Clone(alert.Spec.Tags), func(tag v1alpha1.Tag) bool {
			return slices.ContainsFunc(named, func(gone string) bool { return tags.LabelKey(gone) == tags.LabelKey(string(tag)) })
		})
	}}
}

func bears(alert *v1alpha1.Alert, asked string) bool {
	return slices.ContainsFunc(alert.Spec.Tags, func(tag v1alpha1.Tag) bool { return tags.LabelKey(string(tag)) == tags.LabelKey(asked) })
}

// AlertDifferences are the fields that people set and in which two versions of an alert differ.
func AlertDifferences(before, after *v1alpha1.Alert) []Difference {
	return Differences(decisionsOn(before), decisionsOn(after))
}

// decisionsOn is an incident that says what people say on an alert.
func decisionsOn(alert *v1alpha1.Alert) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Labels = alert.Labels
	incident.Spec = v1alpha1.IncidentSpec{Name: alert.Spec.Name, Severity: alert.Spec.Severity, Triage: alert.Spec.Triage}
	return incident
}

// AlertTask changes one alert.
type AlertTask struct {
	Client client.WithWatch
	// Alert is as it was read, and then as the API server has it.
	Alert  *v1alpha1.Alert
	Change AlertChange
	// Selects says whether the alert is meant, also once somebody else changed it; nil where it was named, and so is.
	Selects func(*v1alpha1.Alert) bool
	// Request names the bulk that the change is a part of, so that all of it can be undone; empty for none.
	Request string
}

// Preview implements Task.
func (t *AlertTask) Preview(context.Context) (Preview, error) {
	after := t.Alert.DeepCopy()
	t.Change.Apply(after)
	return Preview{Fields: AlertDifferences(t.Alert, after)}, CheckTags(after.Spec.Tags)
}

// Do implements Task. One request does, unless somebody else wrote the alert meanwhile; what that one said in a field that
// the change is about is not overwritten.
func (t *AlertTask) Do(ctx context.Context, dryRun bool) (Result, error) {
	if t.Selects != nil && !t.Selects(t.Alert) {
		return Result{Ending: NotSelected}, nil
	}
	result := Result{Ending: Changed, Done: t.Change.Done}
	seen := t.Alert.DeepCopy()
	err := kube.OnConflict(ctx, func() error {
		fresh := &v1alpha1.Alert{}
		if err := kube.Reread(ctx, t.Client, t.Alert, fresh); err != nil {
			return err
		}
		*t.Alert = *fresh
		if t.Selects != nil && !t.Selects(fresh) {
			result = Result{Ending: NotSelected}
			return nil
		}
		return t.notContradicted(seen)
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

// patch returns what was replaced, and false if there was nothing to change.
func (t *AlertTask) patch(ctx context.Context, dryRun bool) (replaced []Difference, changed bool, err error) {
	after := t.Alert.DeepCopy()
	t.Change.Apply(after)
	differences := AlertDifferences(t.Alert, after)
	if len(differences) == 0 {
		return nil, false, nil
	}
	if err := errors.Join(checkTexts(differences), CheckTags(after.Spec.Tags)); err != nil {
		return nil, false, err
	}
	replaced = Replaced(decisionsOn(t.Alert), decisionsOn(after))
	markRequest(t.Alert, after, t.Request)
	options, _ := kube.DryRun(dryRun)
	if err := kube.PatchUnchanged(ctx, t.Client, t.Alert, after, options...); err != nil {
		return nil, false, err
	}
	*t.Alert = *after
	return replaced, true, nil
}

// notContradicted refuses to overwrite what somebody else said since the alert was seen, in a field that the change is about.
func (t *AlertTask) notContradicted(seen *v1alpha1.Alert) error {
	after, now := t.Alert.DeepCopy(), decisionsOn(t.Alert)
	t.Change.Apply(after)
	now.Annotations = t.Alert.Annotations
	if conflict := overwritten(decisionsOn(seen), now, AlertDifferences(t.Alert, after)); conflict != nil {
		return conflict
	}
	return nil
}

// Wait implements Task: nothing follows a change of an alert.
func (t *AlertTask) Wait(context.Context, Progress) error { return nil }
