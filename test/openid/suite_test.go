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

package openid

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/cert"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/console/openid/openidtest"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/roles"
)

const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
	vera  = "vera@example.com"
	// eve may nothing.
	eve = "eve@example.com"
	// prefix is what the API server puts before the names that the issuer gives.
	prefix = "oidc:"
	// soc is the namespace that the console shows to people who may not list all; hr is another.
	soc, hr = "soc", "hr"
	// watchTimeout is for how long a right that was withdrawn may go on to show changes.
	watchTimeout = 2 * time.Second
)

var (
	environment *envtest.Environment
	issuer      *openidtest.Issuer
	admin       client.Client
	config      *rest.Config
	folder      string
	// home is the public URL of the console, metrics the address of its metrics, and roots who signed its certificate and
	// that of the issuer.
	home, metrics string
	roots         *x509.CertPool
	stopConsole   func() error
)

func TestOpenID(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "OpenID")
}

var _ = BeforeSuite(func(ctx context.Context) {
	ctrl.SetLogger(GinkgoLogr)
	var err error
	folder, err = os.MkdirTemp("", "openid-test-")
	Expect(err).NotTo(HaveOccurred())
	issuer, err = openidtest.Start()
	Expect(err).NotTo(HaveOccurred())
	environment = &envtest.Environment{BinaryAssetsDirectory: assets()}
	environment.ControlPlane.GetAPIServer().Configure().
		Set("authentication-config", file("authentication.yaml", authentication())).
		Set("audit-policy-file", file("audit.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived, ResponseStarted]\nrules: [{level: Metadata}]\n")).
		Set("audit-log-path", auditPath())
	config, err = environment.Start()
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	admin, err = client.New(config, client.Options{Scheme: operator.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	install(ctx)
	stopConsole = startConsole(ctx)
	awaitPolicies(ctx)
})

var _ = AfterSuite(func() {
	if stopConsole != nil {
		Expect(stopConsole()).To(Succeed())
	}
	if environment != nil {
		Expect(environment.Stop()).To(Succeed())
	}
	if issuer != nil {
		issuer.Close()
	}
	Expect(os.RemoveAll(folder)).To(Succeed())
})

func assets() string {
	GinkgoHelper()
	dir := os.Getenv("KUBEBUILDER_ASSETS")
	if dir == "" {
		dir = filepath.Join("..", "..", "bin", "k8s")
	}
	for _, name := range []string{"kube-apiserver", "etcd", "kubectl"} {
		Expect(filepath.Join(dir, name)).To(BeAnExistingFile(), "run 'make k8s' first, or set KUBEBUILDER_ASSETS")
	}
	return dir
}

func auditPath() string { return filepath.Join(folder, "audit.log") }

// file writes a file of the suite and returns its path.
func file(name, content string) string {
	GinkgoHelper()
	path := filepath.Join(folder, name)
	Expect(os.MkdirAll(filepath.Dir(path), 0o700)).To(Succeed())
	Expect(os.WriteFile(path, []byte(content), 0o600)).To(Succeed())
	return path
}

// authentication is the configuration that docs/console.md asks for.
func authentication() string {
	authority := strings.ReplaceAll(strings.TrimSpace(string(issuer.Authority())), "\n", "\n      ")
	return fmt.Sprintf(`apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
jwt:
- issuer:
    url: %s
    audiences: [kubectl, %s]
    audienceMatchPolicy: MatchAny
    certificateAuthority: |
      %s
  claimMappings:
    username: {claim: email, prefix: %q}
`, issuer.URL, openidtest.ClientID, authority, prefix)
}

// install puts the shipped kinds, roles and policies into the cluster, and gives alice all namespaces, bob and vera one.
func install(ctx context.Context) {
	GinkgoHelper()
	administrator, err := environment.AddUser(envtest.User{Name: "root", Groups: []string{"system:masters"}}, nil)
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := administrator.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	path := file("root.kubeconfig", string(kubeconfig))
	kubectl(ctx, kubectl(ctx, nil, "kustomize", filepath.Join("..", "..", "config", "local")), "--kubeconfig", path, "apply", "--server-side", "-f", "-")
	// What a process would find and use if it looked for rights of its own.
	Expect(os.Setenv("KUBECONFIG", path)).To(Succeed())
	for _, name := range []string{soc, hr} {
		namespace := &corev1.Namespace{}
		namespace.Name = name
		Expect(admin.Create(ctx, namespace)).To(Succeed())
	}
	everywhere := &rbacv1.ClusterRoleBinding{RoleRef: clusterRole("responder"), Subjects: []rbacv1.Subject{user(alice)}}
	everywhere.Name = "alice"
	Expect(admin.Create(ctx, everywhere)).To(Succeed())
	bind(ctx, "bob", "responder", bob)
	bind(ctx, "vera", "viewer", vera)
}

func clusterRole(name string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-" + name}
}

func user(person string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: prefix + person}
}

// bind gives a person a role in the namespace soc.
func bind(ctx context.Context, name, role, person string) *rbacv1.RoleBinding {
	GinkgoHelper()
	binding := &rbacv1.RoleBinding{RoleRef: clusterRole(role), Subjects: []rbacv1.Subject{user(person)}}
	binding.Namespace, binding.Name = soc, name
	Expect(admin.Create(ctx, binding)).To(Succeed())
	return binding
}

// kubectl returns what the kubectl of the assets prints on standard output.
func kubectl(ctx context.Context, stdin []byte, args ...string) []byte {
	GinkgoHelper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(assets(), "kubectl"), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	Expect(cmd.Run()).To(Succeed(), "kubectl %v: %s", args, &errs)
	return out.Bytes()
}

// startConsole runs the role with the flags of an installation.
func startConsole(ctx context.Context) func() error {
	GinkgoHelper()
	address := freeAddress(ctx)
	home, metrics = "https://"+address, freeAddress(ctx)
	certificate, key, err := cert.GenerateSelfSignedCertKey("127.0.0.1", []net.IP{net.IPv4(127, 0, 0, 1)}, nil)
	Expect(err).NotTo(HaveOccurred())
	file("tls/tls.crt", string(certificate))
	file("tls/tls.key", string(key))
	roots = x509.NewCertPool()
	Expect(roots.AppendCertsFromPEM(certificate)).To(BeTrue())
	roots.AddCert(issuer.Certificate())
	settings, err := options.ParseConsole(newFlags(), []string{
		"--public-url=" + home, "--bind-address=" + address, "--tls-cert-dir=" + filepath.Join(folder, "tls"),
		"--oidc-issuer-url=" + issuer.URL, "--oidc-client-id=" + openidtest.ClientID, "--oidc-ca-file=" + file("issuer.crt", string(issuer.Authority())),
		"--oidc-client-secret-file=" + file("client-secret", openidtest.Secret+"\n"), "--cluster-name=test", "--namespace=" + soc,
		"--api-server=https://" + strings.TrimPrefix(config.Host, "https://"), "--api-server-ca-file=" + file("cluster.crt", string(config.CAData)),
		"--watch-timeout=" + watchTimeout.String(), "--metrics-bind-address=" + metrics, "--health-probe-bind-address=0",
	})
	Expect(err).NotTo(HaveOccurred())
	living, stop := context.WithCancel(context.WithoutCancel(ctx))
	mgr, err := roles.Console(living, settings, "test")
	Expect(err).NotTo(HaveOccurred())
	ended := make(chan error, 1)
	go func() { ended <- mgr.Start(living) }()
	return func() error {
		stop()
		return <-ended
	}
}

func freeAddress(ctx context.Context) string {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(listener.Close()).To(Succeed()) }()
	return listener.Addr().String()
}

