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
	"bytes"
	"errors"
	"fmt"
	"os"

	"k8s.io/kubectl/pkg/cmd/util/editor"
)

// editorVariables name the user's editor, the same as for kubectl edit.
var editorVariables = []string{"KUBE_EDITOR", "EDITOR"}

// draft is a file that the user edits.
type draft struct {
	path string
	text []byte
}

// edit opens a text in the user's editor. The file stays until it is discarded, so that nothing that was written is lost.
func (p *plugin) edit(name, suffix string, text []byte) (draft, error) {
	if !p.onTerminal() && os.Getenv(editorVariables[0]) == "" && os.Getenv(editorVariables[1]) == "" {
		return draft{}, errors.New("there is no terminal to edit on: set EDITOR to a program that edits the file by itself")
	}
	edited, path, err := editor.NewDefaultEditor(editorVariables).LaunchTempFile("kubectl-incident-"+name+"-", suffix, bytes.NewReader(text))
	if err != nil {
		return draft{}, p.keeping(draft{path: path}, fmt.Errorf("editing: %w", err))
	}
	return draft{path: path, text: edited}, nil
}

// keeping says where the draft is that was not sent, and returns why.
func (p *plugin) keeping(d draft, err error) error {
	if d.path != "" {
		printLine(p.ErrOut, "What you wrote is kept in "+escape(d.path)+".")
	}
	return err
}

func (d draft) discard() {
	if d.path != "" {
		_ = os.Remove(d.path) // Temporary.
	}
}
