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
	"slices"

	"k8s.io/apimachinery/pkg/util/resourceversion"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// base is what the log knows before the next entry, with what it sees of the cluster now.
func (l Log) base(facts Facts) v1alpha1.ActivityRecord {
	at := v1alpha1.ActivityRecord{Generation: ptr.To[int64](0)}
	if l.End != nil {
		at = *l.End.After.DeepCopy()
	}
	at.ResourceVersion = Newest(at.ResourceVersion, facts.Incident.ResourceVersion)
	at.Stamps = nil
	if l.End != nil && at.Alerts.Seen == "" && knowsAlerts(at.Alerts) {
		adopt(&at, facts)
	}
	at.Alerts.Recorded, at.Alerts.Until = "", ""
	at.Alerts.Seen = Newest(at.Alerts.Seen, facts.Seen)
	at.Alerts.Taken = stillBorne(at.Alerts.Taken, facts.Alerts)
	if facts.Counts.Pending == 0 && equal(given(facts.Incident), at.Alerts.Given) {
		at.Alerts.Carrying = min(at.Alerts.Carrying, facts.Counts.Carrying)
	}
	return at
}

// knowsAlerts says whether a log has told of alerts. An entry that has, but says nothing of what it has seen, is one of an
// earlier version; without alerts there was nothing to see.
func knowsAlerts(at v1alpha1.ActivityAlertRecord) bool {
	return at.Total > 0 || at.Recorded != "" || at.Until != ""
}

// adopt takes what an entry of an earlier version does not say for told: it told all of it in its own way. The incident gave
// what the log knows of it: what it gives now may have still to be told.
func adopt(at *v1alpha1.ActivityRecord, facts Facts) {
	known := record(*at)
	at.Alerts.Machine, at.Alerts.Merged = facts.Counts.Machine, facts.Counts.Merged
	at.Alerts.Carrying = facts.Counts.Carrying
	at.Alerts.Given = giving(known[fieldAssignee], known[fieldState] == string(v1alpha1.ResolutionResolved))
}

// stillBorne drops what is known of notes that no alert bears any more. Who knows older alerts than the log has seen would
// take such a note for a new one, and must not go on: see IsBehind.
func stillBorne(taken []v1alpha1.ActivityTakenNote, alerts []Alert) []v1alpha1.ActivityTakenNote {
	if len(taken) == 0 {
		return taken
	}
	oldest := make(map[string]int64, len(alerts))
	for _, alert := range alerts {
		if len(alert.Notes.Notes) > 0 {
			oldest[string(alert.UID)] = alert.Notes.Notes[0].Number
		}
	}
	return slices.DeleteFunc(taken, func(known v1alpha1.ActivityTakenNote) bool {
		number, bears := oldest[known.Alert]
		return !bears || number > known.Note
	})
}

// IsBehind says whether what is known is older than what the log has seen: the incident by its resourceVersion, or alerts
// by the highest one of them that is known.
func (e *End) IsBehind(incident *v1alpha1.Incident, seen string) bool {
	if e == nil {
		return false
	}
	return isNewer(e.After.ResourceVersion, incident.ResourceVersion) || isNewer(e.After.Alerts.Seen, seen)
}

// Newest returns the later of two resource versions.
func Newest(a, b string) string {
	if isNewer(b, a) {
		return b
	}
	return a
}

// isNewer compares resource versions; an empty one is older than all.
func isNewer(a, b string) bool {
	if a == "" || b == "" {
		return b == "" && a != ""
	}
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order > 0
}

// record returns the values of a record by field, as they are recorded.
func record(at v1alpha1.ActivityRecord) values {
	v := values{}
	for _, field := range at.Fields {
		v[field.Field] = field.Value
	}
	return v
}

// recordedFields are the fields in the order in which a record has them.
var recordedFields = func() []string {
	var fields []string
	for _, g := range groups {
		fields = append(fields, g.fields...)
	}
	return append(fields, fieldMergedInto)
}()

// take lets the record know the outcome of changes.
func take(at *v1alpha1.ActivityRecord, changes []v1alpha1.ActivityChange, whole values) {
	known := record(*at)
	for _, change := range changes {
		known.put(change.Field, base(whole[change.Field]))
	}
	at.Fields = nil
	for _, field := range recordedFields {
		if value, ok := known[field]; ok {
			at.Fields = append(at.Fields, v1alpha1.ActivityField{Field: field, Value: value})
		}
	}
}
