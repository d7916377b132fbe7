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

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// AlertUndo reverts the last change by a person of one alert, by the log of its incident. It is a Task once it is decided,
// unless it is refused.
type AlertUndo struct {
	Client client.WithWatch
	// Alert is as it was read, and then as the API server has it.
	Alert *v1alpha1.Alert
	// Generation is what the change to revert brought about; 0 for the last change, whatever it is.
	Generation int64
	// Request names the bulk that the reversal is a part of; empty for none.
	Request string
	// Patience is how long the log may stand still before it has come as far as the alert.
	Patience time.Duration
	// Refused says why the change cannot be reverted, once that is decided; nil if it can.
	Refused error

	reversal *undo.AlertReversal
}

// DecideAlertUndos finds out how the changes are reverted, or why not. While a log has not come as far as its alerts it
// looks again.
func DecideAlertUndos(ctx context.Context, undos []*AlertUndo) error {
	of := map[client.ObjectKey][]*AlertUndo{}
	for _, u := range undos {
		key := client.ObjectKey{Namespace: u.Alert.Namespace, Name: u.Alert.Spec.IncidentRef.Name}
		of[key] = append(of[key], u)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(Workers)
	for incident, pending := range of {
		group.Go(func() error { return decideInOneLog(ctx, incident, pending) })
	}
	return group.Wait()
}

// decideInOneLog decides about alerts of one incident, whose log is read at once for all of them. As long as the log comes
// closer it is waited for: it tells of a hundred alerts in one entry.
func decideInOneLog(ctx context.Context, incident client.ObjectKey, pending []*AlertUndo) error {
	deadline := time.Now().Add(pending[0].Patience)
	for {
		history, refused, err := historyOf(ctx, pending[0].Client, incident)
		if err != nil {
			return err
		}
		var behind []*AlertUndo
		for _, u := range pending {
			u.Refused = refused
			if refused == nil && u.decide(history) {
				behind = append(behind, u)
			}
		}
		if len(behind) < len(pending) {
			deadline = time.Now().Add(pending[0].Patience)
		}
		if len(behind) == 0 || time.Now().After(deadline) {
			return nil
		}
		pending = behind
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(logInterval):
		}
	}
}

const byHand = ", so that no log tells what it said before: set it by alert assign, unassign, reopen, classify, tag or untag"

// historyOf reads what the log of an incident tells of alerts, or says why there is none.
func historyOf(ctx context.Context, c client.WithWatch, key client.ObjectKey) (history *undo.AlertHistory, refused, err error) {
	if key.Name == "" {
		return nil, refuse("it belongs to no incident" + byHand), nil
	}
	incident := &v1alpha1.Incident{}
	if err := c.Get(ctx, key, incident); apierrors.IsNotFound(err) {
		return nil, refuse("its incident " + key.Name + " does not exist" + byHand), nil
	} else if err != nil {
		return nil, nil, err
	}
	log, err := readLog(ctx, c, key)
	if err != nil {
		return nil, nil, err
	}
	return undo.HistoryOf(incident, log), nil, nil
}

// decide says whether the log is behind, so that the next look may decide otherwise.
func (u *AlertUndo) decide(history *undo.AlertHistory) (behind bool) {
	reversal, err := history.Decide(u.Alert)
	switch {
	case err != nil:
		u.Refused = &RefusedError{err}
	case u.Generation != 0 && reversal.Generation != u.Generation:
		u.Refused = refuse("it changed since: the last change is " + undo.Describe(reversal.Entry))
	default:
		u.reversal = reversal
	}
	return errors.Is(err, undo.ErrBehind)
}

// Describe names what is reverted.
func (u *AlertUndo) Describe() string { return undo.Describe(u.reversal.Entry) }

// Preview implements Task.
func (u *AlertUndo) Preview(context.Context) (Preview, error) {
	return Preview{Fields: AlertDifferences(u.Alert, u.reversal.After)}, nil
}

// Do implements Task. The alert is patched on condition that it is as it was read. If somebody wrote it meanwhile, it is
// decided again, and nothing is done if another change is the last one then.
func (u *AlertUndo) Do(ctx context.Context, dryRun bool) (Result, error) {
	options, _ := kube.DryRun(dryRun)
	result := Result{Ending: Changed, Done: "undid " + u.Describe()}
	err := kube.OnConflict(ctx, func() error { return u.refresh(ctx) }, func() error {
		after := u.reversal.After.DeepCopy()
		markRequest(u.Alert, after, u.Request)
		if err := kube.PatchUnchanged(ctx, u.Client, u.Alert, after, options...); err != nil {
			return err
		}
		result.Replaced = Replaced(decisionsOn(u.Alert), decisionsOn(u.reversal.After))
		u.Alert = after
		return nil
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// refresh reads the alert anew. Often the operator wrote it, which drops notes that its log has taken: then no log needs to
// be read.
func (u *AlertUndo) refresh(ctx context.Context) error {
	fresh := &v1alpha1.Alert{}
	if err := kube.Reread(ctx, u.Client, u.Alert, fresh); err != nil {
		return err
	}
	unchanged := fresh.Generation == u.Alert.Generation && equality.Semantic.DeepEqual(fresh.Spec, u.Alert.Spec) &&
		equality.Semantic.DeepEqual(fresh.Labels, u.Alert.Labels)
	u.Alert = fresh
	if unchanged {
		var err error
		u.reversal, err = u.reversal.Of(fresh)
		return err
	}
	was := u.reversal.Entry.Sequence
	if err := DecideAlertUndos(ctx, []*AlertUndo{u}); err != nil {
		return err
	}
	if u.Refused != nil {
		return u.Refused
	}
	if u.reversal.Entry.Sequence != was {
		return fmt.Errorf("it changed meanwhile: the last change is %s now", u.Describe())
	}
	return nil
}

// Wait implements Task: nothing follows a change of an alert.
func (u *AlertUndo) Wait(context.Context, Progress) error { return nil }
