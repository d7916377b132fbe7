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

package receiver

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
)

const (
	// reasonInvalid is the reason of refusals that the API server gives.
	reasonInvalid = "Invalid"
	// maxMessage bounds what is told of a refusal, in characters.
	maxMessage = 1_024
	// postWriters is how many alerts of one post are written at the same time.
	postWriters = 16
)

// store reads a body and stores its alerts. Unless all of them are stored, dropped or refused for good, the sender must
// send all of it again.
func (h *Handler) store(ctx context.Context, key client.ObjectKey, source *prepared, header http.Header, body []byte) (*Answer, *failure) {
	now := h.Clock.Now()
	read, failure := h.read(ctx, source, header, body, now)
	if failure != nil {
		return nil, failure
	}
	source.spend(now, read.Items)
	h.Instruments.read(read)

	answer := &Answer{Received: read.Items, Dropped: read.Dropped, Notes: read.Notes}
	for _, refusal := range read.Refusals {
		answer.refuse(refusal.Index, refusal.Count, string(refusal.Reason), refusal.Message)
	}
	err := h.storeAll(ctx, key, read.Alerts, answer)
	h.count(key, now, read, answer, err)
	if err != nil {
		logf.FromContext(ctx).Error(err, "A post is not stored", "source", key)
		if errors.Is(err, errPanic) {
			return nil, errFailed
		}
		return nil, later(overloadRetry, "not all of it could be stored: send all of it again, what is stored already is not stored twice")
	}
	return answer, nil
}

func (h *Handler) read(ctx context.Context, source *prepared, header http.Header, body []byte, now time.Time) (delivery.Delivery, *failure) {
	select {
	case h.readers <- struct{}{}:
		defer func() { <-h.readers }()
		return source.source.Read(header, body, now), nil
	case <-ctx.Done():
		return delivery.Delivery{}, later(overloadRetry, "the receiver is busy")
	}
}

// storeAll stores alerts, and adds to the answer which of them are stored and which never will be. The error is of one that
// was not stored for now.
func (h *Handler) storeAll(ctx context.Context, key client.ObjectKey, alerts []delivery.Alert, answer *Answer) error {
	var mutex sync.Mutex
	// One that fails stops no other: the sender's next attempt then finds less to do.
	var group errgroup.Group
	group.SetLimit(postWriters)
	for i := range alerts {
		alert := &alerts[i]
		if ctx.Err() != nil {
			break
		}
		group.Go(func() (err error) {
			defer func() {
				if cause := recover(); cause != nil { // In a goroutine of its own it would end the process.
					err = fmt.Errorf("%w: %T", errPanic, cause)
				}
			}()
			dropped, err := h.storeOne(ctx, key, alert)
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case dropped:
				answer.Dropped += len(alert.Items)
			case err == nil:
				answer.Stored += len(alert.Items)
			case isFinal(err):
				for _, item := range alert.Items {
					answer.refuse(item, 1, reasonInvalid, detect.Cut(detect.Escape(err.Error(), false), maxMessage))
				}
			default:
				return err
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// errPanic is for an alert that made the receiver panic.
var errPanic = errors.New("storing an alert panicked")

// storeOne stores an alert, unless a suppression rule drops it.
func (h *Handler) storeOne(ctx context.Context, source client.ObjectKey, alert *delivery.Alert) (dropped bool, err error) {
	select {
	case h.writers <- struct{}{}:
		defer func() { <-h.writers }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if dropped, err := h.suppress(ctx, source, alert); dropped || err != nil {
		return dropped, err
	}
	action, err := h.Store.Put(ctx, alertstore.Event{
		First:  client.ObjectKey{Namespace: source.Namespace, Name: alert.Name},
		Source: source.Name,
		Signal: alert.Signal,
	})
	if err == nil {
		h.Instruments.stored(action, len(alert.Items))
	}
	return false, err
}

// suppress asks the suppression rules about an alert as it would be stored.
func (h *Handler) suppress(ctx context.Context, source client.ObjectKey, alert *delivery.Alert) (dropped bool, err error) {
	if h.Suppress == nil {
		return false, nil
	}
	asked := &v1alpha1.Alert{Spec: alert.Signal.Spec}
	asked.Namespace, asked.Name = source.Namespace, alert.Name
	asked.Labels = map[string]string{v1alpha1.SourceLabel: source.Name}
	dropped, err = h.Suppress(ctx, asked)
	alert.Signal.Spec.Triage = asked.Spec.Triage
	return dropped, err
}

// isFinal holds if the API server would refuse the same alert again.
func isFinal(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || apierrors.IsRequestEntityTooLargeError(err)
}

// count tells the tally of the source. What is to be sent again is counted when it is.
func (h *Handler) count(key client.ObjectKey, now time.Time, read delivery.Delivery, answer *Answer, err error) {
	counts := sources.Counts{Last: now}
	if err == nil {
		h.Instruments.dropped(answer.Dropped)
		h.Instruments.refused(read.Refusals, answer.RefusedTotal)
		counts.Stored, counts.Dropped, counts.Refused = int64(answer.Stored), int64(answer.Dropped), int64(answer.RefusedTotal)
		counts.UnknownSeverities = int64(read.Notes[detect.NoteUnknownSeverity])
		counts.LastRefusal = lastRefusal(answer.Refused, now)
	}
	h.Tally.Add(key, counts)
}

// lastRefusal is the last of those that are listed, nil if there is none.
func lastRefusal(refused []Refused, now time.Time) *v1alpha1.AlertRefusal {
	if len(refused) == 0 {
		return nil
	}
	last := refused[len(refused)-1]
	return &v1alpha1.AlertRefusal{Time: metav1.Time{Time: now}, Reason: last.Reason, Message: detect.Cut(last.Message, maxMessage)}
}
