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
	"fmt"
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/actions"
)

const (
	// mentionsLife is for how long it stands what alerts and comments say to a search: while a page shows it, the page is read
	// anew whenever an incident changes.
	mentionsLife = 30 * time.Second
	// mentionsPatience is how long it may take to read them all.
	mentionsPatience = 2 * time.Minute
	// maxLooks is how many answers a session keeps.
	maxLooks = 32
)

// mentions keeps what alerts and comments say to the searches of a session: all of a namespace are read for that.
type mentions struct {
	living context.Context //nolint:containedctx // What is read ends with the session, not with the first who asks for it.
	client client.WithWatch

	mutex sync.Mutex
	looks map[string]*look
}

// look is one reading. All who ask the same meanwhile wait for it; it ends if nobody does any more.
type look struct {
	begun   time.Time
	waiting int
	stop    context.CancelFunc
	done    chan struct{}
	found   *actions.Elsewhere
	err     error
}

func newMentions(living context.Context, c client.WithWatch) *mentions {
	return &mentions{living: living, client: c, looks: map[string]*look{}}
}

// of returns what alerts and comments say to a selection. It may be half a minute old.
func (m *mentions) of(ctx context.Context, selection actions.Selection) (*actions.Elsewhere, error) {
	if !selection.LooksElsewhere() {
		return selection.LookElsewhere(ctx, m.client)
	}
	key := fmt.Sprintf("%q %q %q", selection.Namespace, selection.Search, selection.Entities)
	one := m.join(key, selection)
	defer m.leave(key, one)
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-one.done:
		return one.found, one.err
	}
}

// join waits for the reading that is there, or begins one.
func (m *mentions) join(key string, selection actions.Selection) *look {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	one := m.looks[key]
	if one == nil || time.Since(one.begun) > mentionsLife && one.ended() {
		m.forget()
		reading, stop := context.WithTimeout(m.living, mentionsPatience)
		one = &look{begun: time.Now(), stop: stop, done: make(chan struct{})}
		m.looks[key] = one
		go func() {
			defer stop()
			one.found, one.err = selection.LookElsewhere(reading, m.client)
			close(one.done)
		}()
	}
	one.waiting++
	return one
}

// leave ends a reading for which nobody waits, and forgets one that failed.
func (m *mentions) leave(key string, one *look) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	one.waiting--
	if one.ended() && one.err == nil || one.waiting > 0 {
		return
	}
	one.stop()
	if m.looks[key] == one {
		delete(m.looks, key)
	}
}

// forget makes room: what is too old goes, else what nobody waits for.
func (m *mentions) forget() {
	for key, one := range m.looks {
		if one.waiting == 0 && (time.Since(one.begun) > mentionsLife || len(m.looks) >= maxLooks) {
			delete(m.looks, key)
		}
	}
}

func (l *look) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}
