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
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Screen is where a table goes.
type Screen struct {
	// Columns is how many characters fit into a line; 0 where it is no terminal, so that nothing is cut.
	Columns int
	// Rows is how many lines it shows at once; 0 where it is no terminal.
	Rows   int
	Colors bool
	// Moves says that the cursor can be moved.
	Moves bool
}

// ScreenOf looks at where a command writes. NO_COLOR is a convention: https://no-color.org.
func ScreenOf(out io.Writer) Screen {
	file, ok := File(out)
	if !ok {
		return Screen{}
	}
	columns, rows, err := term.GetSize(int(file.Fd()))
	if err != nil {
		columns, rows = 0, 0
	}
	return Screen{Columns: columns, Rows: rows, Colors: os.Getenv("NO_COLOR") == "" && !isDumb(), Moves: !isDumb()}
}

// isDumb says that the terminal takes no control sequences.
func isDumb() bool { return os.Getenv("TERM") == "dumb" }

// File is the terminal on which an output is shown; false if that is none.
func File(out io.Writer) (*os.File, bool) {
	if remembering, ok := out.(*Output); ok {
		if remembering.shown != nil {
			return remembering.shown, true
		}
		out = remembering.Writer
	}
	file, ok := out.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// InPlace makes of lines what draws them from the upper left corner on, and clears what was there before.
func InPlace(lines string) string {
	return "\x1b[H" + strings.ReplaceAll(lines, "\n", "\x1b[K\n") + "\x1b[J"
}

// Both says whether somebody can be asked: both files are terminals.
func Both(in io.Reader, out io.Writer) bool {
	from, isFile := in.(*os.File)
	_, shown := File(out)
	return isFile && shown && term.IsTerminal(int(from.Fd()))
}
