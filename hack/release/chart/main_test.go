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
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// files is a config folder as small as one can be, with a part, a component and text that Helm would take for its own.
var files = map[string]string{
	"default/kustomization.yaml": "namespace: ops\nresources: [../manager, ../console]\n",
	"manager/kustomization.yaml": "resources: [manager.yaml, settings.yaml]\n",
	"manager/manager.yaml":       deployment("incident-operator"),
	"console/kustomization.yaml": "resources: [console.yaml, policy.yaml]\n",
	"console/console.yaml": deployment("incident-operator-console") +
		"      topologySpreadConstraints: [{maxSkew: 1}]\n",
	"before-1.36/kustomization.yaml": `namespace: ops
resources: [../default, ../gate]
patches:
- patch: |
    $patch: delete
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: every}
  target: {kind: ConfigMap}
`,
	"gate/kustomization.yaml": "resources: [gate.yaml]\n",
	"gate/gate.yaml":          deployment("incident-operator-gate"),
	"manager/settings.yaml":   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: incident-operator, namespace: ops}\n",
	"console/policy.yaml": `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: incident-operator-console, namespace: ops}
spec: {podSelector: {}}
`,
	"rules/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [rules.yaml]\n",
	"rules/rules.yaml": `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: incident-operator, namespace: ops}
spec: {summary: "{{ $value }} in ops"}
`,
}

func deployment(name string) string {
	return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ` + name + `, namespace: ops}
spec:
  template:
    spec:
      containers: [{name: manager, image: "incident-operator:latest"}]
`
}

func generateFrom(t *testing.T, changes map[string]string) (map[string]string, error) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config")
	all := maps.Clone(files)
	maps.Copy(all, changes)
	for name, content := range all {
		path := filepath.Join(config, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return generate(config)
}

func TestGenerate(t *testing.T) {
	chart, err := generateFrom(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"templates/console/console.yaml", "templates/console/policy.yaml", "templates/gate/gate.yaml", "templates/manager/manager.yaml",
		"templates/manager/settings.yaml", "templates/rules/rules.yaml",
		"values.schema.json", "values.yaml",
	}
	if got := slices.Sorted(maps.Keys(chart)); !slices.Equal(got, want) {
		t.Fatalf("the files are %v, must be %v", got, want)
	}
	for file, lines := range map[string][]string{
		"templates/manager/manager.yaml": {
			"  name: {{ .Values.namePrefix }}incident-operator\n", "  namespace: {{ .Release.Namespace | quote }}\n",
			"  replicas: {{ .Values.operator.replicas }}\n",
		},
		"templates/console/console.yaml":  {"{{- if and .Values.console.enabled }}\n"},
		"templates/console/policy.yaml":   {"{{- if and .Values.console.enabled .Values.networkPolicy.enabled }}\n"},
		"templates/gate/gate.yaml":        {"{{- if and .Values.gate.enabled }}\n"},
		"templates/manager/settings.yaml": {"{{- if and (not .Values.gate.enabled) }}\n"},
		"templates/rules/rules.yaml": {
			"{{- if and .Values.components.rules }}\n", `summary: '{{ "{{" }} $value }} in ops'`,
		},
		"values.yaml": {
			"console:\n  # Install config/console.\n  enabled: true\n", "  topologySpreadConstraints:\n  - maxSkew: 1\n",
			"components:\n  # Install config/rules too.\n  rules: false\n",
			"gate:\n  # Install config/gate, and leave out ConfigMap, as config/before-1.36 does.\n  enabled: false\n",
		},
	} {
		for _, line := range lines {
			if !strings.Contains(chart[file], line) {
				t.Errorf("%s must have %q, is\n%s", file, line, chart[file])
			}
		}
	}
	if strings.Contains(strings.Join(slices.Collect(maps.Values(chart)), ""), "chart-") {
		t.Error("a mark was left")
	}
}

func TestComponentWithDeployment(t *testing.T) {
	chart, err := generateFrom(t, map[string]string{
		"door/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [door.yaml]\n",
		"door/door.yaml":          deployment("incident-operator-door"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for file, line := range map[string]string{
		"templates/door/door.yaml": "{{- if and .Values.door.enabled }}\n",
		"values.yaml":              "door:\n  # Install config/door.\n  enabled: false\n",
	} {
		if !strings.Contains(chart[file], line) {
			t.Errorf("%s must have %q, is\n%s", file, line, chart[file])
		}
	}
	if strings.Contains(chart["values.yaml"], "  door: ") {
		t.Errorf("one value must switch it on, not two:\n%s", chart["values.yaml"])
	}
}

func TestGenerateRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		changes map[string]string
		message string
	}{
		"a component that changes others": {
			changes: map[string]string{
				"rules/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n" +
					"patches: [{target: {kind: Deployment}, patch: \"- {op: add, path: /spec/paused, value: true}\"}]\n",
			},
			message: "component rules: it must add or leave out whole objects, but it changes Deployment",
		},
		"a component that leaves something out": {
			changes: map[string]string{
				"rules/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n" +
					"- {target: {kind: ConfigMap}, patch: \"{$patch: delete, apiVersion: v1, kind: ConfigMap, metadata: {name: every}}\"}\n",
			},
			message: "component rules: it must add objects only, but it leaves out ConfigMap",
		},
		"a stand-in for nothing": {
			changes: map[string]string{"before-1.36/kustomization.yaml": "namespace: ops\nresources: [../default, ../gate]\n"},
			message: "before-1.36: it must add a Deployment, and leave something out",
		},
		"a Deployment of two containers": {
			changes: map[string]string{
				"manager/manager.yaml": strings.Replace(deployment("incident-operator"), "}]", "}, {name: two}]", 1),
			},
			message: "it must have one container",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := generateFrom(t, test.changes); err == nil || !strings.Contains(err.Error(), test.message) {
				t.Errorf("the error is %v, must say %q", err, test.message)
			}
		})
	}
}
