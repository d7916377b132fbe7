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
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

const operatorNamespace = "incident-operator-system"

var chart = filepath.Join(root, "charts", "incident-operator")

// before136 is how the chart is installed on a Kubernetes that needs the webhook.
var before136 = []string{"--kube-version=v1.35.4", "--set=admission.enabled=true"}

var _ = Describe("The chart", func() {
	It("has nothing that helm complains about", func(ctx SpecContext) {
		_, err := helm(ctx, "lint", "--strict", chart)
		Expect(err).NotTo(HaveOccurred())
	})

	DescribeTable("renders the objects that kustomize builds",
		func(ctx SpecContext, folder, namespace, prefix string, values []string) {
			overlay := GinkgoT().TempDir()
			base, err := filepath.Abs(filepath.Join(root, "config", folder))
			Expect(err).NotTo(HaveOccurred())
			relative, err := filepath.Rel(overlay, base)
			Expect(err).NotTo(HaveOccurred())
			text := fmt.Sprintf("namespace: %s\nnamePrefix: %q\nresources: [%s]\n", namespace, prefix, relative)
			Expect(os.WriteFile(filepath.Join(overlay, "kustomization.yaml"), []byte(text), 0o600)).To(Succeed())
			want := alike(parse(kubectl(ctx, "kustomize", overlay)))
			got := alike(render(ctx, append(values, "--namespace", namespace, "--set-string", "namePrefix="+prefix)...))
			Expect(cmp.Diff(want, got)).To(BeEmpty())
			Expect(len(got)).To(BeNumerically(">", 30))
		},
		Entry("as shipped", "default", operatorNamespace, "", nil),
		Entry("in another namespace, under a prefix", "default", "soc", "eu-", nil),
		Entry("before Kubernetes 1.36", "before-1.36", operatorNamespace, "", before136),
		Entry("before Kubernetes 1.36, in another namespace, under a prefix", "before-1.36", "soc", "eu-", before136),
	)

	It("says which value Kubernetes before 1.36 needs", func(ctx SpecContext) {
		_, err := helm(ctx, "template", "release", chart, "--kube-version", "v1.35.4")
		Expect(err).To(MatchError(ContainSubstring("admission.enabled must be true: Kubernetes v1.35.4 serves no MutatingAdmissionPolicy")))
	})

	DescribeTable("does what a value says",
		func(ctx SpecContext, value string, holds func(objects map[string]map[string]any) error) {
			Expect(holds(byID(render(ctx)))).NotTo(Succeed(), "it says so without the value too")
			Expect(holds(byID(render(ctx, "--set", value)))).To(Succeed())
		},
		Entry(nil, "crds.install=false", none("CustomResourceDefinition")),
		Entry(nil, "networkPolicy.enabled=false", none("NetworkPolicy")),
		Entry(nil, "ingest.enabled=false", none("Deployment incident-operator-ingest")),
		Entry(nil, "admission.enabled=true", none("MutatingAdmissionPolicy")),
		Entry(nil, "admission.enabled=true", some("MutatingWebhookConfiguration incident-operator")),
		Entry(nil, "components.servicemonitor=true", some("ServiceMonitor")),
		Entry(nil, "components.monitoring=true", some("PrometheusRule")),
		Entry(nil, "rbac.aggregate=false", field("ClusterRole incident-operator-viewer", "false",
			"metadata", "labels", "rbac.authorization.k8s.io/aggregate-to-view")),
		Entry(nil, "crds.keep=false", field("CustomResourceDefinition incidents.incidentoperator.dev", nil,
			"metadata", "annotations", "helm.sh/resource-policy")),
		Entry(nil, "operator.replicas=2", field("Deployment incident-operator", float64(2), "spec", "replicas")),
		Entry(nil, "operator.nodeSelector.disk=ssd", inPod("ssd", "nodeSelector", "disk")),
		Entry(nil, "operator.priorityClassName=high", inPod("high", "priorityClassName")),
		Entry(nil, "operator.affinity.nodeAffinity.a=b", inPod("b", "affinity", "nodeAffinity", "a")),
		Entry(nil, "operator.tolerations[0].key=a", inPod([]any{map[string]any{"key": "a"}}, "tolerations")),
		Entry(nil, "operator.topologySpreadConstraints[0].maxSkew=1",
			inPod([]any{map[string]any{"maxSkew": float64(1)}}, "topologySpreadConstraints")),
		Entry(nil, "imagePullSecrets[0].name=a", inPod([]any{map[string]any{"name": "a"}}, "imagePullSecrets")),
		Entry(nil, "operator.podAnnotations.a=b", field("Deployment incident-operator", "b", "spec", "template", "metadata", "annotations", "a")),
		Entry(nil, "operator.extraArgs[0]=--zap-log-level=debug", inContainer(ContainElement("--zap-log-level=debug"), "args")),
		Entry(nil, "operator.resources.limits.memory=1Gi", inContainer(HaveKeyWithValue("limits", HaveKeyWithValue("memory", "1Gi")), "resources")),
		Entry(nil, "image.pullPolicy=Always", inContainer(Equal("Always"), "imagePullPolicy")),
		Entry(nil, "image.repository=registry.example.com/soc/op", inContainer(Equal("registry.example.com/soc/op:latest"), "image")),
		Entry(nil, "image.tag=v0.1.0", inContainer(Equal("incident-operator:v0.1.0"), "image")),
		Entry(nil, "image.digest=sha256:"+strings.Repeat("a", 64),
			inContainer(Equal("incident-operator@sha256:"+strings.Repeat("a", 64)), "image")),
	)

	DescribeTable("refuses values that mean nothing",
		func(ctx SpecContext, value, message string) {
			_, err := helm(ctx, "template", "release", chart, "--set", value)
			Expect(err).To(MatchError(ContainSubstring(message)))
		},
		Entry(nil, "operator.replica=2", "additional properties 'replica' not allowed"),
		Entry(nil, "crd.install=false", "additional properties 'crd' not allowed"),
		Entry(nil, "operator.replicas=-1", "at '/operator/replicas'"),
		Entry(nil, "image.pullPolicy=Sometimes", "at '/image/pullPolicy'"),
		Entry(nil, "image.digest=sha256:1", "at '/image/digest'"),
		Entry(nil, "image.repository=", "at '/image/repository'"),
		Entry(nil, "namePrefix=EU", "at '/namePrefix'"),
	)
})

