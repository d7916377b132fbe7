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
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

const (
	barWidth = 30
	// usualColumns is how wide a terminal is taken to be that does not say it.
	usualColumns = 80
	// leastBarName is to how few characters a name is cut to leave room for the bar.
	leastBarName = 8
)

// progress shows how far alerts have followed, on a terminal.
type progress struct {
	out io.Writer
	// columns says how wide the terminal is now.
	columns func() int
	mutex   sync.Mutex
	shown   bool
}

func newProgress(p *plugin) *progress {
	if !p.onTerminal() {
		return &progress{out: io.Discard, columns: func() int { return usualColumns }}
	}
	return &progress{out: p.ErrOut, columns: func() int {
		columns, _, err := term.GetSize(int(os.Stderr.Fd()))
		if err != nil || columns == 0 {
			return usualColumns
		}
		return columns
	}}
}

// show draws the bar of one incident over the one before. It stays on one line: of a longer one, the next bar would leave
// a part behind.
func (b *progress) show(name string, done, total int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if total <= 0 {
		return
	}
	done = min(max(done, 0), total)
	filled := barWidth * done / total
	bar := fmt.Sprintf(" [%s%s] %d/%d alerts", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), done, total)
	name = cut(name, max(leastBarName, b.columns()-1-len(bar)))
	_, _ = io.WriteString(b.out, "\r\x1b[K"+cut(name+bar, b.columns()-1))
	b.shown = true
}

// end takes the bar away.
func (b *progress) end() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.shown {
		_, _ = io.WriteString(b.out, "\r\x1b[K")
	}
}
