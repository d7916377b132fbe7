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
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/incident-operator/incident-operator/internal/console/openid/openidtest"
)

func TestSignIn(t *testing.T) {
	w := newWorld(t)
	browser := w.browser()
	const page = "/test/incidents?assignee=%40me&tag=a%20b"
	if got := w.get(browser, w.begin(browser, alice, page), http.StatusFound).Header.Get("Location"); got != page {
		t.Errorf("it leads to %s, want %s", got, page)
	}
	if got := w.whoIs(browser); got != alice {
		t.Errorf("signed in as %q", got)
	}
	if got := w.whoIs(w.browser()); got != "" {
		t.Errorf("another browser is signed in as %q", got)
	}
}

func TestSignInWithTheAccessToken(t *testing.T) {
	w := newWorld(t)
	w.door.issuer.AccessToken, w.accepted = true, "kubectl"
	if got := w.whoIs(w.signIn(alice)); got != alice {
		t.Errorf("signed in as %q", got)
	}
}

func TestCookies(t *testing.T) {
	w := newWorld(t)
	browser := w.browser()
	w.issuer.Person = alice
	login := w.get(browser, "/login", http.StatusFound)
	done := w.get(browser, w.get(browser, login.Header.Get("Location"), http.StatusFound).Header.Get("Location"), http.StatusFound)
	for name, test := range map[string]struct {
		cookie *http.Cookie
		site   http.SameSite
		age    int
	}{
		loginCookie:   {login.cookie(loginCookie), http.SameSiteLaxMode, 600},
		sessionCookie: {done.cookie(sessionCookie), http.SameSiteStrictMode, 0},
	} {
		c := test.cookie
		if c == nil {
			t.Fatalf("%s is not set", name)
		}
		if !strings.HasPrefix(name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != test.site || c.MaxAge != test.age {
			t.Errorf("%s", c.Raw)
		}
	}
	if !slices.ContainsFunc(done.Cookies(), func(c *http.Cookie) bool { return c.Name == loginCookie && c.MaxAge < 0 }) {
		t.Error("the cookie of the sign-in stays")
	}
}

// Each of these must let nobody in.
func TestRefusedSignIns(t *testing.T) {
	without := func(name string) func(*world, string) string {
		return func(w *world, back string) string { return change(w.t, back, name, "") }
	}
	claim := func(name string, value any) func(*world) {
		return func(w *world) { w.issuer.Claims = func(claims map[string]any) { claims[name] = value } }
	}
	tests := map[string]struct {
		before func(*world)
		back   func(w *world, back string) string
		status int
		says   string
	}{
		"another state":    {back: func(w *world, back string) string { return change(w.t, back, "state", "x") }, status: http.StatusBadRequest, says: "not begun"},
		"no state":         {back: without("state"), status: http.StatusBadRequest, says: "not begun"},
		"no code":          {back: without("code"), status: http.StatusForbidden, says: "invalid_grant"},
		"a made-up code":   {back: func(w *world, back string) string { return change(w.t, back, "code", "x") }, status: http.StatusForbidden, says: "invalid_grant"},
		"another nonce":    {before: claim("nonce", "x"), status: http.StatusForbidden, says: "another sign-in"},
		"no nonce":         {before: claim("nonce", nil), status: http.StatusForbidden, says: "another sign-in"},
		"another audience": {before: claim("aud", "somebody-else"), status: http.StatusForbidden, says: "expected audience"},
		"another issuer":   {before: claim("iss", "https://evil.example.com"), status: http.StatusForbidden, says: "different provider"},
		"an old token":     {before: claim("exp", time.Now().Add(-time.Hour).Unix()), status: http.StatusForbidden, says: "expired"},
		"a token that the API server does not take": {
			before: func(w *world) { w.accepted = "kubectl" }, status: http.StatusForbidden, says: "AuthenticationConfiguration",
		},
		"denied by the issuer": {before: func(w *world) { w.issuer.Deny = "access_denied <b>" }, status: http.StatusForbidden, says: "access_denied &lt;b&gt;"},
		"an issuer that is broken": {
			back:   func(w *world, back string) string { w.issuer.Broken = "temporarily_unavailable"; return back },
			status: http.StatusBadGateway, says: "does not answer",
		},
		"more than ten minutes": {
			back: func(w *world, back string) string {
				w.clock.SetTime(w.clock.Now().Add(attemptLife + time.Second))
				return back
			},
			status: http.StatusBadRequest, says: "ten minutes",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if test.before != nil {
				test.before(w)
			}
			browser := w.browser()
			back := w.begin(browser, alice, "/")
			if test.back != nil {
				back = test.back(w, back)
			}
			found := w.get(browser, back, test.status)
			if !strings.Contains(found.body, test.says) {
				t.Errorf("got %s, want it to say %q", found.body, test.says)
			}
			if found.cookie(sessionCookie) != nil || w.door.sessions.count() != 0 || w.whoIs(browser) != "" {
				t.Error("there is a session")
			}
		})
	}
}

