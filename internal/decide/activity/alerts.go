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
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/resourceversion"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Alerts gathers what the alerts of one incident have to tell its log at one look.
type Alerts struct {
	// Incident is the incident whose log it is.
	Incident v1alpha1.ActivityIncident
	// Linked is how many alerts have noted that they are linked to it.
	Linked int64
	// Unnoted is how many alerts have still to note something of it, and Late how many cannot before a log took some of what
	// they have noted: for those the log must not wait.
	Unnoted, Late int
	// Below bounds the tickets that the log may take, since a change that is being written now bears this one; empty for
	// none.
	Below string

	told []told
}

// told is one change of one alert.
type told struct {
	alert string
	Change
}

// Tell adds what an alert has noted.
func (a *Alerts) Tell(alert string, trail Trail) {
	if trail.Incident == a.Incident {
		a.Linked++
	}
	for _, change := range trail.Changes {
		if change.Incident == a.Incident {
			a.told = append(a.told, told{alert: alert, Change: change})
		}
	}
}

// Blocked says whether something was told that a log has still to take, but may not yet.
func (a *Alerts) Blocked(log Log) bool {
	recorded := ""
	if log.Head != nil {
		recorded = log.Head.After.Alerts.Recorded
	}
	return a.Below != "" && slices.ContainsFunc(a.told, func(t told) bool {
		return isNewer(t.Ticket, recorded) && !isNewer(a.Below, t.Ticket)
	})
}

// IsTaken says whether a log whose last entry is head holds a change.
func IsTaken(head *v1alpha1.ActivitySpec, change Change) bool {
	return head != nil && head.IncidentRef == change.Incident && !isNewer(change.Ticket, head.After.Alerts.Recorded)
}

// Newest returns the later of two resource versions of alerts.
func Newest(a, b string) string {
	if isNewer(b, a) {
		return b
	}
	return a
}

// isNewer compares resource versions of alerts; an empty one is older than all.
func isNewer(a, b string) bool {
	if a == "" || b == "" {
		return b == "" && a != ""
	}
	order, err := resourceversion.CompareResourceVersion(a, b)
	return err == nil && order > 0
}

// between returns what was told with a ticket newer than from, up to until.
func (a *Alerts) between(from, until string) []told {
	var found []told
	for _, t := range a.told {
		if isNewer(t.Ticket, from) && !isNewer(t.Ticket, until) {
			found = append(found, t)
		}
	}
	return found
}

// newest is the highest ticket newer than from that the log may take, empty for none.
func (a *Alerts) newest(from string) string {
	newest := ""
	for _, t := range a.told {
		tooNew := a.Below != "" && !isNewer(a.Below, t.Ticket)
		if isNewer(t.Ticket, from) && isNewer(t.Ticket, newest) && !tooNew {
			newest = t.Ticket
		}
	}
	return newest
}

// batchKey is what the changes of one entry have in common. Entries of one look come in its order, so that the last one
// tells which are still to be written. The order of types is the one in which they most likely happened.
type batchKey struct {
	kind          v1alpha1.ActivityType
	actorKind     v1alpha1.ActorKind
	actor         string
	other, reason string
}

func (k batchKey) compare(other batchKey) int {
	return cmp.Or(cmp.Compare(typeOrder[k.kind], typeOrder[other.kind]), cmp.Compare(k.actorKind, other.actorKind), cmp.Compare(k.actor, other.actor),
		cmp.Compare(k.other, other.other), cmp.Compare(k.reason, other.reason))
}

var typeOrder = map[v1alpha1.ActivityType]int{
	v1alpha1.ActivityAlertsLinked:   1,
	v1alpha1.ActivityAlertsChanged:  2,
	v1alpha1.ActivityPropagated:     3,
	v1alpha1.ActivityAlertsUnlinked: 4,
}

func (t told) key() batchKey {
	return batchKey{kind: v1alpha1.ActivityType(t.Type), actorKind: t.ActorKind, actor: t.Actor, other: t.Other, reason: t.Reason}
}

