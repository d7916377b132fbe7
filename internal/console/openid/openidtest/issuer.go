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

// Package openidtest has an issuer of OpenID Connect for tests. It is as strict as an issuer must be, and can be told to err.
package openidtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
)

// The console at the issuer.
const (
	ClientID = "incident-console"
	Secret   = "a-secret-of-the-client"
)

const keyID = "key"

// Issuer is served over TLS on loopback. Its fields may be changed between requests.
type Issuer struct {
	*httptest.Server
	// Person is who sits at the browser that comes next.
	Person string
	// Life is how long tokens are good.
	Life time.Duration
	// Claims changes those of the tokens that are issued next.
	Claims func(claims map[string]any)
	// Deny is the error that the sign-in ends with, instead of a code, and Broken that of all other endpoints.
	Deny, Broken string
	// Now is the time of the issuer.
	Now func() time.Time

	mutex sync.Mutex
	key   *rsa.PrivateKey
	keys  oidctest.Server
	// codes are what a sign-in asked for, by codes that were not used yet; refreshes are people by refresh tokens.
	codes     map[string]url.Values
	refreshes map[string]string
	issued    []string
}

// Start returns an issuer that must be closed.
func Start() (*Issuer, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	i := &Issuer{Life: time.Hour, Now: time.Now, key: key, codes: map[string]url.Values{}, refreshes: map[string]string{}}
	i.keys = oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: key.Public(), KeyID: keyID, Algorithm: oidc.RS256}}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.Handle("GET /keys", &i.keys)
	mux.HandleFunc("GET /auth", i.auth)
	mux.HandleFunc("POST /token", i.token)
	mux.HandleFunc("GET /logout", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "Signed out at the issuer.") })
	i.Server = httptest.NewTLSServer(mux)
	return i, nil
}

// Authority is who signed the certificate of the issuer, in PEM.
func (i *Issuer) Authority() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Certificate().Raw})
}

// Issued are all secrets that were given out: codes and tokens.
func (i *Issuer) Issued() []string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return slices.Clone(i.issued)
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	if i.Broken != "" {
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": i.Broken})
		return
	}
	answer(w, http.StatusOK, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
		"end_session_endpoint": i.URL + "/logout", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{oidc.RS256}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
	})
}

// auth lets the person in at once.
func (i *Issuer) auth(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	for name, want := range map[string]string{"client_id": ClientID, "response_type": "code", "code_challenge_method": "S256"} {
		if asked.Get(name) != want {
			http.Error(w, name+" must be "+want, http.StatusBadRequest)
			return
		}
	}
	if len(asked.Get("state")) < 22 || len(asked.Get("nonce")) < 22 || !strings.Contains(asked.Get("scope"), "openid") {
		http.Error(w, "state, nonce and scope must be there", http.StatusBadRequest)
		return
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	back := url.Values{"state": {asked.Get("state")}}
	if i.Deny != "" {
		back.Set("error", i.Deny)
	} else {
		asked.Set("person", i.Person)
		back.Set("code", i.secret())
		i.codes[back.Get("code")] = asked
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound) //nolint:gosec // It is for tests, whose client goes anywhere.
}

func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.Broken != "" {
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": i.Broken})
		return
	}
	if client, secret, _ := r.BasicAuth(); client != ClientID || secret != Secret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	var person, nonce string
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		asked := i.codes[r.PostFormValue("code")]
		delete(i.codes, r.PostFormValue("code"))
		challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if asked.Get("code_challenge") == base64.RawURLEncoding.EncodeToString(challenge[:]) && asked.Get("redirect_uri") == r.PostFormValue("redirect_uri") {
			person, nonce = asked.Get("person"), asked.Get("nonce")
		}
	case "refresh_token":
		person = i.refreshes[r.PostFormValue("refresh_token")]
		delete(i.refreshes, r.PostFormValue("refresh_token"))
	}
	if person == "" {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	refresh := i.secret()
	i.refreshes[refresh] = person
	answer(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(i.Life.Seconds()), "refresh_token": refresh,
		"access_token": i.sign(person, "", "kubectl"), "id_token": i.sign(person, nonce, ClientID),
	})
}

// IDToken returns a token of a person for the console, without a sign-in.
func (i *Issuer) IDToken(person string) string {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	return i.sign(person, "", ClientID)
}

// Revoke makes all refresh tokens worthless.
func (i *Issuer) Revoke() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	clear(i.refreshes)
}

// sign returns a token of a person.
func (i *Issuer) sign(person, nonce, audience string) string {
	now := i.Now()
	claims := map[string]any{
		"iss": i.URL, "aud": audience, "sub": "id-of-" + person, "email": person, "email_verified": true, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(i.Life).Unix(),
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if i.Claims != nil {
		i.Claims(claims)
	}
	maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
	encoded, _ := json.Marshal(claims) // Claims can be encoded.
	token := oidctest.SignIDToken(i.key, keyID, oidc.RS256, string(encoded))
	i.issued = append(i.issued, token)
	return token
}

func (i *Issuer) secret() string {
	text := rand.Text()
	i.issued = append(i.issued, text)
	return text
}

func answer(w http.ResponseWriter, status int, content map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(content) // Who asked has gone.
}
