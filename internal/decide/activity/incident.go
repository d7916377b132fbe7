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
	"fmt"
	"slices"
	"strings"

	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

// created drafts the entry that begins the log, with all that the creator set.
func (d *drafter) created() *v1alpha1.ActivitySpec {
	d.know(Fields(&v1alpha1.Incident{}))
	var creator string
	var changes []v1alpha1.ActivityChange
	var whole values
	if first := d.untaken(); len(first) > 0 && isCreation(first[0]) {
		creator, d.at.Notes = sole(first[0].Users), first[0].Number
		changes, whole, _ = d.changesOf(first[0], first[1:])
	} else {
		creator, changes, whole = d.stampedAtCreation()
	}
	take(&d.at, changes, whole)
	entry := d.entry(v1alpha1.ActivityCreated, creator)
	entry.Time = ptr.To(d.Incident.CreationTimestamp)
	entry.Changes = changes
	entry.Summary = summaryOf(changes, "nothing set")
	if d.Earlier > 0 {
		entry.Alerts.Count, d.at.Alerts.Total = d.Earlier, d.Earlier
		entry.Summary = summarize(entry.Summary + "; " + alertsInWords(d.Earlier) + " named it before it was created")
	}
	return d.covering(entry, 1)
}

func isCreation(n note.Note) bool {
	_, creation := n.Value(note.FieldCreated)
	return creation
}

// know lets the record know whole values, all of them.
func (d *drafter) know(whole values) {
	changes := make([]v1alpha1.ActivityChange, 0, len(whole))
	for field := range whole {
		changes = append(changes, v1alpha1.ActivityChange{Field: field})
	}
	take(&d.at, changes, whole)
}

// stampedAtCreation is who created an incident without a note, and what is still as they set it.
func (d *drafter) stampedAtCreation() (creator string, changes []v1alpha1.ActivityChange, whole values) {
	whole = Fields(d.Incident)
	stamp := d.Incident.Annotations[v1alpha1.EditorAnnotationPrefix+"created"]
	if stamp == "" {
		return "", nil, whole
	}
	for _, g := range groups {
		if d.Incident.Annotations[v1alpha1.EditorAnnotationPrefix+g.name] == stamp {
			changes = append(changes, d.differences(g.fields, whole)...)
		}
	}
	creator, _ = parseStamp(stamp)
	return creator, changes, whole
}

// noted drafts the entry for the oldest note that the log has not taken: one for each request of a person, unless the log
// is crowded.
func (d *drafter) noted() *v1alpha1.ActivitySpec {
	notes := d.untaken()
	if len(notes) == 0 {
		return nil
	}
	n, later := notes[0], notes[1:]
	if d.Crowded {
		n, later = joined(notes)
	}
	changes, whole, lost := d.changesOf(n, later)
	take(&d.at, changes, whole)
	d.at.Notes = n.Number
	entry := d.entry(typeOf(changes), sole(n.Users))
	entry.Changes = changes
	otherwise := "nothing that differs from before"
	if len(lost) > 0 {
		otherwise = "values are lost"
	}
	entry.Summary = summaryOf(changes, otherwise)
	if len(lost) > 0 {
		entry.Summary = summarize(entry.Summary + "; too large to be noted, and changed again since: " + strings.Join(lost, ", "))
	}
	if n.Count > 1 {
		entry.Requests = n.Count
		how := "told as one"
		if n.Counted {
			how = "noted by their number only"
		}
		entry.Summary = summarize(fmt.Sprintf("%d requests by %s, %s: %s", n.Count, strings.Join(n.Users, ", "), how, entry.Summary))
	}
	return d.covering(entry, n.Generation)
}

// untaken are the incident's notes that the log has not taken. Numbers that are lower than what the log knows are those of
// notes that began anew, since somebody removed them while no policy was there.
func (d *drafter) untaken() []note.Note {
	if d.Notes.Last < d.at.Notes {
		return d.Notes.Notes
	}
	return d.Notes.After(d.at.Notes)
}

// sole is the user that alone made what a note tells, empty if there were several.
func sole(users []string) string {
	if len(users) == 1 {
		return users[0]
	}
	return ""
}

// changesOf are the changes that a note tells of, with the whole values that they led to. If the values were too large to be
// noted, or the note only counts requests, they are found in what is known from before and after it. Fields whose values
// are lost, because a later request changed them again without a value from before, are named.
func (d *drafter) changesOf(n note.Note, later []note.Note) (changes []v1alpha1.ActivityChange, whole values, lost []string) {
	before, after := values{}, values{}
	for field, value := range noted(n, d.Incident) {
		before.put(field, Recorded(value.From))
		after.put(field, value.To)
	}
	fields := noted(n, d.Incident).fields()
	unknown := largeFields(n)
	if n.Counted {
		unknown = recordedFields[:len(recordedFields)-1]
	}
	known := record(d.at)
	for _, field := range slices.Compact(unknown) {
		value, found := d.valueBefore(field, later)
		if !found {
			lost = append(lost, shortField(field))
			continue
		}
		before.put(field, known[field])
		after.put(field, value)
		if before[field] != base(value) {
			fields = append(fields, field)
		}
	}
	return changesIn(inOrder(fields), before, after), after, lost
}

