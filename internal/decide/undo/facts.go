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

package undo

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// logOf is the log of an incident, in order.
func logOf(incident *v1alpha1.Incident, entries []v1alpha1.ActivitySpec) []*v1alpha1.ActivitySpec {
	var log []*v1alpha1.ActivitySpec
	for i := range entries {
		if entry := &entries[i]; entry.IncidentRef.UID == string(incident.UID) {
			log = append(log, entry)
		}
	}
	slices.SortFunc(log, func(a, b *v1alpha1.ActivitySpec) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return log
}

// behind says what the log has still to take, empty for nothing. Moves and labels that are tags do not count in the
// generation of the incident: directly after them the log looks complete.
func (f Facts) behind(head *v1alpha1.ActivitySpec) string {
	recorded, linked := ptr.Deref(head.After.Generation, 0), int64(len(f.Alerts))
	switch {
	case recorded < f.Incident.Generation:
		return fmt.Sprintf("generation %d of %d", recorded, f.Incident.Generation)
	case linked != head.After.Alerts.Total:
		return fmt.Sprintf("it has %d alerts, the incident %d", head.After.Alerts.Total, linked)
	case !activity.Says(recordedTags(head), activity.Fields(f.Incident)["spec.tags"]):
		return "it does not have the tags yet"
	}
	for i := range f.Alerts {
		if !taken(head, &f.Alerts[i]) {
			return "it does not have all changes of the alert " + f.Alerts[i].Name
		}
	}
	return ""
}

func recordedTags(head *v1alpha1.ActivitySpec) string {
	for _, field := range head.After.Fields {
		if field.Field == "spec.tags" {
			return field.Value
		}
	}
	return ""
}

// taken says whether the log has all that an alert has to tell. Notes that cannot be read tell nothing.
func taken(head *v1alpha1.ActivitySpec, alert *v1alpha1.Alert) bool {
	notes, err := note.Parse(alert.Annotations[v1alpha1.NotesAnnotation])
	if err != nil {
		return true
	}
	return activity.EndOf(head).HasTaken(activity.Alert{
		Name: alert.Name, UID: alert.UID, Incident: alert.Spec.IncidentRef.Name, Notes: notes,
	})
}

// passes says whether an entry tells of no change by a person.
func (f Facts) passes(entry *v1alpha1.ActivitySpec) bool {
	if entry.ActorKind == v1alpha1.ActorOperator || entry.Type == v1alpha1.ActivityCommented {
		return true
	}
	arrival := entry.Type == v1alpha1.ActivityAlertsLinked && entry.OtherIncident == "" && len(entry.Alerts.Names) > 0
	return arrival && len(f.movedIn(entry.Alerts.Names)) == 0
}

// movedIn returns those that are linked to the incident, but were not created so. To link an alert when it is created is
// no change of a person; one that is elsewhere now has left a later entry, or is gone.
func (f Facts) movedIn(names []string) []string {
	var moved []string
	for i := range f.Alerts {
		alert := &f.Alerts[i]
		if slices.Contains(names, alert.Name) && !activity.IsStampedAtCreation(alert, "incidentRef") {
			moved = append(moved, alert.Name)
		}
	}
	slices.Sort(moved)
	return moved
}
