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

package cluster

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Kubectl runs kubectl as a person, in a namespace unless that is empty, and returns all that it printed; that kubectl
// failed is in the error.
func (c *Cluster) Kubectl(ctx context.Context, namespace, person, stdin string, args ...string) (string, error) {
	all := append([]string{"--kubeconfig", c.Kubeconfig(person)}, args...)
	if namespace != "" {
		all = append([]string{"--namespace", namespace}, all...)
	}
	cmd := exec.CommandContext(ctx, c.Program("k8s/kubectl"), all...) //nolint:gosec // The suites say what runs.
	cmd.Env = append(os.Environ(), "KUBECACHEDIR="+c.KubectlCache())
	cmd.Stdin = strings.NewReader(stdin)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

// KubectlCache is where kubectl keeps what the API server serves, apart from the cache of whoever runs the tests.
func (c *Cluster) KubectlCache() string { return filepath.Join(c.Dir, "run", "kubectl-cache") }

// Plugin is a command of the plugin, as a person in a namespace.
func (c *Cluster) Plugin(ctx context.Context, namespace, person string, args ...string) *exec.Cmd {
	all := append([]string{"--kubeconfig", c.Kubeconfig(person), "--namespace", namespace}, args...)
	return exec.CommandContext(ctx, c.Program("kubectl-incident"), all...) //nolint:gosec // The suites say what runs.
}

// GiveRoles lets alice respond and vera view in a namespace.
func (c *Cluster) GiveRoles(ctx context.Context, namespace string) {
	GinkgoHelper()
	c.GiveRole(ctx, namespace, "alice", "responder")
	c.GiveRole(ctx, namespace, "vera", "viewer")
}

// GiveRole gives a person one of the shipped roles in a namespace, and returns when the API server knows.
func (c *Cluster) GiveRole(ctx context.Context, namespace, person, role string) {
	GinkgoHelper()
	binding := &rbacv1.RoleBinding{
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "incident-operator-" + role},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: person + "@example.com"}},
	}
	binding.Namespace, binding.Name = namespace, person
	Expect(c.Admin.Create(ctx, binding)).To(Succeed())
	Eventually(func(g Gomega) {
		review := &authorizationv1.LocalSubjectAccessReview{}
		review.Namespace = namespace
		review.Spec.User = person + "@example.com"
		review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{
			Namespace: namespace, Verb: "get", Group: v1alpha1.GroupVersion.Group, Resource: "incidents",
		}
		g.Expect(c.Admin.Create(ctx, review)).To(Succeed())
		g.Expect(review.Status.Allowed).To(BeTrue(), review.Status.Reason)
	}).WithContext(ctx).WithPolling(20 * time.Millisecond).Should(Succeed())
}
