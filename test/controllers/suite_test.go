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

package controllers

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// The people of the tests, all of them responders.
const (
	alice = "alice@example.com"
	bob   = "bob@example.com"
	carol = "carol@example.com"
)

// root may do everything, but for what the policies refuse.
const root = "root"

const (
	operatorNamespace = "incident-operator-system"
	operatorUser      = "system:serviceaccount:" + operatorNamespace + ":incident-operator"
	ingestUser        = "system:serviceaccount:" + operatorNamespace + ":incident-operator-ingest"
	collector         = "system:serviceaccount:kube-system:generic-garbage-collector"
)

var (
	environment *envtest.Environment
	scheme      = runtime.NewScheme()
	// admin is the client of root.
	admin client.WithWatch
	// users are the clients of people and service accounts by their names.
	users = map[string]client.WithWatch{}
)

func TestControllers(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Controllers")
}

var _ = BeforeSuite(func(ctx context.Context) {
	ctrl.SetLogger(logr.Discard()) // A test that fails tells it by the log of the incident.
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	environment = &envtest.Environment{BinaryAssetsDirectory: assets()}
	config, err := environment.Start()
	Expect(err).NotTo(HaveOccurred())
	administrator, err := environment.AddUser(envtest.User{Name: root, Groups: []string{"system:masters"}}, nil)
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := administrator.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(GinkgoT().TempDir(), "kubeconfig")
	Expect(os.WriteFile(path, kubeconfig, 0o600)).To(Succeed())
	rendered := kubectl(ctx, nil, "kustomize", filepath.Join("..", "..", "config", "local"))
	kubectl(ctx, rendered, "--kubeconfig", path, "apply", "--server-side", "-f", "-")

	admin = newClient(administrator.Config())
	users[root] = admin
	for _, name := range []string{operatorUser, ingestUser, collector} {
		users[name] = impersonating(config, name, "system:serviceaccounts")
	}
	binding := &rbacv1.ClusterRoleBinding{RoleRef: rbacv1.RoleRef{
		APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-responder",
	}}
	binding.Name = "responders"
	for _, name := range []string{alice, bob, carol} {
		users[name] = impersonating(config, name)
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: name})
	}
	Expect(admin.Create(ctx, binding)).To(Succeed())
	awaitPolicies(ctx)
})

var _ = AfterSuite(func() {
	if environment != nil {
		Expect(environment.Stop()).To(Succeed())
	}
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

// kubectl returns what the kubectl of the assets prints on standard output.
func kubectl(ctx context.Context, stdin []byte, args ...string) []byte {
	GinkgoHelper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(assets(), "kubectl"), args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &errs
	Expect(cmd.Run()).To(Succeed(), "kubectl %v: %s", args, &errs)
	return out.Bytes()
}

// impersonating is a client whose requests are those of a user.
func impersonating(config *rest.Config, user string, groups ...string) client.WithWatch {
	GinkgoHelper()
	impersonated := rest.CopyConfig(config)
	impersonated.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: append(groups, "system:authenticated")}
	return newClient(impersonated)
}

func newClient(config *rest.Config) client.WithWatch {
	GinkgoHelper()
	config.QPS = -1
	c, err := client.NewWithWatch(config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return marking(c)
}

// awaitPolicies waits until dry runs show the policies at work: for some seconds a policy is not known yet.
func awaitPolicies(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = "default", "probe"
		incident.Spec.Assignee = "alice"
		g.Expect(users[alice].Create(ctx, incident, client.DryRunAll)).To(Succeed())
		g.Expect(incident.Annotations).To(HaveKey(v1alpha1.NotesAnnotation))
		comment := &v1alpha1.Comment{}
		comment.Namespace, comment.Name = "default", "probe"
		comment.Spec.IncidentRef.Name, comment.Spec.Text = "probe", "probe"
		g.Expect(users[alice].Create(ctx, comment, client.DryRunAll)).To(Succeed())
		g.Expect(comment.Spec.Author).To(Equal(alice))
	}).WithTimeout(60 * time.Second).WithPolling(200 * time.Millisecond).Should(Succeed())
}
