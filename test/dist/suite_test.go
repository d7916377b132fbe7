//go:build dist

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

package dist

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var root = filepath.Join("..", "..")

func TestDist(t *testing.T) {
	ctrl.SetLogger(logr.Discard())
	RegisterFailHandler(Fail)
	RunSpecs(t, "Dist")
}

func init() {
	SetDefaultEventuallyTimeout(60 * time.Second)
	SetDefaultEventuallyPollingInterval(200 * time.Millisecond)
}

func assets() string {
	GinkgoHelper()
	dir := os.Getenv("KUBEBUILDER_ASSETS")
	if dir == "" {
		dir = filepath.Join(root, "bin", "k8s")
	}
	Expect(filepath.Join(dir, "kube-apiserver")).To(BeAnExistingFile(), "run 'make k8s' first, or set KUBEBUILDER_ASSETS")
	return dir
}

// output runs a program and returns what it printed on standard output, or what it complained of.
func output(ctx context.Context, name string, args ...string) ([]byte, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %v: %w: %s", filepath.Base(name), args, err, &errs)
	}
	return out.Bytes(), nil
}

func kubectl(ctx context.Context, args ...string) []byte {
	GinkgoHelper()
	out, err := output(ctx, filepath.Join(assets(), "kubectl"), args...)
	Expect(err).NotTo(HaveOccurred())
	return out
}

func helm(ctx context.Context, args ...string) ([]byte, error) {
	return output(ctx, filepath.Join(root, "bin", "helm"), args...)
}

// cluster is an API server, and a client and kubeconfig of who may do everything there.
type cluster struct {
	client.Client
	kubeconfig string
}

func newCluster() *cluster {
	GinkgoHelper()
	environment := &envtest.Environment{BinaryAssetsDirectory: assets()}
	_, err := environment.Start()
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { Expect(environment.Stop()).To(Succeed()) })
	root, err := environment.AddUser(envtest.User{Name: "root", Groups: []string{"system:masters"}}, nil)
	Expect(err).NotTo(HaveOccurred())
	kubeconfig, err := root.KubeConfig()
	Expect(err).NotTo(HaveOccurred())
	c := &cluster{kubeconfig: filepath.Join(GinkgoT().TempDir(), "kubeconfig")}
	Expect(os.WriteFile(c.kubeconfig, kubeconfig, 0o600)).To(Succeed())
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme, v1alpha1.AddToScheme} {
		Expect(add(scheme)).To(Succeed())
	}
	config := root.Config()
	config.QPS = -1
	c.Client, err = client.New(config, client.Options{Scheme: scheme})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// helm runs helm on the cluster. It must succeed.
func (c *cluster) helm(ctx context.Context, args ...string) {
	GinkgoHelper()
	_, err := helm(ctx, append([]string{"--kubeconfig", c.kubeconfig}, args...)...)
	Expect(err).NotTo(HaveOccurred())
}
