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

package console

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

func newLogin(t *testing.T) *Login {
	t.Helper()
	return newWorld(t, interceptor.Funcs{}).login
}

func TestCodeWorksOnce(t *testing.T) {
	login := newLogin(t)
	code := login.Code()
	token, err := login.redeem(code)
	if err != nil || !login.admits(token) {
		t.Fatalf("the first use: %v", err)
	}
	if _, err := login.redeem(code); !errors.Is(err, errUsed) {
		t.Errorf("the second use: got %v, want %v", err, errUsed)
	}
	if login.admits(token) {
		t.Error("the session goes on although its code came twice")
	}
}

func TestCodeWorksForAMinute(t *testing.T) {
	login, now := newLogin(t), time.Now()
	login.now = func() time.Time { return now }
	code := login.Code()
	now = now.Add(codeLife + time.Second)
	if _, err := login.redeem(code); !errors.Is(err, errCode) {
		t.Errorf("got %v, want %v", err, errCode)
	}
}

func TestGuessedCodeEndsNothing(t *testing.T) {
	login := newLogin(t)
	token, err := login.redeem(login.Code())
	if err != nil {
		t.Fatal(err)
	}
	for _, guess := range []string{"", "x", token} {
		if _, err := login.redeem(guess); !errors.Is(err, errCode) {
			t.Errorf("code %q: got %v, want %v", guess, err, errCode)
		}
	}
	if !login.admits(token) || login.admits("") {
		t.Error("the session must go on, and an empty secret be none")
	}
}

func TestSessionEndsWhenIdle(t *testing.T) {
	login, now := newLogin(t), time.Now()
	login.now = func() time.Time { return now }
	token, err := login.redeem(login.Code())
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(idleLife - time.Minute)
	if !login.admits(token) {
		t.Fatal("it ended too early")
	}
	now = now.Add(idleLife - time.Minute)
	if !login.admits(token) {
		t.Fatal("a request must make it last longer")
	}
	now = now.Add(idleLife - time.Minute)
	if !login.knows(token) {
		t.Fatal("it ended too early")
	}
	now = now.Add(2 * time.Minute)
	if login.knows(token) || login.admits(token) {
		t.Error("to be known must not make it last longer: a stream that is open would never end")
	}
}

func TestSignInAndOut(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{})
	w.token = ask[map[string]string](w, http.MethodPost, "/session", map[string]string{"code": w.login.Code()})["token"]
	ask[meReply](w, http.MethodGet, "/api/me", nil)
	if answer := w.do(w.request(http.MethodDelete, "/session", nil)); answer.Code != http.StatusNoContent {
		t.Fatalf("signing out: %d", answer.Code)
	}
	if answer := w.do(w.request(http.MethodGet, "/api/me", nil)); answer.Code != http.StatusUnauthorized {
		t.Errorf("after signing out: got %d, want 401", answer.Code)
	}
}

func TestBrowsersAreBounded(t *testing.T) {
	login := newLogin(t)
	for range maxBrowsers - 1 { // The world is signed in already.
		if _, err := login.redeem(login.Code()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := login.redeem(login.Code()); err == nil {
		t.Errorf("more than %d browsers", maxBrowsers)
	}
}
