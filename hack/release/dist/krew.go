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
	"fmt"

	"sigs.k8s.io/yaml"
)

// krew returns the manifest by which krew installs the plugin. Krew installs the binary alone: the completer has to be put
// in the PATH by hand.
func (r release) krew(packed []packedPlugin) ([]byte, error) {
	type object = map[string]any
	var platforms []object
	for _, p := range packed {
		var files []object
		for _, name := range []string{p.executable(), "LICENSE", "THIRD_PARTY_LICENSES"} {
			files = append(files, object{"from": name, "to": "."})
		}
		platforms = append(platforms, object{
			"uri": r.download + "/" + p.name, "sha256": p.sha256, "bin": p.executable(), "files": files,
			"selector": object{"matchLabels": object{"os": p.os, "arch": p.arch}},
		})
	}
	plugin := object{
		"apiVersion": "krew.googlecontainertools.github.com/v1alpha2", "kind": "Plugin",
		"metadata": object{"name": "incident"},
		"spec": object{
			"version":          r.version,
			"homepage":         "https://github.com/incident-operator/incident-operator",
			"shortDescription": "Work on incidents and their alerts",
			"description": "The queue, triage, moves, merges and activity logs of the Incident Operator:\n" +
				"kubectl incident list, take, resolve, undo and more.\n",
			"caveats":   "The incident operator must be installed in the cluster.\n",
			"platforms": platforms,
		},
	}
	text, err := yaml.Marshal(plugin)
	if err != nil {
		return nil, fmt.Errorf("writing the manifest for krew: %w", err)
	}
	return text, nil
}
