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
	"testing"
	"time"
)

// lastShown is the token that the API server saw last, and how many different ones it saw.
func (w *world) lastShown() (last string, different int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	seen := map[string]bool{}
	for _, token := range w.shown {
		seen[token] = true
	}
	return w.shown[len(w.shown)-1], len(seen)
}

func (w *world) pass(d time.Duration) { w.clock.SetTime(w.clock.Now().Add(d)) }

func TestTokenIsRenewedAMinuteBeforeItsEnd(t *testing.T) {
	w := newWorld(t)
	w.issuer.Life = 10 * time.Minute
	browser := w.signIn(alice)
	w.get(browser, "/api/me", http.StatusOK)
	first, _ := w.lastShown()
	w.pass(9*time.Minute - time.Second)
	w.get(browser, "/api/me", http.StatusOK)
	if now, different := w.lastShown(); now != first || different != 1 {
		t.Errorf("it was renewed too early: %d tokens", different)
	}
	w.pass(time.Second + time.Millisecond)
	for range 3 {
		w.get(browser, "/api/me", http.StatusOK)
	}
	if now, different := w.lastShown(); now == first || different != 2 {
		t.Errorf("it must be renewed once: %d tokens", different)
	}
	w.pass(9*time.Minute + time.Second) // By the second refresh token.
	if w.whoIs(browser) != alice {
		t.Error("it must be renewed again and again")
	}
}

// Half of a life that is shorter than two minutes: else such a token would be renewed for every request.
func TestShortToken(t *testing.T) {
	const life, step, steps = 8 * time.Second, 3 * time.Second, 40
	w := newWorld(t)
	w.issuer.Life = life
	browser := w.signIn(alice)
	for range steps {
		w.get(browser, "/api/me", http.StatusOK)
		w.get(browser, "/api/me", http.StatusOK)
		w.pass(step) // No token is shown after its end: that would be refused.
	}
	least, most := int(steps*step/life), 1+int(2*steps*step/life)
	if _, different := w.lastShown(); different < least || different > most {
		t.Errorf("%d tokens in two minutes, want %d to %d", different, least, most)
	}
}

func TestTokenThatTheIssuerDoesNotRenew(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*world)
	}{
		"revoked":             {func(w *world) { w.issuer.Revoke() }},
		"of somebody else":    {func(w *world) { w.issuer.Claims = func(claims map[string]any) { claims["sub"] = "id-of-" + bob } }},
		"for somebody else":   {func(w *world) { w.issuer.Claims = func(claims map[string]any) { claims["aud"] = "other" } }},
		"ended when it comes": {func(w *world) { w.issuer.Claims = func(claims map[string]any) { claims["exp"] = 1 } }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.issuer.Life = 10 * time.Minute
			browser, other := w.signIn(alice), w.signIn(bob)
			for _, one := range []*http.Client{browser, other} {
				w.get(one, "/api/incidents", http.StatusOK) // So that all was read before time passes.
			}
			lines, leave := w.stream(browser)
			defer leave()
			test.change(w)
			w.pass(9*time.Minute + 30*time.Second)
			if w.whoIs(browser) != "" {
				t.Error("the session goes on")
			}
			ends(t, lines)
			if w.door.sessions.count() != 1 {
				t.Error("it must end this session alone")
			}
		})
	}
}

func TestIssuerThatIsAwayForAMoment(t *testing.T) {
	w := newWorld(t)
	w.issuer.Life = 10 * time.Minute
	browser := w.signIn(alice)
	w.issuer.Broken = "temporarily_unavailable"
	w.pass(9*time.Minute + 30*time.Second)
	if w.whoIs(browser) != alice {
		t.Error("the token is good for half a minute more")
	}
	w.pass(time.Minute)
	w.get(browser, "/api/incidents", http.StatusOK) // What was read is shown.
	if _, err := w.door.sessions.only().identity.Token(); err == nil {
		t.Error("the token has ended")
	}
	w.issuer.Broken = ""
	w.pass(retry)
	if w.whoIs(browser) != alice {
		t.Error("the session must go on once the issuer is back")
	}
}

func (s *sessions) only() *entry {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, e := range s.all {
		return e
	}
	return nil
}

func TestIssuerWithoutRefreshTokens(t *testing.T) {
	w := newWorld(t)
	w.issuer.Life = 10 * time.Minute
	browser := w.signIn(alice)
	identity := w.door.sessions.only().identity
	identity.mutex.Lock()
	identity.current.refresh = ""
	identity.mutex.Unlock()
	w.pass(9*time.Minute + 59*time.Second)
	if w.whoIs(browser) != alice {
		t.Error("the token is good to its end")
	}
	w.pass(2 * time.Second)
	if w.whoIs(browser) != "" {
		t.Error("the session goes on without a token")
	}
}
