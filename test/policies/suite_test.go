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

package policies

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// namespace is where all alerts and incidents of the tests live.
const namespace = "default"

// The people of the tests, with rights by the shipped ClusterRoles in namespace alone.
const (
	alice = "alice@example.com" // a responder
	bob   = "bob@example.com"   // a responder
	vera  = "vera@example.com"  // a viewer
	carol = "carol@example.com" // an administrator of incidents and alerts
	root  = "root"              // an administrator of the cluster
	// The identities of Git tools, one that applies and one that only deletes.
	gitTool   = "git-tool"
	gitPruner = "git-pruner"
	odd       = `eve/~1"'@7 日本` // a responder whose name holds what might be taken for syntax
)

// stops ends the control planes that are still running. A run that stops at the first failure skips the clean-up of an
// ordered container, and would leave its processes behind.
var stops []func()

var _ = AfterSuite(func() {
	for _, stop := range stops {
		stop()
	}
})

func TestPolicies(t *testing.T) {
	ctrllog.SetLogger(logr.Discard())
	RegisterFailHandler(Fail)
	RunSpecs(t, "Policies")
}

// installation says where one set of rendered manifests puts things.
type installation struct {
	kustomization string // the folder to render
	namespace     string
	prefix        string
}

func (i installation) serviceAccount(name string) string {
	return "system:serviceaccount:" + i.namespace + ":" + i.prefix + name
}

// cluster is a control plane with one installation applied, and a client for each user.
type cluster struct {
	installation
	env        *envtest.Environment
	kubeconfig string // of an administrator
	clients    map[string]client.Client
	admin      client.Client

	webhook bool // stands in for the mutating policies

	operator, ingest string // user names
	people           map[string]*rest.Config
}

func assets() string {
	GinkgoHelper()
	dir := os.Getenv("KUBEBUILDER_ASSETS")
	if dir == "" {
		dir = filepath.Join("..", "..", "bin", "k8s")
	}
	dir, err := filepath.Abs(dir)
	Expect(err).NotTo(HaveOccurred())
	for _, name := range []string{"kube-apiserver", "etcd", "kubectl", "kube-controller-manager"} {
		_, err := os.Stat(filepath.Join(dir, name))
		Expect(err).NotTo(HaveOccurred(), "%s is not in %s: build the control plane first, or set KUBEBUILDER_ASSETS", name, dir)
	}
	return dir
}

// kubectl runs the kubectl of the assets and returns what it printed on standard output.
func kubectl(stdin []byte, args ...string) ([]byte, error) {
	GinkgoHelper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(context.Background(), filepath.Join(assets(), "kubectl"), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("kubectl %v: %w: %s", args, err, errs.String())
	}
	return out.Bytes(), nil
}

func render(kustomization string) []byte {
	GinkgoHelper()
	out, err := kubectl(nil, "kustomize", kustomization)
	Expect(err).NotTo(HaveOccurred())
	return out
}

// overlay writes a kustomization as a user would: another namespace, another prefix, nothing else.
func overlay(base, namespace, prefix string) string {
	GinkgoHelper()
	dir, err := filepath.EvalSymlinks(GinkgoT().TempDir())
	Expect(err).NotTo(HaveOccurred())
	base, err = filepath.Abs(base)
	Expect(err).NotTo(HaveOccurred())
	relative, err := filepath.Rel(dir, base)
	Expect(err).NotTo(HaveOccurred())
	text := fmt.Sprintf("namespace: %s\nnamePrefix: %s\nresources:\n- %s\n", namespace, prefix, relative)
	Expect(os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600)).To(Succeed())
	return dir
}