func TestIssuerThatIsNotThereYet(t *testing.T) {
	w := newWorld(t)
	w.issuer.Broken = "temporarily_unavailable"
	w.get(w.browser(), "/login", http.StatusBadGateway)
	if err := w.door.Discover(t.Context()); err == nil {
		t.Error("the console must not be ready")
	}
	w.issuer.Broken = ""
	w.get(w.browser(), "/login", http.StatusBadGateway) // It is left alone for a moment.
	w.pass(retry)
	if err := w.door.Discover(t.Context()); err != nil || w.whoIs(w.signIn(alice)) != alice {
		t.Errorf("it must be asked again: %v", err)
	}
}

func change(t *testing.T, address, name, value string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := parsed.Query()
	query.Del(name)
	if value != "" {
		query.Set(name, value)
	}
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// An attacker who begins a sign-in must not end it in the browser of somebody else, nor the other way round.
func TestSignInEndsWhereItBegan(t *testing.T) {
	w := newWorld(t)
	own, others := w.browser(), w.browser()
	back := w.begin(own, bob, "/")
	w.get(others, back, http.StatusBadRequest)
	w.begin(others, alice, "/")
	w.get(others, back, http.StatusBadRequest)
	if w.whoIs(others) != "" || w.door.sessions.count() != 0 {
		t.Error("somebody is signed in by another's sign-in")
	}
	w.get(own, back, http.StatusFound)
}

// A code that was stolen on its way is worth nothing without the verifier of its own sign-in.
func TestCodeOfAnotherSignIn(t *testing.T) {
	w := newWorld(t)
	browser := w.browser()
	stolen, err := url.Parse(w.begin(w.browser(), alice, "/"))
	if err != nil {
		t.Fatal(err)
	}
	found := w.get(browser, change(t, w.begin(browser, bob, "/"), "code", stolen.Query().Get("code")), http.StatusForbidden)
	if !strings.Contains(found.body, "invalid_grant") || w.whoIs(browser) != "" {
		t.Errorf("got %s", found.body)
	}
}

func TestReplayedCallback(t *testing.T) {
	w := newWorld(t)
	browser := w.browser()
	back := w.begin(browser, alice, "/")
	address, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	kept := browser.Jar.Cookies(address)
	w.get(browser, back, http.StatusFound)
	w.get(browser, back, http.StatusBadRequest) // The browser has forgotten the sign-in.
	thief := w.browser()
	thief.Jar.SetCookies(address, kept)
	w.get(thief, back, http.StatusForbidden) // Who kept its cookie too has a code that was used.
	if w.whoIs(thief) != "" || w.door.sessions.count() != 1 {
		t.Error("the callback works twice")
	}
}

// A cookie that somebody planted before must not become the one of a session.
func TestFreshCookieAtEachSignIn(t *testing.T) {
	w := newWorld(t)
	browser := w.browser()
	planted := func(r *http.Request) { r.AddCookie(&http.Cookie{Name: sessionCookie, Value: "planted"}) }
	w.issuer.Person = alice
	login := w.send(browser, http.MethodGet, "/login", planted)
	back := w.get(browser, login.Header.Get("Location"), http.StatusFound).Header.Get("Location")
	first := w.send(browser, http.MethodGet, back, planted).cookie(sessionCookie)
	if first == nil || first.Value == "planted" || len(first.Value) < 50 {
		t.Fatalf("the cookie is %v", first)
	}
	if found := w.send(w.browser(), http.MethodGet, "/api/me", planted); found.StatusCode != http.StatusUnauthorized {
		t.Errorf("the planted cookie: %d", found.StatusCode)
	}
	second := w.get(browser, w.begin(browser, alice, "/"), http.StatusFound).cookie(sessionCookie)
	if second == nil || second.Value == first.Value || w.door.sessions.knows(first.Value) || !w.door.sessions.knows(second.Value) {
		t.Error("signing in again must end the session of before, and begin one with a cookie of its own")
	}
}

func TestRedirectsLeadNowhereElse(t *testing.T) {
	w := newWorld(t)
	for to, want := range map[string]bool{
		"/": true, "/test/incidents": true, "/test/incidents?search=https%3A%2F%2Fevil.example.com": true, "/test/incidents/soc/inc-1/log": true,
		"//evil.example.com": false, "///evil.example.com": false, "/\\evil.example.com": false, "\\\\evil.example.com": false, "/\t/evil.example.com": false,
		"/\n/evil.example.com": false, "https://evil.example.com": false, "javascript:alert(1)": false, "evil.example.com": false, "test/incidents": false,
		"/a\r\nSet-Cookie: x=y": false, "/login": false, "/login?to=/": false, "/auth/callback?code=x": false, "/%zz": false, "/" + strings.Repeat("a", maxPath): false,
	} {
		if got := isPage(to); got != want {
			t.Errorf("%q is a page: %v, want %v", to, got, want)
		}
		status := http.StatusBadRequest
		if want {
			status = http.StatusFound
		}
		w.get(w.browser(), "/login?to="+url.QueryEscape(to), status)
	}
}

// What the browser keeps while its person is with the issuer can be neither read nor made up.
func TestSealedAttempt(t *testing.T) {
	w := newWorld(t)
	sealed, err := w.door.sealer.seal(attempt{State: "state", Verifier: "verifier", To: "/"})
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := w.door.sealer.open(sealed); err != nil || opened.Verifier != "verifier" {
		t.Fatalf("got %+v, %v", opened, err)
	}
	other, err := newSealer()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.open(sealed); err == nil {
		t.Error("another key opens it")
	}
	flipped := []byte(sealed)
	flipped[len(flipped)/2] ^= 1
	for _, forged := range []string{"", "x", "e30", string(flipped), sealed[:len(sealed)-4]} {
		if _, err := w.door.sealer.open(forged); err == nil {
			t.Errorf("%q opens", forged)
		}
	}
}

func TestNothingSecretIsLoggedOrSent(t *testing.T) {
	w := newWorld(t)
	browser := w.browser()
	var sent []string
	keep := func(found answered) {
		sent = append(sent, found.body)
		for name, values := range found.Header {
			sent = append(sent, name+": "+strings.Join(values, " "))
		}
	}
	back := w.begin(browser, alice, "/")
	keep(w.get(browser, back, http.StatusFound))
	keep(w.get(browser, "/api/me", http.StatusOK))
	keep(w.get(browser, "/api/incidents", http.StatusOK))
	keep(w.send(browser, http.MethodDelete, "/session"))
	w.issuer.Claims = func(claims map[string]any) { claims["nonce"] = "x" }
	keep(w.get(browser, w.begin(browser, alice, "/"), http.StatusForbidden))
	w.mutex.Lock()
	logged := strings.Join(w.logged, "\n")
	w.mutex.Unlock()
	if !strings.Contains(logged, "Signed in") || !strings.Contains(logged, "A sign-in failed") {
		t.Fatalf("the log is not kept: %s", logged)
	}
	for _, secret := range append(w.issuer.Issued(), openidtest.Secret) {
		if strings.Contains(logged, secret) {
			t.Errorf("%s is in the log", secret)
		}
		if strings.Contains(strings.Join(sent, "\n"), secret) {
			t.Errorf("%s was sent to the browser", secret)
		}
	}
}
