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
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// startFlux installs Flux's kinds and starts its controllers. As installed by its own manifests these are administrators of
// the cluster, and work with the rights of the ServiceAccount that a Kustomization names.
func startFlux(ctx context.Context) {
	GinkgoHelper()
	crds := local.Path("bin", "gitops", "crds")
	output, err := local.Kubectl(ctx, "", "admin", "", "apply", "--server-side", "-f", crds)
	Expect(err).NotTo(HaveOccurred(), "run 'make flux' first\n%s", output)
	output, err = local.Kubectl(ctx, "", "admin", "", "wait", "--for", "condition=Established", "--timeout", "60s", "-f", crds)
	Expect(err).NotTo(HaveOccurred(), output)

	ports := local.FreePorts(ctx, 3)
	storage := "127.0.0.1:" + ports[0]
	startController("source-controller", ports[1], "--storage-path", folder("artifacts"), "--storage-addr", storage, "--storage-adv-addr", storage)
	startController("kustomize-controller", ports[2])
}

// startController starts one and returns when it is ready. It is stopped when all is done.
func startController(name, health string, args ...string) {
	GinkgoHelper()
	args = append(args, "--metrics-addr", "0", "--health-addr", "127.0.0.1:"+health)
	cmd := exec.Command(local.Program(filepath.Join("gitops", name)), args...) //nolint:noctx // It runs what was built, until all is done.
	cmd.Env = append(os.Environ(), "KUBECONFIG="+local.Kubeconfig("admin"), "RUNTIME_NAMESPACE=default", "TMPDIR="+folder(name))
	log := local.OpenLog(name)
	cmd.Stdout, cmd.Stderr = log, log
	Expect(cmd.Start()).To(Succeed(), "run 'make flux' first")
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // That it ended is what counts.
	}()
	DeferCleanup(func() {
		Expect(cmd.Process.Signal(syscall.SIGTERM)).To(Succeed(), name+" ended by itself")
		select {
		case <-ended:
		case <-time.After(time.Minute): // Nothing that was started may stay behind.
			Expect(cmd.Process.Kill()).To(Succeed())
			<-ended
		}
		Expect(log.Close()).To(Succeed())
	})
	Eventually(func(g Gomega) {
		g.Expect(ended).NotTo(BeClosed(), "%s ended by itself:\n%s", name, tail(local.Log(name)))
		request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:"+health+"/readyz", http.NoBody) //nolint:noctx // It is asked again.
		g.Expect(err).NotTo(HaveOccurred())
		response, err := http.DefaultClient.Do(request)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(response.Body.Close()).To(Succeed())
		g.Expect(response.StatusCode).To(Equal(http.StatusOK))
	}).Should(Succeed(), name)
}

// folder makes one below that of the cluster, which goes with it.
func folder(name string) string {
	GinkgoHelper()
	path := filepath.Join(local.Dir, "flux", name)
	Expect(os.MkdirAll(path, 0o700)).To(Succeed())
	return path
}

// tail is the end of a log, for who looks for why something failed.
func tail(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return fmt.Sprint(err)
	}
	lines := strings.Split(string(content), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}
