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

	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// lookInterval is the least time between two looks at the alerts of one incident, and lookPerAlert what each alert
	// adds to it, so that looking at fifty thousand of them stays a small part of a core.
	lookInterval = time.Second
	lookPerAlert = 100 * time.Microsecond

	// writeInterval is the least time between two writes of one incident's status, and fanOutInterval while alerts are
	// still to be changed: the API server is busy with those.
	writeInterval  = time.Second
	fanOutInterval = 10 * time.Second
)

// pacer bounds how often an incident's alerts are looked at and its status is written.
type pacer struct {
	mutex sync.Mutex
	paces map[client.ObjectKey]pace
}

type pace struct {
	nextLook  time.Time
	lastWrite time.Time
}

func newPacer() *pacer { return &pacer{paces: map[client.ObjectKey]pace{}} }

func (p *pacer) untilLook(incident client.ObjectKey, now time.Time) time.Duration {
	return p.get(incident).nextLook.Sub(now)
}

func (p *pacer) looked(incident client.ObjectKey, now time.Time, alerts int) {
	p.update(incident, func(current *pace) {
		current.nextLook = now.Add(max(lookInterval, time.Duration(alerts)*lookPerAlert))
	})
}

func (p *pacer) untilWrite(incident client.ObjectKey, now time.Time, fanningOut bool) time.Duration {
	interval := writeInterval
	if fanningOut {
		interval = fanOutInterval
	}
	return p.get(incident).lastWrite.Add(interval).Sub(now)
}

func (p *pacer) wrote(incident client.ObjectKey, now time.Time) {
	p.update(incident, func(current *pace) { current.lastWrite = now })
}

func (p *pacer) forget(incident client.ObjectKey) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.paces, incident)
}

func (p *pacer) get(incident client.ObjectKey) pace {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.paces[incident]
}

func (p *pacer) update(incident client.ObjectKey, change func(*pace)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	current := p.paces[incident]
	change(&current)
	p.paces[incident] = current
}
