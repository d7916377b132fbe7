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

package manifests

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// Overlay is what an installation says for itself. What is empty stays as config has it.
type Overlay struct {
	Namespace, NamePrefix string
	// Labels are set on all objects and on the templates in them.
	Labels map[string]string
	// Image and Tag replace the image incident-operator.
	Image, Tag string
	// Components are folders of config, as findable by Components.
	Components []string
}

// clusterScoped are kinds without a namespace that kustomize does not know, and takes for namespaced.
var clusterScoped = []string{"MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"}

// Build returns the objects of a folder of config in an overlay, in kustomize's order.
func Build(config, folder string, overlay Overlay) ([]Object, error) {
	config, err := filepath.Abs(config)
	if err != nil {
		return nil, fmt.Errorf("finding config: %w", err)
	}
	place, err := os.MkdirTemp(filepath.Dir(config), ".overlay-")
	if err != nil {
		return nil, fmt.Errorf("making an overlay: %w", err)
	}
	defer func() { _ = os.RemoveAll(place) }()
	below := "../" + filepath.Base(config) + "/"
	text, err := yaml.Marshal(overlay.kustomization(below, folder))
	if err != nil {
		return nil, fmt.Errorf("writing the overlay: %w", err)
	}
	if err := os.WriteFile(filepath.Join(place, "kustomization.yaml"), text, 0o600); err != nil {
		return nil, fmt.Errorf("writing the overlay: %w", err)
	}
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), place)
	if err != nil {
		return nil, fmt.Errorf("building %s: %w", folder, err)
	}
	objects := make([]Object, 0, built.Size())
	for _, resource := range built.Resources() {
		o, err := newObject(resource, below)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", resource.CurId(), err)
		}
		objects = append(objects, o)
	}
	return objects, nil
}

func (o Overlay) kustomization(below, folder string) map[string]any {
	kustomization := map[string]any{
		"namespace": o.Namespace, "namePrefix": o.NamePrefix,
		"resources":     []string{below + folder},
		"buildMetadata": []string{types.OriginAnnotations},
	}
	if len(o.Labels) > 0 {
		kustomization["labels"] = []any{map[string]any{"pairs": o.Labels, "includeTemplates": true}}
	}
	if o.Image != "" {
		kustomization["images"] = []any{map[string]any{"name": "incident-operator", "newName": o.Image, "newTag": o.Tag}}
	}
	components := make([]string, 0, len(o.Components))
	for _, component := range o.Components {
		components = append(components, below+component)
	}
	kustomization["components"] = components
	return kustomization
}

func newObject(built *resource.Resource, below string) (Object, error) {
	origin, err := built.GetOrigin()
	if err != nil || origin == nil {
		return Object{}, fmt.Errorf("finding where it comes from: %w", err)
	}
	if err := built.SetOrigin(nil); err != nil {
		return Object{}, fmt.Errorf("removing where it comes from: %w", err)
	}
	content, err := built.Map()
	if err != nil {
		return Object{}, err
	}
	source := cmp.Or(origin.Path, origin.ConfiguredIn) // What a generator makes has no file of its own.
	o := Object{Source: strings.TrimPrefix(filepath.ToSlash(source), below), Content: content}
	if slices.Contains(clusterScoped, o.Kind()) {
		delete(o.Metadata(), "namespace")
	}
	return o, nil
}

// Difference says which objects one installation has that another has not, and which it lacks. One that both have must be the
// same in both, else it is an error: no condition can switch between the two.
func Difference(from, to []Object) (added, removed []Object, err error) {
	before := map[string]Object{}
	for _, o := range from {
		before[o.ID()] = o
	}
	for _, o := range to {
		earlier, ok := before[o.ID()]
		switch {
		case !ok:
			added = append(added, o)
		case !reflect.DeepEqual(earlier.Content, o.Content):
			return nil, nil, fmt.Errorf("it must add or leave out whole objects, but it changes %s %s", o.Kind(), o.Name())
		}
		delete(before, o.ID())
	}
	for _, o := range from {
		if _, left := before[o.ID()]; left {
			removed = append(removed, o)
		}
	}
	return added, removed, nil
}

// Additions are the objects that a component adds. It must do nothing else.
func Additions(without, with []Object) ([]Object, error) {
	added, removed, err := Difference(without, with)
	switch {
	case err != nil:
		return nil, err
	case len(removed) > 0:
		return nil, fmt.Errorf("it must add objects only, but it leaves out %s %s", removed[0].Kind(), removed[0].Name())
	case len(added) == 0:
		return nil, errors.New("it must add an object")
	}
	return added, nil
}