// awaitPolicies waits until a person can sign in, which the API server takes some seconds to learn from the issuer, and
// until the policies are at work.
func awaitPolicies(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		as := rest.AnonymousClientConfig(config)
		as.BearerToken = issuer.IDToken(alice)
		direct, err := client.New(as, client.Options{Scheme: operator.Scheme(), Mapper: admin.RESTMapper()})
		g.Expect(err).NotTo(HaveOccurred())
		comment := &v1alpha1.Comment{}
		comment.Namespace, comment.Name = soc, "probe"
		comment.Spec.IncidentRef.Name, comment.Spec.Text, comment.Spec.Author = "probe", "probe", "mallory"
		g.Expect(direct.Create(ctx, comment, client.DryRunAll)).To(Succeed())
		g.Expect(comment.Spec.Author).To(Equal(prefix + alice))
	}).WithTimeout(time.Minute).WithPolling(200 * time.Millisecond).Should(Succeed())
}

// browser is one in which somebody has signed in, unless the person is empty.
func browser(ctx context.Context, person string) *http.Client {
	GinkgoHelper()
	jar, err := cookiejar.New(nil)
	Expect(err).NotTo(HaveOccurred())
	roundTripper := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}
	DeferCleanup(roundTripper.CloseIdleConnections)
	b := &http.Client{Jar: jar, Transport: roundTripper}
	if person == "" {
		return b
	}
	issuer.Person = person
	Expect(send(ctx, b, http.MethodGet, "/login?to=/test/incidents", nil)).To(HaveHTTPStatus(http.StatusOK))
	return b
}
