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

package roles

import (
	"context"
	"errors"
	"fmt"

	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/incident-operator/incident-operator/controllers/alert"
	"github.com/incident-operator/incident-operator/controllers/incident"
	"github.com/incident-operator/incident-operator/controllers/journal"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/kube"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
	"github.com/incident-operator/incident-operator/internal/options"
)

// Operator is the role that gives alerts what their incidents say, and writes status and log: three controllers over one
// roster of alerts and the ends of logs.
func Operator(ctx context.Context, restConfig *rest.Config, settings options.Options, version string) (ctrl.Manager, error) {
	if err := checkAlone(ctx, restConfig); err != nil {
		return nil, err
	}
	managed := managerOptions(settings.Process, kube.LeaseName, version)
	managed.Cache = operator.CacheOptions()
	mgr, err := ctrl.NewManager(restConfig, managed)
	if err != nil {
		return nil, fmt.Errorf("creating the manager: %w", err)
	}
	if err := addControllers(ctx, mgr, settings); err != nil {
		return nil, fmt.Errorf("setting up the controllers: %w", err)
	}
	return mgr, nil
}

// checkAlone makes sure that no other installation works on the same cluster.
func checkAlone(ctx context.Context, restConfig *rest.Config) error {
	c, err := client.New(restConfig, client.Options{Scheme: operator.Scheme()})
	if err != nil {
		return fmt.Errorf("connecting to the cluster: %w", err)
	}
	return journal.CheckAlone(ctx, c)
}

func addControllers(ctx context.Context, mgr ctrl.Manager, settings options.Options) error {
	cluster, live, wall := mgr.GetClient(), mgr.GetAPIReader(), clock.RealClock{}
	recorder := mgr.GetEventRecorder("incident-operator")
	alerts, ends, guard := roster.New(wall), roster.NewEnds(), &journal.Guard{Policies: live}
	feed, err := roster.NewFeed(ctx, alerts, mgr.GetCache())
	if err != nil {
		return err
	}
	recounter, recounterErr := roster.NewRecounter(alerts, metrics.Registry)
	instruments, instrumentsErr := alert.NewInstruments(wall, metrics.Registry)
	population, populationErr := incident.NewPopulation(metrics.Registry)
	if err := errors.Join(recounterErr, instrumentsErr, populationErr, journal.RegisterMetrics(ends, metrics.Registry)); err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	return errors.Join(
		operator.AddIndexes(ctx, mgr.GetFieldIndexer()),
		population.Count(ctx, mgr.GetCache()),
		mgr.Add(feed), mgr.Add(recounter), mgr.Add(guard),
		(&alert.Reconciler{
			Client: cluster, Live: live, Clock: wall, Roster: alerts, Ends: ends, Instruments: instruments,
			Announcer: alert.Announcer{Recorder: recorder},
		}).SetupWithManager(mgr, settings.AlertWorkers),
		(&incident.Reconciler{
			Client: cluster, Live: live, Clock: wall, Roster: alerts, Ends: ends,
			Options: rollup.Options{AutomaticNamesSince: settings.AutomaticNamesSince}, Recorder: recorder,
		}).SetupWithManager(mgr),
		(&journal.Reconciler{
			Client: cluster, Live: live, Clock: wall, Roster: alerts, Ends: ends, ActorsKnown: guard.InForce,
		}).SetupWithManager(mgr),
	)
}
