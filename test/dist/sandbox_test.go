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
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// sandbox starts a program as a container engine does with the security context that is shipped: in the unpacked image as
// the only and read-only file system, as its user, without capabilities and without a way to get any.
const sandbox = `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" &&
exec unshare --root="$0" --wd=/ --setgid=65532 --setuid=65532 "$@"`

var _ = Describe("The image in a sandbox", Ordered, func() {
	It("works for an installation by install.yaml, within the limits that are shipped", func(ctx SpecContext) {
		Expect(os.Geteuid()).To(BeZero(), "to make a sandbox needs root")
		c := newCluster()
		kubectl(ctx, "--kubeconfig", c.kubeconfig, "apply", "--server-side", "-f", filepath.Join(distFolder(), "install.yaml"))

		folder := GinkgoT().TempDir()
		Expect(os.Chmod(folder, 0o755)).To(Succeed())
		unpack(amd64(), folder)
		asOperator(c.kubeconfig, filepath.Join(folder, "kubeconfig"))
		health := freePort()
		cmd := exec.CommandContext(context.Background(), "setpriv", "--no-new-privs", "--clear-groups", "unshare", "--mount", "--pid", "--fork",
			"sh", "-c", sandbox, folder, "/manager", "--kubeconfig=/kubeconfig", "--leader-elect",
			"--leader-election-namespace="+operatorNamespace, "--metrics-bind-address=0", "--health-probe-bind-address="+health)
		cmd.Env = []string{"GOMEMLIMIT=460MiB"}
		cmd.Stdout, cmd.Stderr = GinkgoWriter, GinkgoWriter
		Expect(cmd.Start()).To(Succeed())
		DeferCleanup(func() { stop(cmd) })
		Eventually(func() error { return probe("http://" + health + "/readyz") }).Should(Succeed())

		incident, alert := create(ctx, c)
		incident.Spec.Assignee = "alice@example.com"
		Expect(c.Update(ctx, incident)).To(Succeed())
		Eventually(func(g Gomega) {
			g.Expect(c.Get(ctx, client.ObjectKeyFromObject(alert), alert)).To(Succeed())
			g.Expect(alert.Spec.Assignee).To(Equal("alice@example.com"))
		}).Should(Succeed())

		expectConfined(child(cmd.Process.Pid))
	})
})

// asOperator writes a kubeconfig of the operator's ServiceAccount.
func asOperator(of, path string) {
	GinkgoHelper()
	config, err := clientcmd.LoadFromFile(of)
	Expect(err).NotTo(HaveOccurred())
	for _, user := range config.AuthInfos {
		user.Impersonate = "system:serviceaccount:" + operatorNamespace + ":incident-operator"
		user.ImpersonateGroups = []string{"system:serviceaccounts", "system:serviceaccounts:" + operatorNamespace, "system:authenticated"}
	}
	Expect(clientcmd.WriteToFile(*config, path)).To(Succeed())
	Expect(os.Chmod(path, 0o644)).To(Succeed())
}

// child is the process in the sandbox, the one child of the one that was started.
func child(parent int) int {
	GinkgoHelper()
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", parent, parent))
	Expect(err).NotTo(HaveOccurred())
	pid, err := strconv.Atoi(strings.TrimSpace(string(children)))
	Expect(err).NotTo(HaveOccurred())
	return pid
}

// stop ends the process in the sandbox itself: it has changed its user, so it does not end with its parent.
func stop(cmd *exec.Cmd) {
	GinkgoHelper()
	Expect(syscall.Kill(child(cmd.Process.Pid), syscall.SIGKILL)).To(Succeed())
	Expect(cmd.Wait()).NotTo(Succeed())
}

// expectConfined looks at the process itself.
func expectConfined(pid int) {
	GinkgoHelper()
	proc := "/proc/" + strconv.Itoa(pid)
	status, err := os.ReadFile(filepath.Join(proc, "status"))
	Expect(err).NotTo(HaveOccurred())
	field := func(name string) string {
		found := regexp.MustCompile(`(?m)^` + name + `:\s+(.*)$`).FindSubmatch(status)
		Expect(found).NotTo(BeNil(), name)
		return string(found[1])
	}
	Expect(field("Name")).To(Equal("manager"))
	Expect(strings.Fields(field("Uid"))).To(HaveEach("65532"))
	Expect(strings.Fields(field("Gid"))).To(HaveEach("65532"))
	Expect(field("CapEff")).To(Equal("0000000000000000"))
	Expect(field("NoNewPrivs")).To(Equal("1"))
	peak, err := strconv.Atoi(strings.Fields(field("VmHWM"))[0])
	Expect(err).NotTo(HaveOccurred())
	Expect(peak).To(BeNumerically("<", 128<<10), "KiB of memory, more than the Deployment asks for")
	mounts, err := os.ReadFile(filepath.Join(proc, "mountinfo"))
	Expect(err).NotTo(HaveOccurred())
	Expect(string(mounts)).To(MatchRegexp(`(?m)^\d+ \d+ \S+ \S+ / ro[, ]`))
	AddReportEntry("peak of memory in KiB", peak)
}

func freePort() string {
	GinkgoHelper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func probe(url string) error {
	response, err := http.Get(url) //nolint:noctx // A process of the test on this machine.
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
