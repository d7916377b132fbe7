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

package activity_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

var (
	created = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	now     = time.Date(2026, 3, 1, 9, 0, 0, 500, time.UTC)
	here    = v1alpha1.ActivityIncident{Name: "inc", UID: uid}
)

// story is an incident, what is known of it, and the log that tells of it.
type story struct {
	t       *testing.T
	log     activity.Log
	facts   activity.Facts
	entries []v1alpha1.ActivitySpec
}

// unbegun is the story of an incident whose log is empty.
func unbegun(t *testing.T, change func(*v1alpha1.Incident)) *story {
	t.Helper()
	i := &v1alpha1.Incident{}
	i.Name, i.UID, i.Generation, i.ResourceVersion = here.Name, types.UID(here.UID), 1, "7"
	i.CreationTimestamp, i.Annotations = metav1.NewTime(created), map[string]string{}
	if change != nil {
		change(i)
	}
	return &story{t: t, log: activity.Log{Ref: here, ActorsKnown: true}, facts: activity.Facts{Incident: i, Counting: true, Seen: "5"}}
}

// begun is the story of an incident that alice created, which the log has told.
func begun(t *testing.T) *story {
	t.Helper()
	s := unbegun(t, nil)
	s.notes(`1 1 "alice" created "" ""`)
	if told := s.tell(); told[0] != "Created alice: nothing set covers=1" {
		t.Fatalf("the log begins with %q", told)
	}
	return s
}

// notes lets the incident bear notes.
func (s *story) notes(lines ...string) *story {
	s.t.Helper()
	s.facts.Notes = parsed(s.t, lines...)
	return s
}

// parsed are notes by their lines, of which the last has the last number.
func parsed(t *testing.T, lines ...string) note.List {
	t.Helper()
	if len(lines) == 0 {
		return note.List{}
	}
	last, _, _ := strings.Cut(lines[len(lines)-1], " ")
	list, err := note.Parse(strings.Join(append([]string{last}, lines...), "\n"))
	if err != nil {
		t.Fatalf("the notes of a test cannot be read: %v", err)
	}
	return list
}

// edit changes the incident without a note.
func (s *story) edit(change func(*v1alpha1.Incident)) *story {
	s.facts.Incident = s.facts.Incident.DeepCopy()
	change(s.facts.Incident)
	return s
}

// alert lets an alert bear notes. It is linked to an incident; its UID is "uid-of-" and its name.
func (s *story) alert(name, incident string, lines ...string) *story {
	s.t.Helper()
	s.facts.Alerts = append(s.facts.Alerts, bearing(s.t, name, incident, lines...))
	return s
}

func bearing(t *testing.T, name, incident string, lines ...string) activity.Alert {
	t.Helper()
	return activity.Alert{Name: name, UID: types.UID("uid-of-" + name), Incident: incident, Notes: parsed(t, lines...)}
}

// next writes the entry that the log lacks next, and says what it tells; empty if the log lacks none.
func (s *story) next() string {
	s.t.Helper()
	draft := s.log.Next(s.facts, now)
	if draft == nil {
		return ""
	}
	entry, err := s.log.Append(*draft)
	if err != nil {
		s.t.Fatal(err)
	}
	s.entries = append(s.entries, entry)
	s.log.End = activity.EndOf(&entry)
	s.bounded(entry)
	return inShort(entry)
}

// tell writes all that the log lacks.
func (s *story) tell() []string {
	s.t.Helper()
	var told []string
	for text := s.next(); text != ""; text = s.next() {
		if told = append(told, text); len(told) > 1000 {
			s.t.Fatalf("the log never ends: %s", text)
		}
	}
	return told
}

// expect writes all that the log lacks, which must be told so; and the log must be intact then.
func (s *story) expect(want ...string) {
	s.t.Helper()
	if diff := cmp.Diff(want, s.tell()); diff != "" {
		s.t.Errorf("told (-want +got):\n%s", diff)
	}
	s.verify()
}

// last is the entry that was written last.
func (s *story) last() v1alpha1.ActivitySpec { return s.entries[len(s.entries)-1] }

