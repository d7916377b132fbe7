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
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

var (
	created = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	now     = time.Date(2026, 3, 1, 9, 0, 0, 500, time.UTC)
)

func emptyLog() activity.Log {
	return activity.Log{Incident: v1alpha1.ActivityIncident{Name: "inc", UID: "0a1b2c3d-4e5f"}, ActorsKnown: true}
}

type stamps map[string]string

func incident(generation int64, edited stamps, change func(*v1alpha1.IncidentSpec)) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.CreationTimestamp, i.Generation, i.ResourceVersion = metav1.NewTime(created), generation, "7"
	i.Annotations = map[string]string{}
	for group, stamp := range edited {
		i.Annotations[v1alpha1.EditorAnnotationPrefix+group] = stamp
	}
	if change != nil {
		change(&i.Spec)
	}
	return i
}

// recorded appends entries and returns the log behind them.
func recorded(t *testing.T, log activity.Log, entries []v1alpha1.ActivitySpec) activity.Log {
	t.Helper()
	for _, entry := range entries {
		sealed, err := log.Append(entry)
		if err != nil {
			t.Fatal(err)
		}
		log.Head = &sealed
	}
	return log
}

type line struct {
	Type    v1alpha1.ActivityType
	Actor   string
	Summary string
	Covers  int64
}

func lines(entries []v1alpha1.ActivitySpec) []line {
	var all []line
	for _, e := range entries {
		all = append(all, line{e.Type, e.Actor, e.Summary, e.CoversGenerations})
	}
	return all
}

func TestChanges(t *testing.T) {
	start := incident(1, stamps{"created": "alice@1"}, nil)
	tests := map[string]struct {
		before, after *v1alpha1.Incident
		want          []line
	}{
		"nothing happened": {start, start, nil},
		"created with what its creator set, edited before anybody looked": {
			nil,
			incident(3, stamps{"created": "alice@1", "assignee": "alice@1", "name": "bob@3"}, func(s *v1alpha1.IncidentSpec) {
				s.Assignee, s.Name = "alice", "Phish"
			}),
			[]line{
				{v1alpha1.ActivityCreated, "alice", "assignee: none → alice", 1},
				{v1alpha1.ActivityRenamed, "bob", "name: none → Phish", 2},
			},
		},
		"created while no policy looked": {
			nil, incident(1, nil, func(s *v1alpha1.IncidentSpec) { s.Assignee = "alice" }),
			[]line{{v1alpha1.ActivityCreated, "Unknown", "assignee: none → alice", 1}},
		},
		"resolved": {
			start,
			incident(2, stamps{"created": "alice@1", "resolution": "bob@2"}, func(s *v1alpha1.IncidentSpec) {
				s.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "done"}
			}),
			[]line{{v1alpha1.ActivityResolved, "bob", "resolution.state: Active → Resolved; resolution.note: none → done", 1}},
		},
		"re-opened": {
			incident(1, stamps{"created": "alice@1", "resolution": "alice@1"}, resolve),
			incident(2, stamps{"created": "alice@1", "resolution": "bob@2"}, nil),
			[]line{{v1alpha1.ActivityReopened, "bob", "resolution.state: Resolved → Active", 1}},
		},
		"begun": {
			start,
			incident(2, stamps{"created": "alice@1", "resolution": "bob@2"}, func(s *v1alpha1.IncidentSpec) { s.Resolution.State = v1alpha1.ResolutionInProgress }),
			[]line{{v1alpha1.ActivityResolutionChanged, "bob", "resolution.state: Active → InProgress", 1}},
		},
		"in the order of the edits, not of the groups": {
			start,
			incident(3, stamps{"created": "alice@1", "severity": "bob@2", "name": "alice@3"}, func(s *v1alpha1.IncidentSpec) {
				s.Severity, s.Name = v1alpha1.SeverityHigh, "Phish"
			}),
			[]line{
				{v1alpha1.ActivitySeverityChanged, "bob", "severity: none → High", 1},
				{v1alpha1.ActivityRenamed, "alice", "name: none → Phish", 1},
			},
		},
		"changed and changed back": {
			start, incident(3, stamps{"created": "alice@1", "assignee": "bob@3"}, nil),
			[]line{{v1alpha1.ActivityAssigned, "bob", "nothing that differs from before", 2}},
		},
		"edited without a trace": {
			start, incident(4, stamps{"created": "alice@1"}, nil),
			[]line{{v1alpha1.ActivityEdited, "Unknown", "nothing that differs from before", 3}},
		},
		"a change that nobody stamped is nobody's": {
			start, incident(2, stamps{"created": "alice@1"}, func(s *v1alpha1.IncidentSpec) { s.Assignee = "carol" }),
			[]line{{v1alpha1.ActivityAssigned, "Unknown", "assignee: none → carol", 1}},
		},
		"a label set by hand covers no generation": {
			start,
			func() *v1alpha1.Incident {
				i := incident(1, stamps{"created": "alice@1", "tags": "bob@2"}, nil)
				i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "vip": "yes"}
				return i
			}(),
			[]line{{v1alpha1.ActivityTagged, "bob", `tags: none → ["vip"]`, 0}},
		},
		"a user whose name holds an @": {
			start, incident(2, stamps{"created": "alice@1", "name": "eve@example.com@2"}, func(s *v1alpha1.IncidentSpec) { s.Name = "N" }),
			[]line{{v1alpha1.ActivityRenamed, "eve@example.com", "name: none → N", 1}},
		},
		"what a terminal would obey is escaped": {
			start, incident(2, stamps{"created": "alice@1", "description": "eve@2"}, func(s *v1alpha1.IncidentSpec) { s.Description = "\x1b[2J\u202ex" }),
			[]line{{v1alpha1.ActivityDescribed, "eve", `description: none → \x1b[2J\u202ex`, 1}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			log := emptyLog()
			if test.before != nil {
				log = recorded(t, log, log.Changes(test.before, now))
			}
			got := log.Changes(test.after, now)
			if diff := cmp.Diff(test.want, lines(got)); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			log = recorded(t, log, got)
			if again := log.Changes(test.after, now); len(again) > 0 {
				t.Errorf("recorded twice: %v", lines(again))
			}
		})
	}
}

