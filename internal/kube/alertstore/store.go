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

package alertstore

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/intake"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// maxAttempts is how often a write is decided anew because somebody else was faster.
const maxAttempts = 6

// Event is a signal of the alert that it is about.
type Event struct {
	// First is the key of the first generation of the alert.
	First client.ObjectKey
	// Source names the AlertSource; empty for none.
	Source string
	Signal intake.Signal
}

// Store puts signals into the cluster.
type Store struct {
	// Finder finds what is there, Live reads it from the API server.
	Finder Finder
	Live   client.Reader
	Writer client.Writer
	Clock  clock.PassiveClock
	// Ingest is the user whom Writer writes as if that is the role ingest, empty for a person.
	Ingest string
	// Touches holds back what may wait; nil writes everything at once.
	Touches *Touches
}

// Put makes the cluster say what the signal says. When it returns without error, an alert is stored, and what it does not
// say yet is in Touches.
func (s *Store) Put(ctx context.Context, event Event) (intake.Action, error) {
	return s.put(ctx, event, true)
}

// put creates the first generation of an alert only if it is to: news that waited does not bring back what was deleted
// meanwhile.
func (s *Store) put(ctx context.Context, event Event, create bool) (intake.Action, error) {
	var last error
	for range maxAttempts {
		known, err := s.Finder.Latest(ctx, event.First)
		if err != nil {
			return "", err
		}
		if !create && known != nil && known.Spec.Resolution.State == v1alpha1.ResolutionResolved {
			event.Signal.Lasting = false // It was said before the alert ended.
		}
		ahead, waited := s.projected(known, event)
		action, after := intake.Decide(ahead, event.Signal, s.Ingest, s.Clock.Now())
		if action == intake.Create && !create {
			return intake.Unchanged, nil
		}
		if action == intake.Unchanged || action == intake.Update && s.Touches.add(event) {
			return action, nil
		}
		last = s.write(ctx, event, action, known, after)
		if last == nil && waited > 0 {
			s.Touches.done(event.First, waited)
		}
		if last == nil || !errors.Is(last, errTryAgain) {
			return action, last
		}
	}
	return "", last
}

// projected is the alert as it will be once what waits is written, and how many events of it wait.
func (s *Store) projected(known *v1alpha1.Alert, event Event) (ahead *v1alpha1.Alert, waited int64) {
	pending, waited, ok := s.Touches.pending(event.First)
	if !ok || known == nil {
		return known, 0
	}
	action, after := intake.Decide(known, pending.Signal, s.Ingest, s.Clock.Now())
	if action != intake.Update {
		// A person closed the alert meanwhile, or it says so already: the flush decides what becomes of it.
		return known, 0
	}
	return after, waited
}

// errTryAgain says that the cluster is not as it was known: what is to be done must be decided anew.
var errTryAgain = errors.New("somebody else changed the alert meanwhile")

func (s *Store) write(ctx context.Context, event Event, action intake.Action, known, after *v1alpha1.Alert) error {
	if action == intake.Create || action == intake.CreateNext {
		return s.create(ctx, event, known, after)
	}
	return s.patch(ctx, known, after.DeepCopy())
}

func (s *Store) create(ctx context.Context, event Event, known, alert *v1alpha1.Alert) error {
	alert.Namespace, alert.Name = event.First.Namespace, event.First.Name
	if known != nil {
		alert.Name = nextName(known)
	}
	if event.Source != "" {
		alert.Labels = map[string]string{v1alpha1.SourceLabel: event.Source}
	}
	err := s.Writer.Create(ctx, alert)
	switch {
	case err == nil:
		s.learned(alert)
		return nil
	case apierrors.IsAlreadyExists(err):
		return s.reread(ctx, client.ObjectKeyFromObject(alert), "")
	default:
		return fmt.Errorf("creating the alert: %w", err)
	}
}

func (s *Store) patch(ctx context.Context, before, after *v1alpha1.Alert) error {
	err := kube.PatchUnchanged(ctx, s.Writer, before, after)
	switch {
	case err == nil:
		s.learned(after)
		return nil
	case apierrors.IsConflict(err), errors.Is(err, kube.ErrDeleted):
		return s.reread(ctx, client.ObjectKeyFromObject(before), before.UID)
	default:
		return fmt.Errorf("patching the alert: %w", err)
	}
}

// reread learns how an alert is that was not as it was known. uid is the one that was known, empty for none.
func (s *Store) reread(ctx context.Context, key client.ObjectKey, uid types.UID) error {
	fresh := &v1alpha1.Alert{}
	err := s.Live.Get(ctx, key, fresh)
	switch {
	case err == nil:
		s.learned(fresh)
	case !apierrors.IsNotFound(err):
		return fmt.Errorf("reading the alert anew: %w", err)
	}
	if cached, ok := s.Finder.(*Cached); ok && uid != "" && (err != nil || fresh.UID != uid) {
		cached.forget(uid)
	}
	return errTryAgain
}

func (s *Store) learned(alert *v1alpha1.Alert) {
	if cached, ok := s.Finder.(*Cached); ok {
		cached.learned(alert)
	}
}

// Expire ends an alert whose time has come. A conflict is returned as it is: the alert comes again by its change.
func (s *Store) Expire(ctx context.Context, alert *v1alpha1.Alert) (intake.Action, error) {
	action, after := intake.Expire(alert, s.Clock.Now())
	if action == intake.Unchanged {
		return action, nil
	}
	if err := kube.PatchUnchanged(ctx, s.Writer, alert, after); err != nil {
		return action, fmt.Errorf("resolving the alert that expired: %w", err)
	}
	s.learned(after)
	return action, nil
}
