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

// Package undo says how to revert the last change by a person that the activity log of an incident shows, of the incident or
// of one of its alerts.
package undo

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// ErrBehind says that the log has not come as far as the incident: it may still tell of a later change.
var ErrBehind = errors.New("the activity log has not come as far as the incident")

// Facts are what an undo is decided from.
type Facts struct {
	Incident *v1alpha1.Incident
	// Log is the activity log, in any order. Entries of other logs are left out of account.
	Log []v1alpha1.ActivitySpec
	// Alerts are those that are linked to the incident.
	Alerts []v1alpha1.Alert
}

// Reversal is how to revert a change: by what the incident has to become or by a move.
type Reversal struct {
	// Entry is what is reverted.
	Entry *v1alpha1.ActivitySpec
	// With are older entries that tell of the same request, and are reverted with it, the newest first.
	With []*v1alpha1.ActivitySpec
	// After is what the incident has to become; nil for a move.
	After *v1alpha1.Incident
	// Move is where alerts have to go; nil for a change of the incident.
	Move *Move
}

// Move is a move of alerts between incidents, empty for none.
type Move struct {
	Alerts   []string
	From, To string
}

// Decide returns how to revert the last change, or why that cannot be done.
func Decide(facts Facts) (*Reversal, error) {
	log := logOf(facts.Incident, facts.Log)
	if len(log) == 0 {
		return nil, fmt.Errorf("%w: it is empty", ErrBehind)
	}
	head := log[len(log)-1]
	if why := facts.behind(head); why != "" {
		return nil, fmt.Errorf("%w: %s", ErrBehind, why)
	}
	for i, entry := range slices.Backward(log) {
		if !facts.passes(entry) {
			return facts.revert(entry, facts.sameRequest(log[:i+1]))
		}
	}
	return nil, errors.New("the activity log shows no change by a person")
}

// sameRequest returns the entries before the last one that tell of the same request, the newest first: one request may
// change several groups of fields, each of which has an entry of its own. To revert only the last would leave half of an
// edit, and the next undo would bring the first half back.
func (f Facts) sameRequest(log []*v1alpha1.ActivitySpec) []*v1alpha1.ActivitySpec {
	var found []*v1alpha1.ActivitySpec
	request := requestOf(log)
	for i := len(log) - 1; i > 0 && request != ""; i-- {
		switch {
		case f.passes(log[i-1]):
		case requestOf(log[:i]) == request:
			found = append(found, log[i-1])
		default:
			return found
		}
	}
	return found
}

// requestOf is the stamp that came with the last entry, which says who made the request and which generation it made;
// empty where no stamp came.
func requestOf(log []*v1alpha1.ActivitySpec) string {
	entry, known := log[len(log)-1], []v1alpha1.ActivityStamp(nil)
	if len(log) > 1 {
		known = log[len(log)-2].After.Stamps
	}
	for _, stamp := range entry.After.Stamps {
		if !slices.Contains(known, stamp) {
			return stamp.Editor
		}
	}
	return ""
}

func (f Facts) revert(entry *v1alpha1.ActivitySpec, with []*v1alpha1.ActivitySpec) (*Reversal, error) {
	reversal := &Reversal{Entry: entry, With: with}
	var err error
	switch entry.Type {
	case v1alpha1.ActivityAlertsLinked:
		reversal.Move, err = moveBack(entry, f.Incident.Name, entry.OtherIncident)
		if err == nil && entry.OtherIncident == "" {
			reversal.Move.Alerts = f.movedIn(reversal.Move.Alerts)
		}
	case v1alpha1.ActivityAlertsUnlinked:
		reversal.Move, err = moveBack(entry, entry.OtherIncident, f.Incident.Name)
	default:
		reversal.After = f.Incident.DeepCopy()
		for _, part := range reversal.entries() {
			if !slices.Contains(ofFields, part.Type) {
				return nil, fmt.Errorf("the last change, %s, is of a kind that cannot be undone", Describe(part))
			}
			if err := ofIncident(reversal.After).revert(part); err != nil {
				return nil, err
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return reversal, nil
}

// entries are all that the reversal reverts, the newest first.
func (r *Reversal) entries() []*v1alpha1.ActivitySpec {
	return append([]*v1alpha1.ActivitySpec{r.Entry}, r.With...)
}

// Describe names what the reversal reverts, the oldest first.
func (r *Reversal) Describe() string {
	entries := r.entries()
	names := make([]string, 0, len(entries))
	for _, entry := range slices.Backward(entries) {
		names = append(names, Describe(entry))
	}
	return strings.Join(names, " and ")
}

// moveBack is the move that reverts an entry, whose alerts must all be named.
func moveBack(entry *v1alpha1.ActivitySpec, from, to string) (*Move, error) {
	if int64(len(entry.Alerts.Names)) != entry.Alerts.Count {
		return nil, fmt.Errorf("the last change, %s, does not name all its alerts: move them by name", Describe(entry))
	}
	return &Move{Alerts: entry.Alerts.Names, From: from, To: to}, nil
}

// Check says which alert is no longer where the move finds it.
func (m *Move) Check(alerts []v1alpha1.Alert) error {
	for i := range alerts {
		if now := alerts[i].Spec.IncidentRef.Name; now != m.From {
			return fmt.Errorf("the alert %s is in %s now, not in %s: the move is no longer its last",
				alerts[i].Name, cmp.Or(now, "no incident"), cmp.Or(m.From, "no incident"))
		}
	}
	return nil
}

// Describe names an entry.
func Describe(entry *v1alpha1.ActivitySpec) string {
	return fmt.Sprintf("entry %d (%s by %s: %s)", entry.Sequence, entry.Type, entry.Actor, entry.Summary)
}

// ofFields are the entries that tell of a change of an incident's fields.
var ofFields = []v1alpha1.ActivityType{
	v1alpha1.ActivityAssigned, v1alpha1.ActivityResolved, v1alpha1.ActivityReopened, v1alpha1.ActivityResolutionChanged,
	v1alpha1.ActivityTagged, v1alpha1.ActivityRenamed, v1alpha1.ActivityClassified, v1alpha1.ActivitySeverityChanged,
	v1alpha1.ActivityDescribed,
}
