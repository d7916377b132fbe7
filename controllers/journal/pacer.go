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

package journal

import (
	"sync"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// countInterval is the least time between two entries of one log that only count alerts: they come and go one by one,
	// and each alone is not worth an entry.
	countInterval = 2 * time.Second
	// gatherInterval is the least time between two looks that tell what people did to alerts one by one, so that what they do
	// to many alerts is few entries.
	gatherInterval = time.Second
	// maxPerHour is how many entries a log takes in an hour before it is crowded: then it tells only every crowdedInterval
	// what people did, and what one did in a row is one entry. Nobody can delete what somebody writes into it in a loop.
	maxPerHour      = 3600
	crowdedInterval = 10 * time.Second
	// patience is how long numbers wait for alerts that are on their way and do not become fewer, so that a propagation and
	// a merge are one entry each. It is a matter of when they are told, not of what is told.
	patience = 10 * time.Second
)

// pacer bounds how often the log of an incident tells of alerts.
type pacer struct {
	mutex sync.Mutex
	paces map[client.ObjectKey]pace
}

// pace is when notes of alerts and when numbers were told last, how few alerts were on their way since then, and since when
// so few.
type pace struct {
	noted, counted, since time.Time
	fewest                int64
	// hour is when the present hour began, entries how many the log has taken in it.
	hour    time.Time
	entries int
}

func (p pace) isCrowded(now time.Time) bool {
	return p.entries >= maxPerHour && now.Before(p.hour.Add(time.Hour))
}

// untilCount is how long numbers have to wait while so many alerts are on their way; not above 0 if they can be told now.
func (p *pacer) untilCount(incident client.ObjectKey, moving int64, now time.Time) time.Duration {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	current, known := p.paces[incident]
	if !known && moving == 0 {
		return 0
	}
	if p.paces == nil {
		p.paces = map[client.ObjectKey]pace{}
	}
	if moving == 0 || current.fewest == 0 || moving < current.fewest {
		current.fewest, current.since = moving, now
	}
	p.paces[incident] = current
	wait := current.counted.Add(countInterval).Sub(now)
	if moving > 0 {
		wait = max(wait, current.since.Add(patience).Sub(now))
	}
	return wait
}

// untilNotes is how long notes have to wait, not above 0 if they can be told now, and whether the log is crowded. In one that
// is not, only notes of alerts wait that do not fill an entry.
func (p *pacer) untilNotes(incident client.ObjectKey, now time.Time) (wait time.Duration, crowded bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	current := p.paces[incident]
	if current.isCrowded(now) {
		return current.noted.Add(crowdedInterval).Sub(now), true
	}
	return current.noted.Add(gatherInterval).Sub(now), false
}

// told remembers how many entries a look has added, and whether some told notes of alerts, or numbers of them.
func (p *pacer) told(incident client.ObjectKey, entries int, notes, numbers bool, now time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.paces == nil {
		p.paces = map[client.ObjectKey]pace{}
	}
	current := p.paces[incident]
	if !now.Before(current.hour.Add(time.Hour)) {
		current.hour, current.entries = now, 0
	}
	current.entries += entries
	if notes || entries > 0 && current.isCrowded(now) {
		current.noted = now
	}
	if numbers {
		current.counted, current.since = now, now
	}
	p.paces[incident] = current
}

func (p *pacer) forget(incident client.ObjectKey) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.paces, incident)
}
