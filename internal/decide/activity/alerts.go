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
	"cmp"
	"encoding/json"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

const (
	// maxAlertsPerEntry bounds how many alerts one entry of people's requests is about, so that it names them all.
	maxAlertsPerEntry = 100
	// MaxTaken bounds the alerts whose notes a log can remember to have taken. More wait until some have dropped theirs.
	MaxTaken = 100
)

// ofAlerts drafts the entry for the oldest notes that alerts have for this log: one for the alerts on which one user did the
// same.
func (d *drafter) ofAlerts() *v1alpha1.ActivitySpec {
	batch := d.nextBatch()
	if len(batch) == 0 || d.Gathering && len(batch) < maxAlertsPerEntry {
		return nil
	}
	doing := batch[0].doing
	entry := d.entry(doing.kind, doing.user)
	names := make([]string, 0, len(batch))
	for _, done := range batch {
		names = append(names, done.alert.Name)
		d.setTaken(done.alert, done.number)
	}
	entry.Alerts = alertsNamed(names)
	entry.OtherIncident, entry.Reason, entry.Changes = doing.other, doing.reason, doing.changes()
	if doing.requests > 1 {
		entry.Requests = doing.requests
	}
	d.at.Alerts.Total = max(0, d.at.Alerts.Total+int64(len(batch))*doing.linked())
	entry.Summary = summarizeAlerts(entry)
	return d.covering(entry, 0)
}

// doing is what somebody did to alerts, in a form that compares.
type doing struct {
	kind                v1alpha1.ActivityType
	user, other, reason string
	encoded             string // The changes of fields.
	requests            int64
}

func (a doing) compare(b doing) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.user, b.user), cmp.Compare(a.other, b.other),
		cmp.Compare(a.reason, b.reason), cmp.Compare(a.encoded, b.encoded), cmp.Compare(a.requests, b.requests))
}

// linked is how many more alerts are linked by it.
func (a doing) linked() int64 {
	switch a.kind {
	case v1alpha1.ActivityAlertsLinked:
		return 1
	case v1alpha1.ActivityAlertsUnlinked:
		return -1
	default:
		return 0
	}
}

// done is what a note of one alert tells this log.
type done struct {
	alert  Alert
	number int64
	doing
}

// nextBatch returns what the oldest notes of alerts tell that have the same to tell. An alert's notes come in their order,
// each in an entry of its own, since the log remembers only how far it has come.
func (d *drafter) nextBatch() []done {
	room := MaxTaken - len(d.taken)
	var oldest []done
	for _, alert := range d.Alerts {
		untaken := d.untakenOf(alert)
		if len(untaken) > 0 {
			oldest = append(oldest, untaken[0])
		}
	}
	slices.SortFunc(oldest, func(a, b done) int {
		return cmp.Or(a.compare(b.doing), cmp.Compare(a.alert.Name, b.alert.Name))
	})
	var batch []done
	for _, next := range oldest {
		switch {
		case len(batch) == maxAlertsPerEntry || len(batch) > 0 && batch[0].doing != next.doing:
			return batch
		case d.taken[string(next.alert.UID)] > 0:
		case room == 0:
			continue
		default:
			room--
		}
		batch = append(batch, next)
	}
	return batch
}

// untakenOf is what the notes of an alert tell this log that it has not taken, in their order.
func (d *drafter) untakenOf(alert Alert) []done {
	var untaken []done
	taken := d.takenOf(alert)
	for _, n := range alert.Notes.After(taken) {
		if doing, concerns := d.doingOf(alert, n); concerns {
			untaken = append(untaken, done{alert: alert, number: n.Number, doing: doing})
		}
	}
	if d.Crowded {
		return joinedEdits(untaken)
	}
	return untaken
}

// takenOf is how far the log has taken the notes of an alert. Numbers that are lower than that are those of notes that began
// anew, since somebody removed them while no policy was there.
func (d *drafter) takenOf(alert Alert) int64 {
	if number := d.taken[string(alert.UID)]; number <= alert.Notes.Last {
		return number
	}
	return 0
}

