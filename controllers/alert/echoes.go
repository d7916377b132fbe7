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

package alert

import (
	"sync"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// echoes knows which alerts were patched while the watch still has them as they were. A look at one of these, for another
// reason, could only send the same patch again and be refused.
type echoes struct {
	mutex sync.Mutex
	// patched is the resourceVersion from which each was patched.
	patched map[client.ObjectKey]string
}

// await remembers that an alert was patched. One whose version stayed the same was not changed: the watch brings nothing.
func (e *echoes) await(alert client.ObjectKey, before, after string) {
	if before == after {
		return
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.patched == nil {
		e.patched = map[client.ObjectKey]string{}
	}
	e.patched[alert] = before
}

// isAwaited says whether the watch is still to bring what was made of this version of an alert.
func (e *echoes) isAwaited(alert client.ObjectKey, version string) bool {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	before, patched := e.patched[alert]
	if patched && before != version {
		delete(e.patched, alert)
		return false
	}
	return patched
}

// forget is for an alert that is gone.
func (e *echoes) forget(alert client.ObjectKey) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	delete(e.patched, alert)
}
