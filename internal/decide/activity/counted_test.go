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
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
)

// mergedInto is an incident that was merged into another.
func mergedInto(i *v1alpha1.Incident) {
	i.Spec.MergeInto.Name, i.Status.MergedInto = "target", v1alpha1.MergedInto{Name: "target", UID: "uid-of-target"}
}

func TestAMergeIsAccepted(t *testing.T) {
	s := begun(t).edit(all(mergedInto, generation(2))).notes(`2 2 "bob" mergeInto "" "target"`)
	s.expect(
		"MergeRequested bob: mergeInto.name: none → target covers=1",
		"Merged (Operator): mergedInto.name: none → target other=target",
	)
	s.edit(func(i *v1alpha1.Incident) { i.ResourceVersion = "9" })
	s.expect()
}

// TestMergesAreTakenOver has incidents that were merged into this one, with tags that came along.
func TestMergesAreTakenOver(t *testing.T) {
	const label = tagPrefix + "crown-jewels-0123456789"
	first := merge.Source{Name: "inc-a", UID: "1", By: "bob", Tags: []v1alpha1.IncidentTag{{Tag: "Crown Jewels!", Label: label}}}
	second := merge.Source{Name: "inc-b", UID: "2"}
	tagged := func(i *v1alpha1.Incident) {
		i.Labels = map[string]string{label: ""}
		i.Annotations[v1alpha1.MergedAnnotation] = `[{"name":"inc-a","uid":"1","tags":[{"tag":"Crown Jewels!","label":"` + label + `"}]}]`
	}
	for name, test := range map[string]struct {
		unknown  bool
		incident func(*v1alpha1.Incident)
		notes    []string
		sources  []merge.Source
		want     []string
	}{
		"none":            {},
		"one":             {sources: []merge.Source{first}, want: []string{"Merged bob: from inc-a other=inc-a"}},
		"actors unknown":  {unknown: true, sources: []merge.Source{first}, want: []string{"Merged (Unknown): from inc-a other=inc-a"}},
		"asked by nobody": {sources: []merge.Source{second}, want: []string{"Merged (Unknown): from inc-b other=inc-b"}},
		"two with tags": {
			false, tagged, nil,
			[]merge.Source{first, second},
			[]string{`Merged bob: from inc-a: tags: none → ["Crown Jewels!"] other=inc-a`, "Merged (Unknown): from inc-b other=inc-b"},
		},
		"a person took the tag away since": {
			false, all(tagged, func(i *v1alpha1.Incident) { i.Labels = nil }),
			[]string{`2 1 "eve" tags "" "" labels "crown-jewels-0123456789" ""`},
			[]merge.Source{first},
			[]string{`Tagged eve: tags: ["Crown Jewels!"] → none`, "Merged bob: from inc-a other=inc-a"},
		},
		"a person tagged it beside": {
			false, all(tagged, func(i *v1alpha1.Incident) { i.Spec.Tags, i.Generation = []v1alpha1.Tag{"a"}, 2 }),
			[]string{`2 2 "eve" tags "" "a" labels "crown-jewels-0123456789" "crown-jewels-0123456789"`},
			[]merge.Source{first},
			[]string{`Tagged eve: tags: ["Crown Jewels!"] → ["Crown Jewels!","a"] covers=1`, "Merged bob: from inc-a other=inc-a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := begun(t)
			s.log.ActorsKnown = !test.unknown
			if test.incident != nil {
				s.edit(test.incident)
			}
			s.notes(append([]string{`1 1 "alice" created "" ""`}, test.notes...)...)
			s.facts.Sources = test.sources
			s.expect(test.want...)
			if got := s.last().After.Merges; got != int64(len(test.sources)) {
				t.Errorf("the log has %d merges", got)
			}
			s.expect()
		})
	}
}

