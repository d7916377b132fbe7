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

package faults

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/test/cluster"
)

// operatorBinding gives the operator its rights.
const operatorBinding = "incident-operator"

// process is the operator, run as its users run it, and started again whenever it was killed.
type process struct {
	args   []string
	log    *os.File
	server *proxy
	done   sync.WaitGroup

	mutex    sync.Mutex
	cmd      *exec.Cmd
	ended    chan struct{}
	killed   bool
	stopping bool
	mayEnd   bool
	err      error
}

// startOperator runs the operator against the proxy for as long as the suite takes.
func startOperator(ctx context.Context, server *proxy) *process {
	GinkgoHelper()
	ports := local.FreePorts(ctx, 2)
	p := &process{server: server, log: local.OpenLog("operator"), args: []string{
		"--kubeconfig", server.writeKubeconfig(),
		"--leader-elect", "--leader-election-namespace", cluster.OperatorNamespace,
		"--metrics-bind-address", "127.0.0.1:" + ports[0], "--health-probe-bind-address", "127.0.0.1:" + ports[1],
	}}
	server.kill = p.kill
	Expect(p.start()).To(Succeed())
	p.done.Go(p.keepRunning)
	return p
}

func (p *process) start() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.stopping {
		return nil
	}
	// It outlives whatever spec is running.
	p.cmd = exec.CommandContext(context.Background(), local.Program("manager"), p.args...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	p.ended, p.killed = make(chan struct{}), false
	return p.cmd.Start()
}

// keepRunning starts the operator again when it was killed. That it ends by itself is an error, which failure tells.
func (p *process) keepRunning() {
	for {
		err := p.cmd.Wait()
		p.mutex.Lock()
		close(p.ended)
		if p.stopping {
			p.mutex.Unlock()
			return
		}
		if !p.killed && !p.mayEnd && p.err == nil {
			p.err = fmt.Errorf("the operator ended by itself: %w", err)
		}
		killed := p.killed
		p.mutex.Unlock()
		err = nil
		if killed {
			err = local.ReleaseLease()
		}
		p.server.open()
		if err == nil {
			err = p.start()
		}
		if err != nil {
			p.fail(err)
			return
		}
	}
}

// kill ends the operator at once, wherever it is, and returns when it is dead.
func (p *process) kill() {
	p.mutex.Lock()
	p.killed = true
	ended := p.ended
	_ = p.cmd.Process.Kill()
	p.mutex.Unlock()
	<-ended
}

// allowEnd says whether the operator may end by itself, as it does if it loses its lease.
func (p *process) allowEnd(may bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.mayEnd = may
}

func (p *process) stop() {
	p.mutex.Lock()
	p.stopping = true
	_ = p.cmd.Process.Kill()
	p.mutex.Unlock()
	p.done.Wait()
	_ = p.log.Close()
}

func (p *process) fail(err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.err = err
}

// failure says what went wrong with the operator that nobody did to it.
func (p *process) failure() error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.err
}
