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
	"net"
	"net/http"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"

	shipped "github.com/incident-operator/incident-operator/config/admission"
	"github.com/incident-operator/incident-operator/internal/admission"
	"github.com/incident-operator/incident-operator/internal/kube/access"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/trust"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/webhook"
)

// Admission is the role that does to objects what the mutating admission policies say, for an API server that does not serve
// such policies. Every replica answers.
func Admission(ctx context.Context, restConfig *rest.Config, settings options.Admission, version string) (ctrl.Manager, error) {
	restConfig = rest.CopyConfig(restConfig)
	restConfig.UserAgent = "incident-operator-admission/" + version
	mgr, err := ctrl.NewManager(restConfig, ctrl.Options{
		Scheme: operator.Scheme(), Metrics: metricsOptions(settings.MetricsBindAddress, access.MetricsFilter),
		HealthProbeBindAddress: settings.HealthProbeBindAddress,
	})
	if err != nil {
		return nil, fmt.Errorf("creating the manager: %w", err)
	}
	cluster, err := kubernetes.NewForConfigAndClient(mgr.GetConfig(), mgr.GetHTTPClient())
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster: %w", err)
	}
	evaluator, err := admission.New(cluster, shipped.Mutating, settings.Identities)
	if err != nil {
		return nil, err
	}
	keeper := &trust.Keeper{
		Reader: mgr.GetAPIReader(), Writer: mgr.GetClient(), Clock: clock.RealClock{},
		Configuration: settings.Configuration, Secret: settings.CertificateSecret,
	}
	handler, err := webhook.Handler(evaluator.Admit)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", settings.BindAddress)
	if err != nil {
		return nil, fmt.Errorf("listening on --bind-address: %w", err)
	}
	return mgr, errors.Join(
		mgr.Add(everyReplica(evaluator.Start)),
		mgr.Add(everyReplica(keeper.Start)),
		mgr.Add(everyReplica(func(ctx context.Context) error { return webhook.Serve(ctx, listener, keeper.GetCertificate, handler) })),
		mgr.AddReadyzCheck("policies", func(*http.Request) error {
			if !evaluator.Synced() {
				return errors.New("what the policies ask of the cluster is not read yet")
			}
			return nil
		}),
		mgr.AddReadyzCheck("certificate", func(*http.Request) error {
			_, err := keeper.GetCertificate(nil)
			return err
		}),
	)
}
