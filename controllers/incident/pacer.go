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

package incident

import (
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// writeInterval is the least time between two writes of one incident's status, and FanOutInterval while alerts are
	// still to be changed: the API server is busy with those.
	writeInterval = time.Second
	// FanOutInterval is the same while alerts of the incident are still to be changed.
	FanOutInterval = 10 * time.Second
)

// pacer bounds how often an incident's status is written.
type pacer struct {
	mutex sync.Mutex
	last  map[client.ObjectKey]time.Time
}

func (p *pacer) untilWrite(incident client.ObjectKey, now time.Time, fanningOut bool) time.Duration {
	interval := writeInterval
	if fanningOut {
		interval = FanOutInterval
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.last[incident].Add(interval).Sub(now)
}

func (p *pacer) wrote(incident client.ObjectKey, now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.last == nil {
		p.last = map[client.ObjectKey]time.Time{}
	}
	p.last[incident] = now
}

func (p *pacer) forget(incident client.ObjectKey) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.last, incident)
}
