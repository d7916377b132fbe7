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

package api_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	incident    = "Incident"
	alert       = "Alert"
	comment     = "Comment"
	activity    = "Activity"
	alertSource = "AlertSource"
)

var (
	cluster   client.Client
	config    *rest.Config
	namespace string
)

func TestAPI(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "API")
}

var _ = BeforeSuite(func(ctx SpecContext) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	Expect(err).NotTo(HaveOccurred())
	assets, err := controlPlane(root)
	Expect(err).NotTo(HaveOccurred())

	environment := &envtest.Environment{
		BinaryAssetsDirectory: assets,
		CRDDirectoryPaths:     []string{filepath.Join(root, "config", "crd", "bases")},
		ErrorIfCRDPathMissing: true,
	}
	DeferCleanup(func() error { return environment.Stop() })
	config, err = environment.Start()
	Expect(err).NotTo(HaveOccurred(), "starting the control plane of %s", assets)

	Expect(v1alpha1.AddToScheme(scheme.Scheme)).To(Succeed())
	plain, err := client.New(config, client.Options{})
	Expect(err).NotTo(HaveOccurred())
	// Strict, so that a mistyped field in a manifest fails its test instead of being dropped.
	cluster = client.WithFieldValidation(plain, metav1.FieldValidationStrict)
	namespace = newNamespace(ctx)
})

// controlPlane is the directory that holds kube-apiserver and etcd.
func controlPlane(root string) (string, error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		assets = filepath.Join(root, "bin", "k8s")
	}
	for _, binary := range []string{"kube-apiserver", "etcd"} {
		if _, err := os.Stat(filepath.Join(assets, binary)); err != nil {
			return "", fmt.Errorf("these tests need a control plane: %w; build it into bin/k8s with "+
				"hack/controlplane/build.sh, or set KUBEBUILDER_ASSETS to a directory that holds kube-apiserver and etcd", err)
		}
	}
	return assets, nil
}

// newNamespace gives a test that lists or counts a place of its own.
func newNamespace(ctx SpecContext) string {
	GinkgoHelper()
	fresh := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "api-"}}
	Expect(cluster.Create(ctx, fresh)).To(Succeed())
	return fresh.Name
}
