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
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Entry is an entry of the activity log.
type Entry struct {
	Sequence int64                 `json:"sequence"`
	Time     time.Time             `json:"time,omitzero"`
	Actor    string                `json:"actor"`
	Type     v1alpha1.ActivityType `json:"type"`
	// Text says what happened: the whole comment, or the summary of what changed.
	Text string `json:"text"`
}

// EntriesOf reads entries in their order. Comments that still exist are shown whole, by the UIDs under which they are given.
func EntriesOf(log []v1alpha1.Activity, comments map[types.UID]string) []Entry {
	entries := make([]Entry, 0, len(log))
	for i := range log {
		spec := &log[i].Spec
		entry := Entry{Sequence: spec.Sequence, Actor: spec.Actor, Type: spec.Type, Text: spec.Summary}
		if spec.Time != nil {
			entry.Time = spec.Time.Time
		}
		if spec.Type == v1alpha1.ActivityCommented {
			entry.Text = cmp.Or(comments[types.UID(spec.Comment.UID)], spec.Comment.Text, spec.Summary)
		}
		entries = append(entries, entry)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return entries
}
