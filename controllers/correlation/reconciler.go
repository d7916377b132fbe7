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

package correlation

import (
	"context"
	"errors"
	"slices"
	"time"

	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// FieldOwner is the field manager of every write of correlation.
const FieldOwner = client.FieldOwner("incident-operator-correlation")

// maxLinks bounds how many alerts are linked in one look at a namespace: then others get their turn.
const maxLinks = 256

// Reconciler correlates the alerts of one namespace, which is what a request names.
type Reconciler struct {
	// Client reads from the cache and writes; Live reads the API server.
	Client      client.Client
	Live        client.Reader
	Clock       clock.PassiveClock
	Instruments *Instruments
	// Ingest is the user as whom Client writes.
	Ingest string

	board board
}

// Reconcile tells the engine of the namespace what has changed, and does what it decides.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	space := r.board.of(request.Namespace)
	space.working.Lock()
	defer space.working.Unlock()
	now := r.Clock.Now()
	in, err := r.policies(ctx, space)
	if err != nil {
		return ctrl.Result{}, err
	}
	if len(in.compiled) == 0 {
		r.board.forget(request.Namespace, space)
		return operator.Outcome(r.writeStatuses(ctx, space, in, now))
	}
	if err := r.update(ctx, space, in, now); err != nil {
		return ctrl.Result{}, err
	}
	next, applyErr := r.apply(ctx, space, space.engine.Decide(now))
	resolveErr := r.resolve(ctx, space)
	statusAfter, statusErr := r.writeStatuses(ctx, space, in, now)
	return operator.Outcome(soonest(next, statusAfter), errors.Join(applyErr, resolveErr, statusErr))
}

// apply does what was decided, and says how long to wait until there is more to decide.
func (r *Reconciler) apply(ctx context.Context, space *namespace, decision correlate.Decision) (time.Duration, error) {
	// Relations first: once its alert is linked, nothing would tell them any more.
	untold, relateErr := r.relate(ctx, space, decision.Relations)
	links := slices.DeleteFunc(slices.Clone(decision.Links), func(link correlate.Link) bool { return untold[link.Alert] })
	all := len(links)
	links = links[:min(all, maxLinks)]
	// An incident that cannot be begun keeps its own alerts waiting, and no others.
	opened, openErr := r.open(ctx, space, decision.Begins, links)
	linkErr := r.link(ctx, space, links, opened)
	var next time.Duration
	if len(links) < all {
		next = time.Millisecond
	} else if !decision.Next.IsZero() {
		next = max(time.Millisecond, decision.Next.Sub(r.Clock.Now()))
	}
	return next, errors.Join(openErr, linkErr, relateErr)
}

// soonest is the shorter of two waits, of which 0 is none.
func soonest(a, b time.Duration) time.Duration {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}
