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

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// group is the API group of a copy of the kind Alert.
type group string

const (
	bare    group = "bare.incidentoperator.dev"  // Without rules.
	ruled   group = "ruled.incidentoperator.dev" // With the rules of its CRD.
	shipped group = "incidentoperator.dev"       // With the policies too.
)

var copies = []group{bare, ruled, shipped}

// user is who makes a request.
type user string

const (
	operator user = "system:serviceaccount:incident-operator-system:incident-operator"
	person   user = "alice@example.com"
)

const namespace = "default"

// cluster is a control plane with the three copies.
type cluster struct {
	env     *envtest.Environment
	host    string
	clients map[user]*http.Client
	server  int // The process id of the API server.
}

func startCluster(ctx context.Context, s settings) (c *cluster, err error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	if assets == "" {
		assets = filepath.Join("bin", "k8s")
	}
	if assets, err = filepath.Abs(assets); err != nil {
		return nil, fmt.Errorf("finding the control plane: %w", err)
	}
	c = &cluster{env: &envtest.Environment{BinaryAssetsDirectory: assets}, clients: map[user]*http.Client{}}
	config, err := c.env.Start()
	if err != nil {
		return nil, fmt.Errorf("starting the control plane: %w", err)
	}
	c.host = strings.TrimSuffix(config.Host, "/")
	if err = c.prepare(ctx, s, config, filepath.Join(assets, "kubectl")); err != nil {
		return nil, errors.Join(err, c.env.Stop())
	}
	return c, nil
}

// prepare installs everything, and makes a client for each user.
func (c *cluster) prepare(ctx context.Context, s settings, config *rest.Config, kubectl string) (err error) {
	if c.server, err = childNamed("kube-apiserver"); err != nil {
		return err
	}
	if err := c.apply(ctx, kubectl, s.config); err != nil {
		return err
	}
	crds, err := copiesOf(filepath.Join(s.crds, "incidentoperator.dev_alerts.yaml"))
	if err != nil {
		return err
	}
	if _, err := envtest.InstallCRDs(config, envtest.CRDInstallOptions{CRDs: crds}); err != nil {
		return fmt.Errorf("installing the copies: %w", err)
	}
	if err := allow(ctx, config); err != nil {
		return err
	}
	for _, name := range []user{operator, person} {
		added, err := c.env.AddUser(envtest.User{Name: string(name)}, nil)
		if err != nil {
			return fmt.Errorf("adding %s: %w", name, err)
		}
		if c.clients[name], err = rest.HTTPClientFor(added.Config()); err != nil {
			return fmt.Errorf("connecting as %s: %w", name, err)
		}
	}
	return nil
}

// apply renders a kustomization and applies it.
func (c *cluster) apply(ctx context.Context, kubectl, kustomization string) error {
	manifests, err := exec.CommandContext(ctx, kubectl, "kustomize", kustomization).Output() //nolint:gosec // Both are named by who runs it.
	if err != nil {
		return fmt.Errorf("rendering %s: %w", kustomization, err)
	}
	dir, err := os.MkdirTemp("", "admission-")
	if err != nil {
		return fmt.Errorf("writing a kubeconfig: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := os.WriteFile(kubeconfig, c.env.KubeConfig, 0o600); err != nil {
		return fmt.Errorf("writing a kubeconfig: %w", err)
	}
	command := exec.CommandContext(ctx, kubectl, "--kubeconfig", kubeconfig, "apply", "--server-side", "-f", "-") //nolint:gosec // As above.
	command.Stdin = bytes.NewReader(manifests)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("applying %s: %w: %s", kustomization, err, output)
	}
	return nil
}

// copiesOf makes the other two copies of a CRD.
func copiesOf(path string) ([]*apiextensionsv1.CustomResourceDefinition, error) {
	manifest, err := os.ReadFile(path) //nolint:gosec // It is named by who runs it.
	if err != nil {
		return nil, fmt.Errorf("reading the CRD: %w", err)
	}
	var made []*apiextensionsv1.CustomResourceDefinition
	for _, g := range []group{bare, ruled} {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.Unmarshal(manifest, crd); err != nil {
			return nil, fmt.Errorf("reading the CRD: %w", err)
		}
		crd.Name = strings.Replace(crd.Name, string(shipped), string(g), 1)
		crd.Spec.Group = string(g)
		crd.Spec.Names.Categories, crd.Spec.Names.ShortNames = nil, nil
		if g == bare {
			for i := range crd.Spec.Versions {
				dropRules(crd.Spec.Versions[i].Schema.OpenAPIV3Schema)
			}
		}
		made = append(made, crd)
	}
	return made, nil
}

// dropRules takes the rules out of a schema and all in it.
func dropRules(schema *apiextensionsv1.JSONSchemaProps) {
	schema.XValidations = nil
	for name, property := range schema.Properties {
		dropRules(&property)
		schema.Properties[name] = property
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		dropRules(schema.Items.Schema)
	}
}

// allow grants both users the same rights by the same number of bindings, for any of the copies.
func allow(ctx context.Context, config *rest.Config) error {
	scheme := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(scheme), v1alpha1.AddToScheme(scheme)); err != nil {
		return fmt.Errorf("registering kinds: %w", err)
	}
	admin, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		return fmt.Errorf("connecting as administrator: %w", err)
	}
	const name = "bench"
	role := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: name},
	}
	for _, g := range copies {
		role.Rules = append(role.Rules, rbacv1.PolicyRule{
			APIGroups: []string{string(g)}, Resources: []string{"alerts"}, Verbs: []string{"list", "watch", "create", "patch"},
		})
	}
	for _, u := range []user{operator, person} {
		binding.Subjects = append(binding.Subjects, rbacv1.Subject{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: string(u)})
	}
	if err := errors.Join(admin.Create(ctx, role), admin.Create(ctx, binding)); err != nil {
		return fmt.Errorf("granting rights: %w", err)
	}
	return nil
}
