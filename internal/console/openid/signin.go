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
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const (
	loginPath    = "/login"
	callbackPath = "/auth/callback"
	// attemptLife is how long a person may take with the issuer.
	attemptLife = 10 * time.Minute
	// maxEntering bounds the sign-ins that are being decided.
	maxEntering = 16
	// maxPath bounds the address to go back to, which a cookie must hold.
	maxPath = 2000
)

// attempt is a sign-in that is under way. The browser keeps it, sealed, in a cookie: so nobody can fill the memory of the
// console with attempts, and only the browser that began one ends it.
type attempt struct {
	State, Nonce, Verifier string
	// To is the page to go back to.
	To string
	// Former is the cookie of a session that this one replaces.
	Former string
	Until  time.Time
}

// signIn sends a person to the issuer.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request) {
	to := cmp.Or(r.URL.Query().Get("to"), "/")
	if !isPage(to) {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("The address to go back to is none of this console, or longer than %d characters.", maxPath))
		return
	}
	config, _, err := d.issuer.client(r.Context())
	if err != nil {
		d.Log.Error(err, "Nobody can sign in")
		refuse(w, http.StatusBadGateway, "The issuer does not answer. Whoever runs this console finds the reason in its log.")
		return
	}
	login := attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), To: to, Former: sessionOf(r), Until: d.Clock.Now().Add(attemptLife),
	}
	sealed, err := d.sealer.seal(login)
	if err != nil {
		d.Log.Error(err, "Nobody can sign in")
		refuse(w, http.StatusInternalServerError, "The console is broken. Its log has the reason.")
		return
	}
	http.SetCookie(w, newCookie(loginCookie, sealed))
	http.Redirect(w, r, config.AuthCodeURL(login.State, oidc.Nonce(login.Nonce), oauth2.S256ChallengeOption(login.Verifier)), http.StatusFound)
}

// callback takes a person who comes back from the issuer. Nothing is asked of anybody before the state shows that this
// browser began the sign-in.
func (d *Door) callback(w http.ResponseWriter, r *http.Request) {
	login, known := d.attemptOf(r)
	query := r.URL.Query()
	if !known || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(login.State)) != 1 {
		refuse(w, http.StatusBadRequest, "This sign-in was not begun in this browser, or took more than ten minutes, or has ended already.")
		return
	}
	forget(w, loginCookie)
	if said := query.Get("error"); said != "" {
		refuse(w, http.StatusForbidden, "The issuer says: "+strings.TrimSpace(said+" "+query.Get("error_description")))
		return
	}
	cookie, err := d.enter(r.Context(), query.Get("code"), login)
	if err != nil {
		d.Log.Info("A sign-in failed", "reason", err.Error())
		status, reason := reasonFor(err)
		refuse(w, status, reason)
		return
	}
	http.SetCookie(w, newCookie(sessionCookie, cookie))
	http.Redirect(w, r, login.To, http.StatusFound)
}

// attemptOf returns the sign-in that the browser of a request began.
func (d *Door) attemptOf(r *http.Request) (attempt, bool) {
	cookie, err := r.Cookie(loginCookie)
	if err != nil {
		return attempt{}, false
	}
	login, err := d.sealer.open(cookie.Value)
	return login, err == nil && d.Clock.Now().Before(login.Until)
}

// enter asks the issuer and the API server, for a few people at the same time: anybody can come with a code that is none.
func (d *Door) enter(ctx context.Context, code string, login attempt) (cookie string, err error) {
	select {
	case d.entering <- struct{}{}:
		defer func() { <-d.entering }()
	case <-ctx.Done():
		return "", fmt.Errorf("waiting to sign in: %w", ctx.Err())
	}
	granted, err := d.issuer.redeem(ctx, code, login)
	if err != nil {
		return "", err
	}
	return d.open(ctx, granted, login.Former)
}

// reasonFor tells a person why a sign-in failed.
func reasonFor(err error) (status int, reason string) {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		return http.StatusForbidden, "The issuer vouches for nobody: " + refused.reason + "."
	case errors.Is(err, errFull):
		return http.StatusServiceUnavailable, "Too many people are signed in. Try again later."
	case apierrors.IsUnauthorized(err):
		return http.StatusForbidden, "The API server does not take the token of the issuer. Its AuthenticationConfiguration must name this issuer, " +
			"and this console among the audiences."
	default:
		return http.StatusBadGateway, "The issuer or the API server does not answer. Whoever runs this console finds the reason in its log."
	}
}

// isPage says whether one may be led to an address after signing in: a path of this console, so that no link to a sign-in
// leads elsewhere. Browsers take a backslash for a slash and leave out control characters.
func isPage(to string) bool {
	if len(to) > maxPath || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return false
	}
	if strings.ContainsFunc(to, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
		return false
	}
	parsed, err := url.Parse(to)
	if err != nil || parsed.Scheme != "" || parsed.Host != "" {
		return false
	}
	return parsed.Path != loginPath && !strings.HasPrefix(parsed.Path, "/auth/") // Those would sign in again and again.
}

var refused = template.Must(template.New("refused").Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signing in failed</title><link rel="stylesheet" href="/static/app.css"></head>
<body><main><h1>Signing in failed</h1><p>{{.}}</p><p><a href="` + loginPath + `">Sign in again</a></p></main></body>
</html>
`))

// refuse shows why nobody is signed in.
func refuse(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = refused.Execute(w, reason) // Who asked has gone.
}
