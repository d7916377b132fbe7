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
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// Components returns the folders below config whose kustomization is a Component, in order: what an installation has only
// if it asks for it.
func Components(config string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(config, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.Name() != "kustomization.yaml" {
			return err
		}
		is, err := isComponent(path)
		if err != nil || !is {
			return err
		}
		folder, err := filepath.Rel(config, filepath.Dir(path))
		found = append(found, filepath.ToSlash(folder))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for components: %w", err)
	}
	return found, nil
}

func isComponent(kustomization string) (bool, error) {
	text, err := os.ReadFile(kustomization) //nolint:gosec // The path is one of the repository's own.
	if err != nil {
		return false, err
	}
	var read types.TypeMeta
	if err := yaml.Unmarshal(text, &read); err != nil {
		return false, fmt.Errorf("reading %s: %w", kustomization, err)
	}
	return read.Kind == types.ComponentKind, nil
}
