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
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// codeLife is how long a code may wait to be used.
	codeLife = time.Minute
	// idleLife is how long a session lasts without a request.
	idleLife = 12 * time.Hour
	// maxBrowsers bounds the browsers that are signed in.
	maxBrowsers = 16
)

// errUsed says that a code came twice: one of the two was not meant to have it.
var errUsed = errors.New("this link was used before: as a precaution all sessions are ended. Start the command again for a new link")

var errCode = errors.New("this link is no longer valid: start the command again for a new one")

// Login signs browsers in. A code buys a secret, which the browser sends along with each request; there are no cookies,
// which a browser would send to every other port of this machine too. Only hashes are kept. All browsers are one person's,
// and so in one session.
type Login struct {
	now     func() time.Time
	session *Session

	mutex    sync.Mutex
	codes    map[[sha256.Size]byte]code
	browsers map[[sha256.Size]byte]time.Time
}

type code struct {
	until time.Time
	used  bool
}

// NewLogin returns the door to a cluster for its one person. Nobody is signed in yet. It reads until the context ends.
func NewLogin(ctx context.Context, cluster Cluster) *Login {
	l := &Login{now: time.Now, codes: map[[sha256.Size]byte]code{}, browsers: map[[sha256.Size]byte]time.Time{}}
	l.session = NewSession(ctx, cluster, func(r *http.Request) bool { return l.knows(bearer(r)) })
	return l
}

// Routes implements Door.
func (l *Login) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /session", l.signIn)
	mux.HandleFunc("DELETE /session", l.signOut)
}

// Admit implements Door.
func (l *Login) Admit(r *http.Request) *Session {
	if !l.admits(bearer(r)) {
		return nil
	}
	return l.session
}

// Code returns a code that is good for one session, if it is used within a minute.
func (l *Login) Code() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	text := secret()
	l.codes[sha256.Sum256([]byte(text))] = code{until: l.now().Add(codeLife)}
	return text
}

// redeem returns the secret of a new session.
func (l *Login) redeem(text string) (string, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	hash := sha256.Sum256([]byte(text))
	known, there := l.codes[hash]
	switch {
	case there && known.used:
		clear(l.browsers)
		return "", errUsed
	case !there || l.now().After(known.until):
		return "", errCode
	case len(l.browsers) >= maxBrowsers:
		return "", errors.New("too many browsers are signed in: sign out in one of them")
	}
	l.codes[hash] = code{used: true}
	bought := secret()
	l.browsers[sha256.Sum256([]byte(bought))] = l.now()
	return bought, nil
}

// knows says whether a secret is that of a session.
func (l *Login) knows(text string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	last, there := l.browsers[sha256.Sum256([]byte(text))]
	return there && l.now().Sub(last) <= idleLife
}

// admits also makes a session last longer.
func (l *Login) admits(text string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	hash, now := sha256.Sum256([]byte(text)), l.now()
	last, there := l.browsers[hash]
	if !there || now.Sub(last) > idleLife {
		delete(l.browsers, hash)
		return false
	}
	l.browsers[hash] = now // Under the same lock: a session that ends meanwhile must not come back.
	return true
}

func (l *Login) end(text string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.browsers, sha256.Sum256([]byte(text)))
}

// secret returns 256 random bits as a text.
func secret() string {
	bits := make([]byte, 32)
	_, _ = rand.Read(bits) // It never fails.
	return base64.RawURLEncoding.EncodeToString(bits)
}

func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

func (l *Login) signIn(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Code string `json:"code"`
	}
	if err := read(r, &asked); err != nil {
		fail(w, problemOf(err))
		return
	}
	token, err := l.redeem(asked.Code)
	if err != nil {
		fail(w, problem{Status: http.StatusUnauthorized, Kind: kindSession, Message: err.Error()})
		return
	}
	answer(w, map[string]string{"token": token})
}

func (l *Login) signOut(w http.ResponseWriter, r *http.Request) {
	l.end(bearer(r))
	w.WriteHeader(http.StatusNoContent)
}
