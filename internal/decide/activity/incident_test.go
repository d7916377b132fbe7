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
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const tagPrefix = v1alpha1.TagLabelPrefix

func assign(to string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.Spec.Assignee = to }
}

func resolve(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }

func stamped(stamps ...string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		for _, stamp := range stamps {
			group, editor, _ := strings.Cut(stamp, "=")
			i.Annotations[v1alpha1.EditorAnnotationPrefix+group] = editor
		}
	}
}

func all(changes ...func(*v1alpha1.Incident)) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		for _, change := range changes {
			change(i)
		}
	}
}

func generation(generation int64) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.Generation = generation }
}

func TestCreated(t *testing.T) {
	for name, test := range map[string]struct {
		incident func(*v1alpha1.Incident)
		notes    []string
		earlier  int64
		unknown  bool
		want     []string
	}{
		"with nothing": {notes: []string{`1 1 "alice" created "" ""`}, want: []string{"Created alice: nothing set covers=1"}},
		"with all of it": {
			func(i *v1alpha1.Incident) {
				i.Spec.Assignee, i.Spec.Tags = "bob", []v1alpha1.Tag{"Vip"}
				i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionInProgress}
			},
			[]string{`1 1 "alice" created "" "" tags "" "Vip" labels "" "" assignee "" "bob" state "Active" "InProgress" note "" ""`},
			0, false,
			[]string{`Created alice: tags: none → ["Vip"]; assignee: none → bob; resolution.state: Active → InProgress covers=1`},
		},
		"and edited before anybody looked": {
			all(assign("carol"), generation(2)),
			[]string{`1 1 "alice" created "" "" assignee "" "bob"`, `2 2 "bob" assignee "bob" "carol"`},
			0, false,
			[]string{"Created alice: assignee: none → bob covers=1", "Assigned bob: assignee: bob → carol covers=1"},
		},
		"with values too large, edited later": {
			func(i *v1alpha1.Incident) { i.Generation, i.Spec.Description = 2, "short" },
			[]string{`1 1 "alice" created "" "" large "" "description"`, `2 2 "bob" description "a\nlong one" "short"`},
			0, false,
			[]string{`Created alice: description: none → a\nlong one covers=1`, `Described bob: description: a\nlong one → short covers=1`},
		},
		"actors cannot be believed": {
			assign("bob"),
			[]string{`1 1 "alice" created "" "" assignee "" "bob"`},
			0, true,
			[]string{"Created (Unknown): assignee: none → bob covers=1"},
		},
		"alerts were there before": {
			nil,
			[]string{`1 1 "alice" created "" ""`},
			2, false,
			[]string{"Created alice: nothing set; 2 alerts named it before it was created covers=1"},
		},
		"by a policy that did not note yet": {
			all(assign("bob"), stamped("created=alice@1", "assignee=alice@1")), nil, 0, false,
			[]string{"Created alice: assignee: none → bob covers=1"},
		},
		"by a policy that did not note yet, edited since": {
			all(assign("bob"), generation(3), stamped("created=alice@1", "assignee=carol@3")), nil, 0, false,
			[]string{"Created alice: nothing set covers=1", "Assigned carol: assignee: none → bob covers=2"},
		},
		"while no policy was there": {
			assign("bob"), nil, 0, false,
			[]string{"Created (Unknown): nothing set covers=1", "Assigned (Unknown): assignee: none → bob"},
		},
		"while no policy was there, noted since": {
			all(assign("bob"), generation(2)),
			[]string{`1 2 "carol" assignee "" "bob"`},
			0, false,
			[]string{"Created (Unknown): nothing set covers=1", "Assigned carol: assignee: none → bob covers=1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := unbegun(t, test.incident).notes(test.notes...)
			s.log.ActorsKnown, s.facts.Earlier = !test.unknown, test.earlier
			s.facts.Counts.Total = test.earlier
			s.expect(test.want...)
			if test.earlier != s.last().After.Alerts.Total || s.entries[0].Alerts.Count != test.earlier {
				t.Errorf("alerts: %+v", s.last())
			}
		})
	}
}

