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
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// move links one alert to another incident, or to none where target is nil.
type move struct {
	c      client.WithWatch
	alert  *v1alpha1.Alert
	target *v1alpha1.Incident
	reason string
	// rest is that of the task.
	rest string
}

func (m move) task() task {
	return task{what: "alert/" + m.alert.Name, rest: m.rest, preview: m.preview, do: m.do, wait: m.wait}
}

func (m move) targetName() string {
	if m.target == nil {
		return ""
	}
	return m.target.Name
}

func (m move) preview(context.Context) (string, error) {
	// A target that was merged is refused before.
	outcome := preview.Move(m.target, nil, []v1alpha1.Alert{*m.alert}, time.Now())[0]
	return escape("alert/" + m.alert.Name + ": " + cmp.Or(describeOutcome(outcome), unchanged)), nil
}

// do moves the alert from where it was when it was chosen. The operator writes alerts as well, so a conflict alone means
// nothing; where somebody else moved the alert meanwhile, it stays there.
func (m move) do(ctx context.Context, options ...client.PatchOption) (string, error) {
	if m.alert.Spec.IncidentRef.Name == m.targetName() {
		return unchanged, nil
	}
	stale := false
	err := onConflict(ctx, func() error {
		if stale {
			if err := m.refresh(ctx); err != nil {
				return err
			}
		}
		stale = true
		return m.patch(ctx, options)
	})
	if err != nil {
		return "", err
	}
	return m.said(), nil
}

// patch moves the alert on condition that it is as it was read.
func (m move) patch(ctx context.Context, options []client.PatchOption) error {
	after := m.alert.DeepCopy()
	if err := m.apply(after); err != nil {
		return err
	}
	patch := client.MergeFromWithOptions(m.alert, client.MergeFromWithOptimisticLock{})
	err := m.c.Patch(ctx, after, patch, append(slices.Clone(options), fieldOwner)...)
	if apierrors.IsNotFound(err) {
		return errDeleted
	}
	if err == nil {
		*m.alert = *after
	}
	return err
}

func (m move) refresh(ctx context.Context) error {
	from, fresh := m.alert.Spec.IncidentRef.Name, &v1alpha1.Alert{}
	if err := readAgain(ctx, m.c, m.alert, fresh); err != nil {
		return err
	}
	*m.alert = *fresh
	if now := fresh.Spec.IncidentRef.Name; now != from {
		return fmt.Errorf("somebody moved it to %s meanwhile", orNone(now))
	}
	return nil
}

// apply takes an older reason away: it would count again for an alert that goes where it went before.
func (m move) apply(alert *v1alpha1.Alert) error {
	alert.Spec.IncidentRef.Name = m.targetName()
	delete(alert.Annotations, v1alpha1.MoveReasonAnnotation)
	if m.reason == "" {
		return nil
	}
	encoded, err := json.Marshal(map[string]string{"to": m.targetName(), "reason": m.reason})
	if err != nil {
		return fmt.Errorf("encoding the reason: %w", err)
	}
	if alert.Annotations == nil {
		alert.Annotations = map[string]string{}
	}
	alert.Annotations[v1alpha1.MoveReasonAnnotation] = string(encoded)
	return nil
}

func (m move) said() string {
	if m.target == nil {
		return "unlinked"
	}
	return "moved to " + m.target.Name
}

// wait follows the alert until it has what its new incident gives it.
func (m move) wait(ctx context.Context, _ *progress) error {
	return watchUntil(ctx, m.c, m.alert, &v1alpha1.AlertList{}, func(object client.Object) (bool, error) {
		alert, ok := object.(*v1alpha1.Alert)
		if !ok {
			return false, nil
		}
		if now := alert.Spec.IncidentRef.Name; now != m.targetName() {
			return false, fmt.Errorf("somebody moved it to %s meanwhile", orNone(now))
		}
		return m.followed(alert), nil
	})
}

// followed says whether the alert remembers its new incident, or none where it left any. Its memory is written together
// with what it is given.
func (m move) followed(alert *v1alpha1.Alert) bool {
	annotation, remembers := alert.Annotations[v1alpha1.InheritedAnnotation]
	if m.target == nil {
		return !remembers
	}
	memory, err := inherit.ParseMemory(annotation)
	return err == nil && memory.UID == m.target.UID
}

// waitForHeir waits until an alert has what an incident gives it, or for nothing where that is nil. How it comes there does
// not matter: an alert of an incident that was merged is moved on.
func waitForHeir(c client.WithWatch, alert *v1alpha1.Alert, incident *v1alpha1.Incident) func(context.Context, *progress) error {
	if incident == nil {
		return nil
	}
	return func(ctx context.Context, _ *progress) error {
		return watchUntil(ctx, c, alert, &v1alpha1.AlertList{}, func(object client.Object) (bool, error) {
			seen, ok := object.(*v1alpha1.Alert)
			return ok && move{target: incident}.followed(seen), nil
		})
	}
}
