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

package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/util/cert"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

const host = "incident-operator-admission.soc.svc"

var (
	secretKey        = client.ObjectKey{Namespace: "soc", Name: "incident-operator-admission"}
	configurationKey = client.ObjectKey{Name: "incident-operator"}
)

// cluster is what an installation begins with: an empty Secret, and a configuration that trusts nobody.
func cluster(t *testing.T) client.Client {
	t.Helper()
	service := &admissionregistrationv1.ServiceReference{Name: "incident-operator-admission", Namespace: "soc"}
	hook := func(name string) admissionregistrationv1.MutatingWebhook {
		return admissionregistrationv1.MutatingWebhook{
			Name: name, ClientConfig: admissionregistrationv1.WebhookClientConfig{Service: service}, TimeoutSeconds: new(int32(10)),
		}
	}
	return fake.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: secretKey.Namespace, Name: secretKey.Name}},
		&admissionregistrationv1.MutatingWebhookConfiguration{
			ObjectMeta: metav1.ObjectMeta{Name: configurationKey.Name},
			Webhooks:   []admissionregistrationv1.MutatingWebhook{hook("editors.incidentoperator.dev"), hook("comments.incidentoperator.dev")},
		},
	).Build()
}

func keeper(c client.Client, clock *clocktesting.FakePassiveClock) *Keeper {
	return &Keeper{Reader: c, Writer: c, Configuration: configurationKey.Name, Secret: secretKey, Clock: clock}
}

func look(t *testing.T, k *Keeper) {
	t.Helper()
	if err := k.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// bundle is whom the API server trusts: the same for each webhook.
func bundle(t *testing.T, c client.Client) []byte {
	t.Helper()
	configuration := &admissionregistrationv1.MutatingWebhookConfiguration{}
	if err := c.Get(context.Background(), configurationKey, configuration); err != nil {
		t.Fatal(err)
	}
	for _, hook := range configuration.Webhooks {
		if !bytes.Equal(hook.ClientConfig.CABundle, configuration.Webhooks[0].ClientConfig.CABundle) || *hook.TimeoutSeconds != 10 {
			t.Fatalf("the webhook %s is %v", hook.Name, hook)
		}
	}
	return configuration.Webhooks[0].ClientConfig.CABundle
}

// served is the serial number of the certificate that is served, which the API server must trust.
func served(t *testing.T, k *Keeper, c client.Client, at time.Time) string {
	t.Helper()
	certificate, err := k.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle(t, c))
	if _, err := certificate.Leaf.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: at}); err != nil {
		t.Fatalf("the API server does not trust what is served: %v", err)
	}
	return certificate.Leaf.SerialNumber.String()
}

func trusted(t *testing.T, c client.Client) int {
	t.Helper()
	authorities, err := cert.ParseCertsPEM(bundle(t, c))
	if err != nil {
		t.Fatal(err)
	}
	return len(authorities)
}

func TestTheFirstCertificateIsMadeStoredAndTrusted(t *testing.T) {
	c, clock := cluster(t), clocktesting.NewFakePassiveClock(time.Now())
	k := keeper(c, clock)
	if _, err := k.GetCertificate(nil); err == nil {
		t.Fatal("there is a certificate before there was a look")
	}
	look(t, k)
	first := served(t, k, c, clock.Now())
	secret := &corev1.Secret{}
	if err := c.Get(context.Background(), secretKey, secret); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(secret.Data["ca.crt"], []byte("PRIVATE KEY")) || len(secret.Data) != 3 {
		t.Fatal("the Secret must hold the certificate, its key and whom to trust, and nothing else")
	}
	look(t, k)
	if got := served(t, k, c, clock.Now()); got != first {
		t.Errorf("a good certificate was replaced")
	}
}

func TestEveryReplicaServesTheSameCertificate(t *testing.T) {
	c, clock := cluster(t), clocktesting.NewFakePassiveClock(time.Now())
	one, two := keeper(c, clock), keeper(c, clock)
	look(t, one)
	look(t, two)
	if diff := cmp.Diff(served(t, one, c, clock.Now()), served(t, two, c, clock.Now())); diff != "" {
		t.Error(diff)
	}
}

