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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Cluster is a control plane of its own, in a folder of its own. Its people are admin, alice, bob and vera.
type Cluster struct {
	// Dir is the folder, which holds a kubeconfig for each person, logs, and process ids in run.
	Dir string
	// Admin is the client of admin, who may do everything.
	Admin client.Client

	root    string
	audited recorded
}

// Start starts a control plane on which nothing is installed. Its folder bears the name of the suite. What calls it, a
// BeforeSuite, also ends it, when all is done.
func Start(ctx context.Context, suite string) *Cluster {
	GinkgoHelper()
	c := &Cluster{root: findRoot()}
	for _, name := range []string{"manager", "kubectl-incident", "controlplane", "k8s/kubectl"} {
		Expect(c.Program(name)).To(BeAnExistingFile(), "run 'make build k8s bin/controlplane' first")
	}
	var err error
	c.Dir, err = os.MkdirTemp("", "incident-operator-"+suite+"-")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(c.stop)
	c.Command(ctx, "bin/controlplane", "start", "--dir", c.Dir, "--assets", "bin/k8s", "--no-fsync",
		"--user", "alice=alice@example.com", "--user", "bob=bob@example.com", "--user", "vera=vera@example.com")
	c.Admin = c.ClientOf("admin")
	return c
}

// findRoot goes up from the folder of the suite, in which go test runs it, to that of the repository.
func findRoot() string {
	GinkgoHelper()
	dir, err := os.Getwd()
	Expect(err).NotTo(HaveOccurred())
	for {
		if _, err := os.Stat(filepath.Join(dir, "PROJECT")); err == nil {
			return dir
		}
		Expect(filepath.Dir(dir)).NotTo(Equal(dir), "the suite runs outside of the repository")
		dir = filepath.Dir(dir)
	}
}

// Install installs the kinds, the roles and the policies, and returns when these are in force.
func (c *Cluster) Install(ctx context.Context) {
	GinkgoHelper()
	c.Command(ctx, "hack/local.sh", "install")
}

// Connect does the same for what something else has installed: it lets people and the operator use that.
func (c *Cluster) Connect(ctx context.Context) {
	GinkgoHelper()
	c.Command(ctx, "hack/local.sh", "connect")
}

// stop ends the control plane, and what Install started beside it, and deletes the folder.
func (c *Cluster) stop(ctx context.Context) {
	GinkgoHelper()
	c.Command(ctx, "hack/local.sh", "down")
	Expect(os.RemoveAll(c.Dir)).To(Succeed())
}

// Path is where a file of the repository lies.
func (c *Cluster) Path(elements ...string) string {
	return filepath.Join(append([]string{c.root}, elements...)...)
}

// Program is where a program that was built lies.
func (c *Cluster) Program(name string) string { return c.Path("bin", name) }

// Command runs a program of the repository from its root, and fails with what it printed.
func (c *Cluster) Command(ctx context.Context, name string, args ...string) string {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, c.Path(name), args...) //nolint:gosec // The suites say what runs.
	cmd.Dir = c.root
	cmd.Env = append(os.Environ(), "LOCAL_DIR="+c.Dir)
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%s %v:\n%s", name, args, output)
	return string(output)
}

// Kubeconfig is where the kubeconfig of a person, or of a role of the manager, lies.
func (c *Cluster) Kubeconfig(person string) string { return filepath.Join(c.Dir, person+".kubeconfig") }

// ConfigOf is how to reach the cluster as a person, as often as one likes.
func (c *Cluster) ConfigOf(person string) *rest.Config {
	GinkgoHelper()
	config, err := clientcmd.BuildConfigFromFlags("", c.Kubeconfig(person))
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	return config
}

// ClientOf is the client of a person.
func (c *Cluster) ClientOf(person string) client.Client {
	GinkgoHelper()
	scheme := runtime.NewScheme()
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	of, err := client.New(c.ConfigOf(person), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return of
}
