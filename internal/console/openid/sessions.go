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
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"k8s.io/utils/clock"

	"github.com/incident-operator/incident-operator/internal/console"
)

const (
	// idleLife is how long a session lasts without a request, and longestLife how long it lasts at most.
	idleLife    = time.Hour
	longestLife = 12 * time.Hour
	// maxSessions bounds them: each keeps the incidents that its person may see.
	maxSessions = 500
)

var errFull = errors.New("too many people are signed in: try again later")

// entry is a session with what ends it.
type entry struct {
	session  *console.Session
	identity *tokens
	user     string
	end      context.CancelFunc

	began, last time.Time
}

// sessions are those that go on, by the hashes of their cookies.
type sessions struct {
	clock clock.PassiveClock

	mutex sync.Mutex
	all   map[[sha256.Size]byte]*entry
}

func newSessions(wall clock.PassiveClock) *sessions {
	return &sessions{clock: wall, all: map[[sha256.Size]byte]*entry{}}
}

// secret returns 260 random bits as a text.
func secret() string { return rand.Text() + rand.Text() }

func (s *sessions) add(cookie string, e *entry) error {
	s.sweep()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.all) >= maxSessions {
		return errFull
	}
	e.began = s.clock.Now()
	e.last = e.began
	s.all[sha256.Sum256([]byte(cookie))] = e
	return nil
}

// admit returns the session of a cookie, which lasts longer by that; nil if there is none.
func (s *sessions) admit(cookie string) *entry {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	e := s.find(cookie)
	if e != nil {
		e.last = s.clock.Now() // Under the same lock: a session that ends meanwhile must not come back.
	}
	return e
}

// knows says whether a session goes on, which does not last longer by that.
func (s *sessions) knows(cookie string) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.find(cookie) != nil
}

// find must be called with the mutex held.
func (s *sessions) find(cookie string) *entry {
	e := s.all[sha256.Sum256([]byte(cookie))]
	if e == nil || s.isOver(e) {
		return nil
	}
	return e
}

func (s *sessions) isOver(e *entry) bool {
	now := s.clock.Now()
	return now.Sub(e.last) > idleLife || now.Sub(e.began) > longestLife
}

// drop ends a session, with its streams and watches, and returns it; nil if there was none.
func (s *sessions) drop(cookie string) *entry {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	hash := sha256.Sum256([]byte(cookie))
	e := s.all[hash]
	if e != nil {
		delete(s.all, hash)
		e.end()
	}
	return e
}

// sweep ends what lasted long enough.
func (s *sessions) sweep() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for hash, e := range s.all {
		if s.isOver(e) {
			delete(s.all, hash)
			e.end()
		}
	}
}

func (s *sessions) count() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.all)
}
