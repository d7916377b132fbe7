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

// Package roles wires each role of the binary: which controllers and servers it runs, over which cache. main.go picks one.
package roles

import (
	"context"
	"crypto/tls"
	"net/http"

	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/incident-operator/incident-operator/internal/kube/access"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/options"
)

// managerOptions are what the managers of all roles have in common.
func managerOptions(settings options.Process, lease, version string) ctrl.Options {
	return ctrl.Options{
		Scheme:                        operator.Scheme(),
		Metrics:                       metricsOptions(settings.MetricsBindAddress, access.MetricsFilter),
		HealthProbeBindAddress:        settings.HealthProbeBindAddress,
		LeaderElection:                settings.LeaderElect,
		LeaderElectionID:              lease,
		LeaderElectionLabels:          operator.LeaseLabels(version),
		LeaderElectionNamespace:       settings.LeaderElectionNamespace,
		LeaderElectionReleaseOnCancel: true, // The process ends right after the manager: nothing works on without the lease.
		LeaseDuration:                 &settings.LeaseDuration,
		RenewDeadline:                 &settings.RenewDeadline,
		RetryPeriod:                   &settings.RetryPeriod,
	}
}

// metricsOptions are where metrics are served, to those whom the filter lets through.
func metricsOptions(address string, filter func(*rest.Config, *http.Client) (metricsserver.Filter, error)) metricsserver.Options {
	return metricsserver.Options{BindAddress: address, SecureServing: true, FilterProvider: filter, TLSOpts: []func(*tls.Config){metricsTLS}}
}

// metricsTLS serves without HTTP/2, whose streams cost more than they ask, and with a certificate that never expires.
func metricsTLS(config *tls.Config) {
	config.NextProtos = []string{"http/1.1"}
	config.GetCertificate = (&access.OwnCertificate{Hosts: []string{"localhost"}, Clock: clock.RealClock{}}).GetCertificate
}

// everyReplica runs with or without the lease.
type everyReplica func(context.Context) error

func (e everyReplica) Start(ctx context.Context) error { return e(ctx) }

func (e everyReplica) NeedLeaderElection() bool { return false }
