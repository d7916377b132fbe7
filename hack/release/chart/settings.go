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
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/hack/release/manifests"
)

// setting is one value of the chart.
type setting struct {
	path         string // such as image.tag
	about        string // one sentence or more for the reader of values.yaml
	defaultValue any
	schema       map[string]any
}

// settings are the values of the chart in the order in which values.yaml has them.
type settings struct {
	all []setting
	// parts are the folders of config that a section of values can leave out.
	parts map[string]string
	// optional are those of them that are left out unless the section says otherwise.
	optional map[string]bool
	// replaced are the objects in whose place a section is, by their IDs, and about its folder what values.yaml says of it.
	replaced map[string]string
	about    map[string]string
}

// operatorSection is the section of the Deployment without which there is nothing.
const operatorSection = "operator"

var (
	aString   = map[string]any{"type": "string"}
	aBool     = map[string]any{"type": "boolean"}
	anObject  = map[string]any{"type": "object"}
	someTexts = map[string]any{"type": "array", "items": aString}
	someItems = map[string]any{"type": "array", "items": anObject}
	texts     = map[string]any{"type": "object", "additionalProperties": aString}
)

// newSettings are those that hold for every installation.
func newSettings() *settings {
	name := map[string]any{"type": "string", "pattern": "^([a-z0-9]([-a-z0-9]*))?$", "maxLength": 20}
	policy := map[string]any{"type": "string", "enum": []any{"Always", "IfNotPresent", "Never"}}
	digest := map[string]any{"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"}
	repository := map[string]any{"type": "string", "minLength": 1}
	return &settings{parts: map[string]string{}, optional: map[string]bool{}, replaced: map[string]string{}, about: map[string]string{}, all: []setting{
		{"namePrefix", "Put before the names of all objects but the CRDs, such as \"eu-\".", "", name},
		{"image.repository", "Where the image is, without tag.", imageName, repository},
		{"image.tag", "Empty means the version of the chart's application.", "", aString},
		{"image.digest", "If set, the image by its digest, such as \"sha256:…\"; the tag does not count then.", "", digest},
		{"image.pullPolicy", "Always, IfNotPresent or Never.", "IfNotPresent", policy},
		{"imagePullSecrets", "Secrets of the registry, as [{name: …}].", []any{}, someItems},
		{
			"crds.install", "Install and upgrade the CRDs with the chart. Say false only if something else does: " +
				"without them nothing works.", true, aBool,
		},
		{
			"crds.keep", "Keep the CRDs, and with them all incidents, alerts, comments and logs, when the chart is uninstalled. " +
				"false deletes them all.", true, aBool,
		},
		{
			"rbac.aggregate", "Give whoever holds view, edit or admin in a namespace the rights of a viewer, responder or " +
				"administrator of incidents there.", true, aBool,
		},
		{"networkPolicy.enabled", "Let nothing reach the Pods but what they serve.", true, aBool},
	}}
}

// conditions are the expressions that must be true for an object; none if it is always there.
func (s *settings) conditions(o manifests.Object, component string) []string {
	var needed []string
	if component != "" {
		needed = append(needed, ".Values."+component)
	}
	if section := s.parts[path.Dir(o.Source)]; section != "" {
		needed = append(needed, ".Values."+section+".enabled")
	}
	if section := s.replaced[o.ID()]; section != "" {
		needed = append(needed, "(not .Values."+section+".enabled)")
	}
	switch o.Kind() {
	case "CustomResourceDefinition":
		needed = append(needed, ".Values.crds.install")
	case "NetworkPolicy":
		needed = append(needed, ".Values.networkPolicy.enabled")
	}
	return needed
}

// findParts lets every folder with a Deployment be left out as a whole, but for the operator's own.
func (s *settings) findParts(objects []manifests.Object) {
	for _, o := range objects {
		if section := sectionOf(o.Name()); o.Kind() == "Deployment" && section != operatorSection {
			s.parts[path.Dir(o.Source)] = section
		}
	}
}

// addStandIn lets the section of the Deployment among the objects instead put them in the place of those replaced.
func (s *settings) addStandIn(instead, replaced []manifests.Object) error {
	at := slices.IndexFunc(instead, func(o manifests.Object) bool { return o.Kind() == "Deployment" })
	if at < 0 || len(replaced) == 0 {
		return errors.New("it must add a Deployment, and leave something out")
	}
	section, folder := sectionOf(instead[at].Name()), path.Dir(instead[at].Source)
	var kinds []string
	for _, o := range replaced {
		s.replaced[o.ID()] = section
		kinds = append(kinds, o.Kind())
	}
	slices.Sort(kinds)
	s.optional[folder] = true
	s.about[folder] = "Install config/" + folder + ", and leave out " + strings.Join(slices.Compact(kinds), " and ") + ", as config/" + standIn + " does."
	return nil
}

