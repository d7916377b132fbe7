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
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// TestNumbersWaitForWhatIsOnItsWay has a merge that takes a minute, with fewer alerts on their way every few seconds, then
// one that cannot be moved.
func TestNumbersWaitForWhatIsOnItsWay(t *testing.T) {
	p, key, now := &pacer{}, client.ObjectKey{Name: "inc"}, noon
	if wait := p.untilCount(key, 0, now); wait > 0 {
		t.Errorf("nothing is on its way, and numbers wait %s", wait)
	}
	for moving := int64(20); moving > 0; moving-- {
		if wait := p.untilCount(key, moving, now); wait != patience {
			t.Fatalf("%d on their way: wait %s, want %s", moving, wait, patience)
		}
		now = now.Add(patience / 2)
	}
	if wait := p.untilCount(key, 1, now); wait != patience/2 {
		t.Errorf("one that stands still: wait %s, want %s", wait, patience/2)
	}
	if wait := p.untilCount(key, 1, now.Add(patience/2)); wait > 0 {
		t.Errorf("after the patience: wait %s", wait)
	}
	p.told(key, 1, false, true, now)
	if wait := p.untilCount(key, 0, now); wait != countInterval {
		t.Errorf("right after numbers were told: wait %s, want %s", wait, countInterval)
	}
	if wait := p.untilCount(key, 5, now.Add(patience)); wait != patience {
		t.Errorf("others on their way later: wait %s, want %s", wait, patience)
	}
}

// TestALogIsCrowdedForAnHour fills a log, and waits until the hour is over.
func TestALogIsCrowdedForAnHour(t *testing.T) {
	p, key, now := &pacer{}, client.ObjectKey{Name: "inc"}, noon
	if wait, crowded := p.untilNotes(key, now); wait > 0 || crowded {
		t.Errorf("a new log: wait %s, crowded %t", wait, crowded)
	}
	p.told(key, maxPerHour-1, true, false, now)
	if wait, crowded := p.untilNotes(key, now); wait != gatherInterval || crowded {
		t.Errorf("one entry less than many: wait %s, crowded %t", wait, crowded)
	}
	now = now.Add(time.Minute)
	p.told(key, 1, false, false, now)
	if wait, crowded := p.untilNotes(key, now); wait != crowdedInterval || !crowded {
		t.Errorf("many entries: wait %s, crowded %t", wait, crowded)
	}
	if wait, crowded := p.untilNotes(key, noon.Add(time.Hour)); wait > 0 || crowded {
		t.Errorf("an hour later: wait %s, crowded %t", wait, crowded)
	}
	p.told(key, 1, false, false, noon.Add(time.Hour))
	if _, crowded := p.untilNotes(key, noon.Add(time.Hour)); crowded {
		t.Error("the next hour began crowded")
	}
}
