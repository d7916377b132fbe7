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
	"crypto/x509"
	"debug/buildinfo"
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The image", func() {
	It("is for two platforms, and its digest is written down", func() {
		all, digest := images()
		Expect(all).To(And(HaveLen(2), HaveKey("linux/amd64"), HaveKey("linux/arm64")))
		written, err := os.ReadFile(filepath.Join(distFolder(), "image-digest.txt"))
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.TrimSpace(string(written))).To(Equal(digest))
	})

	It("has the same digest when it is built again", func(ctx SpecContext) {
		_, digest := images()
		dist := distFolder()
		version := readJSON[imageConfig](blob(amd64().Config.Digest)).Config.Labels
		again := GinkgoT().TempDir()
		_, err := output(ctx, "go", "-C", filepath.Join(root, "hack", "release"), "run", "./dist", "all", "--out", again,
			"--binaries", filepath.Join(dist, "bin"), "--version", version["org.opencontainers.image.version"],
			"--revision", version["org.opencontainers.image.revision"])
		Expect(err).NotTo(HaveOccurred())
		written, err := os.ReadFile(filepath.Join(again, "image-digest.txt"))
		Expect(err).NotTo(HaveOccurred())
		Expect(strings.TrimSpace(string(written))).To(Equal(digest))
	})

	It("runs the operator as nobody in particular", func() {
		config := readJSON[imageConfig](blob(amd64().Config.Digest))
		Expect(config.Config.User).To(Equal("65532:65532"))
		Expect(config.Config.Entrypoint).To(Equal([]string{"/manager"}))
		Expect(config.Created).To(Equal("1970-01-01T00:00:00Z"))
		Expect(config.Config.Labels).To(HaveKeyWithValue("org.opencontainers.image.licenses", "Apache-2.0"))
	})

	It("holds the operator and what it needs, owned by root and writable by nobody else", func() {
		headers := unpack(amd64(), GinkgoT().TempDir())
		top := map[string]bool{}
		for name, header := range headers {
			first, _, _ := strings.Cut(name, "/")
			top[first] = true
			Expect([]int{header.Uid, header.Gid}).To(Equal([]int{0, 0}), name)
			Expect(header.Mode&0o7022).To(BeZero(), name)
			Expect(header.ModTime.Unix()).To(BeZero(), name)
			Expect(header.Typeflag).To(BeElementOf(byte(tar.TypeReg), byte(tar.TypeDir)), name)
		}
		Expect(top).To(HaveLen(4))
		Expect(top).To(And(HaveKey("etc"), HaveKey("licenses"), HaveKey("manager"), HaveKey("sbom.cdx.json")))
		Expect(headers["manager"].Mode).To(BeEquivalentTo(0o755))
	})

	It("trusts the certification authorities that browsers trust", func() {
		folder := GinkgoT().TempDir()
		unpack(amd64(), folder)
		bundle, err := os.ReadFile(filepath.Join(folder, "etc", "ssl", "certs", "ca-certificates.crt"))
		Expect(err).NotTo(HaveOccurred())
		Expect(x509.NewCertPool().AppendCertsFromPEM(bundle)).To(BeTrue())
		Expect(strings.Count(string(bundle), "BEGIN CERTIFICATE")).To(BeNumerically(">", 100))
	})

	It("has the license texts of every module that is compiled in, and names each in its bill of materials", func() {
		folder := GinkgoT().TempDir()
		unpack(amd64(), folder)
		info, err := buildinfo.ReadFile(filepath.Join(folder, "manager"))
		Expect(err).NotTo(HaveOccurred())
		Expect(len(info.Deps)).To(BeNumerically(">", 30))
		type bom struct {
			BOMFormat  string
			Components []struct{ Name, Version string }
		}
		written := readJSON[bom](filepath.Join(folder, "sbom.cdx.json"))
		Expect(written.BOMFormat).To(Equal("CycloneDX"))
		named := map[string]string{}
		for _, component := range written.Components {
			named[component.Name] = component.Version
		}
		Expect(named).To(HaveLen(len(info.Deps) + 1)) // And the standard library.
		for _, module := range info.Deps {
			Expect(named).To(HaveKeyWithValue(module.Path, module.Version))
			texts, err := filepath.Glob(filepath.Join(folder, "licenses", module.Path, "*"))
			Expect(err).NotTo(HaveOccurred())
			Expect(texts).NotTo(BeEmpty(), module.Path)
		}
		Expect(filepath.Join(folder, "licenses", "std", "LICENSE")).To(BeAnExistingFile())
	})
})

func amd64() manifest {
	GinkgoHelper()
	all, _ := images()
	return all["linux/amd64"]
}
