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

	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/controllers/alertsource"
	"github.com/incident-operator/incident-operator/controllers/correlation"
	"github.com/incident-operator/incident-operator/controllers/expiry"
	suppressions "github.com/incident-operator/incident-operator/controllers/suppression"
	"github.com/incident-operator/incident-operator/internal/detect/delivery"
	"github.com/incident-operator/incident-operator/internal/kube/access"
	"github.com/incident-operator/incident-operator/internal/kube/alertstore"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/kube/sources"
	"github.com/incident-operator/incident-operator/internal/kube/suppression"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/receiver"
)

// ingestLease names the lease of the replica that does what one alone must do: expiry.
const ingestLease = "incident-operator-ingest.incidentoperator.dev"

// ingestFieldOwner is the field manager of every write of the role.
const ingestFieldOwner = "incident-operator-ingest"

// Ingest is the role that takes alerts. Every replica serves; the leader also ends what expired, and correlates.
func Ingest(ctx context.Context, restConfig *rest.Config, settings options.Ingest, version string) (ctrl.Manager, error) {
	user, err := whoami(ctx, restConfig)
	if err != nil {
		return nil, err
	}
	managed := managerOptions(settings.Process, ingestLease, version)
	managed.Cache.ByObject = map[client.Object]cache.ByObject{&v1alpha1.Alert{}: {Transform: alertstore.Slim}}
	mgr, err := ctrl.NewManager(restConfig, managed)
	if err != nil {
		return nil, fmt.Errorf("creating the manager: %w", err)
	}
	if err := alertstore.AddIndexes(ctx, mgr.GetFieldIndexer()); err != nil {
		return nil, fmt.Errorf("indexing alerts: %w", err)
	}
	wall := clock.RealClock{}
	store := &alertstore.Store{
		Finder: alertstore.NewCached(mgr.GetClient()), Live: mgr.GetAPIReader(),
		Writer: client.WithFieldOwner(mgr.GetClient(), ingestFieldOwner), Clock: wall, Ingest: user,
		Touches: alertstore.NewTouches(settings.AlertWriteInterval, wall),
	}
	tally := sources.NewTally()
	rules, err := suppression.New(mgr.GetClient(), wall, metrics.Registry)
	if err != nil {
		return nil, fmt.Errorf("registering metrics: %w", err)
	}
	return mgr, errors.Join(
		addReceiver(mgr, settings, store, tally, rules),
		(&suppressions.Reconciler{Client: mgr.GetClient(), Clock: wall, Rules: rules}).SetupWithManager(mgr),
		addCorrelation(mgr, user),
		mgr.Add(&alertstore.Flusher{Store: store}),
		(&alertsource.Reconciler{
			Client: mgr.GetClient(), Clock: wall, Tally: tally, Check: checkSource,
		}).SetupWithManager(mgr),
		(&expiry.Reconciler{Client: mgr.GetClient(), Clock: wall, Store: store}).SetupWithManager(mgr),
	)
}

// addCorrelation adds what links alerts to incidents.
func addCorrelation(mgr ctrl.Manager, user string) error {
	instruments, err := correlation.NewInstruments(metrics.Registry)
	if err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	return (&correlation.Reconciler{
		Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Clock: clock.RealClock{}, Instruments: instruments, Ingest: user,
	}).SetupWithManager(mgr)
}

// addReceiver adds the server and what it needs.
func addReceiver(mgr ctrl.Manager, settings options.Ingest, store *alertstore.Store, tally *sources.Tally, rules *suppression.Rules) error {
	wall, room := clock.RealClock{}, receiver.NewRoom()
	instruments, err := receiver.NewInstruments(room, store.Touches, metrics.Registry)
	if err != nil {
		return fmt.Errorf("registering metrics: %w", err)
	}
	certificates, err := certificatesOf(settings)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", settings.ReceiverBindAddress)
	if err != nil {
		return fmt.Errorf("listening on --receiver-bind-address: %w", err)
	}
	handler := (&receiver.Handler{
		Sources:  &receiver.Registry{Reader: mgr.GetClient(), Prepare: prepare},
		Reviewer: access.NewReviewer(mgr.GetClient(), receiver.Audience), Store: store, Suppress: rules.Suppress, Tally: tally, Room: room,
		Instruments: instruments, Clock: wall,
	}).Routes()
	return errors.Join(
		mgr.Add(everyReplica(certificates.Start)),
		mgr.Add(everyReplica(func(ctx context.Context) error {
			return receiver.Serve(ctx, listener, certificates.GetCertificate, handler)
		})),
	)
}

func certificatesOf(settings options.Ingest) (access.Certificates, error) {
	if settings.ReceiverCertificate != "" {
		return access.CertificateFiles(settings.ReceiverCertificate, settings.ReceiverKey)
	}
	return &access.OwnCertificate{Hosts: []string{"localhost"}, Clock: clock.RealClock{}}, nil
}

// whoami asks the API server who this process is.
func whoami(ctx context.Context, restConfig *rest.Config) (string, error) {
	c, err := client.New(restConfig, client.Options{Scheme: operator.Scheme()})
	if err != nil {
		return "", fmt.Errorf("connecting to the cluster: %w", err)
	}
	review := &authenticationv1.SelfSubjectReview{}
	if err := c.Create(ctx, review); err != nil {
		return "", fmt.Errorf("asking the API server who this is: %w", err)
	}
	return review.Status.UserInfo.Username, nil
}

// prepare makes an AlertSource ready to read with.
func prepare(source *v1alpha1.AlertSource) (receiver.Reader, error) {
	return delivery.NewSource(source)
}

// checkSource says what of a source cannot be followed.
func checkSource(source *v1alpha1.AlertSource) error {
	_, err := delivery.NewSource(source)
	return err
}
