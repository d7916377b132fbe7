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

package edit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// errSecondDocument is for what stands behind a separator, which would be left out of account.
var errSecondDocument = errors.New(`the line "---" must not be there: one incident is edited`)

// The messages of the library name types of this program.
var (
	unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)
	prefixed     = regexp.MustCompile(`^yaml: (unmarshal errors:\n *)?`)
)

// Parse reads what the user left of a sheet; an empty one leaves all as it was. What is not quoted is taken as it is
// written: 2026 and NO are names like any other.
func Parse(text []byte, before Form) (Form, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	after := Form{}
	switch err := decoder.Decode(&after); {
	case errors.Is(err, io.EOF):
		return before, nil
	case err != nil:
		return Form{}, inWords(err)
	}
	var second any
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return Form{}, errSecondDocument
	}
	after.Complete()
	return after, nil
}

func inWords(err error) error {
	text := prefixed.ReplaceAllString(err.Error(), "")
	return errors.New(unknownField.ReplaceAllString(text, `unknown field "$1"`))
}

// The lines that a program writes into a sheet, and takes out of it again.
const (
	problemMark = "#! "
	baseMark    = "#= "
)

// WithProblem puts in front of a sheet why it was not taken, in place of what was there before of that.
func WithProblem(text []byte, problem error) []byte {
	var out bytes.Buffer
	out.WriteString(problemMark + "It was not taken. Correct it; leave it as it is to give up.\n")
	for line := range strings.SplitSeq(problem.Error(), "\n") {
		fmt.Fprintf(&out, "%s  %s\n", problemMark, line)
	}
	out.Write(WithoutProblem(text))
	return out.Bytes()
}

// WithoutProblem is a sheet as the user left it.
func WithoutProblem(text []byte) []byte { return withoutLines(text, problemMark) }

func withoutLines(text []byte, mark string) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte(mark)) {
			out.Write(line)
		}
	}
	return out.Bytes()
}
