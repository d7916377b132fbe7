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
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// AlertHistory is what the log of an incident tells of the alerts that it names.
type AlertHistory struct {
	head *v1alpha1.ActivitySpec
	// last is the last entry that names an alert, by its name.
	last map[string]*v1alpha1.ActivitySpec
}

// HistoryOf reads the log of an incident, in any order. Entries of other logs are left out of account.
func HistoryOf(incident *v1alpha1.Incident, entries []v1alpha1.ActivitySpec) *AlertHistory {
	history := &AlertHistory{last: map[string]*v1alpha1.ActivitySpec{}}
	for _, entry := range logOf(incident, entries) {
		history.head = entry
		for _, name := range entry.Alerts.Names {
			history.last[name] = entry
		}
	}
	return history
}

// AlertReversal is how to revert a change of an alert.
type AlertReversal struct {
	// Entry is what is reverted, of this alert alone.
	Entry *v1alpha1.ActivitySpec
	// After is what the alert has to become.
	After *v1alpha1.Alert
	// Generation is what the change brought about, as admission stamped it; 0 if its fields do not agree on one.
	Generation int64
}

// Decide returns how to revert the last change by a person of an alert that is linked to the incident, or why it cannot be
// reverted: an ErrBehind while the log may still tell of a later one. The log must have been read after the alert.
func (h *AlertHistory) Decide(alert *v1alpha1.Alert) (*AlertReversal, error) {
	entry := h.last[alert.Name]
	if entry != nil && !tellsOf(entry, alert.UID) {
		entry = nil // Of another alert, which bore the name before.
	}
	switch {
	case h.head == nil:
		return nil, fmt.Errorf("%w: it is empty", ErrBehind)
	// What the log knew of notes it forgets once the alert has dropped them, of which an alert that was read before bears
	// no sign. The entry does not forget.
	case !taken(h.head, alert) && (entry == nil || !taken(entry, alert)):
		return nil, fmt.Errorf("%w: it does not have all changes of the alert", ErrBehind)
	case entry == nil, isArrival(entry, alert):
		return nil, errors.New("the log of its incident shows no change of it by a person")
	case entry.Type != v1alpha1.ActivityAlertsChanged:
		return nil, fmt.Errorf("the last change, %s, is none of its own fields: move takes that back", Describe(entry))
	}
	return (&AlertReversal{Entry: entry}).Of(alert)
}

// Of is the same reversal for a later version of the alert that nobody changed.
func (r *AlertReversal) Of(alert *v1alpha1.Alert) (*AlertReversal, error) {
	after := alert.DeepCopy()
	if err := ofAlert(after).revert(r.Entry); err != nil {
		return nil, err
	}
	return &AlertReversal{Entry: r.Entry, After: after, Generation: generationOf(alert, r.Entry)}, nil
}

// isArrival says whether an entry tells that the alert was created in the incident.
func isArrival(entry *v1alpha1.ActivitySpec, alert *v1alpha1.Alert) bool {
	return entry.Type == v1alpha1.ActivityAlertsLinked && entry.OtherIncident == "" && activity.IsStampedAtCreation(alert, "incidentRef")
}

// tellsOf says whether an entry tells of this very alert: it has taken its notes.
func tellsOf(entry *v1alpha1.ActivitySpec, alert types.UID) bool {
	return slices.ContainsFunc(entry.After.Alerts.Taken, func(taken v1alpha1.ActivityTakenNote) bool {
		return taken.Alert == string(alert)
	})
}

// generationOf is the generation that the changes of an entry brought about, by the stamps of all its fields.
func generationOf(alert *v1alpha1.Alert, entry *v1alpha1.ActivitySpec) int64 {
	common := int64(0)
	for i, change := range entry.Changes {
		_, generation := activity.StampOf(alert.Annotations, change.Field)
		if i > 0 && generation != common {
			return 0
		}
		common = generation
	}
	return common
}