// start brings up a control plane, applies the installation and waits until its policies are in force.
func start(i installation) *cluster {
	GinkgoHelper()
	c := &cluster{
		installation: i,
		env:          &envtest.Environment{BinaryAssetsDirectory: assets()},
		clients:      map[string]client.Client{},
		people:       map[string]*rest.Config{},
		operator:     i.serviceAccount("incident-operator"),
		ingest:       i.serviceAccount("incident-operator-ingest"),
	}
	config, err := c.env.Start()
	Expect(err).NotTo(HaveOccurred())
	stop := sync.OnceFunc(func() { Expect(c.env.Stop()).To(Succeed()) })
	stops = append(stops, stop)
	DeferCleanup(stop)

	administrator, err := c.env.AddUser(envtest.User{Name: root, Groups: []string{"system:masters"}}, nil)
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := administrator.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	c.kubeconfig = filepath.Join(GinkgoT().TempDir(), "kubeconfig")
	Expect(os.WriteFile(c.kubeconfig, kubeconfig, 0o600)).To(Succeed())
	manifests := render(i.kustomization)
	_, err = kubectl(manifests, "--kubeconfig", c.kubeconfig, "apply", "-f", "-")
	Expect(err).NotTo(HaveOccurred())

	c.admin = newClient(administrator.Config(), nil)
	c.clients[root] = c.admin
	// There are no ServiceAccount tokens without a controller manager; impersonation makes the same user of a request.
	for name, place := range map[string]string{
		c.operator: i.namespace, c.ingest: i.namespace, collector: metav1.NamespaceSystem, namespaceController: metav1.NamespaceSystem,
	} {
		c.clients[name] = impersonating(config, nil, name,
			"system:serviceaccounts", "system:serviceaccounts:"+place, "system:authenticated")
	}
	for name, role := range map[string]string{
		alice: "responder", bob: "responder", odd: "responder", vera: "viewer", carol: "admin",
		gitTool: "gitops", gitPruner: "gitops-prune",
	} {
		user, err := c.env.AddUser(envtest.User{Name: name}, nil)
		Expect(err).NotTo(HaveOccurred())
		c.people[name] = user.Config()
		c.clients[name] = newClient(c.people[name], nil)
		Expect(c.admin.Create(context.Background(), &rbacv1.RoleBinding{
			ObjectMeta: metav1.ObjectMeta{GenerateName: role + "-", Namespace: namespace},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: i.prefix + "incident-operator-" + role},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name}},
		})).To(Succeed())
	}
	c.webhook = bytes.Contains(manifests, []byte("kind: MutatingWebhookConfiguration\n"))
	if c.webhook {
		c.serveWebhook()
	}
	c.awaitPolicies()
	return c
}

// impersonating is a client whose requests are those of a user in these groups, if the one who asks may do that.
// With a mapper given it asks for no discovery first, which would be refused before the request itself is.
func impersonating(config *rest.Config, mapper meta.RESTMapper, user string, groups ...string) client.Client {
	GinkgoHelper()
	impersonated := rest.CopyConfig(config)
	impersonated.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: groups}
	return newClient(impersonated, mapper)
}

// allPowerful is a client of a user whom RBAC refuses nothing: what is left to refuse is the policies'.
func (c *cluster) allPowerful(user string) client.Client {
	GinkgoHelper()
	return impersonating(c.env.Config, c.admin.RESTMapper(), user, "system:masters", "system:authenticated")
}

func newClient(config *rest.Config, mapper meta.RESTMapper) client.Client {
	GinkgoHelper()
	scheme := runtime.NewScheme()
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	config.QPS = -1
	c, err := client.New(config, client.Options{Scheme: scheme, Mapper: mapper})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// awaitPolicies waits until a dry run shows the policies at work. For some seconds after their kinds appear a mutating
// policy may not be known yet, or answer 503.
func (c *cluster) awaitPolicies() {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		for _, kind := range kinds {
			o := kind.object("probe")
			o.SetAnnotations(map[string]string{memory: "{}"})
			g.Expect(c.as(alice).Create(context.Background(), o, client.DryRunAll)).To(Succeed())
			g.Expect(o.GetAnnotations()).To(HaveKeyWithValue(stampPrefix+"name", alice+"@1"))
			if kind.kind == "Alert" {
				g.Expect(o.GetAnnotations()).NotTo(HaveKey(memory))
			}
		}
		said := comment()
		setSpec("mallory", "author")(said)
		g.Expect(c.as(alice).Create(context.Background(), said, client.DryRunAll)).To(Succeed())
		g.Expect(authorOf(said)).To(Equal(alice))
		g.Expect(c.admin.Create(context.Background(), activity(uniqueName(), namespace), client.DryRunAll)).
			To(MatchError(ContainSubstring(byTheOperator)))
	}).WithTimeout(30 * time.Second).WithPolling(200 * time.Millisecond).Should(Succeed())
	// What guards an entry of the log shows on one that is there.
	Expect(c.as(c.operator).Create(context.Background(), activity(probe, namespace))).To(Succeed())
	Eventually(func() error {
		return c.admin.Delete(context.Background(), activity(probe, namespace), client.DryRunAll)
	}).WithTimeout(30 * time.Second).WithPolling(200 * time.Millisecond).Should(MatchError(ContainSubstring(notDeleted)))
	// The validating policies behind the mutating ones show only where the mutating ones do not help, see backstop_test.go.
}

func (c *cluster) as(user string) client.Client {
	GinkgoHelper()
	result, ok := c.clients[user]
	Expect(ok).To(BeTrue(), "no client for %q", user)
	return result
}

const (
	stampPrefix = "editor.incidentoperator.dev/"
	tagPrefix   = "tag.incidentoperator.dev/"
	memory      = "incidentoperator.dev/inherited"
)

// kindUnderTest builds the smallest object of a kind: its name is the only group of fields that is set.
type kindUnderTest struct{ kind string }

var kinds = []kindUnderTest{{"Alert"}, {"Incident"}}

func (k kindUnderTest) object(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": v1alpha1.GroupVersion.String(),
		"kind":       k.kind,
		"metadata":   map[string]any{"name": name, "namespace": namespace},
		"spec":       map[string]any{"name": "Suspicious sign-in"},
	}}
}
