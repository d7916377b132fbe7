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
	"strings"
	"testing"
)

const changelog = `# Changelog

## [Unreleased]

### Added

- New.

## [0.1.0] - 2026-12-01

### Added

- Old.
`

func TestSectionFor(t *testing.T) {
	for version, want := range map[string]string{"0.1.0": "### Added\n\n- Old.\n", "0.2.0": "### Added\n\n- New.\n"} {
		got, err := sectionFor(changelog, version)
		if err != nil || got != want {
			t.Errorf("of %s there is %q, %v; must be %q", version, got, err, want)
		}
	}
	if got, err := sectionFor(strings.ReplaceAll(changelog, "Unreleased", "0.2.0"), "0.3.0"); err == nil {
		t.Errorf("there must be an error, is %q", got)
	}
}

func TestRunRefuses(t *testing.T) {
	for args, message := range map[string]string{
		"":                            "the first argument must be root or all",
		"some":                        `the first argument must be root or all, is "some"`,
		"all":                         "--out must be a folder",
		"all --out x --version 0.1.0": `--version must be a semantic version such as v0.1.0, is "0.1.0"`,
		"all --out x --version v0.1":  `--version must be a semantic version such as v0.1.0, is "v0.1"`,
	} {
		if err := run(context.Background(), strings.Fields(args)); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("%q: the error is %v, must say %q", args, err, message)
		}
	}
}
