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

// Package browser opens a link in the user's browser.
package browser

import (
	"context"
	"fmt"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// page leads to the link. A link on a command line could be read by every user of the machine.
var page = template.Must(template.New("page").Parse(`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={{ . }}">
<title>Incidents</title><a href="{{ . }}">Open the console</a>
`))

// openers are what opens a file, by operating system.
var openers = map[string][]string{
	"linux":   {"xdg-open"},
	"darwin":  {"open"},
	"windows": {"rundll32", "url.dll,FileProtocolHandler"},
}

// Open opens a link by a file that only this user can read. The function that it returns deletes the file.
func Open(ctx context.Context, link string) (func(), error) {
	opener, known := openers[runtime.GOOS]
	if !known {
		return func() {}, fmt.Errorf("it is not known how %s opens a browser: open the link yourself", runtime.GOOS)
	}
	folder, err := os.MkdirTemp("", "incident-console-")
	if err != nil {
		return func() {}, fmt.Errorf("making a folder: %w", err)
	}
	remove := func() { _ = os.RemoveAll(folder) } // What stays in the folder for temporary files is harmless: the link works once.
	path := filepath.Join(folder, "open.html")
	if err := write(path, link); err != nil {
		return remove, err
	}
	command := exec.CommandContext(ctx, opener[0], append(opener[1:], path)...) //nolint:gosec // The program is one of the above.
	if err := command.Start(); err != nil {
		return remove, fmt.Errorf("starting %s: %w", opener[0], err)
	}
	go func() { _ = command.Wait() }() // It ends by itself, or with the context.
	return remove, nil
}

func write(path, link string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // The path is in a folder that was just made.
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	if err := page.Execute(file, link); err != nil {
		_ = file.Close()
		return fmt.Errorf("writing the file: %w", err)
	}
	return file.Close()
}
