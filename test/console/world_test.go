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

package console

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-logr/logr"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/console"
	"github.com/incident-operator/incident-operator/internal/console/openid/openidtest"
)

// The people of the tests: alice and bob respond, vera looks on, eve may nothing.
const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
	vera  = "vera@example.com"
	eve   = "eve@example.com"
)

// prefix is what the API server puts before the names that the issuer gives.
const prefix = "oidc:"

const clusterName = "test"

var (
	scheme = runtime.NewScheme()
	world  *cluster
	// openWindow opens one, with a profile of its own, in the browser of all tests.
	openWindow func() (context.Context, context.CancelFunc)
)

// cluster is a control plane with the operator, as it is shipped.
type cluster struct {
	environment *envtest.Environment
	issuer      *openidtest.Issuer
	config      *rest.Config
	admin       client.WithWatch
	operator    *exec.Cmd
	folder      string
}

func TestMain(m *testing.M) {
	logf.SetLogger(logr.Discard())
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx := context.Background()
	var err error
	world, err = start(ctx)
	if world != nil {
		defer world.stop()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "starting the cluster:", err)
		return 1
	}
	browser, stop, err := startBrowser()
	defer stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	openWindow = func() (context.Context, context.CancelFunc) {
		return chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	}
	return m.Run()
}

