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
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"sigs.k8s.io/yaml"
)

var _ = Describe("The release", func() {
	version := func() string {
		return readJSON[imageConfig](blob(amd64().Config.Digest)).Config.Labels["org.opencontainers.image.version"]
	}

	It("is listed with the right checksums, every file of it", func() {
		listed := map[string]string{}
		for line := range strings.Lines(string(file("checksums.txt"))) {
			sum, name, found := strings.Cut(strings.TrimSpace(line), "  ")
			Expect(found).To(BeTrue(), line)
			listed[name] = sum
		}
		entries, err := os.ReadDir(distFolder())
		Expect(err).NotTo(HaveOccurred())
		there := map[string]string{}
		for _, entry := range entries {
			if !entry.IsDir() && entry.Name() != "checksums.txt" {
				there[entry.Name()] = sumOf(file(entry.Name()))
			}
		}
		Expect(cmp.Diff(there, listed)).To(BeEmpty())
		for _, name := range []string{
			"install.yaml", "install-before-1.36.yaml", "incident-operator-" + version()[1:] + ".tgz", "incident-operator_" + version() + ".oci.tar", "image-digest.txt",
			"incident.yaml", "release-notes.md", "incident-operator_" + version() + "_linux_amd64.cdx.json",
			"incident-operator_" + version() + "_linux_arm64.cdx.json",
		} {
			Expect(listed).To(HaveKey(name))
		}
	})

	DescribeTable("installs by one manifest what kustomize builds", func(ctx SpecContext, name, folder string) {
		built := alike(parse(kubectl(ctx, "kustomize", filepath.Join(root, "config", folder))))
		image := regexp.MustCompile(`image: \S*incident-operator:` + regexp.QuoteMeta(version()) + `\n`)
		manifest := file(name)
		Expect(image.FindAll(manifest, -1)).NotTo(BeEmpty())
		got := alike(parse(image.ReplaceAll(manifest, []byte("image: incident-operator:latest\n"))))
		Expect(cmp.Diff(built, got)).To(BeEmpty())
	},
		Entry(nil, "install.yaml", "default"),
		Entry(nil, "install-before-1.36.yaml", "before-1.36"),
	)

	It("has a chart of its version, whose image is that of the release", func(ctx SpecContext) {
		out, err := helm(ctx, "template", "release", filepath.Join(distFolder(), "incident-operator-"+version()[1:]+".tgz"))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(out)).To(MatchRegexp(`image: "\S*incident-operator:` + version() + `"`))
	})

	DescribeTable("has an archive of the plugin with its completion and the licenses",
		func(ctx SpecContext, platform, extension, suffix, completer string) {
			name := "kubectl-incident_" + version() + "_" + platform + extension
			files := contents(name)
			Expect(files).To(HaveLen(4))
			for _, name := range []string{"kubectl-incident" + suffix, "kubectl_complete-incident" + completer} {
				Expect(files).To(HaveKeyWithValue(name, HaveField("Mode", fs.FileMode(0o755))))
			}
			Expect(files).To(And(HaveKey("LICENSE"), HaveKey("THIRD_PARTY_LICENSES")))
			Expect(string(files["THIRD_PARTY_LICENSES"].Content)).To(ContainSubstring("==== k8s.io/client-go/LICENSE ===="))
			var manifest struct {
				Spec struct {
					Version   string
					Platforms []struct{ URI, SHA256, Bin string }
				}
			}
			Expect(yaml.Unmarshal(file("incident.yaml"), &manifest)).To(Succeed())
			Expect(manifest.Spec.Version).To(Equal(version()))
			Expect(manifest.Spec.Platforms).To(ContainElement(And(
				HaveField("URI", HaveSuffix("/"+name)), HaveField("SHA256", sumOf(file(name))), HaveField("Bin", "kubectl-incident"+suffix),
			)))
			if platform == "linux_amd64" {
				expectRuns(ctx, files, version())
			}
		},
		Entry(nil, "linux_amd64", ".tar.gz", "", ""),
		Entry(nil, "linux_arm64", ".tar.gz", "", ""),
		Entry(nil, "darwin_amd64", ".tar.gz", "", ""),
		Entry(nil, "darwin_arm64", ".tar.gz", "", ""),
		Entry(nil, "windows_amd64", ".zip", ".exe", ".cmd"),
		Entry(nil, "windows_arm64", ".zip", ".exe", ".cmd"),
	)
})

type packed struct {
	Content []byte
	Mode    fs.FileMode
}

func file(name string) []byte {
	GinkgoHelper()
	content, err := os.ReadFile(filepath.Join(distFolder(), name))
	Expect(err).NotTo(HaveOccurred())
	return content
}

func sumOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// contents unpacks an archive.
func contents(name string) map[string]packed {
	GinkgoHelper()
	files := map[string]packed{}
	archive := file(name)
	if strings.HasSuffix(name, ".zip") {
		reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		Expect(err).NotTo(HaveOccurred())
		for _, file := range reader.File {
			opened, err := file.Open()
			Expect(err).NotTo(HaveOccurred())
			content, err := io.ReadAll(opened)
			Expect(err).NotTo(HaveOccurred())
			files[file.Name] = packed{content, file.Mode()}
		}
		return files
	}
	plain, err := gzip.NewReader(bytes.NewReader(archive))
	Expect(err).NotTo(HaveOccurred())
	for reader := tar.NewReader(plain); ; {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		Expect(err).NotTo(HaveOccurred())
		content, err := io.ReadAll(reader)
		Expect(err).NotTo(HaveOccurred())
		files[header.Name] = packed{content, header.FileInfo().Mode()}
	}
}

// expectRuns runs what an archive holds, from a folder in the PATH.
func expectRuns(ctx context.Context, files map[string]packed, version string) {
	GinkgoHelper()
	folder := GinkgoT().TempDir()
	for name, file := range files {
		Expect(os.WriteFile(filepath.Join(folder, name), file.Content, file.Mode)).To(Succeed())
	}
	for _, run := range []struct{ command, says string }{
		{"kubectl-incident --version", version}, {"kubectl_complete-incident res", "resolve"},
	} {
		words := strings.Fields(run.command)
		cmd := exec.CommandContext(ctx, filepath.Join(folder, words[0]), words[1:]...)
		cmd.Env = append(os.Environ(), "PATH="+folder+":"+os.Getenv("PATH"))
		out, err := cmd.Output()
		Expect(err).NotTo(HaveOccurred(), run.command)
		Expect(string(out)).To(ContainSubstring(run.says))
	}
}