func keyOf(entry *v1alpha1.ActivitySpec) batchKey {
	return batchKey{
		kind: entry.Type, actorKind: entry.ActorKind, actor: entry.Actor, other: entry.OtherIncident, reason: entry.Reason,
	}
}

// Unfinished says whether the log ends among the entries of one look at alerts: the others have to follow first.
func (l Log) Unfinished() bool { return l.Head != nil && l.Head.After.Alerts.Until != "" }

// Finish takes the changes of one look for written, where those that are missing are gone with their alerts.
func (l *Log) Finish() {
	head := *l.Head
	head.After.Alerts.Recorded, head.After.Alerts.Until = head.After.Alerts.Until, ""
	l.Head = &head
}

// Alerts returns the entries for what alerts have told since the head: one for all that has the same type, actor, other
// incident and reason. Where the head is one of such entries, only the rest of them.
func (l Log) Alerts(alerts *Alerts, now time.Time) []v1alpha1.ActivitySpec {
	at := l.Head.After.Alerts
	from, until := at.Recorded, at.Until
	batches := l.batched(alerts.between(from, until))
	if until != "" {
		batches = slices.DeleteFunc(batches, func(b []told) bool { return b[0].key().compare(keyOf(l.Head)) <= 0 })
	}
	if len(batches) == 0 {
		from = cmp.Or(until, from)
		until = alerts.newest(from)
		batches = l.batched(alerts.between(from, until))
	}
	var entries []v1alpha1.ActivitySpec
	at.Recorded, at.Until = from, until
	for i, batch := range batches {
		if i == len(batches)-1 {
			at.Recorded, at.Until = until, ""
		}
		entry := entryOf(batch, now)
		at.Total = max(0, at.Total+difference(entry.Type, entry.Alerts.Count))
		entry.After = l.Head.After
		entry.After.Alerts = at
		entries = append(entries, entry)
	}
	return entries
}

// Recount returns the entry that makes the log's number of alerts what it is, nil where it is that already. Alerts that
// are gone could not tell it; nor could some whose trail was lost.
func (l Log) Recount(linked int64, now time.Time) *v1alpha1.ActivitySpec {
	missing := l.Head.After.Alerts.Total - linked
	if missing == 0 {
		return nil
	}
	entry := &v1alpha1.ActivitySpec{
		Time: toTheSecond(now), Type: v1alpha1.ActivityAlertsDeleted,
		Actor: unknownActor, ActorKind: v1alpha1.ActorUnknown,
		Alerts: v1alpha1.ActivityAlerts{Count: max(missing, -missing)}, After: l.Head.After,
	}
	if missing < 0 {
		entry.Type = v1alpha1.ActivityAlertsLinked
	}
	entry.Summary = alertsInWords(entry.Alerts.Count)
	entry.After.Alerts.Total = linked
	return entry
}

func difference(kind v1alpha1.ActivityType, count int64) int64 {
	switch kind {
	case v1alpha1.ActivityAlertsLinked:
		return count
	case v1alpha1.ActivityAlertsUnlinked:
		return -count
	default:
		return 0
	}
}

// batched sorts changes into batches, in the order of their keys. Nobody is named while actors cannot be believed.
func (l Log) batched(changes []told) [][]told {
	for i := range changes {
		if changes[i].ActorKind == v1alpha1.ActorUser && !l.ActorsKnown {
			changes[i].Actor, changes[i].ActorKind = unknownActor, v1alpha1.ActorUnknown
		}
	}
	slices.SortStableFunc(changes, func(a, b told) int { return a.key().compare(b.key()) })
	var batches [][]told
	for i, change := range changes {
		if i == 0 || changes[i-1].key() != change.key() {
			batches = append(batches, nil)
		}
		batches[len(batches)-1] = append(batches[len(batches)-1], change)
	}
	return batches
}
