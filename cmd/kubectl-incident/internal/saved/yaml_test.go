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

package saved

import (
	"testing"

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

func TestEditQueries(t *testing.T) {
	saved := query.Saved{}.With("a", query.Query{"tag": {"x"}})
	const alone = "queries:\n  a:\n    tag: x\n"
	for old, want := range map[string]string{
		"":                                      alone,
		"# Ours.\n":                             "# Ours.\n" + alone,
		"queries:\n":                            alone,
		"queries: {}\n":                         alone,
		"{}\n":                                  alone,
		"queries:\n  b: {tag: y}\n":             alone,
		"queries: {a: {tag: x}} # c":            "queries: {a: {tag: x}} # c\n",
		"queries:\n  b: &b {tag: y}\n  a: *b\n": alone,
	} {
		got, err := edit([]byte(old), saved)
		if err != nil || string(got) != want {
			t.Errorf("%q: got %q, %v", old, got, err)
		}
	}
}
