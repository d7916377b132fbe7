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

package openid

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"

	"github.com/incident-operator/incident-operator/internal/console/openid/openidtest"
)

// The two look in turns, so that whatever one of them left anywhere would be seen by the other.
func TestSessionsShareNothing(t *testing.T) {
	w := newWorld(t)
	people := map[string]*http.Client{alice: w.signIn(alice), bob: w.signIn(bob), vera: w.signIn(vera)}
	for range 3 {
		for person, browser := range people {
			if got := w.whoIs(browser); got != person {
				t.Errorf("%s is shown as %s", person, got)
			}
			found := w.send(browser, http.MethodGet, "/api/incidents")
			for other := range people {
				if want := other == person && person != vera; strings.Contains(found.body, `"of-`+other+`"`) != want {
					t.Errorf("%s sees the incident of %s: %v in %s", person, other, !want, found.body)
				}
			}
		}
	}
	if found := w.send(people[vera], http.MethodGet, "/api/incidents"); found.StatusCode != http.StatusForbidden {
		t.Errorf("vera: %d %s, want 403", found.StatusCode, found.body)
	}
}

// But they share the room for alerts: if each had its own, many people could fill the memory.
func TestSessionsShareOneRoom(t *testing.T) {
	if w := newWorld(t); w.door.Cluster.Room == nil {
		t.Error("each session has a room of its own")
	}
}

func TestGuardOfTheCluster(t *testing.T) {
	w := newWorld(t)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	for name, test := range map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"as the pages ask":               {http.MethodGet, "/api/me", header("Sec-Fetch-Site", "same-origin"), http.StatusOK},
		"another host":                   {http.MethodGet, "/api/me", host("evil.example.com"), http.StatusMisdirectedRequest},
		"the address of the Pod":         {http.MethodGet, "/", host("10.0.0.7:9443"), http.StatusMisdirectedRequest},
		"a sign-in at another host":      {http.MethodGet, "/login", host("evil.example.com"), http.StatusMisdirectedRequest},
		"a host that a proxy claims":     {http.MethodGet, "/api/me", header("X-Forwarded-Host", "evil.example.com"), http.StatusOK},
		"post of another site":           {http.MethodPost, "/api/comments", header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"post of a sibling domain":       {http.MethodPost, "/api/comments", header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		"post of a foreign origin":       {http.MethodPost, "/api/comments", header("Origin", "https://evil.example.com"), http.StatusForbidden},
		"post of no origin at all":       {http.MethodPost, "/api/comments", header("Origin", "null"), http.StatusForbidden},
		"post of the issuer":             {http.MethodPost, "/api/comments", header("Origin", w.issuer.URL), http.StatusForbidden},
		"sign-out by another site":       {http.MethodDelete, "/session", header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"sign-out by a foreign origin":   {http.MethodDelete, "/session", header("Origin", "https://evil.example.com"), http.StatusForbidden},
		"a form":                         {http.MethodPost, "/api/comments", header("Content-Type", "application/x-www-form-urlencoded"), http.StatusUnsupportedMediaType},
		"sign-in with a code of a link":  {http.MethodPost, "/session", header("Sec-Fetch-Site", "same-origin"), http.StatusNotFound},
		"callback by a form":             {http.MethodPost, "/auth/callback", header("Sec-Fetch-Site", "same-origin"), http.StatusNotFound},
		"another cookie":                 {http.MethodGet, "/api/me", func(r *http.Request) { r.Header.Set("Cookie", sessionCookie+"=x") }, http.StatusUnauthorized},
		"an unknown path":                {http.MethodGet, "/api/secrets", header("Sec-Fetch-Site", "same-origin"), http.StatusNotFound},
		"a path that climbs to the API":  {http.MethodGet, "/static/../api/../../apis", header("Sec-Fetch-Site", "same-origin"), http.StatusTemporaryRedirect},
		"the API server through a proxy": {http.MethodGet, "/apis/incidentoperator.dev/v1alpha1/incidents", header("Sec-Fetch-Site", "same-origin"), http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			browser := w.signIn(alice)
			found := w.send(browser, test.method, test.path, test.change)
			if found.StatusCode != test.want {
				t.Errorf("got %d, want %d", found.StatusCode, test.want)
			}
			if !strings.Contains(found.Header.Get("Content-Security-Policy"), "trusted-types 'none'") {
				t.Error("there is no content policy")
			}
			if w.door.sessions.count() == 0 {
				t.Error("the session has ended")
			}
		})
	}
}

// A token of the issuer, even a good one, is no session: only what this console gave out is.
func TestTokenIsNoSession(t *testing.T) {
	w := newWorld(t)
	w.signIn(alice)
	for _, secret := range w.issuer.Issued() {
		for _, set := range []func(*http.Request){
			func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) },
			func(r *http.Request) { r.AddCookie(&http.Cookie{Name: sessionCookie, Value: secret}) },
		} {
			if found := w.send(w.browser(), http.MethodGet, "/api/me", set); found.StatusCode != http.StatusUnauthorized {
				t.Errorf("got %d %s", found.StatusCode, found.body)
			}
		}
	}
}

// stream opens a stream and returns its lines, which end with it.
func (w *world) stream(browser *http.Client) (lines <-chan string, leave context.CancelFunc) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/api/events", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	told := make(chan string, 64)
	go func() {
		defer close(told)
		response, err := browser.Do(r)
		if err != nil {
			return
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return
		}
		for scanner := bufio.NewScanner(response.Body); scanner.Scan(); {
			told <- scanner.Text()
		}
	}()
	if _, open := <-told; !open {
		w.t.Fatal("there is no stream")
	}
	return told, cancel
}

