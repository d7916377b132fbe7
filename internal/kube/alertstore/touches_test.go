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

package alertstore

import (
	"testing"
	"time"

	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/decide/intake"
)

// TestTouchesForgetNoMoreThanWasWritten has an event come while what waited is being written with another one.
func TestTouchesForgetNoMoreThanWasWritten(t *testing.T) {
	touches := NewTouches(time.Second, clocktesting.NewFakePassiveClock(time.Now()))
	event := Event{First: client.ObjectKey{Name: "a"}, Signal: intake.Signal{Count: 1}}
	for range 2 {
		touches.add(event)
	}
	_, waited, _ := touches.pending(event.First)
	touches.add(event)
	touches.done(event.First, waited)
	left, _, ok := touches.pending(event.First)
	if !ok || waited != 2 || left.Signal.Count != 1 {
		t.Errorf("%d waited, %d are left, %t", waited, left.Signal.Count, ok)
	}
	touches.done(event.First, 1)
	if _, _, ok := touches.pending(event.First); ok {
		t.Error("something waits although all was written")
	}
}

func TestTouchesHoldNothingBackOnceClosed(t *testing.T) {
	touches := NewTouches(time.Second, clocktesting.NewFakePassiveClock(time.Now()))
	event := Event{First: client.ObjectKey{Name: "a"}, Signal: intake.Signal{Count: 1}}
	if !touches.add(event) {
		t.Error("an event does not wait")
	}
	touches.close()
	if touches.add(event) {
		t.Error("an event waits for a process that ends")
	}
}
