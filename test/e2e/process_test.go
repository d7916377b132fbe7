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

package e2e

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
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

const leaseName = "incident-operator.incidentoperator.dev"

// process is the operator, run as its users run it.
type process struct {
	metrics, health string
	log             *os.File
	cmd             *exec.Cmd
}

type outcome struct {
	exitCode int
	output   string
}

func stringReader(text string) io.Reader { return strings.NewReader(text) }

func newProcess() *process {
	GinkgoHelper()
	ports := strings.Fields(command(context.Background(), "bin/controlplane", "ports", "2"))
	Expect(ports).To(HaveLen(2))
	log, err := os.OpenFile(filepath.Join(localDir, "logs", "operator.log"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	Expect(err).NotTo(HaveOccurred())
	return &process{metrics: "127.0.0.1:" + ports[0], health: "127.0.0.1:" + ports[1], log: log}
}

func (p *process) command(ctx context.Context, kubeconfig string) *exec.Cmd {
	return exec.CommandContext(ctx, filepath.Join(root, "bin", "manager"),
		"--kubeconfig", kubeconfig,
		"--leader-elect", "--leader-election-namespace", operatorNamespace,
		"--leader-election-retry-period", "500ms",
		"--metrics-bind-address", p.metrics, "--health-probe-bind-address", p.health)
}

// runToEnd runs the operator until it ends by itself, at most for 20 s.
func (p *process) runToEnd(ctx context.Context, kubeconfig string) outcome {
	GinkgoHelper()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	output, err := p.command(ctx, kubeconfig).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		Expect(err).NotTo(HaveOccurred())
	}
	code := 0
	if exit != nil {
		code = exit.ExitCode()
	}
	return outcome{exitCode: code, output: string(output)}
}

func (p *process) start() {
	GinkgoHelper()
	p.cmd = p.command(context.Background(), kubeconfig("operator"))
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	Expect(p.cmd.Start()).To(Succeed())
	Eventually(p.ready).WithTimeout(30*time.Second).Should(Succeed(), "see the log of the operator")
}

func (p *process) ready() error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+p.health+"/readyz", http.NoBody)
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
	connection, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", p.metrics)
	if err != nil {
		return err
	}
	return connection.Close()
}

// kill ends the operator at once, wherever it is, and spares the successor the wait for the lease of the dead, which cannot
// come back. So leases need not be short, which a busy machine would miss.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	p.cmd = nil
	lease := &coordinationv1.Lease{}
	lease.Namespace, lease.Name = operatorNamespace, leaseName
	Expect(client.IgnoreNotFound(admin.Delete(context.Background(), lease))).To(Succeed())
}

// stop asks the operator to end and returns its exit code.
func (p *process) stop() int {
	GinkgoHelper()
	Expect(p.cmd.Process.Signal(syscall.SIGTERM)).To(Succeed())
	_ = p.cmd.Wait()
	code := p.cmd.ProcessState.ExitCode()
	p.cmd = nil
	return code
}

// scrape reads the metrics with a bearer token, or without one.
func (p *process) scrape(ctx context.Context, token string) (int, string) {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+p.metrics+"/metrics", http.NoBody)
	Expect(err).NotTo(HaveOccurred())
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	// The certificate is the operator's own; who serves is not in question here.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	response, err := (&http.Client{Transport: transport}).Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return response.StatusCode, string(body)
}
