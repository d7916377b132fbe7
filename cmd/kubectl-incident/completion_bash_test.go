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
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBashWithoutItsPackage completes in a bash that has nothing of bash-completion.
func TestBashWithoutItsPackage(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	script := newCluster(t).done("completion", "bash")
	// The program says what it was asked to complete.
	program := "#!/bin/sh\nshift\nfor word in \"$@\"; do printf '[%s]\\n' \"$word\"; done >&2\nprintf 'inc-1\\ninc-2\\n:4\\n'\n"
	for name, text := range map[string]string{"script": script, "kubectl-incident": program} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string]string{
		"kubectl-incident take ":                      "inc-1 inc-2",
		"kubectl-incident take inc-2":                 "inc-2",
		"kubectl-incident assign bob@example.com inc": "inc-1 inc-2",
		"kubectl-incident list --tag=a:b inc-1":       "inc-1",
	} {
		commands := `source ` + filepath.Join(dir, "script") + `
COMP_LINE=$1 COMP_POINT=${#1}
split=${1//=/ = }; split=${split//:/ : }
read -r -a COMP_WORDS <<<"$split"
if [[ $1 == *" " ]]; then COMP_WORDS+=(""); fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_TYPE=9
__start_kubectl-incident 2>/dev/null
echo "${COMPREPLY[@]}"`
		command := exec.CommandContext(t.Context(), bash, "--noprofile", "--norc", "-c", commands, "bash", line)
		command.Env = []string{"PATH=" + dir + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + dir}
		out, err := command.CombinedOutput()
		if err != nil || strings.Join(strings.Fields(string(out)), " ") != want {
			t.Errorf("%q: got %q, %v; want %q", line, out, err, want)
		}
	}
}
