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

package activity

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Merge is one incident that was merged into another, as the annotation of that other lists it.
type Merge struct {
	// Name and UID say which incident it is.
	Name string `json:"name"`
	UID  string `json:"uid"`
	// By is who asked for the merge; empty where nobody knows.
	By string `json:"by,omitempty"`
}

// ParseMerges reads the annotation editor.incidentoperator.dev/merged; a missing one lists nothing. One that cannot be read
// is written anew, and must not stop anything until then.
func ParseMerges(annotation string) ([]Merge, error) {
	var merges []Merge
	if annotation == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(annotation), &merges); err != nil {
		return nil, fmt.Errorf("annotation %s must be a JSON list: %w", v1alpha1.MergedAnnotation, err)
	}
	if slices.ContainsFunc(merges, func(m Merge) bool { return m.Name == "" || m.UID == "" }) {
		return nil, fmt.Errorf("annotation %s must name each incident with its UID", v1alpha1.MergedAnnotation)
	}
	return merges, nil
}

// Merges returns the entries for incidents that were merged into this one since the head. The first of them has the tags
// that came along, unless a person changed tags meanwhile.
func (l Log) Merges(incident *v1alpha1.Incident, merges []Merge, now time.Time) []v1alpha1.ActivitySpec {
	if l.Head == nil || int64(len(merges)) <= l.Head.After.Merges {
		return nil
	}
	at, after := known(l.Head.After), seen(incident)
	var changes []v1alpha1.ActivityChange
	if at.stamps[tagGroup.name] == after.stamps[tagGroup.name] {
		changes = tagGroup.changes(at, after)
		at.take(tagGroup, after)
	}
	var entries []v1alpha1.ActivitySpec
	for _, merged := range merges[at.merges:] {
		at.merges++
		entry := v1alpha1.ActivitySpec{
			Time: toTheSecond(now), Type: v1alpha1.ActivityMerged,
			Summary: summarize("from " + merged.Name), OtherIncident: merged.Name, Changes: changes, After: at.record(),
		}
		if len(changes) > 0 {
			entry.Summary = summarize("from " + merged.Name + ": " + summaryOf(entry.Type, changes))
		}
		l.setActor(&entry, merged.By)
		entries = append(entries, entry)
		changes = nil
	}
	return entries
}
