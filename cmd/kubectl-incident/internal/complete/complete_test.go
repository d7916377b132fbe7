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

package complete

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCacheIsRefused(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, spoil := range map[string]func(c Cache) error{
		"broken":          func(c Cache) error { return os.WriteFile(c.path, []byte("{"), 0o600) },
		"somebody else's": func(c Cache) error { return store(Cache{c.path, "other"}, now, "x") },
		"old":             func(c Cache) error { return store(c, now.Add(-cacheLifetime), "x") },
		"of the future":   func(c Cache) error { return store(c, now.Add(time.Second), "x") },
		"open to others":  func(c Cache) error { return os.Chmod(c.path, 0o644) },
		"of another form": func(c Cache) error { return store(c, now, 1) },
		"gone":            func(c Cache) error { return os.Remove(c.path) },
		"behind a link":   func(c Cache) error { return link(c.path) },
		"a folder":        func(c Cache) error { return folder(c.path) },
	} {
		t.Run(name, func(t *testing.T) {
			c := Cache{filepath.Join(t.TempDir(), "cache", "completion-x.json"), "key"}
			if err := store(c, now, "x"); err != nil {
				t.Fatal(err)
			}
			if got, ok := load[string](c, now); !ok || got != "x" {
				t.Fatalf("%q, %v", got, ok)
			}
			if err := spoil(c); err != nil {
				t.Fatal(err)
			}
			if got, ok := load[string](c, now); ok {
				t.Errorf("it is used: %q", got)
			}
		})
	}
}

func link(path string) error {
	if err := os.Rename(path, path+".real"); err != nil {
		return err
	}
	return os.Symlink(path+".real", path)
}

func folder(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.Mkdir(path, 0o700)
}

func TestCacheForgets(t *testing.T) {
	c := Cache{filepath.Join(t.TempDir(), "completion-x.json"), "key"}
	old := filepath.Join(filepath.Dir(c.path), "completion-old.json")
	if err := os.WriteFile(old, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := store(c, time.Now().Add(2*cacheLifetime), "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Error(err)
	}
}

func TestIsPlain(t *testing.T) {
	for text, want := range map[string]bool{
		"Crown Jewels: HR": true, "a-b_c.d:e/f@g+h=i,j%1": true, "größe": true, "": true,
		"$x": false, "`x`": false, "a;b": false, "a|b": false, "a&b": false, "a\"b": false, "a'b": false, "a\\b": false, "a*": false,
		"a?": false, "[a]": false, "{a}": false, "~": false, "!a": false, "#a": false, "<a": false, "a>": false, "a\tb": false, "(a)": false,
		"\u202ea": false, "a^": false,
	} {
		if got := IsPlain(text); got != want {
			t.Errorf("%q: got %t", text, got)
		}
	}
}

func TestFewSuggestions(t *testing.T) {
	var all []Suggestion
	for i := range 300 {
		all = append(all, Suggestion{Text: fmt.Sprintf("inc-1%04d", i)})
	}
	all = append(all, Suggestion{Text: "inc-20000"}, Suggestion{Text: "inc-30000"})
	few := (&Typing{}).few(all)
	if len(few) != maxSuggestions+1 || commonPrefix(few) != "inc-" {
		t.Errorf("%d suggestions, which begin with %q", len(few), commonPrefix(few))
	}
}

func TestAsCompleter(t *testing.T) {
	for program, want := range map[string][]string{
		"/usr/bin/kubectl_complete-incident": {"__complete", "take", ""},
		"kubectl_complete-incident.exe":      {"__complete", "take", ""},
		"/usr/bin/kubectl-incident":          {"take", ""},
	} {
		if diff := cmp.Diff(want, AsCompleter(program, []string{"take", ""})); diff != "" {
			t.Error(program, diff)
		}
	}
}
