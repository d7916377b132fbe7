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

package terminal_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
)

func TestFold(t *testing.T) {
	for name, test := range map[string]struct {
		words string
		width int
		want  []string
	}{
		"short":            {"a b", 5, []string{"a b"}},
		"exactly as wide":  {"ab cd", 5, []string{"ab cd"}},
		"at word ends":     {"ab cd ef", 5, []string{"ab cd", "ef"}},
		"a long word":      {"a https://example.com/x b", 5, []string{"a", "https://example.com/x", "b"}},
		"wide letters":     {"東京 本社", 5, []string{"東京", "本社"}},
		"lines stay":       {"ab\r\n\ncd", 5, []string{"ab", "", "cd"}},
		"no width":         {"ab cd ef", 0, []string{"ab cd ef"}},
		"hostile":          {"\x1b[31m a", 5, []string{`\x1b[31m`, "a"}},
		"nothing":          {"", 5, []string{""}},
		"ends are trimmed": {"ab   ", 2, []string{"ab"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, terminal.Fold(test.words, test.width)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
