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
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/creack/pty"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// onScreen is a terminal with a plugin on it.
type onScreen struct {
	t       testing.TB
	ours    *os.File
	theirs  *os.File
	changed chan struct{}

	mutex    sync.Mutex
	emulator *vt.Emulator
}

func newScreen(t testing.TB, columns, rows int) *onScreen {
	t.Helper()
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("LC_ALL", "C.UTF-8")
	ours, theirs, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	s := &onScreen{t: t, ours: ours, theirs: theirs, changed: make(chan struct{}, 1), emulator: vt.NewEmulator(columns, rows)}
	t.Cleanup(func() {
		_, _ = s.theirs.Close(), s.ours.Close()
		_ = s.emulator.Close()
	})
	s.size(columns, rows)
	go func() { _, _ = io.Copy(ours, s.emulator) }() // A terminal answers what it is asked.
	go s.read()
	return s
}

func (s *onScreen) size(columns, rows int) {
	s.t.Helper()
	if err := pty.Setsize(s.ours, &pty.Winsize{Cols: uint16(columns), Rows: uint16(rows)}); err != nil {
		s.t.Fatal(err)
	}
}

// resize tells the process, as the kernel tells the one whose terminal it is.
func (s *onScreen) resize(columns, rows int) {
	s.t.Helper()
	s.mutex.Lock()
	s.emulator.Resize(columns, rows)
	s.mutex.Unlock()
	s.size(columns, rows)
	if err := syscall.Kill(os.Getpid(), syscall.SIGWINCH); err != nil {
		s.t.Fatal(err)
	}
}

func (s *onScreen) read() {
	buffer := make([]byte, 1<<16)
	for {
		n, err := s.ours.Read(buffer)
		if err != nil {
			return
		}
		s.mutex.Lock()
		_, _ = s.emulator.Write(buffer[:n])
		s.mutex.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

func (s *onScreen) text() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.emulator.String()
}

// shows waits until a text is on the screen.
func (s *onScreen) shows(text string) {
	s.t.Helper()
	s.until("has no "+text, func(screen string) bool { return strings.Contains(screen, text) })
}

func (s *onScreen) until(problem string, done func(screen string) bool) {
	s.t.Helper()
	deadline := time.After(30 * time.Second)
	for !done(s.text()) {
		select {
		case <-s.changed:
		case <-deadline:
			s.t.Fatalf("the screen %s:\n%s", problem, s.text())
		}
	}
}

func (s *onScreen) types(keys string) {
	s.t.Helper()
	if _, err := s.ours.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// starts runs the plugin, and returns what waits for its exit code.
func (s *onScreen) starts(ctx context.Context, c *cluster, args ...string) (wait func() int) {
	code := make(chan int, 1)
	p := c.plugin(genericiooptions.IOStreams{In: s.theirs, Out: s.theirs, ErrOut: s.theirs})
	go func() { code <- p.run(ctx, append([]string{"-n", "soc"}, args...)) }()
	return func() int {
		s.t.Helper()
		select {
		case ended := <-code:
			return ended
		case <-time.After(30 * time.Second):
			s.t.Fatalf("it does not end:\n%s", s.text())
			return 0
		}
	}
}
