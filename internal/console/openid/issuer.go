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
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"k8s.io/utils/clock"
)

// Issuer is who says who people are.
type Issuer struct {
	// URL is its name, at which it is found; https.
	URL      string
	ClientID string
	// Secret reads the secret of the client; nil for a client that has none.
	Secret func() (string, error)
	Scopes []string
	// AccessToken passes the access token to the API server, instead of the ID token.
	AccessToken bool
	// HTTP makes the requests to the issuer. It must have a time limit.
	HTTP *http.Client
}

// issuer asks an Issuer.
type issuer struct {
	Issuer
	// home is the address of the console.
	home  *url.URL
	clock clock.PassiveClock

	mutex sync.Mutex
	known *provider
	// failed is when it did not answer last, and failure what came instead.
	failed  time.Time
	failure error
}

// provider is what an issuer says of itself.
type provider struct {
	*oidc.Provider
	EndSession  string   `json:"end_session_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
}

// grant is what the issuer gave for one person.
type grant struct {
	subject string
	// token is what the API server is shown.
	token string
	// since is when it was granted, and until when it ends; that is zero if the issuer does not say.
	since, until time.Time
	// refresh buys the next one; empty if there is none.
	refresh string
}

func (g grant) isGood(now time.Time) bool { return g.until.IsZero() || now.Before(g.until) }

// endsSoon says whether it is time to renew: a minute before the end, or half of a life that is shorter than two.
func (g grant) endsSoon(now time.Time) bool {
	return !g.until.IsZero() && g.until.Sub(now) <= min(renewal, g.until.Sub(g.since)/2)
}

// refusal is an answer of the issuer that asking again does not change, or a token that is not what was asked for.
type refusal struct{ reason string }

func (r *refusal) Error() string { return r.reason }

// discover asks the issuer for its addresses, once. An issuer that does not answer is left alone for a moment, so that those
// who want to sign in do not wait for each other.
func (i *issuer) discover(ctx context.Context) (*provider, error) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.known != nil {
		return i.known, nil
	}
	if i.failure != nil && i.clock.Since(i.failed) < retry {
		return nil, i.failure
	}
	i.known, i.failure = i.ask(ctx)
	i.failed = i.clock.Now()
	return i.known, i.failure
}

func (i *issuer) ask(ctx context.Context) (*provider, error) {
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, i.HTTP), i.URL)
	if err != nil {
		return nil, fmt.Errorf("asking the issuer for its addresses: %w", err)
	}
	known := &provider{}
	if err := found.Claims(known); err != nil {
		return nil, fmt.Errorf("reading what the issuer says of itself: %w", err)
	}
	known.Provider = found
	return known, nil
}

// client returns how to ask the issuer. Its style of authentication is never found out by trying: a code works once.
func (i *issuer) client(ctx context.Context) (*oauth2.Config, *provider, error) {
	found, err := i.discover(ctx)
	if err != nil {
		return nil, nil, err
	}
	config := &oauth2.Config{ClientID: i.ClientID, Endpoint: found.Endpoint(), RedirectURL: i.home.JoinPath(callbackPath).String(), Scopes: i.Scopes}
	config.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	if i.Secret == nil {
		return config, found, nil
	}
	if config.ClientSecret, err = i.Secret(); err != nil {
		return nil, nil, err
	}
	if len(found.AuthMethods) == 0 || slices.Contains(found.AuthMethods, "client_secret_basic") {
		config.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	}
	return config, found, nil
}

// redeem buys tokens with the code that came with a login. Its nonce must be in the ID token, which ties it to that login.
func (i *issuer) redeem(ctx context.Context, code string, login attempt) (grant, error) {
	config, found, err := i.client(ctx)
	if err != nil {
		return grant{}, err
	}
	got, err := config.Exchange(oidc.ClientContext(ctx, i.HTTP), code, oauth2.VerifierOption(login.Verifier))
	if err != nil {
		return grant{}, withoutAnswer(err)
	}
	proof, err := i.verify(ctx, found, got)
	if err != nil {
		return grant{}, err
	}
	if proof.Nonce != login.Nonce {
		return grant{}, &refusal{"the ID token is of another sign-in"}
	}
	return i.granted(got, proof), nil
}

// renew buys the next tokens of the same person. An issuer may leave the ID token out, which only hurts if that is what the
// API server is shown.
func (i *issuer) renew(ctx context.Context, old grant) (grant, error) {
	if old.refresh == "" {
		return grant{}, &refusal{"there is no refresh token"}
	}
	config, found, err := i.client(ctx)
	if err != nil {
		return grant{}, err
	}
	got, err := config.TokenSource(oidc.ClientContext(ctx, i.HTTP), &oauth2.Token{RefreshToken: old.refresh}).Token()
	if err != nil {
		return grant{}, withoutAnswer(err)
	}
	proof := &oidc.IDToken{Subject: old.subject}
	if !i.AccessToken || got.Extra("id_token") != nil {
		if proof, err = i.verify(ctx, found, got); err != nil {
			return grant{}, err
		}
	}
	if proof.Subject != old.subject {
		return grant{}, &refusal{"the new ID token is of somebody else"}
	}
	return i.granted(got, proof), nil
}

// verify returns the ID token that came along, which must be signed by the issuer, for this client, and in time.
func (i *issuer) verify(ctx context.Context, found *provider, got *oauth2.Token) (*oidc.IDToken, error) {
	raw, _ := got.Extra("id_token").(string)
	if raw == "" {
		return nil, &refusal{"the issuer sent no ID token"}
	}
	proof, err := found.VerifierContext(oidc.ClientContext(ctx, i.HTTP), &oidc.Config{ClientID: i.ClientID, Now: i.clock.Now}).Verify(ctx, raw)
	if err != nil {
		return nil, &refusal{fmt.Sprintf("verifying the ID token: %s", err)}
	}
	if i.AccessToken && proof.AccessTokenHash != "" {
		if err := proof.VerifyAccessToken(got.AccessToken); err != nil {
			return nil, &refusal{fmt.Sprintf("verifying the access token: %s", err)}
		}
	}
	return proof, nil
}

func (i *issuer) granted(got *oauth2.Token, proof *oidc.IDToken) grant {
	g := grant{subject: proof.Subject, since: i.clock.Now(), token: got.AccessToken, until: got.Expiry, refresh: got.RefreshToken}
	if !i.AccessToken {
		g.token, _ = got.Extra("id_token").(string)
		g.until = proof.Expiry
	}
	return g
}

// leaving is where the issuer ends its own session; empty if it has no such page. No ID token goes along, as it may: the
// browser would learn it.
func (i *issuer) leaving() string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.known == nil || i.known.EndSession == "" {
		return ""
	}
	to, err := url.Parse(i.known.EndSession)
	if err != nil || to.Scheme != "https" {
		return ""
	}
	query := to.Query()
	query.Set("client_id", i.ClientID)
	query.Set("post_logout_redirect_uri", i.home.JoinPath("/").String())
	to.RawQuery = query.Encode()
	return to.String()
}

// withoutAnswer takes what the issuer answered out of an error: it may hold tokens.
func withoutAnswer(err error) error {
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) {
		return fmt.Errorf("asking the issuer for tokens: %w", err)
	}
	said := cmp.Or(answered.ErrorCode, answered.Response.Status)
	switch answered.Response.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return &refusal{"the issuer gave no token: " + said}
	default:
		return fmt.Errorf("asking the issuer for tokens: it answered %s", said)
	}
}