func render(ctx context.Context, args ...string) []unstructured.Unstructured {
	GinkgoHelper()
	out, err := helm(ctx, append([]string{"template", "release", chart}, args...)...)
	Expect(err).NotTo(HaveOccurred())
	return parse(out)
}

func parse(stream []byte) []unstructured.Unstructured {
	GinkgoHelper()
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(stream), 4096)
	var objects []unstructured.Unstructured
	for {
		var o unstructured.Unstructured
		err := decoder.Decode(&o.Object)
		if errors.Is(err, io.EOF) {
			return objects
		}
		Expect(err).NotTo(HaveOccurred())
		if len(o.Object) > 0 {
			objects = append(objects, o)
		}
	}
}

func byID(objects []unstructured.Unstructured) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, o := range objects {
		all[o.GetKind()+" "+o.GetName()] = o.Object
	}
	return all
}

// alike takes away in which the two ways to install are meant to differ: the labels that name the tool, what Helm alone
// understands, and the Namespace, which Helm does not install. Kustomize takes kinds of policies that it does not
// know for namespaced; the API server ignores it.
func alike(objects []unstructured.Unstructured) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, o := range objects {
		if o.GetKind() == "Namespace" {
			continue
		}
		if strings.Contains(o.GetKind(), "AdmissionPolicy") {
			o.SetNamespace("")
		}
		dropKeys(o.Object, "metadata", "annotations")
		dropKeys(o.Object, "metadata", "labels")
		dropKeys(o.Object, "spec", "template", "metadata", "labels")
		all[o.GetKind()+" "+o.GetNamespace()+" "+o.GetName()] = o.Object
	}
	return all
}

func dropKeys(object map[string]any, path ...string) {
	content, ok, err := unstructured.NestedMap(object, path...)
	if !ok || err != nil {
		return
	}
	for _, key := range []string{
		"app.kubernetes.io/managed-by", "app.kubernetes.io/instance", "app.kubernetes.io/version", "helm.sh/chart", "helm.sh/resource-policy",
	} {
		delete(content, key)
	}
	unstructured.RemoveNestedField(object, path...)
	if len(content) > 0 {
		_ = unstructured.SetNestedMap(object, content, path...)
	}
}

type check = func(objects map[string]map[string]any) error

// some checks that there is an object of a kind, or one of a kind and name.
func some(what string) check {
	return func(objects map[string]map[string]any) error {
		for id := range objects {
			if strings.HasPrefix(id+" ", what+" ") {
				return nil
			}
		}
		return fmt.Errorf("there is no %s", what)
	}
}

func none(what string) check {
	return func(objects map[string]map[string]any) error {
		if some(what)(objects) == nil {
			return fmt.Errorf("there is a %s", what)
		}
		return nil
	}
}

// field checks that a field of an object is a value.
func field(id string, want any, path ...string) check {
	return func(objects map[string]map[string]any) error {
		got, _, err := unstructured.NestedFieldNoCopy(objects[id], path...)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			return fmt.Errorf("%s %v: %w%s", id, path, err, diff)
		}
		return nil
	}
}

func inPod(want any, path ...string) check {
	return field("Deployment incident-operator", want, append([]string{"spec", "template", "spec"}, path...)...)
}

func inContainer(matcher OmegaMatcher, key string) check {
	return func(objects map[string]map[string]any) error {
		containers, _, err := unstructured.NestedSlice(objects["Deployment incident-operator"], "spec", "template", "spec", "containers")
		if err != nil || len(containers) != 1 {
			return fmt.Errorf("there is not one container: %v, %w", containers, err)
		}
		container, ok := containers[0].(map[string]any)
		if !ok {
			return errors.New("the container is no object")
		}
		matches, err := matcher.Match(container[key])
		if err != nil {
			return err
		}
		if !matches {
			return errors.New(matcher.FailureMessage(container[key]))
		}
		return nil
	}
}
