//go:build controllers

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

package flux

import (
	"context"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// served is where all repositories are served from, by git itself.
var served string

func serveGit() {
	GinkgoHelper()
	git, err := exec.LookPath("git")
	Expect(err).NotTo(HaveOccurred())
	server := httptest.NewServer(&cgi.Handler{
		Path: git, Args: []string{"http-backend"},
		Env: []string{"GIT_PROJECT_ROOT=" + folder("git"), "GIT_HTTP_EXPORT_ALL=1"},
	})
	DeferCleanup(server.Close)
	served = server.URL
}

// repository is one with a branch main. Its work tree is what is served, so a commit is there at once.
type repository struct{ name, dir string }

func newRepository(ctx context.Context, name string) *repository {
	GinkgoHelper()
	r := &repository{name: name, dir: folder(filepath.Join("git", name))}
	r.git(ctx, "init", "--quiet", "--initial-branch", "main")
	return r
}

func (r *repository) url() string { return served + "/" + r.name + "/.git" }

func (r *repository) git(ctx context.Context, args ...string) string {
	GinkgoHelper()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.dir
	// What the user of this machine has set must not matter.
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull,
		"GIT_AUTHOR_NAME=carol", "GIT_AUTHOR_EMAIL=carol@example.com", "GIT_COMMITTER_NAME=carol", "GIT_COMMITTER_EMAIL=carol@example.com")
	output, err := cmd.CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "git %v:\n%s", args, output)
	return strings.TrimSpace(string(output))
}

// commitAll commits what lies in the work tree.
func (r *repository) commitAll(ctx context.Context) {
	GinkgoHelper()
	r.git(ctx, "add", "--all")
	r.git(ctx, "commit", "--quiet", "--allow-empty", "--message", "Change manifests")
}

// commit makes these manifests all that the repository has.
func (r *repository) commit(ctx context.Context, manifests ...string) {
	GinkgoHelper()
	all := strings.Join(manifests, "---\n")
	Expect(os.WriteFile(filepath.Join(r.dir, "incidents.yaml"), []byte(all), 0o600)).To(Succeed())
	r.commitAll(ctx)
}

// incident is the manifest of one that states nothing that people decide, but the lines given.
func incident(name string, lines ...string) string {
	return manifest("Incident", name, append([]string{"  description: From Git"}, lines...))
}

// alert is the manifest of one that states nothing that people decide but its incident, and the lines given.
func alert(name, incident string, lines ...string) string {
	return manifest("Alert", name, append([]string{
		"  name: Terminal shell in container", "  severity: High", "  incidentRef: {name: " + incident + "}",
	}, lines...))
}

// manifest is one with lines of the spec; what must stand in the metadata is annotated.
func manifest(kind, name string, spec []string) string {
	return "apiVersion: incidentoperator.dev/v1alpha1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\nspec:\n" + strings.Join(spec, "\n") + "\n"
}

// annotated adds an annotation to a manifest.
func annotated(manifest, annotation string) string {
	return strings.Replace(manifest, "metadata:\n", "metadata:\n  annotations: {"+annotation+"}\n", 1)
}