// valueBefore is the whole value of a field before the notes, of which the first that is about it may tell what it was.
func (d *drafter) valueBefore(field string, notes []note.Note) (value string, found bool) {
	for _, n := range notes {
		if value, tells := noted(n, d.Incident)[field]; tells {
			return value.From, true
		}
		if n.Counted || slices.Contains(largeFields(n), field) {
			return "", false
		}
	}
	return Fields(d.Incident)[field], true
}

// changesIn are the changes of fields from values as they are recorded to whole ones.
func changesIn(fields []string, before, after values) []v1alpha1.ActivityChange {
	var changes []v1alpha1.ActivityChange
	for _, field := range fields {
		if from, to := before[field], Recorded(after[field]); from != to {
			changes = append(changes, v1alpha1.ActivityChange{Field: field, From: from, To: to})
		}
	}
	return changes
}

func inOrder(fields []string) []string {
	slices.SortFunc(fields, func(a, b string) int {
		return cmp.Compare(slices.Index(recordedFields, a), slices.Index(recordedFields, b))
	})
	return slices.Compact(fields)
}

// accepted drafts the entry for the acceptance of the merge that the incident asks for.
func (d *drafter) accepted() *v1alpha1.ActivitySpec {
	whole := Fields(d.Incident)
	changes := d.differences([]string{fieldMergedInto}, whole)
	if len(changes) == 0 {
		return nil
	}
	take(&d.at, changes, whole)
	entry := d.byOperator(v1alpha1.ActivityMerged)
	entry.Changes, entry.OtherIncident = changes, d.Incident.Status.MergedInto.Name
	entry.Summary = summaryOf(changes, "")
	return d.covering(entry, 0)
}

// merged drafts the entry for an incident that was merged into this one, with the tags that came along.
func (d *drafter) merged() *v1alpha1.ActivitySpec {
	if int64(len(d.Sources)) <= d.at.Merges {
		return nil
	}
	source := d.Sources[d.at.Merges]
	whole := Fields(d.Incident)
	changes := d.differences([]string{fieldTags}, whole)
	take(&d.at, changes, whole)
	d.at.Merges++
	entry := d.entry(v1alpha1.ActivityMerged, source.By)
	entry.OtherIncident, entry.Changes = source.Name, changes
	entry.Summary = summarize("from " + source.Name)
	if len(changes) > 0 {
		entry.Summary = summarize("from " + source.Name + ": " + summaryOf(changes, ""))
	}
	return d.covering(entry, 0)
}

// unnoted drafts the entry for a group of fields that is not as notes tell, since no policy was there to note it. The stamp
// of the group says who changed it, if it is newer than what the log knows.
func (d *drafter) unnoted() *v1alpha1.ActivitySpec {
	whole := Fields(d.Incident)
	for _, g := range groups {
		changes := d.differences(g.fields, whole)
		if len(changes) == 0 {
			continue
		}
		user, generation := parseStamp(d.Incident.Annotations[v1alpha1.EditorAnnotationPrefix+g.name])
		if generation <= ptr.Deref(d.at.Generation, 0) {
			user, generation = "", 0
		}
		take(&d.at, changes, whole)
		if user == "" && len(d.differences(recordedFields, whole)) == 0 {
			generation = d.Incident.Generation // It is the last of what nobody noted.
		}
		entry := d.entry(g.kind(changes), user)
		entry.Changes, entry.Summary = changes, summaryOf(changes, "")
		return d.covering(entry, min(generation, d.Incident.Generation))
	}
	if d.Incident.Generation > ptr.Deref(d.at.Generation, 0) {
		entry := d.entry(v1alpha1.ActivityEdited, "")
		entry.Summary = "nothing that differs from before"
		return d.covering(entry, d.Incident.Generation)
	}
	return nil
}

// differences are the changes of fields from what the log knows to whole values.
func (d *drafter) differences(fields []string, whole values) []v1alpha1.ActivityChange {
	known := record(d.at)
	var changes []v1alpha1.ActivityChange
	for _, field := range fields {
		if known[field] != base(whole[field]) {
			changes = append(changes, v1alpha1.ActivityChange{Field: field, From: known[field], To: Recorded(whole[field])})
		}
	}
	return changes
}

// covering completes an entry: it covers the generations up to one, and is what the log knows from then on.
func (d *drafter) covering(entry *v1alpha1.ActivitySpec, generation int64) *v1alpha1.ActivitySpec {
	known := ptr.Deref(d.at.Generation, 0)
	entry.CoversGenerations = max(0, generation-known)
	d.at.Generation = ptr.To(known + entry.CoversGenerations)
	if d.explained() {
		d.at.Alerts.Machine, d.at.Alerts.Merged = d.Counts.Machine, d.Counts.Merged
	}
	entry.After = d.at
	return entry
}
