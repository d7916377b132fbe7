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
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
)

const (
	maxSummaryCharacters = 1024
	// unknownActor is shown where nobody knows who did it; actorKind tells it from a user of that name.
	unknownActor = "Unknown"
	// operatorActor is shown for the operator itself.
	operatorActor = "incident-operator"
)

// Log is the end of the activity log of one incident.
type Log struct {
	// Incident is the incident whose log it is.
	Incident v1alpha1.ActivityIncident
	// Head is the last entry; nil for an empty log.
	Head *v1alpha1.ActivitySpec
	// ActorsKnown says that stamps and authors can be believed, because admission guards them. Otherwise every actor is
	// recorded as Unknown.
	ActorsKnown bool
}

// Append returns the entry that follows the head, numbered and chained to it.
func (l Log) Append(entry v1alpha1.ActivitySpec) (v1alpha1.ActivitySpec, error) {
	previous := ""
	entry.IncidentRef, entry.Sequence = l.Incident, 1
	if l.Head != nil {
		previous, entry.Sequence = l.Head.Hash, l.Head.Sequence+1
	}
	err := seal(&entry, previous)
	return entry, err
}

// base is what was recorded last; for an empty log, an incident with nothing set.
func (l Log) base() view {
	if l.Head == nil {
		return seen(&v1alpha1.Incident{})
	}
	return known(l.Head.After)
}

// Comment returns the entry for a comment, of which nothing but the head's record follows.
func (l Log) Comment(comment *v1alpha1.Comment) v1alpha1.ActivitySpec {
	text := Recorded(comment.Spec.Text)
	entry := v1alpha1.ActivitySpec{
		Time:    ptr.To(comment.CreationTimestamp),
		Type:    v1alpha1.ActivityCommented,
		Summary: summarize(text),
		Comment: v1alpha1.ActivityComment{Name: comment.Name, UID: string(comment.UID), Text: text},
		After:   l.Head.After,
	}
	l.setActor(&entry, comment.Spec.Author)
	return entry
}

// Changes returns the entries for what changed on the incident since the head: first its creation, then one for each
// group of fields in the order of the edits. Each carries the record after it, so that a log that ends between two of
// them continues where it ended.
func (l Log) Changes(incident *v1alpha1.Incident, now time.Time) []v1alpha1.ActivitySpec {
	before, after := l.base(), seen(incident)
	d := &drafter{log: l, now: now, at: before.clone(), after: after}
	d.at.resourceVersion = after.resourceVersion
	if l.Head == nil {
		d.create(incident.CreationTimestamp)
	}
	for _, g := range d.changed() {
		d.change(g)
	}
	d.coverRest()
	return d.entries
}

// drafter walks from what was recorded to what is there now, entry by entry.
type drafter struct {
	log       Log
	now       time.Time
	at, after view
	entries   []v1alpha1.ActivitySpec
}

// create drafts the first entry, with all that its creator set.
func (d *drafter) create(created metav1.Time) {
	creator := d.after.stamps[createdGroup]
	start := d.at.clone()
	put(d.at.stamps, createdGroup, creator)
	var changes []v1alpha1.ActivityChange
	for _, g := range groups {
		if d.after.stamps[g.name] == creator {
			changes = append(changes, g.changes(start, d.after)...)
			d.at.take(g, d.after)
		}
	}
	d.add(v1alpha1.ActivityCreated, parseStamp(creator).user, 1, changes)
	d.entries[0].Time = &created
}

// changed returns the groups that differ, by the generation of their edit; those that nobody stamped come last.
func (d *drafter) changed() []group {
	var found []group
	for _, g := range groups {
		if g.differs(d.at, d.after) {
			found = append(found, g)
		}
	}
	slices.SortStableFunc(found, func(a, b group) int { return cmp.Compare(d.generationOf(a), d.generationOf(b)) })
	return found
}

// generationOf is the generation of a group's edit within what is to be covered: the stamp of an edit of labels alone
// bears the generation that the next edit will have.
func (d *drafter) generationOf(g group) int64 {
	if generation := g.editOf(d.at, d.after).generation; generation > 0 {
		return min(generation, d.after.generation)
	}
	return d.after.generation
}

func (d *drafter) change(g group) {
	user, generation := g.editOf(d.at, d.after).user, d.generationOf(g)
	kind, changes := g.kind(d.at, d.after), g.changes(d.at, d.after)
	d.at.take(g, d.after)
	d.add(kind, user, generation, changes)
	if g.name == acceptance {
		entry := &d.entries[len(d.entries)-1]
		entry.Actor, entry.ActorKind = operatorActor, v1alpha1.ActorOperator
		entry.OtherIncident = d.after.fields[fieldMergedInto]
	}
}

// coverRest lets the last entry cover the generations that no stamp names. Where there is none, edits came and went
// without a trace.
func (d *drafter) coverRest() {
	rest := d.after.generation - d.at.generation
	if rest <= 0 {
		return
	}
	if len(d.entries) == 0 {
		d.add(v1alpha1.ActivityEdited, "", d.after.generation, nil)
		return
	}
	d.at.generation = d.after.generation
	last := &d.entries[len(d.entries)-1]
	last.CoversGenerations += rest
	last.After = d.at.record()
}

func (d *drafter) add(kind v1alpha1.ActivityType, user string, generation int64, changes []v1alpha1.ActivityChange) {
	covers := max(0, generation-d.at.generation)
	d.at.generation += covers
	entry := v1alpha1.ActivitySpec{
		Time:              toTheSecond(d.now),
		Type:              kind,
		Summary:           summaryOf(kind, changes),
		Changes:           changes,
		CoversGenerations: covers,
		After:             d.at.record(),
	}
	d.log.setActor(&entry, user)
	d.entries = append(d.entries, entry)
}

func (l Log) setActor(entry *v1alpha1.ActivitySpec, user string) {
	if user == "" || !l.ActorsKnown {
		entry.Actor, entry.ActorKind = unknownActor, v1alpha1.ActorUnknown
		return
	}
	entry.Actor, entry.ActorKind = user, v1alpha1.ActorUser
}

func summaryOf(kind v1alpha1.ActivityType, changes []v1alpha1.ActivityChange) string {
	var parts []string
	for _, change := range changes {
		parts = append(parts, shortField(change.Field)+": "+orNone(change.From)+" → "+orNone(change.To))
	}
	switch {
	case len(parts) > 0:
		return summarize(strings.Join(parts, "; "))
	case kind == v1alpha1.ActivityCreated:
		return "nothing set"
	default:
		return "nothing that differs from before"
	}
}

func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

func summarize(text string) string { return naming.Cut(Escape(text), maxSummaryCharacters) }

func shortField(field string) string {
	return strings.TrimPrefix(strings.TrimPrefix(field, "spec."), "status.")
}

// toTheSecond is a time as entries bear it.
func toTheSecond(now time.Time) *metav1.Time {
	return ptr.To(metav1.NewTime(now.Truncate(time.Second)))
}