func ends(t *testing.T, lines <-chan string) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		select {
		case _, open := <-lines:
			if !open {
				return
			}
		case <-deadline:
			t.Fatal("the stream goes on")
		}
	}
}

func TestSignOut(t *testing.T) {
	w := newWorld(t)
	browser := w.signIn(alice)
	w.get(browser, "/api/incidents", http.StatusOK)
	other := w.signIn(alice)
	w.get(other, "/api/incidents", http.StatusOK)
	lines, leave := w.stream(browser)
	defer leave()
	found := w.send(browser, http.MethodDelete, "/session")
	ends(t, lines)
	if !slices.ContainsFunc(found.Cookies(), func(c *http.Cookie) bool { return c.Name == sessionCookie && c.MaxAge < 0 }) {
		t.Error("the cookie stays")
	}
	query := url.Values{"client_id": {openidtest.ClientID}, "post_logout_redirect_uri": {w.url + "/"}}
	if want := fmt.Sprintf("{\"to\":%q}", w.issuer.URL+"/logout?"+query.Encode()); strings.ReplaceAll(strings.TrimSpace(found.body), "\\u0026", "&") != want {
		t.Errorf("got %d %s, want %s", found.StatusCode, found.body, want)
	}
	if w.whoIs(browser) != "" || w.whoIs(other) != alice {
		t.Error("it must end this session, and no other")
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(w.reading) != 2 || w.reading[0].Err() == nil || w.reading[1].Err() != nil {
		t.Error("it must end what this session reads, and nothing else")
	}
}

func TestSessionEnds(t *testing.T) {
	for name, test := range map[string]struct {
		// asks are made every so often before the last time passes.
		asks         int
		every, after time.Duration
	}{
		"when idle":                  {1, idleLife, idleLife + time.Second},
		"after its longest, at work": {24, longestLife / 24, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.issuer.Life = 24 * time.Hour
			browser := w.signIn(alice)
			lines, leave := w.stream(browser)
			defer leave()
			for range test.asks {
				w.pass(test.every)
				if w.whoIs(browser) != alice {
					t.Fatal("it ended too early")
				}
			}
			w.pass(test.after)
			if w.whoIs(browser) != "" {
				t.Error("it goes on")
			}
			w.door.sessions.sweep()
			ends(t, lines)
			if w.door.sessions.count() != 0 {
				t.Error("what it kept is kept still")
			}
		})
	}
}

// Else a page that is left open would never be signed out.
func TestStreamMakesNoSessionLastLonger(t *testing.T) {
	wall := clocktesting.NewFakePassiveClock(time.Now())
	s := newSessions(wall)
	if err := s.add("cookie", &entry{end: func() {}}); err != nil {
		t.Fatal(err)
	}
	wall.SetTime(wall.Now().Add(idleLife - time.Minute))
	if !s.knows("cookie") {
		t.Fatal("it ended too early")
	}
	wall.SetTime(wall.Now().Add(2 * time.Minute))
	if s.knows("cookie") || s.admit("cookie") != nil {
		t.Error("it goes on")
	}
}

func TestSessionsAreBounded(t *testing.T) {
	w := newWorld(t)
	first := w.signIn(alice)
	for i := range maxSessions - 1 {
		if err := w.door.sessions.add(fmt.Sprint(i), &entry{end: func() {}}); err != nil {
			t.Fatal(err)
		}
	}
	browser := w.browser()
	w.get(browser, w.begin(browser, bob, "/"), http.StatusServiceUnavailable)
	if w.whoIs(browser) != "" || w.whoIs(first) != alice || w.door.sessions.count() != maxSessions {
		t.Error("one more must be refused, and all others go on")
	}
	w.clock.SetTime(w.clock.Now().Add(idleLife + time.Second))
	w.get(browser, w.begin(browser, bob, "/"), http.StatusFound)
	if w.whoIs(browser) != bob {
		t.Error("there must be room again")
	}
}

func TestStreamsAreBounded(t *testing.T) {
	w := newWorld(t)
	browser := w.signIn(alice)
	const most = 8
	opened := make([]<-chan string, most)
	leave := make([]context.CancelFunc, most)
	for i := range most {
		opened[i], leave[i] = w.stream(browser)
	}
	defer func() {
		for _, one := range leave {
			one()
		}
	}()
	if status, begins := w.oneMore(browser); status != http.StatusTooManyRequests || !strings.Contains(begins, `"busy"`) {
		t.Errorf("got %d %s", status, begins)
	}
	_, leaveOther := w.stream(w.signIn(bob)) // Another's session has streams of its own.
	leaveOther()
	leave[0]()
	ends(t, opened[0])
	deadline := time.Now().Add(20 * time.Second)
	for {
		if status, _ := w.oneMore(browser); status == http.StatusOK {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("a stream that ended leaves no room")
		}
	}
}

// oneMore opens a stream and leaves it after its first line.
func (w *world) oneMore(browser *http.Client) (status int, begins string) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url+"/api/events", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := browser.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	begins, err = bufio.NewReader(response.Body).ReadString('\n')
	if err != nil {
		w.t.Fatal(err)
	}
	return response.StatusCode, begins
}
