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
	// writeInterval is the least time between two writes of one incident's status. It doubles, up to FanOutInterval, with
	// each write in a row that had to wait: who looks sees the counts of a storm late by no more than it has lasted. An edit
	// of the incident itself never waits longer for what others do to its alerts.
	writeInterval = time.Second
	// FanOutInterval is the same while alerts of the incident are still to be changed: the API server is busy with those.
	FanOutInterval = 10 * time.Second
)

// pacer bounds how often the status of an incident is written.
type pacer struct {
	mutex sync.Mutex
	paces map[client.ObjectKey]pace
}

// pace is when a status was written last and for which generation of the incident, how long the next one for it has to wait
// at least if no alerts are still to be changed, and whether it did.
type pace struct {
	last       time.Time
	generation int64
	interval   time.Duration
	waited     bool
}

// untilWrite is how long the status of this generation of the incident has to wait; not above 0 if it can be written now. It
// notes that a change of alerts waits.
func (p *pacer) untilWrite(incident client.ObjectKey, generation int64, now time.Time, fanningOut bool) time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	current, known := p.paces[incident]
	if !known {
		return 0
	}
	if fanningOut {
		return current.last.Add(FanOutInterval).Sub(now)
	}
	if generation != current.generation {
		return current.last.Add(writeInterval).Sub(now)
	}
	wait := current.last.Add(current.interval).Sub(now)
	if wait > 0 {
		current.waited = true
		p.paces[incident] = current
	}
	return wait
}

func (p *pacer) wrote(incident client.ObjectKey, generation int64, now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.paces == nil {
		p.paces = map[client.ObjectKey]pace{}
	}
	next := pace{last: now, generation: generation, interval: writeInterval}
	if current := p.paces[incident]; current.waited && generation == current.generation {
		next.interval = min(2*current.interval, FanOutInterval)
	}
	p.paces[incident] = next
}

func (p *pacer) forget(incident client.ObjectKey) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.paces, incident)
}
