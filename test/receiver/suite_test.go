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

package receiver

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/client-go/rest"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/receiver"
)

const (
	operatorNamespace = "incident-operator-system"
	operatorUser      = "system:serviceaccount:" + operatorNamespace + ":incident-operator"
	ingestUser        = "system:serviceaccount:" + operatorNamespace + ":incident-operator-ingest"
	alice             = "alice@example.com"
)

var (
	environment *envtest.Environment
	config      *rest.Config
	// admin may do everything, asOperator and asAlice what these users may.
	admin, asOperator, asAlice client.Client
)

func TestReceiver(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Receiver")
}

var _ = BeforeSuite(func(ctx context.Context) {
	ctrl.SetLogger(GinkgoLogr)
	environment = &envtest.Environment{BinaryAssetsDirectory: assets()}
	var err error
	config, err = environment.Start()
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	administrator, err := environment.AddUser(envtest.User{Name: "root", Groups: []string{"system:masters"}}, nil)
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := administrator.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	path := filepath.Join(GinkgoT().TempDir(), "kubeconfig")
	Expect(os.WriteFile(path, kubeconfig, 0o600)).To(Succeed())
	rendered := kubectl(ctx, nil, "kustomize", filepath.Join("..", "..", "config", "local"))
	kubectl(ctx, rendered, "--kubeconfig", path, "apply", "--server-side", "-f", "-")

	admin = newClient(config)
	asOperator, asAlice = newClient(as(operatorUser)), newClient(as(alice))
	responders := &rbacv1.ClusterRoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-responder"},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: alice}},
	}
	responders.Name = "responders"
	Expect(admin.Create(ctx, responders)).To(Succeed())
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

// as is the configuration of a client whose requests are those of a user.
func as(user string) *rest.Config {
	impersonated := rest.CopyConfig(config)
	impersonated.Impersonate = rest.ImpersonationConfig{UserName: user, Groups: []string{"system:serviceaccounts", "system:authenticated"}}
	return impersonated
}

func newClient(config *rest.Config) client.Client {
	GinkgoHelper()
	c, err := client.New(config, client.Options{Scheme: operator.Scheme()})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// awaitPolicies waits until dry runs show the policies at work: for some seconds a policy is not known yet.
func awaitPolicies(ctx context.Context) {
	GinkgoHelper()
	Eventually(func(g Gomega) {
		alert := &v1alpha1.Alert{}
		alert.Namespace, alert.Name, alert.Spec.Name = "default", "probe", "probe"
		g.Expect(asAlice.Create(ctx, alert, client.DryRunAll)).To(Succeed())
		g.Expect(alert.Annotations).To(HaveKey(v1alpha1.EditorAnnotationPrefix + "name"))
		alert = &v1alpha1.Alert{}
		alert.Namespace, alert.Name, alert.Spec.Name = "default", "probe", "probe"
		alert.Spec.ExpiresTime = ptr.To(now())
		g.Expect(asAlice.Create(ctx, alert, client.DryRunAll)).To(MatchError(ContainSubstring("must be left to the receiver")))
		alert.Spec.ExpiresTime, alert.Spec.Assignee = nil, alice
		g.Expect(newClient(as(ingestUser)).Create(ctx, alert, client.DryRunAll)).To(MatchError(ContainSubstring("must not be set by ingest")))
	}).WithTimeout(60 * time.Second).WithPolling(200 * time.Millisecond).Should(Succeed())
}

var namespaces atomic.Int64

// newNamespace is one of its own for each spec.
func newNamespace(ctx context.Context) string {
	GinkgoHelper()
	namespace := &corev1.Namespace{}
	namespace.Name = fmt.Sprintf("tenant-%d", namespaces.Add(1))
	Expect(admin.Create(ctx, namespace)).To(Succeed())
	return namespace.Name
}

// newSource creates an AlertSource.
func newSource(ctx context.Context, namespace, name string, spec v1alpha1.AlertSourceSpec) {
	GinkgoHelper()
	source := &v1alpha1.AlertSource{Spec: spec}
	source.Namespace, source.Name = namespace, name
	Expect(admin.Create(ctx, source)).To(Succeed())
}

// newSender creates a ServiceAccount that may post to one source of a namespace, or to all of it if that is empty.
func newSender(ctx context.Context, namespace, name, source string) {
	GinkgoHelper()
	account := &corev1.ServiceAccount{}
	account.Namespace, account.Name = namespace, name
	Expect(admin.Create(ctx, account)).To(Succeed())
	role := &rbacv1.Role{Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{v1alpha1.GroupVersion.Group}, Resources: []string{"alertsources/alerts"}, Verbs: []string{"create"},
	}}}
	if source != "" {
		role.Rules[0].ResourceNames = []string{source}
	}
	role.Namespace, role.Name = namespace, name
	Expect(admin.Create(ctx, role)).To(Succeed())
	binding := &rbacv1.RoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: name},
		Subjects: []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: namespace, Name: name}},
	}
	binding.Namespace, binding.Name = namespace, name
	Expect(admin.Create(ctx, binding)).To(Succeed())
}

// tokenOf issues a token of a ServiceAccount for audiences, which are the receiver's if none is given.
func tokenOf(ctx context.Context, namespace, name string, audiences ...string) string {
	GinkgoHelper()
	if len(audiences) == 0 {
		audiences = []string{receiver.Audience}
	}
	account := &corev1.ServiceAccount{}
	account.Namespace, account.Name = namespace, name
	request := &authenticationv1.TokenRequest{Spec: authenticationv1.TokenRequestSpec{Audiences: audiences}}
	Expect(admin.SubResource("token").Create(ctx, account, request)).To(Succeed())
	return request.Status.Token
}
