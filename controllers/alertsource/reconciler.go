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

// Package alertsource says in the status of each AlertSource whether it can be followed and what came in by it.
package alertsource

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/queue"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
)

const (
	// pace is how often the counts of a source are written at most, by all replicas together if that can be.
	pace = time.Minute
	// fieldOwner is the field manager of what is written.
	fieldOwner = client.FieldOwner("incident-operator-ingest")
)

// Reconciler writes the status of one AlertSource. It runs on every replica, since each counts what it received.
type Reconciler struct {
	Client client.Client
	Clock  clock.PassiveClock
	Tally  *sources.Tally
	// Check says what of a spec cannot be followed.
	Check func(*v1alpha1.AlertSource) error

	mutex sync.Mutex
	// written is when each source was last seen with other counts than before, whoever wrote them.
	written map[client.ObjectKey]sighting
}

type sighting struct {
	counts v1alpha1.AlertSourceStatus
	at     time.Time
}

// Reconcile makes at most one write.
func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	before := &v1alpha1.AlertSource{}
	if err := r.Client.Get(ctx, request.NamespacedName, before); err != nil {
		if client.IgnoreNotFound(err) == nil {
			r.forget(request.NamespacedName)
		}
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	after := before.DeepCopy()
	setConditions(after, r.Check(before))
	changed := !equality.Semantic.DeepEqual(before.Status, after.Status)
	if wait := r.wait(request.NamespacedName, before); wait > 0 && !changed {
		if !r.Tally.Has(request.NamespacedName) {
			wait = 0 // What comes in brings it back.
		}
		return ctrl.Result{RequeueAfter: wait}, nil
	}
	counts, counted := r.Tally.Take(request.NamespacedName)
	if !changed && !counted {
		return ctrl.Result{}, nil
	}
	addCounts(&after.Status, counts)
	err := r.Client.Status().Patch(ctx, after, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}), fieldOwner)
	if err == nil {
		return ctrl.Result{}, nil
	}
	if counted {
		r.Tally.Return(request.NamespacedName, counts)
	}
	return operator.Outcome(0, fmt.Errorf("writing the status of the AlertSource: %w", err))
}

// wait is how long the counts of a source are not to be written yet.
func (r *Reconciler) wait(key client.ObjectKey, current *v1alpha1.AlertSource) time.Duration {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	known, ok := r.written[key]
	if counts := countsOf(current.Status); !ok || !equality.Semantic.DeepEqual(known.counts, counts) {
		if r.written == nil {
			r.written = map[client.ObjectKey]sighting{}
		}
		known = sighting{counts: counts, at: r.Clock.Now()}
		if !ok || ptr.Deref(counts.Received, 0) == 0 {
			known.at = known.at.Add(-pace) // Nothing is known to have been told yet.
		}
		r.written[key] = known
	}
	return pace - r.Clock.Since(known.at)
}

// countsOf leaves out what is written at once: whether a source is ready must not delay the news that something comes in.
func countsOf(status v1alpha1.AlertSourceStatus) v1alpha1.AlertSourceStatus {
	status.Conditions = nil
	return status
}

func (r *Reconciler) forget(key client.ObjectKey) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.written, key)
	r.Tally.Take(key)
}

// SetupWithManager adds the controller.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("alertsource").
		For(&v1alpha1.AlertSource{}).
		WithOptions(controller.Options{NeedLeaderElection: ptr.To(false)}).
		WatchesRawSource(source.Func(r.onCounts)).
		Complete(r)
}

// onCounts looks at a source as soon as it has something to tell.
func (r *Reconciler) onCounts(_ context.Context, q queue.Queue) error {
	r.Tally.Subscribe(func(key client.ObjectKey) { q.Add(ctrl.Request{NamespacedName: key}) })
	return nil
}
