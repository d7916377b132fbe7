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

package inventory

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// licenseFile is how files are called that must go along with the code.
var licenseFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([.-].*)?$`)

// Licenses returns the license texts of everything in a binary, by the path to put each at: the folder is the module's path,
// that of the Go standard library is "std". A module without any is an error: it must not be handed out.
func (b Binary) Licenses(ctx context.Context) (map[string][]byte, error) {
	texts := map[string][]byte{}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("asking the go command for GOROOT: %w", err)
	}
	for _, name := range []string{"LICENSE", "PATENTS"} {
		text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(goroot)), name)) //nolint:gosec // The path is that of Go.
		if err != nil {
			return nil, fmt.Errorf("reading the license of Go: %w", err)
		}
		texts["std/"+name] = text
	}
	for _, module := range b.Modules {
		if err := module.licenses(texts); err != nil {
			return nil, fmt.Errorf("reading the licenses of %s: %w", module.Path, err)
		}
	}
	return texts, nil
}

// licenses adds the texts of a module, and of code of others that it holds.
func (m Module) licenses(texts map[string][]byte) error {
	found := false
	err := filepath.WalkDir(m.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !licenseFile.MatchString(entry.Name()) || filepath.Ext(path) == ".go" {
			return nil
		}
		name, err := filepath.Rel(m.dir, path)
		if err != nil {
			return err
		}
		found = true
		texts[m.Path+"/"+filepath.ToSlash(name)], err = os.ReadFile(path) //nolint:gosec // A file of the module cache.
		return err
	})
	if err == nil && !found {
		return fmt.Errorf("there is no license text in %s", m.dir)
	}
	return err
}
