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
	"sync"
	"time"

	"k8s.io/utils/clock"
)

const (
	// MaxAlerts is how many alerts all sessions of a process keep together, at about 1 KB each.
	MaxAlerts = 250_000
	// looking is for how long after a look the alerts of an incident are not forgotten for those of another.
	looking = 30 * time.Second
)

// Room bounds the alerts that all sessions of a process keep together. It is all that sessions share: it knows numbers, and
// whom to ask to let go.
type Room struct {
	limit int
	clock clock.PassiveClock

	mutex  sync.Mutex
	kept   int
	places map[*place]bool
}

// NewRoom returns room for a number of alerts, of which none is kept yet.
func NewRoom(limit int) *Room {
	return &Room{limit: limit, clock: clock.RealClock{}, places: map[*place]bool{}}
}

// place is what the alerts of one incident take of the room.
type place struct {
	room *Room
	// leave lets go of the alerts. It is called without any lock.
	leave func()

	// kept and used need the mutex of the room.
	kept int
	used time.Time
}

// enter gives a place that holds nothing yet. It is lost when the alerts of others need it and nobody looked for a while.
func (r *Room) enter(leave func()) *place {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := &place{room: r, leave: leave, used: r.clock.Now()}
	r.places[p] = true
	return p
}

// look notes that somebody looks at what is kept there.
func (p *place) look() {
	p.room.mutex.Lock()
	defer p.room.mutex.Unlock()
	p.used = p.room.clock.Now()
}

// lastLook is when somebody looked.
func (p *place) lastLook() time.Time {
	p.room.mutex.Lock()
	defer p.room.mutex.Unlock()
	return p.used
}

// hold asks for room for a number of alerts in all, of which those that are held already are a part. If there is none, it
// returns false, and what is held is as before. Alerts that nobody looks at make room, those first that were looked at
// longest ago.
func (p *place) hold(number int) bool {
	held, gone := p.room.give(p, number)
	for _, one := range gone {
		one.leave()
	}
	return held
}

// quit gives back what the place holds.
func (p *place) quit() {
	p.room.mutex.Lock()
	defer p.room.mutex.Unlock()
	p.room.remove(p)
}

// give returns whether there is room, and those who have lost their places for it.
func (r *Room) give(p *place, number int) (held bool, gone []*place) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.places[p] {
		return false, nil
	}
	for r.kept-p.kept+number > r.limit {
		idle := r.idle(p)
		if idle == nil {
			return false, gone
		}
		r.remove(idle)
		gone = append(gone, idle)
	}
	r.kept += number - p.kept
	p.kept = number
	return true, gone
}

// idle is the place at which nobody looked for the longest time, other than the one that asks; nil if there is none that
// nobody looks at. The mutex must be held.
func (r *Room) idle(but *place) *place {
	var found *place
	for p := range r.places {
		if p == but || p.kept == 0 || r.clock.Now().Sub(p.used) < looking {
			continue
		}
		if found == nil || p.used.Before(found.used) {
			found = p
		}
	}
	return found
}

// remove needs the mutex.
func (r *Room) remove(p *place) {
	if r.places[p] {
		r.kept -= p.kept
		delete(r.places, p)
	}
}
