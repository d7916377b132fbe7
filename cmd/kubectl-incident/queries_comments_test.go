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
	"testing"

	"github.com/google/go-cmp/cmp"
)

const teamQueries = `# Kept by the team.
queries:
  # What wakes us up.
  severe: {min-severity: High} # since March
  # Everybody's own.
  own:
    mine: true
    tag: [Crown Jewels, VIP]
  "old": # Nobody needs it.
    tag: x
# The end.
`

func TestQueriesKeepCommentsAndOrder(t *testing.T) {
	path := writeFile(t, teamQueries)
	for _, args := range [][]string{
		{"queries", "delete", "old", "--queries", path},
		{"list", "--since", "7d", "--tag", "a,b", "--save", "recent", "--queries", path},
		{"list", "--severity", "Critical", "--save", "severe", "--queries", path},
	} {
		if code, out, errOut := execute(t, "", nil, args...); code != exitDone {
			t.Fatalf("%v: got %d\n%s%s", args, code, out, errOut)
		}
	}
	want := `# Kept by the team.
queries:
  recent:
    since: 7d
    tag:
    - a
    - b
  # What wakes us up.
  severe: # since March
    severity: Critical
  # Everybody's own.
  own:
    mine: true
    tag: [Crown Jewels, VIP]
# The end.
`
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
