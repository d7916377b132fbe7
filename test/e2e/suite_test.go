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

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	operatorUser      = "system:serviceaccount:incident-operator-system:incident-operator"
	operatorNamespace = "incident-operator-system"
)

var (
	root, localDir string
	operator       *process
	admin          client.Client
	adminConfig    *rest.Config
	// withoutKinds is what the operator said when it was started before its kinds were installed.
	withoutKinds outcome
)

func TestEndToEnd(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "End to end")
}

var _ = BeforeSuite(func(ctx context.Context) {
	var err error
	root, err = filepath.Abs(filepath.Join("..", ".."))
	Expect(err).NotTo(HaveOccurred())
	for _, name := range []string{"manager", "controlplane", "k8s/kubectl"} {
		Expect(filepath.Join(root, "bin", name)).To(BeAnExistingFile(), "run 'make build k8s bin/controlplane' first")
	}
	localDir, err = os.MkdirTemp("", "incident-operator-e2e-")
	Expect(err).NotTo(HaveOccurred())

	command(ctx, "bin/controlplane", "start", "--dir", localDir, "--assets", "bin/k8s",
		"--user", "alice=alice@example.com", "--user", "bob=bob@example.com", "--user", "vera=vera@example.com")
	operator = newProcess()
	withoutKinds = operator.runToEnd(ctx, kubeconfig("admin"))
	command(ctx, "hack/local.sh", "install")

	adminConfig = configOf("admin")
	admin = clientOf("admin")
	operator.start()
})

var _ = AfterSuite(func(ctx context.Context) {
	if operator != nil {
		operator.kill()
	}
	if localDir == "" {
		return
	}
	defer func() {
		command(ctx, "bin/controlplane", "stop", "--dir", localDir, "--purge")
		Expect(os.RemoveAll(localDir)).To(Succeed())
	}()
	expectGrantsUsed()
})

// command runs a program of the repository and fails with what it printed.
func command(ctx context.Context, name string, args ...string) string {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, filepath.Join(root, name), args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "LOCAL_DIR="+localDir)
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%s %v:\n%s", name, args, output)
	return string(output)
}

// kubectl runs kubectl as a person and returns what it printed; a failure is in err.
func kubectl(ctx context.Context, person, stdin string, args ...string) (string, error) {
	return kubectlIn(ctx, "", person, stdin, args...)
}

func kubectlIn(ctx context.Context, namespace, person, stdin string, args ...string) (string, error) {
	all := append([]string{"--kubeconfig", kubeconfig(person)}, args...)
	if namespace != "" {
		all = append([]string{"--namespace", namespace}, all...)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(root, "bin", "k8s", "kubectl"), all...)
	cmd.Env = append(os.Environ(), "KUBECACHEDIR="+filepath.Join(localDir, "run", "kubectl-cache"))
	cmd.Stdin = stringReader(stdin)
	output, err := cmd.CombinedOutput()
	return string(output), err
}

func kubeconfig(person string) string { return filepath.Join(localDir, person+".kubeconfig") }

func configOf(person string) *rest.Config {
	GinkgoHelper()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig(person))
	Expect(err).NotTo(HaveOccurred())
	config.QPS = -1
	return config
}

func clientOf(person string) client.Client {
	GinkgoHelper()
	scheme := runtime.NewScheme()
	Expect(clientgoscheme.AddToScheme(scheme)).To(Succeed())
	Expect(v1alpha1.AddToScheme(scheme)).To(Succeed())
	c, err := client.New(configOf(person), client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

func init() {
	SetDefaultEventuallyTimeout(60 * time.Second)
	SetDefaultEventuallyPollingInterval(100 * time.Millisecond)
}
