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

package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	coordinationv1 "k8s.io/api/coordination/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Of the operator, as it is installed.
const (
	OperatorNamespace = "incident-operator-system"
	OperatorUser      = "system:serviceaccount:" + OperatorNamespace + ":incident-operator"
	LeaseName         = "incident-operator.incidentoperator.dev"
)

// Operator is the operator, run as its users run it.
type Operator struct {
	// Metrics is the address at which it serves metrics.
	Metrics string

	cluster *Cluster
	health  string
	log     *os.File
	cmd     *exec.Cmd
}

// NewOperator finds ports for an operator, which writes its log to the folder of the cluster. What calls it, a BeforeSuite,
// also ends the operator, when all is done.
func (c *Cluster) NewOperator(ctx context.Context) *Operator {
	GinkgoHelper()
	ports := c.FreePorts(ctx, 2)
	o := &Operator{cluster: c, Metrics: "127.0.0.1:" + ports[0], health: "127.0.0.1:" + ports[1], log: c.OpenLog("operator")}
	DeferCleanup(o.Kill)
	return o
}

// FreePorts finds so many ports of the loopback interface.
func (c *Cluster) FreePorts(ctx context.Context, n int) []string {
	GinkgoHelper()
	ports := strings.Fields(c.Command(ctx, "bin/controlplane", "ports", fmt.Sprint(n)))
	Expect(ports).To(HaveLen(n))
	return ports
}

// Log is where a process of the cluster writes its log.
func (c *Cluster) Log(process string) string { return filepath.Join(c.Dir, "logs", process+".log") }

// OpenLog opens the log of a process for that to write.
func (c *Cluster) OpenLog(process string) *os.File {
	GinkgoHelper()
	log, err := os.OpenFile(c.Log(process), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	Expect(err).NotTo(HaveOccurred())
	return log
}

func (o *Operator) command(ctx context.Context, person string) *exec.Cmd {
	return exec.CommandContext(ctx, o.cluster.Program("manager"), //nolint:gosec // It runs what was built.
		"--kubeconfig", o.cluster.Kubeconfig(person),
		"--leader-elect", "--leader-election-namespace", OperatorNamespace,
		// On a busy machine a lease is easily lost, and nobody starts the operator again. Kill deletes it.
		"--leader-election-lease-duration", "90s", "--leader-election-renew-deadline", "60s", "--leader-election-retry-period", "500ms",
		"--metrics-bind-address", o.Metrics, "--health-probe-bind-address", o.health)
}

// RunToEnd runs the operator with the rights of a person until it ends by itself, at most for Patience. It returns the exit code
// and what was printed.
func (o *Operator) RunToEnd(ctx context.Context, person string) (int, string) {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	cmd := o.command(ctx, person)
	output, err := cmd.CombinedOutput()
	if exit := new(exec.ExitError); !errors.As(err, &exit) {
		Expect(err).NotTo(HaveOccurred())
	}
	return cmd.ProcessState.ExitCode(), string(output)
}

// Start starts the operator under its own identity, and returns when it is ready.
func (o *Operator) Start() {
	GinkgoHelper()
	o.cmd = o.command(context.Background(), "operator") // It outlives the spec that starts it.
	o.cmd.Stdout, o.cmd.Stderr = o.log, o.log
	Expect(o.cmd.Start()).To(Succeed())
	Eventually(o.ready).WithPolling(50*time.Millisecond).Should(Succeed(), "see the log of the operator")
}

func (o *Operator) ready() error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+o.health+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("readyz answers %s", response.Status)
	}
	// Metrics are served a little later than probes.
	connection, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", o.Metrics)
	if err != nil {
		return err
	}
	return connection.Close()
}

// Kill ends the operator at once, wherever it is. That it does not run is no error.
func (o *Operator) Kill() {
	GinkgoHelper()
	if o.cmd == nil {
		return
	}
	_ = o.cmd.Process.Kill()
	_ = o.cmd.Wait()
	o.cmd = nil
	Expect(o.cluster.ReleaseLease()).To(Succeed())
}

// ReleaseLease spares the successor of an operator that was killed the wait for the lease of the dead, which cannot come
// back. So leases need not be short, which a busy machine would miss.
func (c *Cluster) ReleaseLease() error {
	lease := &coordinationv1.Lease{}
	lease.Namespace, lease.Name = OperatorNamespace, LeaseName
	if err := client.IgnoreNotFound(c.Admin.Delete(context.Background(), lease)); err != nil {
		return fmt.Errorf("deleting the lease of the operator: %w", err)
	}
	return nil
}

// Stop asks the operator to end and returns its exit code.
func (o *Operator) Stop() int {
	GinkgoHelper()
	Expect(o.cmd.Process.Signal(syscall.SIGTERM)).To(Succeed())
	_ = o.cmd.Wait()
	code := o.cmd.ProcessState.ExitCode()
	o.cmd = nil
	return code
}