// TestTheFirstEntry compares all that an entry says.
func TestTheFirstEntry(t *testing.T) {
	s := unbegun(t, assign("bob")).notes(`1 1 "alice" created "" "" assignee "" "bob"`)
	s.tell()
	want := v1alpha1.ActivitySpec{
		IncidentRef: here, Sequence: 1, Time: ptr.To(metav1.NewTime(created)), Type: v1alpha1.ActivityCreated,
		Actor: "alice", ActorKind: v1alpha1.ActorUser, Summary: "assignee: none → bob", CoversGenerations: 1,
		Changes: []v1alpha1.ActivityChange{change("spec.assignee", "", "bob")},
		After: v1alpha1.ActivityRecord{
			Generation: ptr.To[int64](1), ResourceVersion: "7", Notes: 1, Alerts: v1alpha1.ActivityAlertRecord{Seen: "5"},
			Fields: []v1alpha1.ActivityField{
				{Field: "spec.assignee", Value: "bob"},
				{Field: "spec.classification.verdict", Value: "NotSet"},
				{Field: "spec.resolution.state", Value: "Active"},
			},
		},
		Hash: s.entries[0].Hash,
	}
	if diff := cmp.Diff([]v1alpha1.ActivitySpec{want}, s.entries); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNoted has one entry for each request, called by what matters most of it.
func TestNoted(t *testing.T) {
	long := strings.Repeat("x", 300)
	for name, test := range map[string]struct {
		incident func(*v1alpha1.Incident)
		notes    []string
		want     []string
	}{
		"none": {},
		"resolved": {
			func(i *v1alpha1.Incident) {
				i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "done"}
			},
			[]string{`2 2 "bob" state "Active" "Resolved" note "" "done"`},
			[]string{"Resolved bob: resolution.state: Active → Resolved; resolution.note: none → done covers=1"},
		},
		"resolved and re-opened before anybody looked": {
			nil,
			[]string{`2 2 "bob" state "Active" "Resolved" note "" ""`, `3 3 "carol" state "Resolved" "Active" note "" ""`},
			[]string{
				"Resolved bob: resolution.state: Active → Resolved covers=1",
				"Reopened carol: resolution.state: Resolved → Active covers=1",
			},
		},
		"begun": {
			func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionInProgress },
			[]string{`2 2 "bob" state "Active" "InProgress" note "" ""`},
			[]string{"ResolutionChanged bob: resolution.state: Active → InProgress covers=1"},
		},
		"two verdicts within a second": {
			func(i *v1alpha1.Incident) { i.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive },
			[]string{
				`2 2 "bob" verdict "NotSet" "TruePositive" determination "" "Malware"`,
				`3 3 "carol" verdict "TruePositive" "FalsePositive" determination "Malware" ""`,
			},
			[]string{
				"Classified bob: classification.verdict: NotSet → TruePositive; classification.determination: none → Malware covers=1",
				"Classified carol: classification.verdict: TruePositive → FalsePositive; classification.determination: Malware → none covers=1",
			},
		},
		"several groups in one request": {
			func(i *v1alpha1.Incident) {
				i.Spec.Assignee, i.Spec.Severity = "bob", v1alpha1.SeverityHigh
				resolve(i)
			},
			[]string{`2 2 "bob" assignee "" "bob" severity "" "High" state "Active" "Resolved" note "" ""`},
			[]string{"Resolved bob: assignee: none → bob; severity: none → High; resolution.state: Active → Resolved covers=1"},
		},
		"several groups in the order of the record": {
			func(i *v1alpha1.Incident) {
				i.Spec.Name, i.Spec.Description, i.Spec.Severity = "N", "D", v1alpha1.SeverityLow
			},
			[]string{`2 2 "bob" name "" "N" description "" "D" severity "" "Low"`},
			[]string{"SeverityChanged bob: name: none → N; description: none → D; severity: none → Low covers=1"},
		},
		"a merge is asked for": {
			func(i *v1alpha1.Incident) {
				i.Spec.MergeInto.Name = "other"
				resolve(i)
			},
			[]string{`2 2 "bob" mergeInto "" "other" state "Active" "Resolved" note "" ""`},
			[]string{"MergeRequested bob: mergeInto.name: none → other; resolution.state: Active → Resolved covers=1"},
		},
		"tags and labels are one": {
			func(i *v1alpha1.Incident) {
				i.Spec.Tags, i.Labels = []v1alpha1.Tag{"Vip", "b"}, map[string]string{tagPrefix + "a": "x", tagPrefix + "vip": ""}
				i.Annotations[v1alpha1.LabelsAnnotation] = "vip"
			},
			[]string{`2 2 "bob" tags "" "b\nVip" labels "" "a"`},
			[]string{`Tagged bob: tags: none → ["Vip","a","b"] covers=1`},
		},
		"a label covers no generation": {
			func(i *v1alpha1.Incident) { i.Labels = map[string]string{tagPrefix + "a": ""} },
			[]string{`2 1 "bob" tags "" "" labels "" "a"`},
			[]string{`Tagged bob: tags: none → ["a"]`},
		},
		"a label of a tag that is there": {
			func(i *v1alpha1.Incident) {
				i.Spec.Tags, i.Labels = []v1alpha1.Tag{"Vip"}, map[string]string{tagPrefix + "vip": ""}
			},
			[]string{`2 2 "bob" tags "" "Vip" labels "" ""`, `3 2 "eve" tags "Vip" "Vip" labels "" "vip"`},
			[]string{`Tagged bob: tags: none → ["Vip"] covers=1`, "Edited eve: nothing that differs from before"},
		},
		"a user whose name holds anything": {
			assign("x"),
			[]string{`2 2 "Unknown\n@ \"1" assignee "" "x"`},
			[]string{"Assigned Unknown\n@ \"1: assignee: none → x covers=1"},
		},
		"what a terminal would obey is escaped": {
			func(i *v1alpha1.Incident) { i.Spec.Description = "\x1b[2J\u202ex" },
			[]string{`2 2 "eve" description "" "\x1b[2J\u202ex"`},
			[]string{`Described eve: description: none → \x1b[2J\u202ex covers=1`},
		},
		"a long value is told whole, though known by its hash": {
			func(i *v1alpha1.Incident) { i.Spec.Description = "short" },
			[]string{fmt.Sprintf(`2 2 "bob" description "" %q`, long), fmt.Sprintf(`3 3 "bob" description %q "short"`, long)},
			[]string{
				"Described bob: description: none → " + long[:199] + "… covers=1",
				"Described bob: description: " + long[:199] + "… → short covers=1",
			},
		},
		"too large, but the next one tells": {
			func(i *v1alpha1.Incident) { i.Spec.Description, i.Spec.Assignee = "end", "x" },
			[]string{
				`2 2 "bob" large "" "description"`, `3 3 "eve" assignee "" "x"`, `4 4 "carol" description "large" "end"`,
			},
			[]string{
				"Described bob: description: none → large covers=1", "Assigned eve: assignee: none → x covers=1",
				"Described carol: description: large → end covers=1",
			},
		},
		"too large, but the incident tells": {
			func(i *v1alpha1.Incident) {
				i.Spec.Description, i.Spec.Tags = "end", []v1alpha1.Tag{"a"}
				i.Labels = map[string]string{tagPrefix + "b": ""}
			},
			[]string{`2 2 "bob" large "" "description tags labels"`},
			[]string{`Tagged bob: description: none → end; tags: none → ["a","b"] covers=1`},
		},
		"too large, and nobody tells any more": {
			nil,
			[]string{`2 2 "bob" large "" "description"`, `3 3 "bob" large "" "description"`},
			[]string{
				"Edited bob: values are lost; too large to be noted, and changed again since: description covers=1",
				"Edited bob: nothing that differs from before covers=1",
			},
		},
		"counted": {
			all(assign("carol"), func(i *v1alpha1.Incident) { i.Spec.Name = "N" }),
			[]string{`2 2 "bob" assignee "" "bob"`, `9 8 + 7 "bob" "carol"`},
			[]string{
				"Assigned bob: assignee: none → bob covers=1",
				"Assigned (Unknown): 7 requests by bob, carol, noted by their number only: " +
					"name: none → N; assignee: bob → carol covers=6 requests=7",
			},
		},
		"one is counted": {
			assign("bob"), []string{`2 2 + 1 "bob"`}, []string{"Assigned bob: assignee: none → bob covers=1"},
		},
		"counted by one, without a trace": {
			nil,
			[]string{`4 4 + 3 "bob"`},
			[]string{"Edited bob: 3 requests by bob, noted by their number only: nothing that differs from before covers=3 requests=3"},
		},
		"some were dropped": {
			assign("bob"), []string{`30 20 "bob" assignee "" "bob"`}, []string{"Assigned bob: assignee: none → bob covers=19"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := begun(t)
			if test.incident != nil {
				s.edit(test.incident)
			}
			if len(test.notes) > 0 {
				s.notes(append([]string{`1 1 "alice" created "" ""`}, test.notes...)...)
				last := s.facts.Notes.Notes[len(s.facts.Notes.Notes)-1]
				s.facts.Incident.Generation = last.Generation
			}
			s.expect(test.want...)
			if end := s.last().After; *end.Generation != s.facts.Incident.Generation || end.Notes != s.facts.Notes.Last {
				t.Errorf("the log covers generation %d of %d, note %d of %d", *end.Generation, s.facts.Incident.Generation, end.Notes, s.facts.Notes.Last)
			}
		})
	}
}

