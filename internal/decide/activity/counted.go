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
	"fmt"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
)

// counted drafts the entry for alerts that came or went without a note: by a merge, by a machine, or unknown how.
func (d *drafter) counted() *v1alpha1.ActivitySpec {
	missing := d.Counts.Total - d.at.Alerts.Total
	if missing == 0 || !d.Counting || d.hasUntaken() {
		return nil
	}
	var entry *v1alpha1.ActivitySpec
	if missing > 0 {
		entry = d.came(missing)
	} else {
		entry = d.went(-missing)
	}
	entry.Summary = summarizeAlerts(entry)
	return d.covering(entry, 0)
}

// hasUntaken says whether notes of alerts wait for room.
func (d *drafter) hasUntaken() bool {
	for _, alert := range d.Alerts {
		if len(d.untakenOf(alert)) > 0 {
			return true
		}
	}
	return false
}

func (d *drafter) came(missing int64) *v1alpha1.ActivitySpec {
	at := &d.at.Alerts
	if merged := min(missing, d.Counts.Merged-at.Merged); merged > 0 {
		at.Total, at.Merged = at.Total+merged, d.Counts.Merged
		entry := d.byOperator(v1alpha1.ActivityAlertsLinked)
		entry.Alerts.Count, entry.Reason, entry.OtherIncident = merged, mergeReason, soleSource(d.Sources)
		return entry
	}
	user := ""
	if machine := min(missing, d.Counts.Machine-at.Machine); machine > 0 {
		missing, user, at.Machine = machine, d.Counts.MachineName, d.Counts.Machine
	}
	at.Total += missing
	entry := d.entry(v1alpha1.ActivityAlertsLinked, user)
	entry.Alerts.Count = missing
	return entry
}

// mergeReason is why alerts moved that a merge moved.
const mergeReason = "merged"

// soleSource is the only incident that was merged into this one; if several were, alerts may come of any.
func soleSource(sources []merge.Source) string {
	if len(sources) != 1 {
		return ""
	}
	return sources[0].Name
}

// went tells of alerts that are not linked any more. If the incident was merged, they moved on; else they were deleted, and
// what is deleted cannot tell by whom.
func (d *drafter) went(missing int64) *v1alpha1.ActivitySpec {
	at := &d.at.Alerts
	at.Total -= missing
	at.Machine, at.Merged = min(at.Machine, d.Counts.Machine), min(at.Merged, d.Counts.Merged)
	if into := d.Incident.Status.MergedInto; into.UID != "" {
		entry := d.byOperator(v1alpha1.ActivityAlertsUnlinked)
		entry.Alerts.Count, entry.Reason, entry.OtherIncident = missing, mergeReason, into.Name
		return entry
	}
	entry := d.entry(v1alpha1.ActivityAlertsDeleted, "")
	entry.Alerts.Count = missing
	return entry
}

// propagated drafts the entry for what linked alerts were given, or gave back, once none has still to follow.
func (d *drafter) propagated() *v1alpha1.ActivitySpec {
	at := &d.at.Alerts
	if !d.Counting || d.Counts.Pending > 0 {
		return nil
	}
	gives, gave := given(d.Incident), at.Given
	count := d.Counts.Carrying
	switch {
	case !equal(gives, gave) && len(gives) == 0:
		count = min(at.Carrying, d.Counts.Total)
	case equal(gives, gave):
		gave = nil // What it gives is given to more alerts.
		count -= at.Carrying
	}
	if count <= 0 {
		return nil
	}
	at.Given, at.Carrying = gives, d.Counts.Carrying
	entry := d.byOperator(v1alpha1.ActivityPropagated)
	entry.Alerts.Count, entry.Alerts.Kept = count, d.Counts.Kept
	entry.Changes = changesIn([]string{fieldAssignee, fieldState}, byField(gave), byField(gives))
	entry.Summary = summarizeAlerts(entry)
	if d.Counts.Kept > 0 {
		entry.Summary = summarize(fmt.Sprintf("%s; %d keep their own", entry.Summary, d.Counts.Kept))
	}
	return d.covering(entry, 0)
}

// given is what an incident gives its alerts, as it is recorded.
func given(incident *v1alpha1.Incident) []v1alpha1.ActivityField {
	return giving(base(incident.Spec.Assignee), incident.Status.ResolvedTime != nil)
}

func giving(assignee string, resolved bool) []v1alpha1.ActivityField {
	var fields []v1alpha1.ActivityField
	if assignee != "" {
		fields = append(fields, v1alpha1.ActivityField{Field: fieldAssignee, Value: assignee})
	}
	if resolved {
		fields = append(fields, v1alpha1.ActivityField{Field: fieldState, Value: string(v1alpha1.ResolutionResolved)})
	}
	return fields
}

func equal(a, b []v1alpha1.ActivityField) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func byField(fields []v1alpha1.ActivityField) values {
	v := values{}
	for _, field := range fields {
		v[field.Field] = field.Value
	}
	return v
}
