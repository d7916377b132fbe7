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
	"net/http"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

func TestGuard(t *testing.T) {
	const path = "/api/me"
	tests := map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"as the pages ask":        {http.MethodGet, path, func(*http.Request) {}, http.StatusOK},
		"another host":            {http.MethodGet, path, func(r *http.Request) { r.Host = "evil.example.com:8475" }, http.StatusMisdirectedRequest},
		"another port":            {http.MethodGet, path, func(r *http.Request) { r.Host = "127.0.0.1:80" }, http.StatusMisdirectedRequest},
		"localhost":               {http.MethodGet, path, func(r *http.Request) { r.Host = "localhost:8475" }, http.StatusMisdirectedRequest},
		"no host":                 {http.MethodGet, path, func(r *http.Request) { r.Host = "" }, http.StatusMisdirectedRequest},
		"another host, the shell": {http.MethodGet, "/", func(r *http.Request) { r.Host = "evil.example.com" }, http.StatusMisdirectedRequest},
		"no secret":               {http.MethodGet, path, func(r *http.Request) { r.Header.Del("Authorization") }, http.StatusUnauthorized},
		"a wrong secret":          {http.MethodGet, path, func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, http.StatusUnauthorized},
		"a secret as basic":       {http.MethodGet, path, func(r *http.Request) { r.Header.Set("Authorization", "Basic x") }, http.StatusUnauthorized},
		"a secret in a cookie": {http.MethodGet, path, func(r *http.Request) {
			r.Header.Set("Cookie", r.Header.Get("Authorization"))
			r.Header.Del("Authorization")
		}, http.StatusUnauthorized},
		"post of another site":     {http.MethodPost, "/api/comments", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden},
		"post of another port":     {http.MethodPost, "/api/comments", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }, http.StatusForbidden},
		"post of a foreign origin": {http.MethodPost, "/api/comments", foreign("http://127.0.0.1:9999"), http.StatusForbidden},
		"post of no origin at all": {http.MethodPost, "/api/comments", foreign("null"), http.StatusForbidden},
		"sign-in of another site":  {http.MethodPost, "/session", foreign("https://evil.example.com"), http.StatusForbidden},
		"a form":                   {http.MethodPost, "/api/comments", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, http.StatusUnsupportedMediaType},
		"plain text":               {http.MethodPost, "/api/comments", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, http.StatusUnsupportedMediaType},
		"no type":                  {http.MethodPost, "/api/comments", func(r *http.Request) { r.Header.Del("Content-Type") }, http.StatusUnsupportedMediaType},
		"an unknown path":          {http.MethodGet, "/api/secrets", func(*http.Request) {}, http.StatusNotFound},
		"an unknown page":          {http.MethodGet, "/nowhere/at/all", func(*http.Request) {}, http.StatusNotFound},
		"climbing out":             {http.MethodGet, "/static/../../go.mod", func(*http.Request) {}, http.StatusNotFound},
		"a method that is none":    {http.MethodPut, "/api/comments", func(*http.Request) {}, http.StatusMethodNotAllowed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, interceptor.Funcs{})
			r := w.request(test.method, test.path, nil)
			test.change(r)
			answer := w.do(r)
			if answer.Code != test.want && (test.want != http.StatusNotFound || answer.Code != http.StatusTemporaryRedirect) {
				t.Errorf("got %d %s, want %d", answer.Code, answer.Body, test.want)
			}
			for header, part := range map[string]string{
				"Content-Security-Policy": "trusted-types 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if !strings.Contains(answer.Header().Get(header), part) {
					t.Errorf("%s is %q, without %s", header, answer.Header().Get(header), part)
				}
			}
			if len(answer.Header().Values("Set-Cookie")) > 0 {
				t.Error("it sets a cookie, which a browser sends to every port of this machine")
			}
		})
	}
}

func foreign(origin string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Origin", origin)
	}
}

func TestPolicyHasNoHole(t *testing.T) {
	for _, hole := range []string{"unsafe-inline", "unsafe-eval", "*", "data:", "blob:", "http:", "https:"} {
		if strings.Contains(policy, hole) {
			t.Errorf("the policy allows %s", hole)
		}
	}
}

func TestBodyIsBounded(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("inc-1"))
	answer := w.do(w.request(http.MethodPost, "/api/comments", commentRequest{Incident: reference("inc-1"), Text: strings.Repeat("x", maxBody)}))
	if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "too large") {
		t.Errorf("got %d %s, want 400 since it is too large", answer.Code, answer.Body)
	}
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("inc-1"))
	answer := w.do(w.request(http.MethodPost, "/api/changes", map[string]any{"incidents": []named{reference("inc-1")}, "edit": map[string]any{"owner": "bob"}}))
	if answer.Code != http.StatusBadRequest || !strings.Contains(answer.Body.String(), "owner") {
		t.Errorf("got %d %s, want 400 that names the field", answer.Code, answer.Body)
	}
}