func inShort(e v1alpha1.ActivitySpec) string {
	actor := e.Actor
	if e.ActorKind != v1alpha1.ActorUser {
		actor = "(" + string(e.ActorKind) + ")"
	}
	text := fmt.Sprintf("%s %s: %s", e.Type, actor, e.Summary)
	for _, more := range []struct {
		name  string
		value any
		is    bool
	}{
		{"covers", e.CoversGenerations, e.CoversGenerations != 0},
		{"requests", e.Requests, e.Requests != 0},
		{"other", e.OtherIncident, e.OtherIncident != ""},
		{"reason", e.Reason, e.Reason != ""},
		{"kept", e.Alerts.Kept, e.Alerts.Kept != 0},
		{"alerts", strings.Join(e.Alerts.Names, ","), len(e.Alerts.Names) > 0 && len(e.Alerts.Names) < 10},
	} {
		if more.is {
			text += fmt.Sprintf(" %s=%v", more.name, more.value)
		}
	}
	return text
}

// bounded checks what the API refuses.
func (s *story) bounded(e v1alpha1.ActivitySpec) {
	s.t.Helper()
	within := func(what string, least, n, most int) {
		s.t.Helper()
		if n < least || n > most {
			s.t.Errorf("entry %d: %s must have %d to %d, has %d", e.Sequence, what, least, most, n)
		}
	}
	within("summary", 1, utf8.RuneCountInString(e.Summary), 1024)
	within("actor", 1, utf8.RuneCountInString(e.Actor), 1024)
	within("reason", 0, utf8.RuneCountInString(e.Reason), 256)
	within("changes", 0, len(e.Changes), 32)
	within("names", 0, len(e.Alerts.Names), 100)
	within("taken", 0, len(e.After.Alerts.Taken), 100)
	for _, change := range e.Changes {
		within("from", 0, utf8.RuneCountInString(change.From), 5000)
		within("to", 0, utf8.RuneCountInString(change.To), 5000)
		if change.From == change.To {
			s.t.Errorf("entry %d: %s changes from %q to the same", e.Sequence, change.Field, change.From)
		}
	}
	for _, field := range append(e.After.Fields, e.After.Alerts.Given...) {
		within("value", 1, utf8.RuneCountInString(field.Value), 256)
	}
	for name, n := range map[string]int64{
		"total": e.After.Alerts.Total, "merged": e.After.Alerts.Merged, "machine": e.After.Alerts.Machine,
		"carrying": e.After.Alerts.Carrying, "coversGenerations": e.CoversGenerations,
	} {
		if n < 0 {
			s.t.Errorf("entry %d: %s is %d", e.Sequence, name, n)
		}
	}
}

// verify lets Verify read the log from its first entry.
func (s *story) verify() {
	s.t.Helper()
	if len(s.entries) == 0 {
		return
	}
	var objects []object
	for i := range s.entries {
		encoded, err := json.Marshal(v1alpha1.Activity{
			TypeMeta:   metav1.TypeMeta{Kind: "Activity", APIVersion: v1alpha1.GroupVersion.String()},
			ObjectMeta: metav1.ObjectMeta{Name: activity.Name(here, s.entries[i].Sequence), Namespace: "prod"},
			Spec:       s.entries[i],
		})
		if err != nil {
			s.t.Fatal(err)
		}
		var decoded object
		if err := utiljson.Unmarshal(encoded, &decoded); err != nil {
			s.t.Fatal(err)
		}
		objects = append(objects, decoded)
	}
	end := s.last()
	head := activity.Head{Namespace: "prod", Incident: here.Name, UID: here.UID, Sequence: end.Sequence, Hash: end.Hash}
	if result := activity.Verify(objects, []activity.Head{head}); !result.Intact() || result.Logs[0].Entries != len(objects) {
		s.t.Errorf("the log is not intact: %+v", result.Logs[0].Finding)
	}
}

func change(field, from, to string) v1alpha1.ActivityChange {
	return v1alpha1.ActivityChange{Field: field, From: from, To: to}
}