func TestNotedTimesAreThoseOfTheLook(t *testing.T) {
	s := begun(t).edit(all(assign("bob"), generation(2))).notes(`2 2 "bob" assignee "" "bob"`)
	s.tell()
	if got := s.last().Time; !got.Equal(ptr.To(metav1.NewTime(now.Truncate(1e9)))) {
		t.Errorf("got %v", got)
	}
}

// A log that ends between two entries is continued as it would have been.
func TestALogThatEndsBetweenTwoEntriesContinues(t *testing.T) {
	whole := func() *story {
		return unbegun(t, all(assign("carol"), generation(4), resolve)).notes(`1 1 "alice" created "" ""`,
			`2 2 "bob" assignee "" "x"`, `3 3 "eve" assignee "x" "carol"`, `4 4 "bob" state "Active" "Resolved" note "" ""`)
	}
	all := whole()
	all.tell()
	if len(all.entries) != 4 {
		t.Fatalf("want 4 entries, got %d", len(all.entries))
	}
	for kept := range all.entries {
		s := whole()
		s.entries = append(s.entries, all.entries[:kept]...)
		if kept > 0 {
			s.log.End = activity.EndOf(&all.entries[kept-1])
		}
		s.tell()
		if diff := cmp.Diff(all.entries, s.entries); diff != "" {
			t.Errorf("after %d entries (-want +got):\n%s", kept, diff)
		}
	}
}

