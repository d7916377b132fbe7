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

package roster

import (
	"sync"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// crowded is how many alerts' notes a log remembers to have taken before these alerts are asked to drop them.
const crowded = activity.MaxTaken / 2

// Ends knows the ends of activity logs, as far as somebody has read or written them since the start.
type Ends struct {
	mutex       sync.RWMutex
	ends        map[client.ObjectKey]*activity.End
	problems    map[client.ObjectKey]string
	subscribers []func(incident client.ObjectKey)
}

// NewEnds returns the ends of no log.
func NewEnds() *Ends {
	return &Ends{ends: map[client.ObjectKey]*activity.End{}, problems: map[client.ObjectKey]string{}}
}

// Subscribe calls a function whenever the log of an incident has grown, or cannot.
func (e *Ends) Subscribe(subscriber func(incident client.ObjectKey)) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.subscribers = append(e.subscribers[:len(e.subscribers):len(e.subscribers)], subscriber)
}

// Get returns the end of the log of an incident, nil if it is not known. It must not be changed.
func (e *Ends) Get(incident client.ObjectKey) *activity.End {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.ends[incident]
}

// Put keeps the end of a log.
func (e *Ends) Put(incident client.ObjectKey, end *activity.End) {
	e.mutex.Lock()
	e.ends[incident] = end
	subscribers := e.subscribers
	e.mutex.Unlock()
	for _, subscriber := range subscribers {
		subscriber(incident)
	}
}

// Forget drops the end of a log.
func (e *Ends) Forget(incident client.ObjectKey) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	delete(e.ends, incident)
	delete(e.problems, incident)
}

// Problem says why a log cannot be written, empty if it can.
func (e *Ends) Problem(incident client.ObjectKey) string {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return e.problems[incident]
}

// Problems is how many logs cannot be written.
func (e *Ends) Problems() int {
	e.mutex.RLock()
	defer e.mutex.RUnlock()
	return len(e.problems)
}

// SetProblem keeps why a log cannot be written, empty if it can.
func (e *Ends) SetProblem(incident client.ObjectKey, problem string) {
	e.mutex.Lock()
	changed := e.problems[incident] != problem
	if problem == "" {
		delete(e.problems, incident)
	} else {
		e.problems[incident] = problem
	}
	subscribers := e.subscribers
	e.mutex.Unlock()
	if !changed {
		return
	}
	for _, subscriber := range subscribers {
		subscriber(incident)
	}
}

// Taken says how far the log of an incident has come with the notes of an alert, and whether that log remembers so many
// alerts that it needs them to drop their notes. The UID, if it is given, must be that of the incident.
func (e *Ends) Taken(incident client.ObjectKey, uid string, alert types.UID) (number int64, isCrowded bool) {
	end := e.Get(incident)
	if end == nil || uid != "" && end.IncidentRef.UID != uid {
		return 0, false
	}
	return end.Taken(alert), len(end.After.Alerts.Taken) >= crowded
}
