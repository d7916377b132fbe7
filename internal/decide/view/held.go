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

package view

import (
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
)

// Held are alerts that arrived after the resolution of their incident, and so stay active in it.
type Held struct {
	// Rows are the latest of them, and Total is how many there are.
	Rows  []Row `json:"rows"`
	Total int   `json:"total"`
}

// IsHeld says whether an alert is active because it arrived after the resolution of its incident. One whose memory cannot be
// read is not.
func IsHeld(alert *v1alpha1.Alert) bool {
	ours, err := inherit.FromAlert(alert)
	return err == nil && ours.Held()
}

// HeldOf finds the alerts of an incident that are held, and keeps at most so many.
func HeldOf(alerts []*v1alpha1.Alert, now time.Time, bound int) Held {
	held := Latest(bound)
	for _, alert := range alerts {
		if IsHeld(alert) {
			held.Add(RowOf(alert, now))
		}
	}
	return Held{Rows: held.Rows(), Total: held.Seen()}
}
