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

// Package terminal is what is written for people and read from them: lines that are safe to print, Aligned columns, a bar
// that shows how far something is, answers to questions.
package terminal

import (
	"io"
	"os"
	"strings"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

const commentIndent = "    "

// Output remembers the first failure to write, so that a cut list of heads does not pass for a whole one.
type Output struct {
	io.Writer
	// ASCII says that nothing else is to be written.
	ASCII bool
	// Err is the first failure.
	Err error
	// shown is the terminal on which a pager shows what is written; nil without one.
	shown *os.File
}

// Write implements io.Writer.
func (o *Output) Write(data []byte) (int, error) {
	written := data
	if o.ASCII {
		written = []byte(ToASCII(string(data)))
	}
	n, err := o.Writer.Write(written)
	if o.Err == nil {
		o.Err = err
	}
	if err == nil {
		n = len(data) // Symbols may take more room in ASCII.
	}
	return n, err
}

// PrintLine leaves failures to the output, which remembers them.
func PrintLine(w io.Writer, line string) {
	_, _ = io.WriteString(w, line+"\n")
}

// Escape makes a text that others wrote safe to print: nothing in it moves the cursor, colors or reorders the line.
func Escape(words string) string {
	return text.Escape(words)
}

// PrintError prints each line of a message, which may quote a file or a server, in a line of its own, the first behind the
// name of the program.
func PrintError(w io.Writer, program string, err error) {
	prefix := program + ": "
	for line := range strings.SplitSeq(strings.ReplaceAll(err.Error(), "\r\n", "\n"), "\n") {
		PrintLine(w, prefix+Escape(line))
		prefix = "  "
	}
}

// Indent writes a text of several lines below an entry. Only line feeds, also after a carriage return, break lines.
func Indent(w io.Writer, words string) {
	for line := range strings.SplitSeq(strings.ReplaceAll(words, "\r\n", "\n"), "\n") {
		PrintLine(w, strings.TrimRight(commentIndent+Escape(line), " "))
	}
}
