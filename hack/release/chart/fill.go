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
	"errors"
	"strings"
	"unicode"

	"github.com/incident-operator/incident-operator/hack/release/manifests"
)

const (
	aggregationPrefix = "rbac.authorization.k8s.io/aggregate-to-"
	imageName         = "incident-operator"
)

// fill puts the expressions into an object that values decide.
func (t *template) fill(o manifests.Object) error {
	labels := manifests.Ensure(o.Content, "metadata", "labels")
	labels["helm.sh/chart"] = t.mark(`{{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | quote }}`)
	labels["app.kubernetes.io/instance"] = t.mark(`{{ .Release.Name | quote }}`)
	labels["app.kubernetes.io/version"] = t.mark(`{{ .Chart.AppVersion | quote }}`)
	for label := range labels {
		if strings.HasPrefix(label, aggregationPrefix) {
			labels[label] = t.mark(`{{ .Values.rbac.aggregate | quote }}`)
		}
	}
	switch o.Kind() {
	case "CustomResourceDefinition":
		annotations := manifests.Ensure(o.Content, "metadata", "annotations")
		// Helm deletes nothing that has the annotation at all, whatever it says.
		annotations["chart-resource-policy"] = t.block("{{- if .Values.crds.keep }}\nhelm.sh/resource-policy: keep\n{{- end }}")
	case "Deployment":
		return t.fillDeployment(o)
	}
	return nil
}

// fillDeployment lets the values of the Deployment's own section decide. The defaults are those of config.
func (t *template) fillDeployment(o manifests.Object) error {
	spec := manifests.Child(o.Content, "spec")
	pod := manifests.Child(spec, "template", "spec")
	containers := manifests.List(pod["containers"])
	if len(containers) != 1 {
		return errors.New("it must have one container")
	}
	container := manifests.Child(containers[0])
	section := sectionOf(o.Name())
	t.settings.addDeployment(section, o)
	value := func(key string) string { return ".Values." + section + "." + key }

	spec["replicas"] = t.mark("{{ " + value("replicas") + " }}")
	if container["image"] == imageName+":latest" {
		container["image"] = t.mark(`{{ include "incident-operator.image" . | quote }}`)
		container["imagePullPolicy"] = t.mark("{{ .Values.image.pullPolicy }}")
	}
	container["resources"] = t.block("resources:\n  {{- toYaml " + value("resources") + " | nindent DEEPER }}")
	container["args"] = append(manifests.List(container["args"]), t.block("{{- range "+value("extraArgs")+" }}\n- {{ . | quote }}\n{{- end }}"))
	for _, key := range []string{"affinity", "nodeSelector", "tolerations", "topologySpreadConstraints"} {
		pod[key] = t.block("{{- with " + value(key) + " }}\n" + key + ":\n  {{- toYaml . | nindent DEEPER }}\n{{- end }}")
	}
	pod["priorityClassName"] = t.block("{{- with " + value("priorityClassName") + " }}\npriorityClassName: {{ . | quote }}\n{{- end }}")
	pod["imagePullSecrets"] = t.block("{{- with .Values.imagePullSecrets }}\nimagePullSecrets:\n  {{- toYaml . | nindent DEEPER }}\n{{- end }}")
	annotations := manifests.Ensure(spec, "template", "metadata", "annotations")
	annotations["chart-pod-annotations"] = t.block("{{- with " + value("podAnnotations") + " }}\n{{- toYaml . | nindent SAME }}\n{{- end }}")
	return nil
}

// sectionOf is the section of values of a Deployment: operator for the one that bears the project's name, else its own part
// of the name.
func sectionOf(name string) string {
	own := strings.TrimPrefix(strings.TrimPrefix(name, prefixMark), imageName)
	if own = strings.TrimPrefix(own, "-"); own == "" {
		return operatorSection
	}
	return camelCase(own)
}

// camelCase makes a name of a value from one of Kubernetes: incident-console becomes incidentConsole.
func camelCase(name string) string {
	var out strings.Builder
	upper := false
	for _, r := range name {
		switch {
		case r == '-' || r == '_':
			upper = true
		case upper:
			out.WriteRune(unicode.ToUpper(r))
			upper = false
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
