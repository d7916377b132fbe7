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
	"cmp"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Told is an entry with everything that the log tells of it.
type Told struct {
	Entry
	ActorKind v1alpha1.ActorKind        `json:"actorKind"`
	Changes   []v1alpha1.ActivityChange `json:"changes,omitempty"`
	Alerts    v1alpha1.ActivityAlerts   `json:"alerts,omitzero"`
	// OtherIncident is where alerts came from or went to.
	OtherIncident string `json:"otherIncident,omitempty"`
	Reason        string `json:"reason,omitempty"`
}

// TimelineOf reads entries, the newest first, as EntriesOf does.
func TimelineOf(log []v1alpha1.Activity, comments map[types.UID]string) []Told {
	told := make([]Told, 0, len(log))
	for i, entry := range EntriesOf(sorted(log), comments) {
		spec := &log[i].Spec
		told = append(told, Told{
			Entry: entry, ActorKind: spec.ActorKind, Changes: spec.Changes, Alerts: spec.Alerts, OtherIncident: spec.OtherIncident, Reason: spec.Reason,
		})
	}
	slices.Reverse(told)
	return told
}

// sorted brings a log into the order in which EntriesOf has the entries.
func sorted(log []v1alpha1.Activity) []v1alpha1.Activity {
	slices.SortFunc(log, func(a, b v1alpha1.Activity) int { return cmp.Compare(a.Spec.Sequence, b.Spec.Sequence) })
	return log
}
