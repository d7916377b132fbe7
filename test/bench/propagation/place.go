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

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// place is a control plane with the operator, as hack/local.sh starts them in a folder.
type place struct {
	root, folder string
	// own says that it was started here, and so is taken down here.
	own bool
}

// openPlace starts one in a temporary folder, unless folder names one that runs.
func openPlace(ctx context.Context, root, folder string) (*place, error) {
	if folder != "" {
		folder, err := filepath.Abs(folder)
		return &place{root: root, folder: folder}, err
	}
	folder, err := os.MkdirTemp("", "incident-operator-bench-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the control plane: %w", err)
	}
	p := &place{root: root, folder: folder, own: true}
	for _, command := range []string{"up", "ingest-stop"} { // What takes alerts would share the machine.
		if err := p.do(ctx, command); err != nil {
			return nil, errors.Join(err, p.close())
		}
	}
	return p, nil
}

// close takes down what was started, also after the run was interrupted.
func (p *place) close() error {
	if !p.own {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := p.do(ctx, "down"); err != nil {
		return err // The folder stays: it holds the process ids.
	}
	return os.RemoveAll(p.folder)
}

// do has hack/local.sh do one of its commands.
func (p *place) do(ctx context.Context, command string) error {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(p.root, "hack", "local.sh"), command) //nolint:gosec // The command is one of this program's own.
	cmd.Env = append(os.Environ(), "LOCAL_DIR="+p.folder)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running hack/local.sh %s: %w: %s", command, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}

// startOperator returns when the operator is ready. One that runs already is left alone.
func (p *place) startOperator(ctx context.Context) error { return p.do(ctx, "operator-start") }

// stopOperator ends the operator gracefully: it gives its lease back.
func (p *place) stopOperator(ctx context.Context) error { return p.do(ctx, "operator-stop") }

func (p *place) kubeconfig(user string) string { return filepath.Join(p.folder, user+".kubeconfig") }

// operatorPID returns 0 if the operator does not run.
func (p *place) operatorPID() int { return p.rolePID("operator") }

// rolePID returns 0 if the role does not run.
func (p *place) rolePID(role string) int {
	pid := p.pid(role)
	// The process of an id that was left behind may be another program's by now.
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) //nolint:gosec // A number leads nowhere else.
	if err != nil || !strings.Contains(string(line), p.kubeconfig(role)) {
		return 0
	}
	return pid
}

// pid returns 0 if no process id of that name was left in the folder.
func (p *place) pid(name string) int {
	content, err := os.ReadFile(filepath.Join(p.folder, "run", name+".pid")) //nolint:gosec // The folder is the one that --local names.
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0
	}
	return pid
}

// processes are the processes that take part, this program included.
func (p *place) processes() map[string]int {
	pids := map[string]int{"operator": p.operatorPID(), "ingest": p.rolePID("ingest"), "bench": os.Getpid()}
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager"} {
		pids[name] = p.pid(name)
	}
	return pids
}