// addComponent returns the value that switches a Component of config on; empty if the section of its Deployment does.
func (s *settings) addComponent(folder string, added []manifests.Object) string {
	if slices.ContainsFunc(added, func(o manifests.Object) bool { return o.Kind() == "Deployment" }) {
		s.optional[folder] = true
		return ""
	}
	value := "components." + camelCase(path.Base(folder))
	s.all = append(s.all, setting{value, "Install config/" + folder + " too.", false, aBool})
	return value
}

// addDeployment adds the section of a Deployment. The defaults are what its manifest says.
func (s *settings) addDeployment(section string, o manifests.Object) {
	spec := manifests.Child(o.Content, "spec")
	pod := manifests.Child(spec, "template", "spec")
	container := manifests.Child(manifests.List(pod["containers"])[0])
	or := func(value, otherwise any) any {
		if value == nil {
			return otherwise
		}
		return value
	}
	if section != operatorSection {
		folder := path.Dir(o.Source)
		about := cmp.Or(s.about[folder], "Install config/"+folder+".")
		s.all = append(s.all, setting{section + ".enabled", about, !s.optional[folder], aBool})
	}
	none, empty := []any{}, map[string]any{}
	for _, added := range []setting{
		{"replicas", "Number of Pods.", or(spec["replicas"], 1), map[string]any{"type": "integer", "minimum": 0}},
		{"resources", "Requests and limits, as Kubernetes has them.", or(container["resources"], empty), anObject},
		{"extraArgs", "Further flags, such as [\"--zap-log-level=debug\"].", none, someTexts},
		{"podAnnotations", "Further annotations of the Pods.", empty, texts},
		{"nodeSelector", "As Kubernetes has it.", or(pod["nodeSelector"], empty), texts},
		{"tolerations", "As Kubernetes has them.", or(pod["tolerations"], none), someItems},
		{"affinity", "As Kubernetes has it.", or(pod["affinity"], empty), anObject},
		{"topologySpreadConstraints", "As Kubernetes has them.", or(pod["topologySpreadConstraints"], none), someItems},
		{"priorityClassName", "As Kubernetes has it.", or(pod["priorityClassName"], ""), aString},
	} {
		added.path = section + "." + added.path
		s.all = append(s.all, added)
	}
}

// render returns values.yaml and values.schema.json.
func (s *settings) render() (values, schema string, err error) {
	values, err = s.values()
	if err != nil {
		return "", "", err
	}
	// Helm hands global values to every chart.
	root := map[string]any{"type": "object", "additionalProperties": false, "properties": map[string]any{"global": anObject}}
	for _, setting := range s.all {
		content := root
		keys := strings.Split(setting.path, ".")
		for _, key := range keys[:len(keys)-1] {
			content = manifests.Ensure(content, "properties", key)
			content["type"], content["additionalProperties"] = "object", false
		}
		described := map[string]any{"description": setting.about}
		for key, value := range setting.schema {
			described[key] = value
		}
		manifests.Ensure(content, "properties")[keys[len(keys)-1]] = described
	}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		return "", "", fmt.Errorf("writing the schema: %w", err)
	}
	return values, string(text) + "\n", nil
}

// values writes values.yaml, a section for each first part of a path.
func (s *settings) values() (string, error) {
	var out strings.Builder
	out.WriteString("# Generated by hack/release/chart. DO NOT EDIT.\n")
	section := ""
	for _, setting := range s.all {
		first, key, nested := strings.Cut(setting.path, ".")
		indent := ""
		if nested {
			indent = "  "
		} else {
			key = first
		}
		if first != section {
			section = first
			out.WriteString("\n")
			if nested {
				out.WriteString(first + ":\n")
			}
		}
		text, err := yaml.Marshal(map[string]any{key: setting.defaultValue})
		if err != nil {
			return "", fmt.Errorf("writing the default of %s: %w", setting.path, err)
		}
		for line := range strings.Lines("# " + setting.about + "\n" + string(text)) {
			out.WriteString(indent + line)
		}
	}
	return out.String(), nil
}
