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

// krewValidator is the program by which the maintainers of krew's index look at a manifest. No newer one is to be had from
// the module proxy.
const krewValidator = "sigs.k8s.io/krew/cmd/validate-krew-manifest@v0.4.3"

var _ = Describe("The manifest for krew", func() {
	validate := func(ctx context.Context, manifest []byte) ([]byte, error) {
		GinkgoHelper()
		place := filepath.Join(GinkgoT().TempDir(), "incident.yaml")
		Expect(os.WriteFile(place, manifest, 0o600)).To(Succeed())
		return output(ctx, "go", "run", krewValidator, "-manifest", place)
	}

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
		out, err := validate(ctx, local)
		Expect(err).NotTo(HaveOccurred(), string(out))
		archives, err := filepath.Glob(filepath.Join(distFolder(), "kubectl-incident_*"))
		Expect(err).NotTo(HaveOccurred())
		for i := range archives {
			archives[i] = filepath.Base(archives[i])
		}
		lock.Lock()
		defer lock.Unlock()
		Expect(fetched).To(ConsistOf(archives))
	})
})
