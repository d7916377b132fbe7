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

package options

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// The tokens of a person that may be shown to the API server.
const (
	IDToken     = "id"
	AccessToken = "access"
)

// Console are the settings of the role console, one field a flag. It has none of the identity of the process: there is none.
type Console struct {
	// PublicURL is the address that people type: https and a host.
	PublicURL *url.URL
	// BindAddress is where the pages are served.
	BindAddress string
	// CertificateDir holds tls.crt and tls.key, which are read anew when they change; empty with PlainHTTP.
	CertificateDir string
	// PlainHTTP serves without TLS, which a gateway in front adds.
	PlainHTTP bool
	// IssuerURL is the name of the issuer; https.
	IssuerURL *url.URL
	ClientID  string
	// ClientSecretFile holds the secret of the client, and is read each time; empty for a client without one.
	ClientSecretFile string
	// IssuerCAFile holds, in PEM, who signed the issuer's certificate; empty means those whom the system trusts.
	IssuerCAFile string
	// Scopes are asked of the issuer.
	Scopes []string
	// Token is IDToken or AccessToken.
	Token string
	// ClusterName is what people and addresses call the cluster.
	ClusterName string
	// Namespace is shown to people who may not list the incidents of all namespaces.
	Namespace string
	// WatchTimeout is for how long a right that was withdrawn may go on to show changes; 1 second to 5 minutes.
	WatchTimeout time.Duration
	// APIServer is the address of the API server; https. APIServerCAFile holds, in PEM, who signed its certificate.
	APIServer       *url.URL
	APIServerCAFile string
	// MetricsBindAddress is where metrics are served over TLS to those who may read them; "0" turns them off.
	MetricsBindAddress string
	// HealthProbeBindAddress is where /healthz and /readyz are served over plain HTTP.
	HealthProbeBindAddress string
	// Log are the settings of the log.
	Log zap.Options
}

// ParseConsole reads the flags of the role console. The error names the flag at fault and says what it must be.
func ParseConsole(flags *flag.FlagSet, args []string) (Console, error) {
	o := Console{APIServer: surroundingAPIServer()}
	addresses(flags, &o.MetricsBindAddress, &o.HealthProbeBindAddress)
	flags.Func("public-url", "Address that people type, such as https://incidents.example.com. Requests for any other host are refused.", urlInto(&o.PublicURL))
	flags.StringVar(&o.BindAddress, "bind-address", ":9443", "Address at which the pages are served.")
	flags.StringVar(&o.CertificateDir, "tls-cert-dir", "", "Folder with tls.crt and tls.key, in PEM. They are read anew when they change.")
	flags.BoolVar(&o.PlainHTTP, "plain-http", false, "Serve without TLS, which a gateway in front adds. Cookies go over https all the same.")
	flags.Func("oidc-issuer-url", "Issuer of OpenID Connect with which people sign in. The API server must know it too.", urlInto(&o.IssuerURL))
	flags.StringVar(&o.ClientID, "oidc-client-id", "", "Name of the console at the issuer. The API server must take tokens for it.")
	flags.StringVar(&o.ClientSecretFile, "oidc-client-secret-file", "", "File with the secret of that client. Empty means that it has none.")
	flags.StringVar(&o.IssuerCAFile, "oidc-ca-file", "", "File with the authorities that sign the issuer's certificate, in PEM. Empty means those of the system.")
	o.Scopes = []string{"openid", "profile", "email"}
	flags.Func("oidc-scopes", "Scopes to ask for, with commas between them. Some issuers renew tokens only with offline_access. (default openid,profile,email)",
		func(value string) error { o.Scopes = strings.Split(value, ","); return nil })
	flags.StringVar(&o.Token, "oidc-token", IDToken, "Token that the API server is shown: id or access.")
	flags.StringVar(&o.ClusterName, "cluster-name", "cluster", "What people and addresses call the cluster.")
	flags.StringVar(&o.Namespace, "namespace", "default", "Namespace that is shown to people who may not list the incidents of all namespaces.")
	flags.DurationVar(&o.WatchTimeout, "watch-timeout", 4*time.Minute, "Time for which a right that was withdrawn may go on to show changes, 1s to 5m.")
	flags.Func("api-server", "Address of the API server. Unset means the one of the cluster around the process.", urlInto(&o.APIServer))
	flags.StringVar(&o.APIServerCAFile, "api-server-ca-file", "", "File with the authorities that sign the API server's certificate, in PEM.")
	o.Log.BindFlags(flags)
	if err := parse(flags, args); err != nil {
		return o, err
	}
	err := o.validate()
	return o, err
}

// surroundingAPIServer is what Kubernetes tells each Pod, without any credentials.
func surroundingAPIServer() *url.URL {
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" {
		return nil
	}
	return &url.URL{Scheme: "https", Host: net.JoinHostPort(host, cmp.Or(port, "443"))}
}

func urlInto(target **url.URL) func(string) error {
	return func(value string) error {
		parsed, err := url.Parse(value)
		if err != nil || parsed.Scheme != "https" || parsed.Hostname() == "" || parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" {
			return errors.New("must be a URL such as https://host, without user, query and fragment")
		}
		*target = parsed
		return nil
	}
}

func (o *Console) validate() error {
	var problems []error
	report := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	report(o.PublicURL == nil, "--public-url must be set, such as https://incidents.example.com")
	report(o.PublicURL != nil && strings.Trim(o.PublicURL.Path, "/") != "", "--public-url must have no path, is %s", o.PublicURL)
	_, _, err := net.SplitHostPort(o.BindAddress)
	report(err != nil, "--bind-address must be an address such as :9443, is %q", o.BindAddress)
	report((o.CertificateDir == "") != o.PlainHTTP, "either --tls-cert-dir or --plain-http must be given")
	report(o.IssuerURL == nil, "--oidc-issuer-url must be set, such as https://login.example.com/realms/soc")
	report(o.ClientID == "", "--oidc-client-id must be set, such as incident-console")
	report(!slices.Contains(o.Scopes, "openid") || slices.ContainsFunc(o.Scopes, isNoScope),
		"--oidc-scopes must be scopes with commas between them, openid among them, is %q", strings.Join(o.Scopes, ","))
	report(o.Token != IDToken && o.Token != AccessToken, "--oidc-token must be id or access, is %q", o.Token)
	report(len(validation.IsDNS1123Subdomain(o.ClusterName)) > 0 || slices.Contains(ownPaths, o.ClusterName),
		"--cluster-name must be lower case letters, digits, hyphens and dots, and none of %s, is %q", strings.Join(ownPaths, ", "), o.ClusterName)
	report(len(validation.IsDNS1123Label(o.Namespace)) > 0, "--namespace must be the name of a namespace, is %q", o.Namespace)
	report(o.WatchTimeout < time.Second || o.WatchTimeout > 5*time.Minute, "--watch-timeout must be 1s to 5m, is %s", o.WatchTimeout)
	report(o.APIServer == nil, "--api-server must be set outside of a cluster, such as https://10.0.0.1:6443")
	report(o.APIServerCAFile == "", "--api-server-ca-file must be set, such as the ca.crt of the ConfigMap kube-root-ca.crt")
	return errors.Join(problems...)
}

// ownPaths begin other addresses of the console, which a cluster's name would hide.
var ownPaths = []string{"api", "auth", "login", "session", "static"}

func isNoScope(scope string) bool {
	return scope == "" || strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}
