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
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/console"
	"github.com/incident-operator/incident-operator/internal/console/openid"
	"github.com/incident-operator/incident-operator/internal/kube"
	"github.com/incident-operator/incident-operator/internal/kube/access"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/serving"
)

const (
	// consoleFieldOwner is the field manager of every write that somebody makes in the console.
	consoleFieldOwner = "incident-console"
	// issuerTimeout is how long one request to the issuer may take.
	issuerTimeout = 10 * time.Second
)

// Console is the role that serves web pages. It has no identity: whatever it asks the API server, it asks with the token of
// the person who looks, or of who scrapes its metrics.
func Console(ctx context.Context, settings options.Console, version string) (ctrl.Manager, error) {
	if _, err := authoritiesIn("api-server-ca-file", settings.APIServerCAFile); err != nil {
		return nil, err
	}
	nobody := rest.AnonymousClientConfig(&rest.Config{
		Host: settings.APIServer.String(), TLSClientConfig: rest.TLSClientConfig{CAFile: settings.APIServerCAFile},
		UserAgent: "incident-console/" + version,
	})
	mgr, err := ctrl.NewManager(nobody, ctrl.Options{
		Scheme: operator.Scheme(), Metrics: metricsOptions(settings.MetricsBindAddress, access.OwnRightsFilter),
		HealthProbeBindAddress: settings.HealthProbeBindAddress,
	})
	if err != nil {
		return nil, fmt.Errorf("creating the manager: %w", err)
	}
	issuer, err := issuerOf(settings)
	if err != nil {
		return nil, err
	}
	log := mgr.GetLogger().WithName("console")
	door, err := openid.New(ctx, openid.Options{
		PublicURL: settings.PublicURL, Issuer: issuer,
		Cluster: console.Cluster{Name: settings.ClusterName, Namespace: settings.Namespace, WatchTimeout: settings.WatchTimeout},
		Connect: connectAs(nobody), Clock: clock.RealClock{}, Log: log,
	})
	if err != nil {
		return nil, err
	}
	// Ready once somebody could sign in. What the issuer says is remembered, so that this asks it no further.
	known := func(request *http.Request) error { return door.Discover(context.WithoutCancel(request.Context())) }
	return mgr, errors.Join(mgr.AddReadyzCheck("issuer", known), addConsole(ctx, mgr, settings, door))
}

// addConsole adds the server.
func addConsole(ctx context.Context, mgr ctrl.Manager, settings options.Console, door console.Door) error {
	var certificate serving.Certificate
	if !settings.PlainHTTP {
		certificates, err := access.CertificateFiles(filepath.Join(settings.CertificateDir, "tls.crt"), filepath.Join(settings.CertificateDir, "tls.key"))
		if err != nil {
			return fmt.Errorf("--tls-cert-dir: %w", err)
		}
		certificate = certificates.GetCertificate
		if err := mgr.Add(everyReplica(certificates.Start)); err != nil {
			return err
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", settings.BindAddress)
	if err != nil {
		return fmt.Errorf("listening on --bind-address: %w", err)
	}
	handler := console.Handler(hostOf(settings.PublicURL), door)
	return mgr.Add(everyReplica(func(ctx context.Context) error { return console.Serve(ctx, listener, certificate, handler) }))
}

// hostOf is what browsers send as the host of a URL.
func hostOf(u *url.URL) string {
	return strings.ToLower(strings.TrimSuffix(u.Host, ":443"))
}

// connectAs returns how to make a client that bears the tokens of a source and nothing else.
func connectAs(nobody *rest.Config) func(oauth2.TokenSource) (client.WithWatch, error) {
	return func(identity oauth2.TokenSource) (client.WithWatch, error) {
		config := rest.AnonymousClientConfig(nobody)
		config.WarningHandler = rest.NoWarnings{} // The log is no place for what a person is warned of.
		config.Wrap(transport.TokenSourceWrapTransport(identity))
		c, err := kube.Connect(config)
		if err != nil {
			return nil, err
		}
		return kube.WithFieldOwner(c, consoleFieldOwner), nil
	}
}

func issuerOf(settings options.Console) (openid.Issuer, error) {
	issuer := openid.Issuer{
		URL: settings.IssuerURL.String(), ClientID: settings.ClientID, Scopes: settings.Scopes, AccessToken: settings.Token == options.AccessToken,
	}
	if settings.ClientSecretFile != "" {
		issuer.Secret = func() (string, error) { return secretIn(settings.ClientSecretFile) }
		if _, err := issuer.Secret(); err != nil {
			return issuer, err
		}
	}
	roundTripper := http.DefaultTransport.(*http.Transport).Clone()
	roundTripper.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if settings.IssuerCAFile != "" {
		pool, err := authoritiesIn("oidc-ca-file", settings.IssuerCAFile)
		if err != nil {
			return issuer, err
		}
		roundTripper.TLSClientConfig.RootCAs = pool
	}
	issuer.HTTP = &http.Client{Transport: roundTripper, Timeout: issuerTimeout}
	return issuer, nil
}

func secretIn(path string) (string, error) {
	content, err := os.ReadFile(path) //nolint:gosec // Whoever starts the process says which file.
	if err != nil {
		return "", fmt.Errorf("reading --oidc-client-secret-file: %w", err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", fmt.Errorf("--oidc-client-secret-file must hold a secret: %s is empty", path)
	}
	return secret, nil
}

// authoritiesIn reads the certificates of the file that a flag names.
func authoritiesIn(flag, path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path) //nolint:gosec // Whoever starts the process says which file.
	if err != nil {
		return nil, fmt.Errorf("reading --%s: %w", flag, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--%s must hold certificates in PEM: %s has none", flag, path)
	}
	return pool, nil
}