// TestCounted changes how many alerts are linked, without a note.
func TestCounted(t *testing.T) {
	machine := func(total, machine int64, name string) activity.Counts {
		return activity.Counts{Total: total, Machine: machine, MachineName: name}
	}
	one := []merge.Source{{Name: "source", UID: "1"}}
	for name, test := range map[string]struct {
		incident    func(*v1alpha1.Incident)
		sources     []merge.Source
		first, then activity.Counts
		want        []string
	}{
		"nothing":       {first: machine(3, 1, "ingest"), then: machine(3, 1, "ingest")},
		"a machine's":   {first: machine(3, 1, "ingest"), then: machine(5, 3, "ingest"), want: []string{"AlertsLinked ingest: 2 alerts"}},
		"two machines'": {first: machine(3, 1, "ingest"), then: machine(5, 3, ""), want: []string{"AlertsLinked (Unknown): 2 alerts"}},
		"unknown":       {first: machine(3, 1, "ingest"), then: machine(4, 1, "ingest"), want: []string{"AlertsLinked (Unknown): 1 alert"}},
		"a machine's and unknown": {
			first: machine(3, 1, "ingest"), then: machine(6, 2, "ingest"),
			want: []string{"AlertsLinked ingest: 1 alert", "AlertsLinked (Unknown): 2 alerts"},
		},
		"deleted":     {first: machine(3, 1, "ingest"), then: machine(1, 1, "ingest"), want: []string{"AlertsDeleted (Unknown): 2 alerts"}},
		"all deleted": {first: machine(3, 3, "ingest"), then: activity.Counts{}, want: []string{"AlertsDeleted (Unknown): 3 alerts"}},
		"by a merge": {
			sources: one, first: machine(3, 1, "ingest"), then: activity.Counts{Total: 7, Machine: 1, MachineName: "ingest", Merged: 4},
			want: []string{"AlertsLinked (Operator): 4 alerts from source: merged other=source reason=merged"},
		},
		"by several merges": {
			sources: append(one, merge.Source{Name: "b", UID: "2"}), then: activity.Counts{Total: 4, Merged: 4},
			want: []string{"AlertsLinked (Operator): 4 alerts: merged reason=merged"},
		},
		"by a merge and by a machine": {
			sources: one, then: activity.Counts{Total: 6, Merged: 4, Machine: 2, MachineName: "ingest"},
			want: []string{
				"AlertsLinked (Operator): 4 alerts from source: merged other=source reason=merged", "AlertsLinked ingest: 2 alerts",
			},
		},
		"moved on by a merge": {
			incident: mergedInto, first: machine(3, 1, "ingest"),
			want: []string{"AlertsUnlinked (Operator): 3 alerts to target: merged other=target reason=merged"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := begun(t)
			if s.facts.Sources = test.sources; test.incident != nil {
				s.edit(test.incident)
			}
			s.facts.Counts = activity.Counts{}
			s.tell()
			s.facts.Counts = test.first
			s.tell()
			s.facts.Counts = test.then
			s.facts.Counting = false
			s.expect()
			s.facts.Counting = true
			s.expect(test.want...)
			s.expect()
			after := s.last().After.Alerts
			if after.Total != test.then.Total || after.Merged != test.then.Merged || after.Machine != test.then.Machine {
				t.Errorf("the log knows %+v, want %+v", after, test.then)
			}
		})
	}
}

// What is deleted and what a machine brings again is told, though the number is the same in the end.
func TestCountsComeAndGo(t *testing.T) {
	s := begun(t)
	for _, step := range []struct {
		total, machine int64
		want           string
	}{
		{2, 2, "AlertsLinked ingest: 2 alerts"},
		{1, 1, "AlertsDeleted (Unknown): 1 alert"},
		{2, 2, "AlertsLinked ingest: 1 alert"},
		{0, 0, "AlertsDeleted (Unknown): 2 alerts"},
		{1, 1, "AlertsLinked ingest: 1 alert"},
	} {
		s.facts.Counts = activity.Counts{Total: step.total, Machine: step.machine, MachineName: "ingest"}
		s.expect(step.want)
	}
}

