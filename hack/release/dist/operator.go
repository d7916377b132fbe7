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
	"context"
	"fmt"
	"path/filepath"

	"github.com/incident-operator/incident-operator/hack/release/image"
	"github.com/incident-operator/incident-operator/hack/release/inventory"
	"github.com/incident-operator/incident-operator/hack/release/manifests"
	"github.com/incident-operator/incident-operator/hack/release/rootfs"
)

// architectures are those of the image.
var architectures = []string{"amd64", "arm64"}

// manifests writes the whole installation in one file: install.yaml, and another for Kubernetes before 1.36.
func (r release) manifests(context.Context) error {
	for file, folder := range map[string]string{"install.yaml": "default", "install-before-1.36.yaml": "before-1.36"} {
		objects, err := manifests.Build(filepath.Join(r.repository, "config"), folder, manifests.Overlay{Image: r.image, Tag: r.version})
		if err != nil {
			return err
		}
		stream, err := manifests.Stream(objects)
		if err != nil {
			return err
		}
		if err := r.write(file, stream); err != nil {
			return err
		}
	}
	return nil
}

// containerImage writes the image, its bills of materials and its digest.
func (r release) containerImage(ctx context.Context) error {
	var roots []image.Root
	for _, architecture := range architectures {
		manager := filepath.Join(r.binaries, "linux_"+architecture, "manager")
		folder := filepath.Join(r.out, "root", architecture)
		if err := rootfs.Write(ctx, folder, manager, filepath.Join(r.repository, "LICENSE"), r.version); err != nil {
			return fmt.Errorf("making the root file system for %s: %w", architecture, err)
		}
		roots = append(roots, image.Root{Architecture: architecture, Folder: folder})
		binary, err := inventory.ReadFor(ctx, manager, "linux/"+architecture)
		if err != nil {
			return err
		}
		bom, err := binary.SBOM("incident-operator", r.version)
		if err != nil {
			return err
		}
		if err := r.write("incident-operator_"+r.version+"_linux_"+architecture+".cdx.json", bom); err != nil {
			return err
		}
	}
	digest, err := image.Write(roots, image.Source{Version: r.version, Revision: r.revision},
		filepath.Join(r.out, "image"), filepath.Join(r.out, "incident-operator_"+r.version+".oci.tar"))
	if err != nil {
		return fmt.Errorf("building the image: %w", err)
	}
	return r.write("image-digest.txt", []byte(digest+"\n"))
}
