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

package controllers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// Options are the settings of the controllers.
type Options struct {
	// AlertWorkers is the number of alerts that are changed at the same time, at least 1.
	AlertWorkers int
	// Rollup are the settings that an incident's status depends on.
	Rollup rollup.Options
}

const (
	// incidentWorkers is the number of incidents whose status is computed at the same time. Their writes are paced, so
	// that more would only compete with the alerts' patches.
	incidentWorkers = 2

	// A failing item is tried again after 5 ms, then after twice as long each time, at most 30 s.
	firstRetry = 5 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Setup adds the controllers and their metrics to the manager.
func Setup(ctx context.Context, mgr ctrl.Manager, options Options) error {
	if err := addIndexes(ctx, mgr.GetFieldIndexer()); err != nil {
		return fmt.Errorf("indexing alerts and comments: %w", err)
	}
	guard := &guard{policies: mgr.GetAPIReader()}
	if err := mgr.Add(guard); err != nil {
		return fmt.Errorf("adding the check of the policies: %w", err)
	}
	instruments := newInstruments()
	if err := instruments.register(metrics.Registry); err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	if err := instruments.count(ctx, mgr.GetCache()); err != nil {
		return fmt.Errorf("counting incidents and alerts: %w", err)
	}
	newest, err := newestAlert(ctx, mgr.GetCache())
	if err != nil {
		return fmt.Errorf("asking for the informer of alerts: %w", err)
	}
	changes := newChanges(clock.RealClock{})
	journal := newJournal(mgr.GetClient(), mgr.GetAPIReader(), clock.RealClock{}, guard.inForce, newTickets(mgr.GetAPIReader(), newest))
	announcer := announcer{recorder: mgr.GetEventRecorder("incident-operator")}
	labeler := labeler{client: mgr.GetClient()}
	return errors.Join(
		(&AlertReconciler{
			client: mgr.GetClient(), live: mgr.GetAPIReader(), clock: clock.RealClock{},
			labeler: labeler, announcer: announcer, instruments: instruments, changes: changes,
			journal: journal,
		}).setup(mgr, options.AlertWorkers),
		(&IncidentReconciler{
			client: mgr.GetClient(), clock: clock.RealClock{},
			labeler: labeler, pacer: newPacer(), options: options.Rollup,
			journal: journal, merger: &merger{client: mgr.GetClient(), live: mgr.GetAPIReader()},
		}).setup(mgr),
	)
}

// controllerOptions are what both controllers have in common: a priority queue, a short back-off, and log lines that
// name their object under the key of its kind.
func controllerOptions(mgr ctrl.Manager, kind string, workers int) controller.Options {
	usePriorityQueue := true
	return controller.Options{
		MaxConcurrentReconciles: workers,
		UsePriorityQueue:        &usePriorityQueue,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry),
		LogConstructor: func(request *reconcile.Request) logr.Logger {
			log := mgr.GetLogger().WithName(kind)
			if request != nil {
				log = log.WithValues(kind, klog.KRef(request.Namespace, request.Name))
			}
			return log
		},
	}
}
