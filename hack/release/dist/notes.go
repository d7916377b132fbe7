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
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// notes writes the section of the changelog about this version, or about what is unreleased.
func (r release) notes(context.Context) error {
	changelog, err := os.ReadFile(filepath.Join(r.repository, "CHANGELOG.md"))
	if err != nil {
		return fmt.Errorf("reading the changelog: %w", err)
	}
	section, err := sectionFor(string(changelog), strings.TrimPrefix(r.version, "v"))
	if err != nil {
		return err
	}
	return r.write("release-notes.md", []byte(section))
}

// sectionFor returns what a changelog says below "## [version]", else below "## [Unreleased]".
func sectionFor(changelog, version string) (string, error) {
	for _, name := range []string{version, "Unreleased"} {
		_, rest, found := strings.Cut(changelog, "\n## ["+name+"]")
		if !found {
			continue
		}
		_, body, _ := strings.Cut(rest, "\n") // The date.
		body, _, _ = strings.Cut(body, "\n## [")
		if body = strings.TrimSpace(body); body != "" {
			return body + "\n", nil
		}
	}
	return "", fmt.Errorf("CHANGELOG.md must have a section [%s] or [Unreleased] that says something", version)
}
