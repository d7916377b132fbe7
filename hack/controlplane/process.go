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
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is one detached process of the control plane, remembered in its pid file.
type process struct {
	name string
	layout
}

// launch starts the process in a session of its own, so that neither Ctrl-C nor the end of this program reaches it.
func (p process) launch(binary string, args []string) error {
	log, err := os.OpenFile(p.log(p.name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	command := exec.Command(binary, args...) //nolint:gosec,noctx // To run what --assets names, beyond the end of any context, is the purpose.
	command.Stdout, command.Stderr = log, log
	command.Dir = p.root
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", p.name, err)
	}
	exited := make(chan struct{})
	go func() { // an exit while this program still runs must not leave a zombie
		_ = command.Wait()
		close(exited)
	}()
	if err := writeSecret(p.pid(p.name), []byte(strconv.Itoa(command.Process.Pid)+"\n")); err != nil {
		return errors.Join(err, command.Process.Kill())
	}
	return p.awaitCommandLine(exited)
}

// awaitCommandLine waits for what alive looks at: a moment after it was started a process has no command line yet.
func (p process) awaitCommandLine(exited <-chan struct{}) error {
	for {
		if _, running := p.alive(); running {
			return nil
		}
		select {
		case <-exited:
			return fmt.Errorf("%s ended at once:\n%s", p.name, p.logTail(tailLines))
		case <-time.After(time.Millisecond):
		}
	}
}

// alive returns the process id if the process runs. After a restart of the machine the id in the file may be that of
// another process, so its command line has to be this control plane's.
func (p process) alive() (int, bool) {
	content, err := os.ReadFile(p.pid(p.name))
	if err != nil {
		return 0, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || pid <= 1 {
		return 0, false
	}
	line := commandLine(pid)
	ours := strings.Contains(line, p.root+string(filepath.Separator)) && strings.Contains(line, p.name)
	return pid, ours
}

// commandLine is empty for a process that is gone or a zombie. Where there is /proc it spares the need for ps.
func commandLine(pid int) string {
	if exists("/proc/self/cmdline") {
		content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return strings.ReplaceAll(string(content), "\x00", " ")
	}
	ps := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)) //nolint:gosec,noctx // A number injects nothing, and ps ends by itself.
	content, _ := ps.Output()
	return string(content)
}

// terminate ends the process, gently first, and removes its pid file. It reports whether there was one to end.
func (p process) terminate(grace time.Duration) (bool, error) {
	pid, running := p.alive()
	if running {
		if err := p.end(pid, grace); err != nil {
			return true, err
		}
	}
	err := os.Remove(p.pid(p.name))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return running, err
}

func (p process) end(pid int, grace time.Duration) error {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stopping %s, process %d: %w", p.name, pid, err)
		}
		if p.gone(grace) {
			return nil
		}
	}
	return fmt.Errorf("%s, process %d, does not end", p.name, pid)
}

func (p process) gone(within time.Duration) bool {
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(pollInterval) {
		if _, running := p.alive(); !running {
			return true
		}
	}
	return false
}

// logTail returns the last lines of the process's log.
func (p process) logTail(lines int) string {
	content, err := os.ReadFile(p.log(p.name))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
