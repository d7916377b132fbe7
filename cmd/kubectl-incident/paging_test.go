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
)

// TestPager shows on a terminal what is printed in the pager of the user, and nowhere else.
func TestPager(t *testing.T) {
	for name, test := range map[string]struct {
		pager string
		args  []string
		paged bool
	}{
		"list":                  {"cat >", []string{"list"}, true},
		"with a variable":       {"A=b cat >", []string{"list"}, true},
		"show":                  {"cat >", []string{"show", "inc-1"}, true},
		"alerts":                {"cat >", []string{"alerts"}, true},
		"report":                {"cat >", []string{"report", "--since", "1h"}, true},
		"said otherwise":        {"cat >", []string{"list", "--no-pager"}, false},
		"no pager":              {"", []string{"list"}, false},
		"one that is cat":       {"cat", []string{"list"}, false},
		"one that is not there": {"no-such-pager >", []string{"list"}, false},
		"another command":       {"cat >", []string{"tags"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t, anIncident("inc-1"), anAlert("odd", "inc-1"))
			s := newScreen(t, 80, 24)
			file := filepath.Join(t.TempDir(), "paged")
			pager := test.pager
			if strings.HasSuffix(pager, ">") {
				pager += " " + file
			}
			t.Setenv("KUBECTL_INCIDENT_PAGER", pager)
			if code := s.starts(t.Context(), c, test.args...)(); code != exitDone {
				t.Errorf("it ends with %d", code)
			}
			paged, err := os.ReadFile(file)
			if got := strings.Contains(string(paged), "inc-1") || strings.Contains(string(paged), "Opened"); got != test.paged {
				t.Errorf("in the pager: %t, %v\n%s", got, err, paged)
			}
			// A pager keeps the columns of the terminal behind it.
			for line := range strings.Lines(string(paged)) {
				if len(strings.TrimRight(line, "\n")) > 80 {
					t.Errorf("a line is too long: %q", line)
				}
			}
		})
	}
}

// TestPagerThatIsLeft is no failure.
func TestPagerThatIsLeft(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	s := newScreen(t, 80, 24)
	t.Setenv("KUBECTL_INCIDENT_PAGER", "true")
	if code := s.starts(t.Context(), c, "list")(); code != exitDone {
		t.Errorf("it ends with %d:\n%s", code, s.text())
	}
}

// TestPagerIsTold what git tells pagers, unless the user says something.
func TestPagerIsTold(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	s := newScreen(t, 80, 24)
	t.Setenv("KUBECTL_INCIDENT_PAGER", `echo "LESS is $LESS"; cat`)
	t.Setenv("LESS", "")
	if err := os.Unsetenv("LESS"); err != nil {
		t.Fatal(err)
	}
	s.starts(t.Context(), c, "list")()
	s.shows("LESS is FRX")
	t.Setenv("LESS", "S")
	s.starts(t.Context(), c, "list")()
	s.shows("LESS is S")
}

// TestNoPagerElsewhere leaves pipes alone.
func TestNoPagerElsewhere(t *testing.T) {
	t.Setenv("KUBECTL_INCIDENT_PAGER", "cat > "+filepath.Join(t.TempDir(), "paged"))
	if out := newCluster(t, anIncident("inc-1")).done("list"); !strings.Contains(out, "inc-1") {
		t.Errorf("got %q", out)
	}
}
