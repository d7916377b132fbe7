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
	"fmt"
	"io"
	"strings"
	"sync"
)

const (
	barWidth = 30
	// usualColumns is how wide a terminal is taken to be that does not say it.
	usualColumns = 80
	// leastBarName is to how few characters a name is cut to leave room for the bar.
	leastBarName = 8
)

// Bar shows how many alerts of an object have followed. It is drawn over itself in one line.
type Bar struct {
	out io.Writer
	// columns says how wide the terminal is now.
	columns func() int
	mutex   sync.Mutex
	shown   bool
}

// NewBar returns a bar on a terminal, or one that shows nothing.
func NewBar(out io.Writer, visible bool) *Bar {
	if !visible || isDumb() {
		return &Bar{out: io.Discard, columns: func() int { return usualColumns }}
	}
	return &Bar{out: out, columns: func() int {
		if columns := ScreenOf(out).Columns; columns > 0 {
			return columns
		}
		return usualColumns
	}}
}

// Show draws the bar of one incident over the one before. It stays on one line: of a longer one, the next bar would leave
// a part behind.
func (b *Bar) Show(name string, done, total int) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if total <= 0 {
		return
	}
	done = min(max(done, 0), total)
	filled := barWidth * done / total
	bar := fmt.Sprintf(" [%s%s] %d/%d alerts", strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), done, total)
	name = Cut(name, max(leastBarName, b.columns()-1-len(bar)))
	_, _ = io.WriteString(b.out, "\r\x1b[K"+Cut(name+bar, b.columns()-1))
	b.shown = true
}

// End takes the bar away.
func (b *Bar) End() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.shown {
		_, _ = io.WriteString(b.out, "\r\x1b[K")
	}
}
