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
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// descriptor points at a part of an OCI layout.
type descriptor struct {
	MediaType string
	Digest    string
	Platform  struct{ OS, Architecture string }
}

// index and manifest are what the tests read of those of the OCI.
type index struct{ Manifests []descriptor }

type manifest struct {
	Config descriptor
	Layers []descriptor
}

type imageConfig struct {
	OS, Architecture string
	Created          string
	Config           struct {
		User, WorkingDir string
		Entrypoint       []string
		Labels           map[string]string
	}
}

// distFolder is what make dist wrote.
func distFolder() string {
	GinkgoHelper()
	folder, err := filepath.Abs(filepath.Join(root, "dist"))
	Expect(err).NotTo(HaveOccurred())
	Expect(filepath.Join(folder, "checksums.txt")).To(BeAnExistingFile(), "run 'make dist VERSION=…' first")
	return folder
}

func blob(digest string) string {
	GinkgoHelper()
	return filepath.Join(distFolder(), "image", "blobs", strings.ReplaceAll(digest, ":", "/"))
}

func readJSON[T any](path string) T {
	GinkgoHelper()
	text, err := os.ReadFile(path)
	Expect(err).NotTo(HaveOccurred())
	var value T
	Expect(json.Unmarshal(text, &value)).To(Succeed())
	return value
}

// images are the manifests of the platforms, and the digest of the index that lists them.
func images() (all map[string]manifest, digest string) {
	GinkgoHelper()
	outer := readJSON[index](filepath.Join(distFolder(), "image", "index.json"))
	Expect(outer.Manifests).To(HaveLen(1))
	all = map[string]manifest{}
	for _, one := range readJSON[index](blob(outer.Manifests[0].Digest)).Manifests {
		all[one.Platform.OS+"/"+one.Platform.Architecture] = readJSON[manifest](blob(one.Digest))
	}
	return all, outer.Manifests[0].Digest
}

// unpack writes the layers of an image to a folder, and returns their headers by name.
func unpack(m manifest, folder string) map[string]*tar.Header {
	GinkgoHelper()
	headers := map[string]*tar.Header{}
	for _, layer := range m.Layers {
		packed, err := os.Open(blob(layer.Digest))
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(packed.Close)
		plain, err := gzip.NewReader(packed)
		Expect(err).NotTo(HaveOccurred())
		for reader := tar.NewReader(plain); ; {
			header, err := reader.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			Expect(err).NotTo(HaveOccurred())
			headers[header.Name] = header
			path := filepath.Join(folder, header.Name)
			if header.Typeflag == tar.TypeDir {
				Expect(os.MkdirAll(path, 0o755)).To(Succeed())
				continue
			}
			content, err := io.ReadAll(reader)
			Expect(err).NotTo(HaveOccurred())
			Expect(os.WriteFile(path, content, header.FileInfo().Mode())).To(Succeed())
		}
	}
	return headers
}