func start(ctx context.Context) (*cluster, error) {
	for _, add := range []func(*runtime.Scheme) error{
		v1alpha1.AddToScheme, authenticationv1.AddToScheme, authorizationv1.AddToScheme, corev1.AddToScheme, rbacv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	folder, err := os.MkdirTemp("", "console-test-")
	if err != nil {
		return nil, err
	}
	c := &cluster{environment: &envtest.Environment{BinaryAssetsDirectory: assets()}, folder: folder}
	if err := c.trustIssuer(); err != nil {
		return c, err
	}
	if c.config, err = c.environment.Start(); err != nil {
		return c, fmt.Errorf("is KUBEBUILDER_ASSETS right? run 'make k8s' first: %w", err)
	}
	if c.admin, err = c.client("root", "system:masters"); err != nil {
		return c, err
	}
	if err := c.install(ctx); err != nil {
		return c, err
	}
	err = c.runOperator(ctx)
	return c, err
}

func assets() string {
	if dir := os.Getenv("KUBEBUILDER_ASSETS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "..", "bin", "k8s")
}

// trustIssuer has the API server take the tokens of an issuer, as docs/console.md asks for, and note who asks for what.
func (c *cluster) trustIssuer() (err error) {
	if c.issuer, err = openidtest.Start(); err != nil {
		return err
	}
	authority := strings.ReplaceAll(strings.TrimSpace(string(c.issuer.Authority())), "\n", "\n      ")
	authentication := fmt.Sprintf(`apiVersion: apiserver.config.k8s.io/v1
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
`, c.issuer.URL, openidtest.ClientID, authority, prefix)
	const audit = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules: [{level: Metadata}]
`
	arguments := c.environment.ControlPlane.GetAPIServer().Configure()
	for flag, content := range map[string]string{"authentication-config": authentication, "audit-policy-file": audit} {
		path := filepath.Join(c.folder, flag+".yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return err
		}
		arguments.Set(flag, path)
	}
	arguments.Set("audit-log-path", c.auditPath())
	return nil
}

func (c *cluster) auditPath() string { return filepath.Join(c.folder, "audit.log") }

// client acts as a user.
func (c *cluster) client(user string, groups ...string) (client.WithWatch, error) {
	config := rest.CopyConfig(c.config)
	config.QPS, config.Burst = 200, 200
	config.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
	return client.NewWithWatch(config, client.Options{Scheme: scheme})
}

func (c *cluster) install(ctx context.Context) error {
	administrator, err := c.environment.AddUser(envtest.User{Name: "root", Groups: []string{"system:masters"}}, nil)
	if err != nil {
		return err
	}
	kubeconfig, err := administrator.KubeConfig()
	if err != nil {
		return err
	}
	path := filepath.Join(c.folder, "root.kubeconfig")
	if err := os.WriteFile(path, kubeconfig, 0o600); err != nil {
		return err
	}
	kubectl := filepath.Join(assets(), "kubectl")
	rendered, err := exec.CommandContext(ctx, kubectl, "kustomize", filepath.Join("..", "..", "config", "local")).Output()
	if err != nil {
		return fmt.Errorf("rendering config/local: %w", err)
	}
	apply := exec.CommandContext(ctx, kubectl, "--kubeconfig", path, "apply", "--server-side", "-f", "-")
	apply.Stdin, apply.Stderr = bytes.NewReader(rendered), os.Stderr
	if err := apply.Run(); err != nil {
		return fmt.Errorf("installing config/local: %w", err)
	}
	for role, people := range map[string][]string{"incident-operator-responder": {alice, bob}, "incident-operator-viewer": {vera}} {
		binding := &rbacv1.ClusterRoleBinding{RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role}}
		binding.Name = "test-" + role
		for _, name := range people { // By the kubeconfig, and by the issuer.
			binding.Subjects = append(binding.Subjects, user(name), user(prefix+name))
		}
		if err := c.admin.Create(ctx, binding); err != nil {
			return err
		}
	}
	return c.awaitPolicies(ctx)
}

// awaitPolicies waits until dry runs show the policies at work: for some seconds a policy is not known yet.
func (c *cluster) awaitPolicies(ctx context.Context) error {
	responder, err := c.client(alice)
	if err != nil {
		return err
	}
	return wait.PollUntilContextTimeout(ctx, 200*time.Millisecond, time.Minute, true, func(ctx context.Context) (bool, error) {
		comment := &v1alpha1.Comment{}
		comment.Namespace, comment.Name = "default", "probe"
		comment.Spec.IncidentRef.Name, comment.Spec.Text = "probe", "probe"
		err := responder.Create(ctx, comment, client.DryRunAll)
		return err == nil && comment.Spec.Author == alice, nil
	})
}

// runOperator runs the operator under its own identity.
func (c *cluster) runOperator(ctx context.Context) error {
	account := &corev1.ServiceAccount{}
	account.Namespace, account.Name = "incident-operator-system", "incident-operator"
	request := &authenticationv1.TokenRequest{}
	if err := c.admin.SubResource("token").Create(ctx, account, request); err != nil {
		return fmt.Errorf("asking for a token of the operator: %w", err)
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["test"] = &clientcmdapi.Cluster{Server: c.config.Host, CertificateAuthorityData: c.config.CAData}
	config.AuthInfos["operator"] = &clientcmdapi.AuthInfo{Token: request.Status.Token}
	config.Contexts["test"] = &clientcmdapi.Context{Cluster: "test", AuthInfo: "operator", Namespace: account.Namespace}
	config.CurrentContext = "test"
	path := filepath.Join(c.folder, "operator.kubeconfig")
	if err := clientcmd.WriteToFile(*config, path); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(c.folder, "operator.log"))
	if err != nil {
		return err
	}
	c.operator = exec.CommandContext(ctx, manager(), "--kubeconfig", path, "--metrics-bind-address", "0", "--health-probe-bind-address", "0")
	c.operator.Stdout, c.operator.Stderr = log, log
	if err := c.operator.Start(); err != nil {
		return fmt.Errorf("starting the operator, run 'make build' first: %w", err)
	}
	return nil
}

// manager is the binary of all roles.
func manager() string {
	if binary := os.Getenv("OPERATOR_BINARY"); binary != "" {
		return binary
	}
	return filepath.Join("..", "..", "bin", "manager")
}

func user(name string) rbacv1.Subject {
	return rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}
}

func (c *cluster) stop() {
	if c.operator != nil && c.operator.Process != nil {
		_ = c.operator.Process.Kill()
		_ = c.operator.Wait()
	}
	_ = c.environment.Stop()
	if c.issuer != nil {
		c.issuer.Close()
	}
	_ = os.RemoveAll(c.folder)
}

// door is a console that serves one person.
type door struct {
	url   string
	login *console.Login
	close func()
}

// open serves a console as a person until the test ends.
func open(t testing.TB, user string) *door {
	t.Helper()
	c, err := world.client(user)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, c)
}

// serve serves a console whose requests a client makes, until the test ends.
func serve(t testing.TB, c client.WithWatch, change ...func(*console.Cluster)) *door {
	t.Helper()
	shown := console.Cluster{Name: clusterName, Namespace: "default", Client: c}
	for _, set := range change {
		set(&shown)
	}
	ctx, cancel := context.WithCancel(context.Background())
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	login := console.NewLogin(ctx, shown)
	host := listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- console.Serve(ctx, listener, nil, console.Handler(host, login)) }()
	d := &door{url: "http://" + host, login: login, close: sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serving the console: %v", err)
		}
	})}
	t.Cleanup(d.close)
	return d
}

// link signs a browser in and leads to a path.
func (d *door) link(path string) string { return d.url + path + "#code=" + d.login.Code() }
