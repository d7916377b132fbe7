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

package options_test

import (
	"flag"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/incident-operator/incident-operator/internal/options"
)

func parseConsole(args ...string) (options.Console, error) {
	flags := flag.NewFlagSet("manager console", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return options.ParseConsole(flags, args)
}

// needed are the flags without which there is no console.
func needed() map[string]string {
	return map[string]string{
		"public-url": "https://incidents.example.com", "tls-cert-dir": "/tls", "oidc-issuer-url": "https://login.example.com/realms/soc",
		"oidc-client-id": "incident-console", "api-server": "https://10.0.0.1:6443", "api-server-ca-file": "/ca.crt",
	}
}

// with are the needed flags with changes, of which an empty one takes the flag away.
func with(changes map[string]string) []string {
	flags := needed()
	for name, value := range changes {
		flags[name] = value
	}
	var args []string
	for name, value := range flags {
		if value != "" {
			args = append(args, "--"+name+"="+value)
		}
	}
	return args
}

func address(t *testing.T, text string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func TestParseConsoleAccepts(t *testing.T) {
	for name, test := range map[string]struct {
		changes map[string]string
		want    func(*options.Console)
	}{
		"what is needed": {nil, func(*options.Console) {}},
		"plain HTTP": {map[string]string{"tls-cert-dir": "", "plain-http": "true"}, func(o *options.Console) {
			o.CertificateDir, o.PlainHTTP = "", true
		}},
		"an own port, and the path of a slash": {map[string]string{"public-url": "https://incidents.example.com:8443/"}, func(o *options.Console) {
			o.PublicURL = address(t, "https://incidents.example.com:8443/")
		}},
		"the access token": {map[string]string{"oidc-token": "access"}, func(o *options.Console) { o.Token = options.AccessToken }},
		"other scopes": {map[string]string{"oidc-scopes": "openid,groups,offline_access"}, func(o *options.Console) {
			o.Scopes = []string{"openid", "groups", "offline_access"}
		}},
		"files": {map[string]string{"oidc-client-secret-file": "/secret", "oidc-ca-file": "/issuer.crt"}, func(o *options.Console) {
			o.ClientSecretFile, o.IssuerCAFile = "/secret", "/issuer.crt"
		}},
		"names": {map[string]string{"cluster-name": "prod-eu.1", "namespace": "soc"}, func(o *options.Console) {
			o.ClusterName, o.Namespace = "prod-eu.1", "soc"
		}},
		"a short watch": {map[string]string{"watch-timeout": "1s"}, func(o *options.Console) { o.WatchTimeout = time.Second }},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseConsole(with(test.changes)...)
			if err != nil {
				t.Fatal(err)
			}
			want := options.Console{
				PublicURL: address(t, "https://incidents.example.com"), BindAddress: ":9443", CertificateDir: "/tls",
				IssuerURL: address(t, "https://login.example.com/realms/soc"), ClientID: "incident-console", Scopes: []string{"openid", "profile", "email"},
				Token: options.IDToken, ClusterName: "cluster", Namespace: "default", WatchTimeout: 4 * time.Minute,
				APIServer: address(t, "https://10.0.0.1:6443"), APIServerCAFile: "/ca.crt", MetricsBindAddress: ":8443", HealthProbeBindAddress: ":8081",
			}
			test.want(&want)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(options.Console{}, "Log")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestParseConsoleRefuses(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	for name, test := range map[string]struct {
		changes map[string]string
		flag    string
	}{
		"no public URL":                   {map[string]string{"public-url": ""}, "public-url"},
		"a public URL of http":            {map[string]string{"public-url": "http://incidents.example.com"}, "public-url"},
		"a public URL without a host":     {map[string]string{"public-url": "https://"}, "public-url"},
		"a public URL with a path":        {map[string]string{"public-url": "https://example.com/incidents"}, "public-url"},
		"a public URL with a query":       {map[string]string{"public-url": "https://example.com?x=y"}, "public-url"},
		"a public URL with a user":        {map[string]string{"public-url": "https://me@example.com"}, "public-url"},
		"neither TLS nor plain HTTP":      {map[string]string{"tls-cert-dir": ""}, "tls-cert-dir"},
		"TLS and plain HTTP":              {map[string]string{"plain-http": "true"}, "plain-http"},
		"no issuer":                       {map[string]string{"oidc-issuer-url": ""}, "oidc-issuer-url"},
		"an issuer of http":               {map[string]string{"oidc-issuer-url": "http://login.example.com"}, "oidc-issuer-url"},
		"no client":                       {map[string]string{"oidc-client-id": ""}, "oidc-client-id"},
		"scopes without openid":           {map[string]string{"oidc-scopes": "email"}, "oidc-scopes"},
		"scopes with blanks":              {map[string]string{"oidc-scopes": "openid, email"}, "oidc-scopes"},
		"an empty scope":                  {map[string]string{"oidc-scopes": "openid,"}, "oidc-scopes"},
		"another token":                   {map[string]string{"oidc-token": "refresh"}, "oidc-token"},
		"a cluster that hides a page":     {map[string]string{"cluster-name": "api"}, "cluster-name"},
		"a cluster with a slash":          {map[string]string{"cluster-name": "a/b"}, "cluster-name"},
		"a namespace that can be none":    {map[string]string{"namespace": "SOC"}, "namespace"},
		"no API server":                   {map[string]string{"api-server": ""}, "api-server"},
		"an API server of http":           {map[string]string{"api-server": "http://10.0.0.1"}, "api-server"},
		"an API server without a CA":      {map[string]string{"api-server-ca-file": ""}, "api-server-ca-file"},
		"an address that is none":         {map[string]string{"bind-address": " "}, "bind-address"},
		"a watch without an end":          {map[string]string{"watch-timeout": "0s"}, "watch-timeout"},
		"a watch that is too long":        {map[string]string{"watch-timeout": "6m"}, "watch-timeout"},
		"a secret as a flag":              {map[string]string{"oidc-client-secret": "x"}, "oidc-client-secret"},
		"a kubeconfig":                    {map[string]string{"kubeconfig": "/root/.kube/config"}, "kubeconfig"},
		"leader election, which it lacks": {map[string]string{"leader-elect": "true"}, "leader-elect"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseConsole(with(test.changes)...)
			if err == nil || !strings.Contains(err.Error(), "-"+test.flag) {
				t.Errorf("got %v, want an error that names --%s", err, test.flag)
			}
		})
	}
}

func TestConsoleFindsTheClusterAroundIt(t *testing.T) {
	t.Setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
	t.Setenv("KUBERNETES_SERVICE_PORT", "6443")
	got, err := parseConsole(with(map[string]string{"api-server": ""})...)
	if err != nil || got.APIServer.String() != "https://[fd00::1]:6443" {
		t.Errorf("got %v, %v", got.APIServer, err)
	}
}
