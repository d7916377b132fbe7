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
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
)

// The prefix makes browsers take the cookies from this very host alone, over TLS.
const (
	sessionCookie = "__Host-incident-console"
	loginCookie   = "__Host-incident-console-login"
)

// newCookie returns a cookie that no script reads and no other site makes a browser send. The one of a sign-in comes back
// with a person who is sent here by the issuer, which is another site.
func newCookie(name, value string) *http.Cookie {
	cookie := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	if name == loginCookie {
		cookie.SameSite, cookie.MaxAge = http.SameSiteLaxMode, int(attemptLife.Seconds())
	}
	return cookie
}

// forget makes a browser forget a cookie.
func forget(w http.ResponseWriter, name string) {
	cookie := newCookie(name, "") //nolint:gosec // It has all attributes: see above.
	cookie.MaxAge = -1
	http.SetCookie(w, cookie)
}

func sessionOf(r *http.Request) string {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// sealer hides what a browser keeps for the console, so that it can be neither read nor made up. Its key is known to this
// process alone.
type sealer struct{ cipher.AEAD }

func newSealer() (sealer, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // It never fails.
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, fmt.Errorf("making a key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return sealer{}, fmt.Errorf("making a key: %w", err)
	}
	return sealer{aead}, nil
}

func (s sealer) seal(login attempt) (string, error) {
	plain, err := json.Marshal(login)
	if err != nil {
		return "", fmt.Errorf("encoding a sign-in: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.Seal(nil, nil, plain, nil)), nil //nolint:gosec // The cipher draws the nonce itself.
}

func (s sealer) open(text string) (attempt, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return attempt{}, fmt.Errorf("decoding a sign-in: %w", err)
	}
	plain, err := s.Open(nil, nil, sealed, nil)
	if err != nil {
		return attempt{}, fmt.Errorf("opening a sign-in: %w", err)
	}
	var login attempt
	if err := json.Unmarshal(plain, &login); err != nil {
		return attempt{}, fmt.Errorf("decoding a sign-in: %w", err)
	}
	return login, nil
}
