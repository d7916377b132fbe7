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

package journal

import (
	"context"
	"errors"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/plan"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
)

// kind is the kind of the objects whose logs the reconciler writes.
const kind = "Incident"

// entriesPerLook bounds how long one incident keeps a worker; the next look goes on.
const entriesPerLook = 100

// Reconciler writes what the log of one incident lacks. The entries are the only truth, and the last one says what is
// recorded: it is kept in memory, and found again after a restart from the head in the incident's status upward.
type Reconciler struct {
	// Client reads incidents and comments from the cache and writes; Live reads the API server.
	Client client.Client
	Live   client.Reader
	Clock  clock.PassiveClock
	// Roster knows the alerts, Ends keeps the ends of logs.
	Roster *roster.Roster
	Ends   *roster.Ends
	// ActorsKnown says whether notes and authors can be believed.
	ActorsKnown func(context.Context) bool

	pacer pacer
	// finished are the logs whose last comment is known to be marked: see finishComment.
	finished finished
}

// Reconcile looks once at what the log of an incident lacks.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	incident := &v1alpha1.Incident{}
	err := r.Client.Get(ctx, request.NamespacedName, incident, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) {
		r.forget(request.NamespacedName)
		return operator.Outcome(r.markOrphans(ctx, request.NamespacedName))
	}
	if err != nil {
		return ctrl.Result{}, err
	}
	if _, settled := inherit.FromIncident(incident); !settled {
		return ctrl.Result{}, nil // The status that settles it brings it back.
	}
	wait, err := r.record(ctx, incident)
	if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
		return ctrl.Result{}, nil // Everything goes, the log too.
	}
	r.Ends.SetProblem(request.NamespacedName, problemOf(err))
	return operator.Outcome(wait, err)
}

func (r *Reconciler) forget(incident client.ObjectKey) {
	r.Ends.Forget(incident)
	r.pacer.forget(incident)
	r.finished.forget(incident)
}

// problemOf is what the condition of the incident says about an error, empty if the next look will most likely do better.
func problemOf(err error) string {
	switch {
	case err == nil, apierrors.IsConflict(err), errors.Is(err, operator.ErrLookAgain), errors.Is(err, context.Canceled),
		apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsServiceUnavailable(err):
		return ""
	case apierrors.ReasonForError(err) == "":
		if errors.As(err, new(*logError)) {
			return err.Error()
		}
		return "" // The API server was not reached.
	default:
		return err.Error()
	}
}

// record writes what the log lacks. It returns how long to wait before it is worth to look again, 0 for as long as nothing
// happens. A crash at any point loses and repeats nothing: each entry has one possible name, and tells what it recorded.
func (r *Reconciler) record(ctx context.Context, incident *v1alpha1.Incident) (time.Duration, error) {
	look, err := r.lookAt(ctx, incident)
	if err != nil {
		return 0, err
	}
	var entries int
	var notes, numbers bool
	for range entriesPerLook {
		entry := look.log.Next(look.facts, r.Clock.Now())
		if entry == nil {
			r.pacer.told(client.ObjectKeyFromObject(incident), entries, notes, numbers, r.Clock.Now())
			wait, err := r.recordComments(ctx, look)
			return sooner(wait, r.untilMore(look)), err
		}
		if err := r.append(ctx, look, entry); err != nil {
			return 0, err
		}
		entries++
		notes = notes || len(entry.Alerts.Names) > 0
		numbers = numbers || isCount(entry)
	}
	r.pacer.told(client.ObjectKeyFromObject(incident), entries, false, numbers, r.Clock.Now())
	return time.Millisecond, nil
}

// untilMore is how long to wait before what is held back now can be told, 0 if nothing is.
func (r *Reconciler) untilMore(look *look) time.Duration {
	wait := time.Duration(0)
	facts := look.facts
	for _, held := range []struct {
		back    bool
		wait    time.Duration
		release func()
	}{
		{facts.Gathering, look.untilNotes, func() { facts.Gathering = false }},
		{!facts.Counting, look.untilNumbers, func() { facts.Counting = true }},
	} {
		held.release()
		if held.back && look.log.Next(facts, r.Clock.Now()) != nil {
			wait = sooner(wait, held.wait)
		}
	}
	return wait
}

// isCount says whether an entry only counts alerts.
func isCount(entry *v1alpha1.ActivitySpec) bool {
	return entry.Alerts.Count > 0 && len(entry.Alerts.Names) == 0 && entry.Type != v1alpha1.ActivityCreated
}

func sooner(a, b time.Duration) time.Duration {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// look is one look at what the log of an incident lacks.
type look struct {
	incident *v1alpha1.Incident
	log      *activity.Log
	facts    activity.Facts
	// untilNotes is how long notes of alerts have to wait for more, untilNumbers numbers of alerts; not above 0 if they can be
	// told now.
	untilNotes, untilNumbers time.Duration
}

// lookAt gathers what the log may have to tell of.
func (r *Reconciler) lookAt(ctx context.Context, incident *v1alpha1.Incident) (*look, error) {
	end, err := r.end(ctx, incident)
	if err != nil {
		return nil, err
	}
	place := plan.Place{Incident: incident}
	if place.Target, err = operator.MergeTarget(ctx, r.Client, incident); err != nil {
		return nil, err
	}
	if !place.Settled() {
		return nil, operator.ErrLookAgain
	}
	alerts := r.Roster.Look(place)
	if end.IsBehind(incident, alerts.UpTo) {
		return nil, operator.ErrLookAgain // What is known is older than what the log has seen.
	}
	facts := activity.Facts{Incident: incident, Alerts: alerts.Bearers, Counts: alerts.Counts, Seen: alerts.Seen}
	facts.Notes, _ = note.Parse(incident.Annotations[v1alpha1.NotesAnnotation])            // Damaged ones are put right, and tell nothing.
	facts.Sources, _ = merge.ParseSources(incident.Annotations[v1alpha1.MergedAnnotation]) // The same.
	key := client.ObjectKeyFromObject(incident)
	if end == nil {
		facts.Earlier = r.Roster.Earlier(key, incident.CreationTimestamp.Time)
	}
	arriving, err := r.arriving(ctx, incident)
	if err != nil {
		return nil, err
	}
	l := &look{incident: incident, facts: facts}
	l.log = &activity.Log{Ref: v1alpha1.IdentityOf(incident), End: end, ActorsKnown: r.ActorsKnown(ctx)}
	now := r.Clock.Now()
	l.untilNotes, l.facts.Crowded = r.pacer.untilNotes(key, now)
	l.untilNumbers = r.pacer.untilCount(key, alerts.Counts.Pending+arriving, now)
	l.facts.Gathering, l.facts.Counting = l.untilNotes > 0, l.untilNumbers <= 0
	return l, nil
}

// arriving is how many alerts merges have still to bring.
func (r *Reconciler) arriving(ctx context.Context, incident *v1alpha1.Incident) (int64, error) {
	sources, err := operator.MergeSources(ctx, r.Client, incident)
	return int64(r.Roster.Arriving(sources, incident)), err
}
