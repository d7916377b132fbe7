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

package terminal

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
)

// PagerVariable names the pager of the plugin alone; PAGER is that of all programs.
const PagerVariable = "KUBECTL_INCIDENT_PAGER"

// usualPager is what is used if no variable names one.
const usualPager = "less"

// pagerDefaults are what pagers are told that the user has told nothing, as git tells them: show colors, end at once if all
// fits the screen, and leave what was shown there.
var pagerDefaults = map[string]string{"LESS": "FRX", "LV": "-c"}

// pagerOf is the command line of the user's pager; empty for none.
func pagerOf(lookup func(string) (string, bool)) string {
	for _, name := range []string{PagerVariable, "PAGER"} {
		if command, set := lookup(name); set {
			if command = strings.TrimSpace(command); command == "cat" {
				return ""
			}
			return command
		}
	}
	return usualPager
}

// programOf is the program in a command line, behind the variables that this sets.
func programOf(command string) string {
	for word := range strings.FieldsSeq(command) {
		if !strings.Contains(word, "=") {
			return word
		}
	}
	return ""
}

// Page shows what is written to an output in the user's pager, from the first write on, if it is shown on a terminal. Call
// end when all is written; it returns once the user has left the pager.
func Page(out io.Writer) (end func()) {
	output, remembers := out.(*Output)
	file, shown := File(out)
	command := pagerOf(os.LookupEnv)
	if _, err := exec.LookPath(programOf(command)); err != nil || !remembers || !shown || isDumb() {
		return func() {}
	}
	p := &pager{command: command, screen: file}
	before := output.Writer
	output.Writer, output.shown = p, file
	return func() {
		output.Writer, output.shown = before, nil
		p.end()
	}
}

// pager is started by the first write, so that a command that only fails has none.
type pager struct {
	command string
	screen  *os.File
	process *exec.Cmd
	pipe    io.WriteCloser
	// left says that the user has seen enough.
	left bool
}

// Write implements io.Writer. A pager that was left takes nothing more, which is no failure.
func (p *pager) Write(data []byte) (int, error) {
	if p.process == nil {
		if err := p.start(); err != nil {
			return 0, err
		}
	}
	if p.left {
		return len(data), nil
	}
	n, err := p.pipe.Write(data)
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrClosed) {
		p.left = true
		return len(data), nil
	}
	return n, err
}

func (p *pager) start() error {
	// As for git, the variable is a command line of the user's own shell.
	p.process = exec.Command("sh", "-c", p.command) //nolint:gosec,noctx // It is the user's own command, and ends when the user leaves it.
	p.process.Stdout, p.process.Stderr = p.screen, os.Stderr
	p.process.Env = os.Environ()
	for name, value := range pagerDefaults {
		if _, set := os.LookupEnv(name); !set {
			p.process.Env = append(p.process.Env, name+"="+value)
		}
	}
	var err error
	if p.pipe, err = p.process.StdinPipe(); err != nil {
		return err
	}
	return p.process.Start()
}

func (p *pager) end() {
	if p.process == nil || p.process.Process == nil {
		return
	}
	// Ctrl-C is for the pager now: if this process ended by it, two programs would read the keys.
	signal.Ignore(os.Interrupt)
	defer signal.Reset(os.Interrupt)
	_ = p.pipe.Close()
	// How a pager ends says nothing of what was written.
	_ = p.process.Wait()
}
