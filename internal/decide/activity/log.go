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
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

const (
	// unknownActor is shown if nobody knows who did it; actorKind tells it from a user of that name.
	unknownActor = "Unknown"
	// operatorActor is shown for the operator itself.
	operatorActor = "incident-operator"
	// maxActorCharacters bounds the name of an actor; a longer one is recorded by its hash.
	maxActorCharacters = 1024
)

// End is the last entry of a log, as far as what follows depends on it.
type End struct {
	IncidentRef v1alpha1.ActivityIncident
	Sequence    int64
	Hash        string
	Type        v1alpha1.ActivityType
	Comment     v1alpha1.ActivityComment
	After       v1alpha1.ActivityRecord
}

// EndOf is the end of a log whose last entry this is.
func EndOf(entry *v1alpha1.ActivitySpec) *End {
	return &End{
		IncidentRef: entry.IncidentRef, Sequence: entry.Sequence, Hash: entry.Hash, Type: entry.Type,
		Comment: entry.Comment, After: entry.After,
	}
}

// Taken is the number of the last note of an alert that the log has taken, as far as it knows: 0 for one whose notes it has
// not taken, or that bears none of them any more.
func (e *End) Taken(alert types.UID) int64 {
	if e == nil {
		return 0
	}
	for _, taken := range e.After.Alerts.Taken {
		if taken.Alert == string(alert) {
			return taken.Note
		}
	}
	return 0
}

// Log is the end of the activity log of one incident, and who may be believed.
type Log struct {
	// Ref is the incident whose log it is.
	Ref v1alpha1.ActivityIncident
	// End is the last entry; nil for an empty log.
	End *End
	// ActorsKnown says that notes and authors can be believed, because admission guards them. Otherwise every actor is
	// recorded as Unknown.
	ActorsKnown bool
}

// Alert is an alert that bears notes that name the incident.
type Alert struct {
	Name string
	UID  types.UID
	// Incident is the incident that it names now.
	Incident string
	Notes    note.List
}

// Counts are what the linked alerts are in numbers.
type Counts struct {
	// Total is how many they are, Merged how many came from a merged incident at some time, and Machine how many a machine
	// linked, which MachineName names; empty if several did.
	Total, Merged, Machine int64
	MachineName            string
	// Pending is how many have still to follow the incident, Carrying how many carry all that it gives, and Kept how many
	// keep something of their own.
	Pending, Carrying, Kept int64
}

// Facts are what a log may have to tell of at one look.
type Facts struct {
	Incident *v1alpha1.Incident
	// Notes are those of the incident itself.
	Notes note.List
	// Sources are the incidents that were merged into it.
	Sources []merge.Source
	// Alerts are all that bear notes that name it, in any order.
	Alerts []Alert
	// Counts are those of the linked alerts. They are told only if Counting: not while they change from moment to moment.
	Counts   Counts
	Counting bool
	// Gathering says that more notes of alerts may be on their way: those that do not fill an entry wait for them.
	Gathering bool
	// Crowded says that the log has grown so fast that what one user did in a row since the last look is one entry.
	Crowded bool
	// Earlier is how many linked alerts named the incident before it was created, without a note that tells it. It is needed
	// for an empty log only.
	Earlier int64
	// Seen is the highest resourceVersion of an alert that is known.
	Seen string
}

// Append returns the entry that follows the end, numbered and chained to it.
func (l Log) Append(entry v1alpha1.ActivitySpec) (v1alpha1.ActivitySpec, error) {
	previous := ""
	entry.IncidentRef, entry.Sequence = l.Ref, 1
	if l.End != nil {
		previous, entry.Sequence = l.End.Hash, l.End.Sequence+1
	}
	err := seal(&entry, previous)
	return entry, err
}

// Next drafts the entry that the log lacks next, nil if it lacks none. What it tells is marked as told in the entry itself,
// so that a process that dies between two entries loses and repeats nothing: the next one goes on from the last entry.
func (l Log) Next(facts Facts, now time.Time) *v1alpha1.ActivitySpec {
	d := newDrafter(l, facts, l.base(facts), now)
	if l.End == nil {
		return d.created()
	}
	if facts.Crowded && facts.Gathering {
		return nil
	}
	for _, draft := range []func() *v1alpha1.ActivitySpec{
		d.noted, d.accepted, d.merged, d.unnoted, d.ofAlerts, d.counted, d.propagated,
	} {
		if entry := draft(); entry != nil {
			return entry
		}
	}
	return nil
}

// Comment drafts the entry for a comment, of which nothing but the record of the end follows.
func (l Log) Comment(comment *v1alpha1.Comment) *v1alpha1.ActivitySpec {
	text := Recorded(comment.Spec.Text)
	entry := &v1alpha1.ActivitySpec{
		Time:    ptr.To(comment.CreationTimestamp),
		Type:    v1alpha1.ActivityCommented,
		Summary: summarize(text),
		Comment: v1alpha1.ActivityComment{Name: comment.Name, UID: string(comment.UID), Text: text},
		After:   l.End.After,
	}
	l.setActor(entry, comment.Spec.Author)
	return entry
}

func (l Log) setActor(entry *v1alpha1.ActivitySpec, user string) {
	if user == "" || !l.ActorsKnown {
		entry.Actor, entry.ActorKind = unknownActor, v1alpha1.ActorUnknown
		return
	}
	entry.Actor, entry.ActorKind = recorded(user, maxActorCharacters), v1alpha1.ActorUser
}

// drafter drafts one entry.
type drafter struct {
	Log
	Facts
	now time.Time
	// at is what the log knows; each draft changes it to what the log knows after the entry.
	at v1alpha1.ActivityRecord
	// taken are the numbers of the notes that it has taken, by the UID of the alert: the same as in at.
	taken map[string]int64
}

func newDrafter(log Log, facts Facts, at v1alpha1.ActivityRecord, now time.Time) *drafter {
	d := &drafter{Log: log, Facts: facts, now: now, at: at, taken: make(map[string]int64, len(at.Alerts.Taken))}
	for _, taken := range at.Alerts.Taken {
		d.taken[taken.Alert] = taken.Note
	}
	return d
}

// entry begins an entry by a user.
func (d *drafter) entry(kind v1alpha1.ActivityType, user string) *v1alpha1.ActivitySpec {
	entry := &v1alpha1.ActivitySpec{Time: ptr.To(metav1.NewTime(d.now.Truncate(time.Second))), Type: kind}
	d.setActor(entry, user)
	return entry
}

// byOperator begins an entry for what the operator did itself.
func (d *drafter) byOperator(kind v1alpha1.ActivityType) *v1alpha1.ActivitySpec {
	entry := d.entry(kind, "")
	entry.Actor, entry.ActorKind = operatorActor, v1alpha1.ActorOperator
	return entry
}