func (d *drafter) setTaken(alert Alert, number int64) {
	d.taken[string(alert.UID)] = number
	for i := range d.at.Alerts.Taken {
		if taken := &d.at.Alerts.Taken[i]; taken.Alert == string(alert.UID) {
			taken.Note = number
			return
		}
	}
	d.at.Alerts.Taken = append(d.at.Alerts.Taken, v1alpha1.ActivityTakenNote{Alert: string(alert.UID), Note: number})
}

// doingOf says what a note of an alert tells this log, and whether it concerns it at all.
func (d *drafter) doingOf(alert Alert, n note.Note) (doing, bool) {
	told := doing{kind: v1alpha1.ActivityAlertsChanged, user: sole(n.Users), requests: n.Count}
	if !d.ActorsKnown {
		told.user = ""
	}
	if n.Counted {
		return told, alert.Incident == d.Ref.Name
	}
	from, to := linkOf(n)
	was := from.name == d.Ref.Name && (from.uid == "" || from.uid == d.Ref.UID)
	is := to == d.Ref.Name
	if from.name == to && !was { // It was another incident of this name.
		is = false
	}
	switch {
	case was && is:
	case is:
		told.kind, told.other, told.reason = v1alpha1.ActivityAlertsLinked, from.name, moveReason(n, to)
	case was:
		told.kind, told.other, told.reason = v1alpha1.ActivityAlertsUnlinked, to, moveReason(n, to)
	}
	if is || to == "" { // What was edited in the request of a move is told where the alert is then.
		told.encoded = encoded(editsOf(n))
	}
	return told, was || is
}

// linked is an incident that a note names.
type linked struct{ name, uid string }

// linkOf is where an alert was linked to before and after a request.
func linkOf(n note.Note) (from linked, to string) {
	if in, ok := n.Value(note.FieldIn); ok {
		from = linked{name: in.From, uid: in.To}
	}
	to = from.name
	if moved, ok := n.Value(note.FieldIncidentRef); ok {
		to = moved.To
	}
	return from, to
}

// editsOf are the changes of an alert's fields that a note tells.
func editsOf(n note.Note) []v1alpha1.ActivityChange {
	before, after := values{}, values{}
	told := noted(n, nil)
	for field, value := range told {
		before.put(field, Recorded(value.From))
		after.put(field, value.To)
	}
	return changesIn(inOrder(told.fields()), before, after)
}

func encoded(changes []v1alpha1.ActivityChange) string {
	if len(changes) == 0 {
		return ""
	}
	text, err := json.Marshal(changes)
	if err != nil {
		panic("encoding a struct of strings cannot fail: " + err.Error())
	}
	return string(text)
}

func (a doing) changes() []v1alpha1.ActivityChange {
	if a.encoded == "" {
		return nil
	}
	var changes []v1alpha1.ActivityChange
	if err := json.Unmarshal([]byte(a.encoded), &changes); err != nil {
		panic("what was encoded can be decoded: " + err.Error())
	}
	return changes
}

// moveReason is the recorded value of why an alert went where it is, as whoever moved it says.
func moveReason(n note.Note, to string) string {
	raw, ok := n.Value(note.FieldMoveReason)
	if !ok {
		return ""
	}
	var said struct {
		To     string `json:"to"`
		Reason string `json:"reason"`
	}
	if json.Unmarshal([]byte(raw.To), &said) != nil || said.To != to {
		return ""
	}
	return base(said.Reason)
}

// HasTaken says whether the log has taken all that the notes of an alert tell it.
func (e *End) HasTaken(alert Alert) bool {
	d := &drafter{Log: Log{Ref: e.IncidentRef, End: e}, at: e.After, taken: map[string]int64{string(alert.UID): e.Taken(alert.UID)}}
	return len(d.untakenOf(alert)) == 0
}

// explained says whether the log's number of linked alerts is what it will be once it has taken all notes.
func (d *drafter) explained() bool {
	total := d.at.Alerts.Total
	for _, alert := range d.Alerts {
		for _, done := range d.untakenOf(alert) {
			total += done.linked()
		}
	}
	return total == d.Counts.Total
}