// While notes of alerts wait for room, nothing is counted: the notes explain what is missing.
func TestNothingIsCountedWhileNotesWait(t *testing.T) {
	s := begun(t)
	for i := range activity.MaxTaken + 1 {
		s.alert("al-"+strconv.Itoa(i), "inc", fresh)
	}
	s.facts.Counts.Total = int64(len(s.facts.Alerts))
	s.expect("AlertsLinked eve: 100 alerts")
	s.drop()
	s.expect("AlertsLinked eve: 1 alert alerts=al-99")
}

// A machine linked two alerts. A person moves one of them away: the machine's are one less then, and a third is told.
func TestWhatPeopleTakeFromMachinesIsNoneOfTheirs(t *testing.T) {
	s := begun(t)
	s.facts.Counts = activity.Counts{Total: 2, Machine: 2, MachineName: "ingest"}
	s.tell()
	s.alert("a", "other", `1 2 "bob" `+ours+` incidentRef "inc" "other"`)
	s.facts.Counts = activity.Counts{Total: 1, Machine: 1, MachineName: "ingest"}
	s.expect("AlertsUnlinked bob: 1 alert to other other=other alerts=a")
	s.facts.Counts = activity.Counts{Total: 2, Machine: 2, MachineName: "ingest"}
	s.expect("AlertsLinked ingest: 1 alert")
}

// The first alert of all is there only after the log began.
func TestTheFirstAlertOfAllIsAMachines(t *testing.T) {
	s := unbegun(t, assign("bob")).notes(`1 1 "alice" created "" "" assignee "" "bob"`)
	s.facts.Seen = ""
	s.tell()
	s.facts.Seen, s.facts.Counts = "9", activity.Counts{Total: 3, Machine: 3, MachineName: "ingest", Carrying: 3}
	s.expect("AlertsLinked ingest: 3 alerts", "Propagated (Operator): 3 alerts: assignee: none → bob")
}

