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
	"bytes"
	"strings"
	"testing"
)

func barOf(columns int) (*Bar, *bytes.Buffer) {
	var out bytes.Buffer
	return &Bar{out: &out, columns: func() int { return columns }}, &out
}

// TestBarStaysOnOneLine also has names that are long or wide.
func TestBarStaysOnOneLine(t *testing.T) {
	t.Setenv("TERM", "xterm")
	for _, columns := range []int{10, 40, 80, 200} {
		for _, name := range []string{"one", strings.Repeat("n", 253), strings.Repeat("中", 50)} {
			bar, out := barOf(columns)
			bar.Show(name, 500, 2000)
			line, begun := strings.CutPrefix(out.String(), "\r\x1b[K")
			if !begun || WidthOf(line) >= columns || strings.Contains(line, "\n") {
				t.Errorf("in %d columns: %q", columns, out.String())
			}
		}
	}
	bar, out := barOf(80)
	bar.Show("one", 500, 2000)
	if want := "\r\x1b[Kone [#######.......................] 500/2000 alerts"; out.String() != want {
		t.Errorf("got %q", out.String())
	}
	bar.End()
	bar, out = barOf(80)
	bar.Show("one", 0, 0)
	bar.End()
	if out.Len() > 0 {
		t.Errorf("a bar of nothing: %q", out.String())
	}
}
