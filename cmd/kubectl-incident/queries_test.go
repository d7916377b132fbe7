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
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/saved"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

func TestQueriesAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "team", "queries.yaml")
	t.Setenv(saved.Variable, path)
	steps := []struct {
		args []string
		code int
		want string
	}{
		{[]string{"queries"}, 0, "No queries are saved"},
		{[]string{"list", "nope"}, 2, `there is no query "nope": none is saved`},
		{[]string{"list", "--save", "empty"}, 2, "there is nothing to save"},
		{[]string{"list", "--save", "No", "--mine"}, 2, "the name of a query"},
		{[]string{"list", "--save", "bad", "--severity", "Bad"}, 2, "severity must be one of"},
		{[]string{"list", "--save", "bad", "--sort-by", "size"}, 2, "--sort-by: sort key must be one of"},
		{[]string{"list", "--save", "own", "--mine"}, 0, "query/own saved in " + path},
		{[]string{"list", "--save", "jewels", "--tag", "Crown Jewels", "--tag", "VIP", "--since", "7d", "--min-severity=High", "--state", "Active,InProgress", "-o", "wide", "--sort-by", "severity"}, 0, "saved"},
		{[]string{"list", "jewels", "--tag", "Other", "--save", "other"}, 0, "saved"},
		{[]string{"list", "nope"}, 2, `there is no query "nope": there are jewels, other, own`},
		{[]string{"queries"}, 0, "other    --min-severity=High --output=wide --since=7d --sort-by=severity --state=Active --state=InProgress --tag=Other"},
		{[]string{"queries", "delete", "other", "nope"}, 2, `there is no query "nope"`},
		{[]string{"queries", "delete", "other"}, 0, "query/other deleted"},
	}
	for _, step := range steps {
		code, out, errOut := execute(t, "", nil, step.args...)
		if code != step.code || !strings.Contains(out+errOut, step.want) {
			t.Errorf("%v: got %d, want %d with %q:\n%s%s", step.args, code, step.code, step.want, out, errOut)
		}
	}
	want := `queries:
  jewels:
    min-severity: High
    output: wide
    since: 7d
    sort-by: severity
    state:
    - Active
    - InProgress
    tag:
    - Crown Jewels
    - VIP
  own:
    mine: true
`
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("the file (-want +got):\n%s", diff)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func TestBadQueries(t *testing.T) {
	tests := map[string]string{
		"query:\n  a: {}\n":                         `unknown field "query"`,
		"queries:\n  a: {tagg: x}\n":                `query a: unknown field "tagg"`,
		"queries:\n  a: {tag: {x: y}}\n":            "a flag takes a text, true, false, a number, or a list of them",
		"queries:\n  a: {tag: x}\n  a: {tag: y}\n":  `already set`,
		"queries:\n  \"\\e[31m\": {tag: x}\n":       `is "\x1b[31m"`,
		"queries:\n  a: {mine: maybe}\n":            "query a: mine: ",
		"queries:\n  a: {since: [1d, 2d]}\n":        "query a: since: takes one value, has 2",
		"queries:\n  a: {sort-by: size}\n":          "sort key must be one of",
		"queries:\n  a: {output: nope, mine: true}": "--output: ",
	}
	for text, want := range tests {
		code, out, errOut := execute(t, "", nil, "list", "a", "--queries", writeFile(t, text))
		if code != exitFailed || !strings.Contains(errOut, want) || out != "" {
			t.Errorf("%q: got %d, want %q:\n%s%s", text, code, want, out, errOut)
		}
	}
}

func TestStoreQueriesKeepsLinksAndModes(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "real.yaml"), filepath.Join(folder, "link.yaml")
	if err := os.WriteFile(target, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := saved.Store(link, query.Saved{}.With("a", query.Query{"mine": {"true"}})); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(target)
	if err != nil || info.Mode().Perm() != 0o644 || info.Size() == 0 {
		t.Errorf("got %v, %v", info, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link: got %v, %v", info, err)
	}
}

// TestEveryFilterIsKept finds flags that cannot be read back.
func TestEveryFilterIsKept(t *testing.T) {
	values := map[string]string{"bool": "true", "stringSlice": "a", "strings": "a", "string": "a"}
	filters := func() *filterFlags {
		var f filterFlags
		f.addTo(pflag.NewFlagSet("", pflag.ContinueOnError))
		return &f
	}
	given := filters()
	given.set.VisitAll(func(flag *pflag.Flag) {
		if err := given.set.Set(flag.Name, values[flag.Value.Type()]); err != nil {
			t.Fatal(err)
		}
	})
	restored := filters()
	if err := setFlags(restored.set, queryOf(given.set)); err != nil {
		t.Fatal(err)
	}
	restored.set.VisitAll(func(flag *pflag.Flag) {
		if want := given.set.Lookup(flag.Name).Value.String(); flag.Value.String() != want || !flag.Changed {
			t.Errorf("%s is %q, want %q", flag.Name, flag.Value, want)
		}
	})
}
