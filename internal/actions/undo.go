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
	"fmt"
	"time"

	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// logInterval is how often is looked whether the log has come as far as the incident.
const logInterval = 250 * time.Millisecond

// Undo reverts the last request of a person that changed an incident.
type Undo struct {
	Client client.WithWatch
	// Incident says which one.
	Incident client.ObjectKey
	// Generation is what the change to revert brought about; 0 for the last change, whatever it is.
	Generation int64
	// Request names the bulk that the reversal is a part of; empty for none.
	Request string
	// Patience is how long the log may take to come as far as the incident.
	Patience time.Duration

	// before is the incident from which the reversal was decided.
	before   *v1alpha1.Incident
	reversal *undo.Reversal
}

// Decide finds out what is to be reverted, and how. It waits for the log to come as far as the incident, but not for long.
// A RefusedError says why nothing can be reverted.
func (u *Undo) Decide(ctx context.Context) (*undo.Reversal, error) {
	deadline := time.Now().Add(u.Patience)
	for {
		err := u.look(ctx)
		if !errors.Is(err, undo.ErrBehind) || time.Now().After(deadline) {
			return u.reversal, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(logInterval):
		}
	}
}

func (u *Undo) look(ctx context.Context) error {
	incident := &v1alpha1.Incident{}
	if err := u.Client.Get(ctx, u.Incident, incident); err != nil {
		return err
	}
	if err := RefuseRedirected(ctx, u.Client, incident); err != nil {
		if _, redirected := errors.AsType[*RedirectedError](err); redirected {
			return &RefusedError{err}
		}
		return err
	}
	facts := undo.Facts{Incident: incident}
	var err error
	if facts.Log, err = readLog(ctx, u.Client, u.Incident); err != nil {
		return err
	}
	if facts.Alerts, err = kube.AlertsOf(ctx, u.Client, u.Incident); err != nil {
		return err
	}
	reversal, err := undo.Decide(facts)
	if err != nil {
		return &RefusedError{err}
	}
	if last := ptr.Deref(reversal.Entry.After.Generation, 0); u.Generation != 0 && last != u.Generation {
		return refuse("it changed since: the last change is " + undo.Describe(reversal.Entry))
	}
	u.before, u.reversal = incident, reversal
	return nil
}

// readLog reads all entries of the logs of an incident's name.
func readLog(ctx context.Context, c client.WithWatch, incident client.ObjectKey) ([]v1alpha1.ActivitySpec, error) {
	var log []v1alpha1.ActivitySpec
	_, err := kube.Each(ctx, c, &v1alpha1.ActivityList{}, kube.Streamed, func(page *v1alpha1.ActivityList) error {
		for i := range page.Items {
			log = append(log, page.Items[i].Spec)
		}
		return nil
	}, client.InNamespace(incident.Namespace), client.MatchingFields{kube.IncidentOf: incident.Name})
	if err != nil {
		return nil, fmt.Errorf("listing the activities of the incident %s: %w", incident.Name, err)
	}
	return log, nil
}

// Moves returns the tasks that revert a move, one an alert. Each tells in both logs what it reverts.
func (u *Undo) Moves(ctx context.Context) ([]*MoveTask, error) {
	move := u.reversal.Move
	alerts, err := GetAlerts(ctx, u.Client, u.Incident.Namespace, move.Alerts)
	if err != nil {
		return nil, err
	}
	if err := move.Check(alerts); err != nil {
		return nil, &RefusedError{err}
	}
	var target *v1alpha1.Incident
	if move.To != "" {
		if target, err = Destination(ctx, u.Client, client.ObjectKey{Namespace: u.Incident.Namespace, Name: move.To}); err != nil {
			return nil, err
		}
	}
	reason := fmt.Sprintf("undo of entry %d of %s", u.reversal.Entry.Sequence, u.Incident.Name)
	tasks := make([]*MoveTask, 0, len(alerts))
	for i := range alerts {
		tasks = append(tasks, &MoveTask{Client: u.Client, Alert: &alerts[i], Target: target, Reason: reason})
	}
	return tasks, nil
}

// Preview implements Task, for a reversal that is no move.
func (u *Undo) Preview(ctx context.Context) (Preview, error) {
	return previewChange(ctx, u.Client, u.before, u.reversal.After)
}

// Do implements Task, for a reversal that is no move. It makes the change on condition that nobody changed the incident
// since it was decided. The operator writes its status, so a conflict alone means nothing: what counts is that the log
// still ends with the same request.
func (u *Undo) Do(ctx context.Context, dryRun bool) (Result, error) {
	options, _ := kube.DryRun(dryRun)
	var replaced []Difference
	err := kube.OnConflict(ctx, func() error { return u.decideAgain(ctx) }, func() error {
		after := u.reversal.After.DeepCopy()
		markRequest(u.before, after, u.Request)
		if err := kube.PatchUnchanged(ctx, u.Client, u.before, after, options...); err != nil {
			return err
		}
		replaced = Replaced(u.before, u.reversal.After)
		u.before = after
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	return Result{Ending: Changed, Done: "undid " + u.reversal.Describe(), Replaced: replaced}, nil
}

// decideAgain brings the reversal up to the incident as it is now, where that still reverts the same request.
func (u *Undo) decideAgain(ctx context.Context) error {
	was := u.reversal.Entry.Sequence
	reversal, err := u.Decide(ctx)
	if err != nil {
		return err
	}
	if reversal.Entry.Sequence != was {
		return fmt.Errorf("it changed meanwhile: the last change is %s now", undo.Describe(reversal.Entry))
	}
	return nil
}

// Wait implements Task, for a reversal that is no move.
func (u *Undo) Wait(ctx context.Context, tell Progress) error {
	return waitForAlerts(ctx, u.Client, u.before, tell)
}