// TestPropagated goes through what an incident gives, step by step.
func TestPropagated(t *testing.T) {
	s := begun(t)
	step := func(counts activity.Counts, change func(*v1alpha1.Incident), want ...string) {
		t.Helper()
		s.facts.Counts = counts
		s.edit(all(change, func(i *v1alpha1.Incident) {
			known := map[string]string{}
			for _, field := range s.last().After.Fields {
				known[field.Field] = field.Value
			}
			i.Generation++
			line := strconv.FormatInt(i.Generation, 10) + " " + strconv.FormatInt(i.Generation, 10) + ` "bob" assignee ` +
				strconv.Quote(known["spec.assignee"]) + " " + strconv.Quote(i.Spec.Assignee)
			if i.Spec.Assignee != known["spec.assignee"] {
				s.notes(line)
			} else {
				i.Generation--
			}
		}))
		var got []string
		for _, told := range s.tell() {
			if strings.HasPrefix(told, "Propagated") {
				got = append(got, told)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	nothing := func(*v1alpha1.Incident) {}
	at := metav1.NewTime(created)
	step(activity.Counts{Total: 3}, nothing)
	step(activity.Counts{Total: 3, Pending: 3}, assign("bob"))
	step(activity.Counts{Total: 3, Pending: 1, Carrying: 2}, nothing)
	step(activity.Counts{Total: 3, Carrying: 3}, nothing, "Propagated (Operator): 3 alerts: assignee: none → bob")
	step(activity.Counts{Total: 3, Carrying: 2, Kept: 1}, nothing) // A person's override is told by its note.
	step(activity.Counts{Total: 3, Carrying: 3}, nothing)
	step(activity.Counts{Total: 5, Carrying: 5}, nothing, "Propagated (Operator): 2 alerts: assignee: none → bob")
	step(activity.Counts{Total: 4, Carrying: 4}, nothing) // One is deleted, and another one comes.
	step(activity.Counts{Total: 5, Carrying: 5}, nothing, "Propagated (Operator): 1 alert: assignee: none → bob")
	step(activity.Counts{Total: 5, Carrying: 4, Kept: 1}, assign("carol"),
		"Propagated (Operator): 4 alerts: assignee: bob → carol; 1 keep their own kept=1")
	step(activity.Counts{Total: 5, Carrying: 4, Kept: 1}, func(i *v1alpha1.Incident) { resolve(i); i.Status.ResolvedTime = &at },
		"Propagated (Operator): 4 alerts: resolution.state: none → Resolved; 1 keep their own kept=1")
	step(activity.Counts{Total: 5, Pending: 2}, func(i *v1alpha1.Incident) {
		i.Spec.Resolution.State, i.Status.ResolvedTime, i.Spec.Assignee = v1alpha1.ResolutionActive, nil, ""
	})
	step(activity.Counts{Total: 5}, nothing, "Propagated (Operator): 4 alerts: assignee: carol → none; resolution.state: Resolved → none")
	step(activity.Counts{Total: 5}, nothing)
	s.verify()
	if after := s.last().After.Alerts; after.Carrying != 0 || len(after.Given) != 0 {
		t.Errorf("the log knows %+v", after)
	}
}

// earlier is the end of a log that a version before the notes wrote.
func earlier(s *story, at v1alpha1.ActivityAlertRecord) *story {
	entry, err := s.log.Append(v1alpha1.ActivitySpec{
		Time: ptr.To(metav1.NewTime(created)), Type: v1alpha1.ActivityAssigned, Actor: "alice", ActorKind: v1alpha1.ActorUser, Summary: "s",
		After: v1alpha1.ActivityRecord{
			Generation: ptr.To[int64](3), ResourceVersion: "6", Alerts: at, Merges: 1,
			Fields: []v1alpha1.ActivityField{
				{Field: "spec.assignee", Value: "bob"},
				{Field: "spec.classification.verdict", Value: "NotSet"},
				{Field: "spec.resolution.state", Value: "Active"},
			},
			Stamps: []v1alpha1.ActivityStamp{{Group: "assignee", Editor: "alice@3"}, {Group: "created", Editor: "alice@1"}},
		},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.entries, s.log.End = append(s.entries, entry), activity.EndOf(&entry)
	return s
}

// TestALogOfAnEarlierVersionGoesOn tells nothing twice, and drops what only that version needed.
func TestALogOfAnEarlierVersionGoesOn(t *testing.T) {
	begin := func(at v1alpha1.ActivityAlertRecord) *story {
		s := earlier(unbegun(t, all(assign("bob"), generation(3), stamped("assignee=alice@3", "created=alice@1"))), at)
		s.facts.Sources = []merge.Source{{Name: "a", UID: "1"}}
		s.facts.Counts = activity.Counts{Total: at.Total, Merged: 2, Machine: 3, MachineName: "ingest", Carrying: 4, Kept: 1}
		s.expect()
		return s
	}
	full := v1alpha1.ActivityAlertRecord{Total: 5, Recorded: "40"}
	t.Run("an edit", func(t *testing.T) {
		s := begin(full).edit(all(assign("carol"), generation(4))).notes(`1 4 "eve" assignee "bob" "carol"`)
		s.facts.Counts.Pending = 4
		s.expect("Assigned eve: assignee: bob → carol covers=1")
		want := v1alpha1.ActivityAlertRecord{
			Total: 5, Merged: 2, Machine: 3, Carrying: 4, Seen: "5",
			Given: []v1alpha1.ActivityField{{Field: "spec.assignee", Value: "bob"}},
		}
		after := s.last().After
		if diff := cmp.Diff(want, after.Alerts); diff != "" || after.Stamps != nil || after.Notes != 1 {
			t.Errorf("the log knows %+v (-want +got):\n%s", after, diff)
		}
		s.facts.Counts.Pending = 0
		s.expect("Propagated (Operator): 4 alerts: assignee: bob → carol; 1 keep their own kept=1")
	})
	t.Run("one more of a machine", func(*testing.T) {
		s := begin(full).edit(all(assign("bob"), generation(4))).notes(`1 4 "eve" name "" ""`)
		s.expect("Edited eve: nothing that differs from before covers=1")
		s.facts.Counts.Total, s.facts.Counts.Machine = 6, 4
		s.expect("AlertsLinked ingest: 1 alert")
	})
	t.Run("unfinished", func(*testing.T) {
		begin(v1alpha1.ActivityAlertRecord{Total: 5, Until: "50"})
	})
	t.Run("alerts without a record", func(*testing.T) {
		begin(v1alpha1.ActivityAlertRecord{Total: 5})
	})
	t.Run("without alerts", func(t *testing.T) {
		s := earlier(unbegun(t, all(assign("bob"), generation(3))), v1alpha1.ActivityAlertRecord{})
		s.facts.Sources = []merge.Source{{Name: "a", UID: "1"}}
		s.expect()
		s.facts.Counts = activity.Counts{Total: 2, Machine: 2, MachineName: "ingest"}
		s.expect("AlertsLinked ingest: 2 alerts")
	})
}

// TestAnyFactsMakeALogThatVerifies feeds random facts, which need not fit together.
func TestAnyFactsMakeALogThatVerifies(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 7))
		s := unbegun(t, nil)
		for range 1 + r.IntN(8) {
			s.anything(r)
			for range 1 + r.IntN(12) {
				if s.next() == "" {
					break
				}
			}
		}
		s.verify()
		for i, entry := range s.entries {
			if entry.Sequence != int64(i)+1 {
				t.Errorf("entry %d has sequence %d", i+1, entry.Sequence)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func (s *story) anything(r *rand.Rand) {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	text := func() string {
		return strconv.Quote(pick("", "x", "é\n\u202e\x00", "sha256:1", strings.Repeat("語", 300), strings.Repeat("y", 6000), "Resolved", "Active"))
	}
	s.facts.Incident = s.facts.Incident.DeepCopy()
	i := s.facts.Incident
	i.Generation += r.Int64N(4)
	i.ResourceVersion = strconv.Itoa(1 + r.IntN(200))
	i.Spec.Assignee, i.Spec.Description = pick("", "bob"), pick("", strings.Repeat("z", 6000))
	i.Labels = map[string]string{tagPrefix + pick("a", "b"): ""}
	i.Annotations[v1alpha1.EditorAnnotationPrefix+pick("assignee", "tags", "created")] = pick("eve@2", "@", "bob@9", "x")
	if i.Status.ResolvedTime = nil; r.IntN(2) == 0 {
		i.Status.ResolvedTime = ptr.To(metav1.NewTime(created))
	}
	number := 1 + r.IntN(40)
	line := func(number int) string {
		if r.IntN(6) == 0 {
			return strconv.Itoa(number) + ` 3 + 4 "bob" "é\n"`
		}
		line := strconv.Itoa(number) + " " + strconv.Itoa(r.IntN(9)) + " " + strconv.Quote(pick("eve", "Unknown", strings.Repeat("日", 1500)))
		line += " in " + strconv.Quote(pick("inc", "other", "")) + " " + strconv.Quote(pick("", uid, "older"))
		for _, field := range []string{"incidentRef", "move-reason", "name", "description", "tags", "labels", "state", "note", "mergeInto", "unknown"} {
			if r.IntN(3) == 0 {
				line += " " + field + " " + text() + " " + pick(text(), `"inc"`, `"{\"to\":\"inc\",\"reason\":\"r\"}"`)
			}
		}
		return line + pick("", ` large "" "description tags nonsense"`)
	}
	s.notes(line(number), line(number+1))
	s.facts.Alerts = nil
	for _, name := range []string{"a", "b", "c"}[:r.IntN(4)] {
		s.alert(name, pick("inc", "other", ""), line(number), line(number+2))
	}
	n := func() int64 { return r.Int64N(6) }
	s.facts.Counts = activity.Counts{Total: n(), Merged: n(), Machine: n(), MachineName: pick("", "ingest"), Pending: n() / 4, Carrying: n(), Kept: n()}
	s.facts.Sources = []merge.Source{{Name: "s", UID: "1", By: pick("", "bob")}, {Name: "t", UID: "2"}}[:r.IntN(3)]
	s.facts.Counting, s.facts.Seen, s.facts.Earlier = r.IntN(3) > 0, pick("", "5", "80"), n()
	s.log.ActorsKnown = r.IntN(4) > 0
}