// Somebody removed the annotation while no policy was there: numbers begin anew.
func TestNumbersThatBeginAnew(t *testing.T) {
	s := begun(t).edit(all(assign("bob"), generation(9))).notes(`1 1 "alice" created "" ""`, `9 9 "bob" assignee "" "bob"`)
	s.expect("Assigned bob: assignee: none → bob covers=8")
	s.edit(all(assign("carol"), generation(10))).notes(`1 10 "eve" assignee "bob" "carol"`)
	s.expect("Assigned eve: assignee: bob → carol covers=1")
	s.edit(all(assign("dave"), generation(11))).notes(`1 10 "eve" assignee "bob" "carol"`, `2 11 "eve" assignee "carol" "dave"`)
	s.expect("Assigned eve: assignee: carol → dave covers=1")
}

// TestUnnoted changes what no policy noted.
func TestUnnoted(t *testing.T) {
	for name, test := range map[string]struct {
		incident func(*v1alpha1.Incident)
		want     []string
	}{
		"stamped": {
			all(assign("bob"), generation(2), stamped("assignee=eve@example.com@2")),
			[]string{"Assigned eve@example.com: assignee: none → bob covers=1"},
		},
		"not stamped": {
			all(assign("bob"), generation(2)),
			[]string{"Assigned (Unknown): assignee: none → bob covers=1"},
		},
		"by an old stamp": {
			all(assign("bob"), generation(2), stamped("assignee=eve@1")),
			[]string{"Assigned (Unknown): assignee: none → bob covers=1"},
		},
		"a stamp of another group": {
			all(assign("bob"), generation(2), stamped("severity=eve@2")),
			[]string{"Assigned (Unknown): assignee: none → bob covers=1"},
		},
		"a stamp from the future": {
			all(assign("bob"), generation(2), stamped("assignee=eve@99")),
			[]string{"Assigned eve: assignee: none → bob covers=1"},
		},
		"what is no stamp": {
			all(assign("bob"), stamped("assignee=eve")), []string{"Assigned (Unknown): assignee: none → bob"},
		},
		"a stamp without a number": {
			all(assign("bob"), stamped("assignee=eve@x")), []string{"Assigned (Unknown): assignee: none → bob"},
		},
		"several groups": {
			all(assign("bob"), resolve, generation(3), stamped("assignee=eve@2", "resolution=carol@3")),
			[]string{"Assigned eve: assignee: none → bob covers=1", "Resolved carol: resolution.state: Active → Resolved covers=1"},
		},
		"without a trace": {generation(4), []string{"Edited (Unknown): nothing that differs from before covers=3"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := begun(t).edit(test.incident)
			s.expect(test.want...)
			if got := *s.last().After.Generation; got != s.facts.Incident.Generation {
				t.Errorf("covers generation %d of %d", got, s.facts.Incident.Generation)
			}
		})
	}
}

