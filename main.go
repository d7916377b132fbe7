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

// Command manager runs the incident operator.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/metrics/filters"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/incident-operator/incident-operator/controllers/alert"
	"github.com/incident-operator/incident-operator/controllers/incident"
	"github.com/incident-operator/incident-operator/controllers/journal"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/kube"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/roster"
	"github.com/incident-operator/incident-operator/internal/options"
)

// version is set when the binary is built.
var version = "dev"

func main() {
	os.Exit(run(ctrl.SetupSignalHandler(), os.Args[1:]))
}

// run returns 0 after a signal, 1 after a failure and 2 for a wrong command line.
func run(ctx context.Context, args []string) int {
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	config.RegisterFlags(flags)
	settings, err := options.Parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		return 2
	}
	logger := zap.New(zap.UseFlagOptions(&settings.Log))
	ctrl.SetLogger(logger)
	klog.SetLogger(logger)

	if err := start(ctx, settings); err != nil {
		logger.Error(err, "The operator stopped")
		return 1
	}
	return 0
}

func start(ctx context.Context, settings options.Options) error {
	restConfig, err := config.GetConfig()
	if err != nil {
		return fmt.Errorf("finding the cluster: %w", err)
	}
	server, err := discovery.NewDiscoveryClientForConfig(restConfig)
	if err != nil {
		return fmt.Errorf("connecting to the cluster: %w", err)
	}
	if err := operator.CheckKinds(server); err != nil {
		return err
	}
	if err := checkAlone(ctx, restConfig); err != nil {
		return err
	}
	mgr, err := ctrl.NewManager(restConfig, managerOptions(settings))
	if err != nil {
		return fmt.Errorf("creating the manager: %w", err)
	}
	if err := addControllers(ctx, mgr, settings); err != nil {
		return fmt.Errorf("setting up the controllers: %w", err)
	}
	if err := operator.AddProbes(mgr); err != nil {
		return fmt.Errorf("setting up the probes: %w", err)
	}
	mgr.GetLogger().Info("Starting", "version", version)
	return mgr.Start(ctx)
}

// checkAlone makes sure that no other installation works on the same cluster.
func checkAlone(ctx context.Context, restConfig *rest.Config) error {
	c, err := client.New(restConfig, client.Options{Scheme: operator.Scheme()})
	if err != nil {
		return fmt.Errorf("connecting to the cluster: %w", err)
	}
	return journal.CheckAlone(ctx, c)
}

// addControllers wires the role of the operator: three controllers over one roster of alerts and the ends of logs.
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

func managerOptions(settings options.Options) ctrl.Options {
	return ctrl.Options{
		Scheme: operator.Scheme(),
		Cache:  operator.CacheOptions(),
		Metrics: metricsserver.Options{
			BindAddress:    settings.MetricsBindAddress,
			SecureServing:  true,
			FilterProvider: filters.WithAuthenticationAndAuthorization,
		},
		HealthProbeBindAddress:        settings.HealthProbeBindAddress,
		LeaderElection:                settings.LeaderElect,
		LeaderElectionID:              kube.LeaseName,
		LeaderElectionLabels:          operator.LeaseLabels(version),
		LeaderElectionNamespace:       settings.LeaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true, // The process ends right after the manager: nothing works on without the lease.
		LeaseDuration:                 &settings.LeaseDuration,
		RenewDeadline:                 &settings.RenewDeadline,
		RetryPeriod:                   &settings.RetryPeriod,
	}
}