func TestACertificateIsReplacedInTimeWithoutAnyMomentOfDistrust(t *testing.T) {
	made := time.Now()
	c, clock := cluster(t), clocktesting.NewFakePassiveClock(made)
	k := keeper(c, clock)
	look(t, k)
	look(t, k)
	first := served(t, k, c, clock.Now())

	clock.SetTime(made.Add(lifetime - renewal - 2*time.Hour))
	look(t, k)
	if got := served(t, k, c, clock.Now()); got != first {
		t.Fatal("the certificate was replaced too early")
	}
	clock.SetTime(made.Add(lifetime - renewal))
	look(t, k)
	if got := served(t, k, c, clock.Now()); got != first {
		t.Fatal("the new certificate is served before every API server can trust it")
	}
	if got := trusted(t, c); got != 2 {
		t.Fatalf("%d authorities are trusted while one certificate follows another", got)
	}
	clock.SetTime(made) // The new one was made now: what is its end is far from here again.
	look(t, k)
	second := served(t, k, c, clock.Now())
	if second == first {
		t.Fatal("the new certificate is not served")
	}

	// A third one: only the one before it stays trusted.
	clock.SetTime(made.Add(lifetime - renewal))
	look(t, k)
	if got := trusted(t, c); got != 2 {
		t.Errorf("%d authorities are trusted after the second replacement", got)
	}
}

func TestWhatIsNoGoodIsReplacedAtOnce(t *testing.T) {
	for name, spoil := range map[string]func(*corev1.Secret, *admissionregistrationv1.MutatingWebhookConfiguration){
		"an emptied Secret": func(s *corev1.Secret, _ *admissionregistrationv1.MutatingWebhookConfiguration) { s.Data = nil },
		"a key of another": func(s *corev1.Secret, _ *admissionregistrationv1.MutatingWebhookConfiguration) {
			s.Data["tls.key"] = []byte("x")
		},
		"no certificate": func(s *corev1.Secret, _ *admissionregistrationv1.MutatingWebhookConfiguration) {
			s.Data["tls.crt"] = []byte("x")
		},
		"authorities of another": func(s *corev1.Secret, _ *admissionregistrationv1.MutatingWebhookConfiguration) {
			s.Data["ca.crt"] = nil
		},
		"distrust": func(_ *corev1.Secret, m *admissionregistrationv1.MutatingWebhookConfiguration) {
			m.Webhooks[1].ClientConfig.CABundle = nil
		},
		"another address": func(_ *corev1.Secret, m *admissionregistrationv1.MutatingWebhookConfiguration) {
			m.Webhooks[1].ClientConfig = admissionregistrationv1.WebhookClientConfig{URL: new("https://127.0.0.1:9443/admit")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, clock := cluster(t), clocktesting.NewFakePassiveClock(time.Now())
			k := keeper(c, clock)
			look(t, k)
			secret, configuration := &corev1.Secret{}, &admissionregistrationv1.MutatingWebhookConfiguration{}
			if err := errors.Join(c.Get(context.Background(), secretKey, secret), c.Get(context.Background(), configurationKey, configuration)); err != nil {
				t.Fatal(err)
			}
			spoil(secret, configuration)
			if err := errors.Join(c.Update(context.Background(), secret), c.Update(context.Background(), configuration)); err != nil {
				t.Fatal(err)
			}
			look(t, k)
			served(t, k, c, clock.Now())
		})
	}
}

func TestTheCertificateIsForAllAddressesOfTheWebhooks(t *testing.T) {
	made, err := newPair([]string{"a.soc.svc", "b.soc.svc", "127.0.0.1"}, pair{}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := made.forHosts([]string{"127.0.0.1", "b.soc.svc", "a.soc.svc"}, time.Now()); err != nil {
		t.Error(err)
	}
	if _, err := made.forHosts([]string{"c.soc.svc"}, time.Now()); err == nil {
		t.Error("the certificate is for a host that nobody named")
	}
}

func TestReplicasThatMakeACertificateAtTheSameTimeAgree(t *testing.T) {
	c, clock := cluster(t), clocktesting.NewFakePassiveClock(time.Now())
	first, second := keeper(c, clock), keeper(c, clock)
	stale := &corev1.Secret{}
	if err := c.Get(context.Background(), secretKey, stale); err != nil {
		t.Fatal(err)
	}
	look(t, first)
	second.Reader = behind{c, stale}
	if err := second.Look(context.Background()); !apierrors.IsConflict(err) {
		t.Fatalf("the certificate of the first replica was overwritten: %v", err)
	}
	second.Reader = c
	look(t, second)
	if diff := cmp.Diff(served(t, first, c, clock.Now()), served(t, second, c, clock.Now())); diff != "" {
		t.Error(diff)
	}
}

// behind reads the Secret as it was.
type behind struct {
	client.Reader
	secret *corev1.Secret
}

func (b behind) Get(ctx context.Context, key client.ObjectKey, into client.Object, options ...client.GetOption) error {
	if secret, ok := into.(*corev1.Secret); ok {
		b.secret.DeepCopyInto(secret)
		return nil
	}
	return b.Reader.Get(ctx, key, into, options...)
}