func resolve(spec *v1alpha1.IncidentSpec) { spec.Resolution.State = v1alpha1.ResolutionResolved }

func TestTimes(t *testing.T) {
	end := incident(2, stamps{"created": "alice@1", "name": "bob@2"}, func(s *v1alpha1.IncidentSpec) { s.Name = "Phish" })
	got := timesOf(emptyLog().Changes(end, now))
	if diff := cmp.Diff([]time.Time{created, now.Truncate(time.Second)}, got); diff != "" {
		t.Errorf("creation, then the look, in whole seconds (-want +got):\n%s", diff)
	}
}

func timesOf(entries []v1alpha1.ActivitySpec) []time.Time {
	var times []time.Time
	for _, entry := range entries {
		times = append(times, entry.Time.Time)
	}
	return times
}

func TestALogThatEndsBetweenTwoEntriesContinues(t *testing.T) {
	end := incident(4, stamps{"created": "alice@1", "severity": "bob@2", "name": "alice@3", "assignee": "bob@3"}, func(s *v1alpha1.IncidentSpec) {
		s.Severity, s.Name, s.Assignee = v1alpha1.SeverityHigh, "Phish", "carol"
	})
	all := emptyLog().Changes(end, now)
	for kept := range all {
		log := recorded(t, emptyLog(), all[:kept])
		if diff := cmp.Diff(lines(all[kept:]), lines(log.Changes(end, now))); diff != "" {
			t.Errorf("after %d entries (-want +got):\n%s", kept, diff)
		}
	}
	var covered int64
	for _, entry := range all {
		covered += entry.CoversGenerations
	}
	if covered != end.Generation {
		t.Errorf("want all %d generations covered, got %d", end.Generation, covered)
	}
}

func TestUnknownActors(t *testing.T) {
	log := emptyLog()
	log.ActorsKnown = false
	log = recorded(t, log, log.Changes(incident(1, stamps{"created": "alice@1"}, nil), now))
	comment := &v1alpha1.Comment{Spec: v1alpha1.CommentSpec{Text: "hi", Author: "alice"}}
	for _, entry := range []v1alpha1.ActivitySpec{*log.Head, log.Comment(comment)} {
		if entry.ActorKind != v1alpha1.ActorUnknown || entry.Actor != "Unknown" {
			t.Errorf("want an unknown actor, got %s %s", entry.ActorKind, entry.Actor)
		}
	}
}

func TestRecorded(t *testing.T) {
	long := strings.Repeat("日", 257)
	hash := activity.Recorded(long)
	if !strings.HasPrefix(hash, "sha256:") || !strings.HasSuffix(hash, " (257 characters)") {
		t.Errorf("want hash and length, got %s", hash)
	}
	if whole := long[:256*len("日")]; activity.Recorded(whole) != whole {
		t.Error("256 characters must be recorded whole")
	}
	if activity.Recorded(hash) == hash {
		t.Error("a value that looks like a hash must not be recorded as one")
	}
}
