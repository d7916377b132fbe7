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
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

var inc = client.ObjectKey{Namespace: "soc", Name: "inc-1"}

// writes is how often a status that is looked at every 100 ms for so long is written, and how late the last change was told.
func writes(p *pacer, lasts time.Duration, fanningOut func(time.Duration) bool) (count int, late time.Duration) {
	const every = 100 * time.Millisecond
	start := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	told := time.Duration(-1)
	for at := time.Duration(0); told < lasts; at += every {
		if p.untilWrite(inc, 1, start.Add(at), at < lasts && fanningOut(at)) <= 0 {
			p.wrote(inc, 1, start.Add(at))
			count, told = count+1, at
		}
	}
	return count, told - lasts
}

func TestStatusIsWrittenMoreSeldomTheLongerAStormLasts(t *testing.T) {
	never := func(time.Duration) bool { return false }
	for lasts, most := range map[time.Duration]int{
		time.Second: 2, 3 * time.Second: 3, 15 * time.Second: 6, time.Minute: 11, 10 * time.Minute: 65,
	} {
		count, late := writes(&pacer{}, lasts, never)
		if count > most {
			t.Errorf("%s of changes were told by %d writes, want at most %d", lasts, count, most)
		}
		if late > lasts || late > FanOutInterval {
			t.Errorf("after %s of changes the last write came %s late", lasts, late)
		}
	}
}

func TestEndOfAFanOutIsToldAtOnce(t *testing.T) {
	p := &pacer{}
	count, late := writes(p, 25*time.Second, func(time.Duration) bool { return true })
	if count != 4 || late > 0 {
		t.Errorf("a fan-out of 25 s was told by %d writes, the last %s late; want 4, at once", count, late)
	}
}

func TestCalmMakesAStatusPromptAgain(t *testing.T) {
	p := &pacer{}
	writes(p, time.Minute, func(time.Duration) bool { return false })
	later := time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC)
	if wait := p.untilWrite(inc, 1, later, false); wait > 0 {
		t.Errorf("a change after the storm waits %s", wait)
	}
	p.wrote(inc, 1, later)
	if wait := p.untilWrite(inc, 1, later, false); wait != writeInterval {
		t.Errorf("the change after that waits %s, want %s", wait, writeInterval)
	}
}

func TestEditInAStormWaitsNoLonger(t *testing.T) {
	p := &pacer{}
	writes(p, time.Minute, func(time.Duration) bool { return false })
	last := p.paces[inc].last
	p.untilWrite(inc, 1, last, false) // A change of alerts waits when the edit comes.
	if wait := p.untilWrite(inc, 2, last, false); wait != writeInterval {
		t.Errorf("the status of an edit waits %s after a minute of changes, want %s", wait, writeInterval)
	}
	p.wrote(inc, 2, last)
	if wait := p.untilWrite(inc, 2, last, false); wait != writeInterval {
		t.Errorf("what follows the edit waits %s, want %s", wait, writeInterval)
	}
}

func TestForgottenIncidentWaitsForNothing(t *testing.T) {
	p, now := &pacer{}, time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	p.wrote(inc, 1, now)
	p.forget(inc)
	if wait := p.untilWrite(inc, 1, now, false); wait > 0 {
		t.Errorf("an incident of the same name waits %s", wait)
	}
}
