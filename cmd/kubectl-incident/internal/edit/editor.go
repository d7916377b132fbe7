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

// Package edit has a text edited in the editor of the user: any text, or what people decide about an incident as a form.
package edit

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"k8s.io/kubectl/pkg/cmd/util/editor"
)

// editorVariables name the user's editor, the same as for kubectl edit.
var editorVariables = []string{"KUBE_EDITOR", "EDITOR"}

// Draft is a file that the user edits.
type Draft struct {
	// Path is the file that holds it; empty where it was never in a file.
	Path string
	Text []byte
}

// Open opens a text in the user's editor. The file stays until it is discarded, so that nothing that was written is lost;
// so it does with an error. Its name begins with program and name.
func Open(program, name, suffix string, text []byte, onTerminal bool) (Draft, error) {
	if !onTerminal && os.Getenv(editorVariables[0]) == "" && os.Getenv(editorVariables[1]) == "" {
		return Draft{}, errors.New("there is no terminal to edit on: set EDITOR to a program that edits the file by itself")
	}
	edited, path, err := editor.NewDefaultEditor(editorVariables).LaunchTempFile(program+"-"+name+"-", suffix, bytes.NewReader(text))
	if err != nil {
		return Draft{Path: path}, fmt.Errorf("editing: %w", err)
	}
	return Draft{Path: path, Text: edited}, nil
}

// Discard removes the file.
func (d Draft) Discard() {
	if d.Path != "" {
		_ = os.Remove(d.Path) // Temporary.
	}
}
