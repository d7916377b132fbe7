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
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/board"
)

// talk is what a command writes to and reads from that the board runs.
type talk struct {
	ctx     context.Context //nolint:containedctx // It ends the command, which is run elsewhere.
	abandon context.CancelFunc
	send    func(tea.Msg)
	answers chan string
	ended   chan struct{}

	mutex sync.Mutex
	lines []string
	// line is the one that has not ended.
	line string
}

func newTalk(ctx context.Context, send func(tea.Msg)) *talk {
	t := &talk{send: send, answers: make(chan string, 1), ended: make(chan struct{})}
	t.ctx, t.abandon = context.WithCancel(ctx)
	return t
}

// clearing is what a bar writes before it draws itself anew.
const clearing = "\x1b[K"

// Write implements io.Writer. Of a line that is drawn over itself, only the last version counts.
func (t *talk) Write(data []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	redrawn := false
	for part := range strings.SplitAfterSeq(string(data), "\n") {
		if at := strings.LastIndexByte(part, '\r'); at >= 0 && !strings.HasSuffix(part, "\r\n") {
			t.line, part, redrawn = "", part[at+1:], true
		}
		t.line += part
		if whole, ended := strings.CutSuffix(t.line, "\n"); ended {
			t.lines, t.line = append(t.lines, tidied(whole)), ""
		}
	}
	if redrawn && tidied(t.line) != "" {
		t.send(board.Said{Text: tidied(t.line)})
	}
	return len(data), nil
}

func tidied(line string) string {
	return strings.TrimPrefix(strings.ReplaceAll(line, clearing, ""), program+": ")
}

// Read implements io.Reader: what stands in the line that has not ended is the question.
func (t *talk) Read(into []byte) (int, error) {
	t.mutex.Lock()
	question := tidied(t.line)
	t.line = ""
	t.mutex.Unlock()
	t.send(board.Asked{Text: question})
	select {
	case <-t.ctx.Done():
		return 0, io.EOF
	case text := <-t.answers:
		return copy(into, text+"\n"), nil
	}
}

// answer never waits: a command asks once at a time.
func (t *talk) answer(text string) {
	select {
	case t.answers <- text:
	default:
	}
}

func (t *talk) said() []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	lines := t.lines
	if left := tidied(t.line); left != "" {
		lines = append(lines, left)
	}
	return lines
}

// over says whether the command has ended.
func (t *talk) over() bool {
	select {
	case <-t.ended:
		return true
	default:
		return false
	}
}
