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

// Package image builds the container image without a container engine: an index of one image a platform, in the layout of
// the OCI. The same root file systems give the same digest.
package image

import (
	"fmt"
	"os"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// epoch is the age of everything in an image.
var epoch = time.Unix(0, 0).UTC()

// Root is the root file system for one architecture.
type Root struct{ Architecture, Folder string }

// Source says what an image is made from, for its labels.
type Source struct{ Version, Revision string }

// Write builds the image and writes it as an OCI layout and as an archive of that. It returns the digest of the index.
func Write(roots []Root, source Source, folder, archive string) (string, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, root := range roots {
		built, err := build(root, source)
		if err != nil {
			return "", fmt.Errorf("building for %s: %w", root.Architecture, err)
		}
		platform := &v1.Platform{OS: "linux", Architecture: root.Architecture}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: built, Descriptor: v1.Descriptor{Platform: platform}})
	}
	digest, err := index.Digest()
	if err != nil {
		return "", fmt.Errorf("computing the digest: %w", err)
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", fmt.Errorf("removing the last layout: %w", err)
	}
	place, err := layout.Write(folder, empty.Index)
	if err != nil {
		return "", fmt.Errorf("making the layout: %w", err)
	}
	name := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": source.Version})
	if err := place.AppendIndex(index, name); err != nil {
		return "", fmt.Errorf("writing the layout: %w", err)
	}
	packed, err := pack(folder)
	if err != nil {
		return "", fmt.Errorf("packing the layout: %w", err)
	}
	if err := os.WriteFile(archive, packed, 0o644); err != nil { //nolint:gosec // It is handed out.
		return "", fmt.Errorf("writing the archive: %w", err)
	}
	return digest.String(), nil
}

// build makes the image of one platform, as the Dockerfile does.
func build(root Root, source Source) (v1.Image, error) {
	layer, err := layerOf(root.Folder)
	if err != nil {
		return nil, err
	}
	built := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if built, err = mutate.Append(built, mutate.Addendum{
		Layer: layer, History: v1.History{CreatedBy: "hack/release", Created: v1.Time{Time: epoch}},
	}); err != nil {
		return nil, err
	}
	file, err := built.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.OS, file.Architecture, file.Created = "linux", root.Architecture, v1.Time{Time: epoch}
	file.Config = v1.Config{
		Entrypoint: []string{"/manager"}, WorkingDir: "/",
		// Numeric, so that the kubelet can verify runAsNonRoot.
		User: "65532:65532",
		Labels: map[string]string{
			"org.opencontainers.image.title":       "Incident Operator",
			"org.opencontainers.image.description": "Incident management as a Kubernetes API",
			"org.opencontainers.image.licenses":    "Apache-2.0",
			"org.opencontainers.image.source":      "https://github.com/incident-operator/incident-operator",
			"org.opencontainers.image.version":     source.Version,
			"org.opencontainers.image.revision":    source.Revision,
		},
	}
	return mutate.ConfigFile(built, file)
}