func TestUnknownActors(t *testing.T) {
	s := begun(t).edit(all(assign("bob"), generation(2))).notes(`2 2 "bob" assignee "" "bob"`)
	s.log.ActorsKnown = false
	s.alert("a", "inc", `1 1 "eve" created "" "" incidentRef "" "inc"`, `2 1 "bob" in "inc" "" name "" "x"`)
	s.facts.Counts.Total = 1
	s.expect("Assigned (Unknown): assignee: none → bob covers=1", "AlertsLinked (Unknown): 1 alert alerts=a",
		"AlertsChanged (Unknown): 1 alert: name: none → x alerts=a")
	comment := s.log.Comment(&v1alpha1.Comment{Spec: v1alpha1.CommentSpec{Text: "hi", Author: "alice"}})
	if comment.ActorKind != v1alpha1.ActorUnknown || comment.Actor != "Unknown" {
		t.Errorf("want an unknown author, got %s %s", comment.ActorKind, comment.Actor)
	}
}

func TestALongActorIsRecordedByAHash(t *testing.T) {
	for length, hashed := range map[int]bool{1024: false, 1025: true} {
		name := strings.Repeat("日", length)
		s := begun(t).edit(generation(2)).notes(fmt.Sprintf(`2 2 %q large "" "name"`, name))
		s.tell()
		if got := s.last().Actor; (got != name) != hashed || strings.HasPrefix(got, "sha256:") != hashed {
			t.Errorf("%d characters: %q", length, got)
		}
	}
}
