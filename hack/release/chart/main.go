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

// Command chart writes the Helm chart from config/, so that there is one truth: what kustomize builds of config/default is
// in every installation, what config/before-1.36 has instead takes its place by a value, and what each Component below config/
// adds can be switched on by one. It needs no change for new manifests.
//
// Kustomize itself puts marks into names, references and namespaces, which become template expressions afterwards.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/incident-operator/incident-operator/hack/release/manifests"
)

func main() {
	config := flag.String("config", "config", "the folder of the kustomizations")
	out := flag.String("out", "charts/incident-operator", "the folder of the chart")
	flag.Parse()
	if err := run(*config, *out); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

// run replaces everything that is generated: the folders of templates, the values and their schema. Chart.yaml and the
// files directly in templates are written by hand.
func run(config, out string) error {
	chart, err := generate(config)
	if err != nil {
		return err
	}
	stale, err := filepath.Glob(filepath.Join(out, "templates", "*", "*"))
	if err != nil {
		return fmt.Errorf("looking for generated templates: %w", err)
	}
	for _, file := range stale {
		if err := os.RemoveAll(file); err != nil {
			return fmt.Errorf("removing a generated template: %w", err)
		}
	}
	for name, content := range chart {
		path := filepath.Join(out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // It is in a repository, for all to read.
			return fmt.Errorf("making the folder of %s: %w", name, err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // The same.
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// generate returns the generated files of the chart by their paths in it.
func generate(config string) (map[string]string, error) {
	everything, err := manifests.Build(config, "default", marked())
	if err != nil {
		return nil, err
	}
	components, err := manifests.Components(config)
	if err != nil {
		return nil, err
	}
	substitute, err := manifests.Build(config, standIn, marked())
	if err != nil {
		return nil, err
	}
	instead, replaced, err := manifests.Difference(everything, substitute)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", standIn, err)
	}
	settings := newSettings()
	if err := settings.addStandIn(instead, replaced); err != nil {
		return nil, fmt.Errorf("%s: %w", standIn, err)
	}
	files := map[string]string{}
	for _, objects := range [][]manifests.Object{everything, instead} {
		if err := addTemplates(files, objects, "", settings); err != nil {
			return nil, err
		}
	}
	for _, component := range components {
		more, err := manifests.Build(config, "default", marked(component))
		if err != nil {
			return nil, err
		}
		added, err := manifests.Additions(everything, more)
		if err != nil {
			return nil, fmt.Errorf("component %s: %w", component, err)
		}
		if err := addTemplates(files, added, settings.addComponent(component, added), settings); err != nil {
			return nil, err
		}
	}
	if files["values.yaml"], files["values.schema.json"], err = settings.render(); err != nil {
		return nil, err
	}
	return files, nil
}

// standIn is the folder that is config/default with something in the place of something.
const standIn = "before-1.36"

// The marks that kustomize puts where an installation says for itself. They are valid names, and nobody's.
const (
	namespaceMark = "chart-release-namespace"
	prefixMark    = "chart-name-prefix-"
	managerMark   = "chart-release-service"
)

// marked is an overlay of the marks.
func marked(components ...string) manifests.Overlay {
	return manifests.Overlay{
		Namespace: namespaceMark, NamePrefix: prefixMark, Components: components,
		Labels: map[string]string{"app.kubernetes.io/managed-by": managerMark},
	}
}
