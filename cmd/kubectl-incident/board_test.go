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
	"errors"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// TestBoard works through a queue by keys.
func TestBoard(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"), anIncident("inc-2"), anAlert("odd", "inc-2"))
	c.intercept.Create = saysWho("alice@example.com")
	s := newScreen(t, 100, 24)
	ended := s.starts(t.Context(), c, "board")
	s.shows("> inc-1")

	s.types("t")
	s.shows("incident/inc-1 assigned to alice@example.com")
	s.shows("> inc-1            Active  alice@example.com")
	if got := c.incident("inc-1").Spec.Assignee; got != "alice@example.com" {
		t.Errorf("inc-1 is assigned to %q", got)
	}

	s.types("j\r")
	s.shows("Alerts, the worst first")
	s.types("\x1b")
	s.shows("> inc-2")

	// Somebody else is faster than the text is typed.
	s.types("acarol@example.com")
	s.shows("for nobody): carol@example.com")
	taken := c.incident("inc-2")
	taken.Spec.Assignee = "bob@example.com"
	if err := c.Update(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	s.types("\r")
	s.shows("incident/inc-2: assigned to bob@example.com a moment ago; --force takes it over")
	s.shows("You saw assignee none; it is bob@example.com now.")
	s.shows("You asked for: kubectl incident assign inc-2 --to=carol@example.com --namespace=soc")
	if got := c.incident("inc-2").Spec.Assignee; got != "bob@example.com" {
		t.Errorf("inc-2 was overwritten by %q", got)
	}
	s.types("F")
	s.shows("incident/inc-2 assigned to carol@example.com (was bob@example.com)")

	s.types("rthe host is new\r")
	s.shows("incident/inc-2 resolved")
	s.until("still has inc-2 in the list", func(screen string) bool { return strings.Contains(screen, "soc: 1 incident, not finished") })
	if got := c.incident("inc-2").Spec.Resolution; got.State != v1alpha1.ResolutionResolved || got.Note != "the host is new" {
		t.Errorf("inc-2 is %+v", got)
	}
	s.types("fr")
	s.shows("> inc-2            Resolved")

	s.resize(150, 40)
	s.until("has no keys in its last line", func(screen string) bool {
		lines := strings.Split(screen, "\n")
		return len(lines) == 40 && strings.Contains(lines[39], "q quit")
	})
	s.types("q")
	if code := ended(); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
}

// TestBoardAsks has a merge ask what it asks in a shell, and do nothing without a yes.
func TestBoardAsks(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) { i.Spec.Assignee = "alice@example.com" }), anIncident("inc-2"), anAlert("odd", "inc-1"))
	c.intercept.Create = saysWho("alice@example.com")
	s := newScreen(t, 80, 24)
	ended := s.starts(t.Context(), c, "board")
	s.shows("> inc-1")
	s.types("minc-2\r")
	s.shows("This moves 1 alert to inc-2, which cannot be undone")
	s.shows("[y/N/keep]")
	s.types("no\r")
	s.shows("nothing was changed")
	if into := c.incident("inc-1").Spec.MergeInto.Name; into != "" {
		t.Errorf("it was merged into %s", into)
	}
	s.types("minc-9\r")
	s.shows("TargetNotFound")
	s.types("q")
	if code := ended(); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
}

// TestBoardOutlivesTheAPIServer goes on when that is back, with what changed meanwhile.
func TestBoardOutlivesTheAPIServer(t *testing.T) {
	c := newCluster(t, anIncident("inc-1"))
	var away atomic.Bool
	away.Store(true)
	c.intercept.Watch = func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
		if away.Load() {
			return nil, &url.Error{Op: "Get", URL: "https://192.0.2.1", Err: errors.New("connection refused")}
		}
		return w.Watch(ctx, list, options...)
	}
	s := newScreen(t, 120, 24)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	ended := s.starts(ctx, c, "board")
	s.shows("the API server does not answer since")
	s.shows("> inc-1")
	if err := c.Create(t.Context(), anIncident("inc-0")); err != nil {
		t.Fatal(err)
	}
	away.Store(false)
	s.until("still says that the API server is away", func(screen string) bool {
		return strings.Contains(screen, "inc-0") && !strings.Contains(screen, "does not answer")
	})
	interrupt()
	if code := ended(); code != exitDone {
		t.Errorf("it ends with %d", code)
	}
}

// TestBoardWithoutATerminal says what does there.
func TestBoardWithoutATerminal(t *testing.T) {
	c := newCluster(t)
	c.refused(exitFailed, "kubectl incident list --watch", "board")
	s := newScreen(t, 80, 24)
	t.Setenv("TERM", "dumb")
	if code := s.starts(t.Context(), c, "board")(); code != exitFailed {
		t.Errorf("on a dumb terminal it ends with %d", code)
	}
	s.shows("the board takes a whole terminal")
}

// TestBoardInASCII is for a locale that knows nothing else.
func TestBoardInASCII(t *testing.T) {
	c := newCluster(t, anIncident("inc-1", func(i *v1alpha1.Incident) { i.Spec.Name = "東京 \u202e" }))
	s := newScreen(t, 100, 24)
	t.Setenv("LC_ALL", "C")
	ended := s.starts(t.Context(), c, "board")
	s.shows(`\u6771\u4eac \u202e`)
	s.types("q")
	ended()
}
