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

package controllers

import (
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/clock"
)

// changes remembers when each incident last changed what it gives, to measure how long its alerts take to follow.
type changes struct {
	clock clock.PassiveClock
	mutex sync.Mutex
	seen  map[types.UID]time.Time
}

func newChanges(c clock.PassiveClock) *changes {
	return &changes{clock: c, seen: map[types.UID]time.Time{}}
}

func (c *changes) mark(incident types.UID) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.seen[incident] = c.clock.Now()
}

func (c *changes) forget(incident types.UID) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	delete(c.seen, incident)
}

// since returns how long ago the incident changed; ok is false where no change was seen.
func (c *changes) since(incident types.UID) (elapsed time.Duration, ok bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	changed, ok := c.seen[incident]
	if !ok {
		return 0, false
	}
	return c.clock.Since(changed), true
}
