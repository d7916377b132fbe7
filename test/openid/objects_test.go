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
	"context"
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/gomega"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/options"
)

// scraper does not verify the certificate, which the console made itself.
var scraper = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}

func readAudit() ([]byte, error) { return os.ReadFile(auditPath()) }

func parseConsole(args []string) error {
	_, err := options.ParseConsole(newFlags(), args)
	return err
}

// installed is what an installation with the console holds.
type installed struct {
	// bindings are the manifests of all RoleBindings and ClusterRoleBindings.
	bindings   []string
	account    *corev1.ServiceAccount
	deployment *appsv1.Deployment
}

func rendered(ctx context.Context) installed {
	config, err := filepath.Abs(filepath.Join("..", "..", "config"))
	Expect(err).NotTo(HaveOccurred())
	overlay, err := os.MkdirTemp(filepath.Dir(config), ".overlay-")
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(os.RemoveAll(overlay)).To(Succeed()) }()
	Expect(os.WriteFile(filepath.Join(overlay, "kustomization.yaml"), []byte("resources: [../config/default]\ncomponents: [../config/console]\n"), 0o600)).To(Succeed())
	found := installed{}
	for document := range strings.SplitSeq(string(kubectl(ctx, nil, "kustomize", overlay)), "\n---\n") {
		var meta metav1.PartialObjectMetadata
		Expect(yaml.Unmarshal([]byte(document), &meta)).To(Succeed())
		switch {
		case strings.HasSuffix(meta.Kind, "RoleBinding"):
			found.bindings = append(found.bindings, document)
		case meta.Name != "incident-operator-console":
		case meta.Kind == "ServiceAccount":
			found.account = &corev1.ServiceAccount{}
			Expect(yaml.UnmarshalStrict([]byte(document), found.account)).To(Succeed())
		case meta.Kind == "Deployment":
			found.deployment = &appsv1.Deployment{}
			Expect(yaml.UnmarshalStrict([]byte(document), found.deployment)).To(Succeed())
		}
	}
	Expect(found.account).NotTo(BeNil())
	Expect(found.deployment).NotTo(BeNil())
	return found
}
