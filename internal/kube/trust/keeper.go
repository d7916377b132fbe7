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

// Package trust keeps the certificate of an admission webhook, and makes the API server trust it.
package trust

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"
)

// interval is the time between two looks.
const interval = 5 * time.Second

// authoritiesKey is where the Secret says whom to trust.
const authoritiesKey = "ca.crt"

// Keeper keeps the certificate of a webhook in a Secret, and whom to trust for it in the webhook's configuration. Every
// replica has one: the Secret is written only if it is what it was when it was read, so that they agree on one certificate.
type Keeper struct {
	// Reader reads the API server itself, and Writer patches it.
	Reader client.Reader
	Writer client.Writer
	// Configuration is the name of the MutatingWebhookConfiguration. It says for which hosts the certificate must be.
	Configuration string
	// Secret is where the certificate is kept. It must be there.
	Secret client.ObjectKey
	Clock  clock.PassiveClock

	// seen is the certificate that the last look found.
	seen    []byte
	current atomic.Pointer[tls.Certificate]
}

// GetCertificate is for a tls.Config. The error means that there is no certificate yet.
func (k *Keeper) GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	current := k.current.Load()
	if current == nil {
		return nil, errors.New("there is no certificate yet")
	}
	return current, nil
}

// Start looks after the certificate until the context ends.
func (k *Keeper) Start(ctx context.Context) error {
	log := logf.FromContext(ctx).WithName("trust")
	ctx = logf.IntoContext(ctx, log)
	wait.JitterUntilWithContext(ctx, func(ctx context.Context) {
		// A conflict means that another replica was first.
		if err := k.Look(ctx); err != nil && !apierrors.IsConflict(err) && ctx.Err() == nil {
			log.Error(err, "The certificate of the webhook cannot be looked after")
		}
	}, interval, 0.2, true)
	return nil
}

// Look replaces the certificate if it is time, and makes the API server trust it.
func (k *Keeper) Look(ctx context.Context) error {
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{}
	if err := k.Reader.Get(ctx, client.ObjectKey{Name: k.Configuration}, configuration); err != nil {
		return fmt.Errorf("reading the configuration of the webhook: %w", err)
	}
	hosts, err := hostsOf(configuration)
	if err != nil {
		return err
	}
	held, served, err := k.pair(ctx, hosts)
	if err != nil {
		return err
	}
	if err := k.publish(ctx, configuration, held.authorities); err != nil {
		return err
	}
	// Served from the second look on, when every API server trusts it; at once, if what was served until now is no good.
	current := k.current.Load()
	if bytes.Equal(k.seen, held.certificate) || current == nil || held.trusts(current.Leaf, "", k.Clock.Now()) != nil {
		k.current.Store(served)
	}
	k.seen = held.certificate
	return nil
}

// pair is what the Secret holds, or what it holds now because that was no longer good.
func (k *Keeper) pair(ctx context.Context, hosts []string) (pair, *tls.Certificate, error) {
	secret := &corev1.Secret{}
	if err := k.Reader.Get(ctx, k.Secret, secret); err != nil {
		return pair{}, nil, fmt.Errorf("reading the certificate: %w", err)
	}
	held := pair{
		certificate: secret.Data[corev1.TLSCertKey], key: secret.Data[corev1.TLSPrivateKeyKey], authorities: secret.Data[authoritiesKey],
	}
	served, reason := held.forHosts(hosts, k.Clock.Now())
	if reason == nil {
		return held, served, nil
	}
	held, err := newPair(hosts, held, k.Clock.Now())
	if err != nil {
		return pair{}, nil, err
	}
	before := secret.DeepCopy()
	secret.Data = map[string][]byte{
		corev1.TLSCertKey: held.certificate, corev1.TLSPrivateKeyKey: held.key, authoritiesKey: held.authorities,
	}
	if err := k.Writer.Patch(ctx, secret, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
		return pair{}, nil, fmt.Errorf("storing a new certificate: %w", err)
	}
	logf.FromContext(ctx).Info("The certificate of the webhook was replaced", "reason", reason.Error(), "hosts", hosts)
	replacement, err := tls.X509KeyPair(held.certificate, held.key)
	if err != nil {
		return pair{}, nil, fmt.Errorf("reading the new certificate: %w", err)
	}
	return held, &replacement, nil
}

// publish makes the API server trust the authorities.
func (k *Keeper) publish(ctx context.Context, configuration *admissionregistrationv1.MutatingWebhookConfiguration, authorities []byte) error {
	before := configuration.DeepCopy()
	changed := false
	for i := range configuration.Webhooks {
		changed = changed || !bytes.Equal(configuration.Webhooks[i].ClientConfig.CABundle, authorities)
		configuration.Webhooks[i].ClientConfig.CABundle = authorities
	}
	if !changed {
		return nil
	}
	// Strategic: it names each webhook and its caBundle, and leaves all else of the configuration to who wrote it.
	patch := client.StrategicMergeFrom(before, client.MergeFromWithOptimisticLock{})
	if err := k.Writer.Patch(ctx, configuration, patch); err != nil {
		return fmt.Errorf("saying in the configuration of the webhook whom to trust: %w", err)
	}
	return nil
}

// hostsOf are the names and addresses by which the API server calls the webhooks of a configuration.
func hostsOf(configuration *admissionregistrationv1.MutatingWebhookConfiguration) ([]string, error) {
	var hosts []string
	for _, webhook := range configuration.Webhooks {
		var host string
		switch {
		case webhook.ClientConfig.Service != nil:
			host = webhook.ClientConfig.Service.Name + "." + webhook.ClientConfig.Service.Namespace + ".svc"
		case webhook.ClientConfig.URL != nil:
			address, err := url.Parse(*webhook.ClientConfig.URL)
			if err != nil {
				return nil, fmt.Errorf("reading the address of the webhook %s: %w", webhook.Name, err)
			}
			host = address.Hostname()
		}
		if host != "" && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	if len(hosts) == 0 {
		return nil, fmt.Errorf("the MutatingWebhookConfiguration %s must say how the webhook is called", configuration.Name)
	}
	return hosts, nil
}
