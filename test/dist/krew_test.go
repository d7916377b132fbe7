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
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// krew is the package manager of plugins, and validator the program by which the maintainers of its index look at a
// manifest, which runs krew. No newer ones are to be had from the module proxy.
const (
	krew      = "sigs.k8s.io/krew/cmd/krew@v0.4.3"
	validator = "sigs.k8s.io/krew/cmd/validate-krew-manifest@v0.4.3"
)

var _ = Describe("The manifest for krew", func() {
	It("passes krew's own validator, which installs the archive of each platform", func(ctx SpecContext) {
		var lock sync.Mutex
		var fetched []string
		files := http.FileServer(http.Dir(distFolder()))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			lock.Lock()
			defer lock.Unlock()
			fetched = append(fetched, filepath.Base(r.URL.Path))
			files.ServeHTTP(w, r)
		}))
		defer server.Close()
		local := regexp.MustCompile(`(?m)uri: \S+/`).ReplaceAll(file("incident.yaml"), []byte("uri: "+server.URL+"/"))
		validate(ctx, local)
		lock.Lock()
		defer lock.Unlock()
		Expect(fetched).To(HaveLen(6), "one archive each")
		for _, archive := range fetched {
			Expect(filepath.Join(distFolder(), archive)).To(BeAnExistingFile())
		}
	})
})

func validate(ctx context.Context, manifest []byte) {
	GinkgoHelper()
	programs := GinkgoT().TempDir()
	GinkgoT().Setenv("GOBIN", programs)
	_, err := output(ctx, "go", "install", krew, validator)
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Rename(filepath.Join(programs, "krew"), filepath.Join(programs, "kubectl-krew"))).To(Succeed())
	kubectl, err := filepath.Abs(assets())
	Expect(err).NotTo(HaveOccurred())
	GinkgoT().Setenv("PATH", programs+":"+kubectl+":"+os.Getenv("PATH"))
	place := filepath.Join(GinkgoT().TempDir(), "incident.yaml")
	Expect(os.WriteFile(place, manifest, 0o600)).To(Succeed())
	_, err = output(ctx, "validate-krew-manifest", "-manifest", place)
	Expect(err).NotTo(HaveOccurred())
}
