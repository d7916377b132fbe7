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
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/note"
)

const (
	ours   = `in "inc" "` + uid + `"`
	reason = `move-reason "" "{\"to\":\"other\",\"reason\":\"not ours\"}"`
	fresh  = `1 1 "eve" created "" "" incidentRef "" "inc"`
)

// TestOfAlerts tells the notes of one alert, in the log of inc. Of how many are linked it speaks only if that is so.
func TestOfAlerts(t *testing.T) {
	for name, test := range map[string]struct {
		notes []string
		in    string
		total int64
		want  []string
	}{
		"none":           {in: "inc", total: 3},
		"created in it":  {[]string{fresh}, "inc", 4, []string{"AlertsLinked eve: 1 alert alerts=a"}},
		"created nearby": {[]string{`1 1 "eve" created "" "" incidentRef "" "other"`}, "other", 3, nil},
		"linked":         {[]string{`1 2 "bob" in "" "" incidentRef "" "inc"`}, "inc", 4, []string{"AlertsLinked bob: 1 alert alerts=a"}},
		"edited": {
			[]string{`5 2 "bob" ` + ours + ` severity "Low" "High" assignee "" "x"`},
			"inc", 3,
			[]string{"AlertsChanged bob: 1 alert: assignee: none → x; severity: Low → High alerts=a"},
		},
		"edited, the UID is not known yet": {
			[]string{`5 2 "bob" in "inc" "" name "" "x"`}, "inc", 3, []string{"AlertsChanged bob: 1 alert: name: none → x alerts=a"},
		},
		"edited in an older incident of the name": {[]string{`5 2 "bob" in "inc" "older" name "" "x"`}, "inc", 3, nil},
		"tags": {
			[]string{`5 2 "bob" ` + ours + ` tags "" "Vip" labels "" "a\nvip"`},
			"inc", 3,
			[]string{`AlertsChanged bob: 1 alert: tags: none → ["Vip","a"] alerts=a`},
		},
		"too large": {
			[]string{`5 2 "bob" ` + ours + ` large "" "tags labels"`}, "inc", 3, []string{"AlertsChanged bob: 1 alert alerts=a"},
		},
		"moved away": {
			[]string{`5 2 "bob" ` + ours + ` incidentRef "inc" "other" ` + reason},
			"other", 2,
			[]string{"AlertsUnlinked bob: 1 alert to other: not ours other=other reason=not ours alerts=a"},
		},
		"moved here": {
			[]string{`5 2 "bob" in "other" "x" incidentRef "other" "inc" move-reason "" "{\"to\":\"inc\",\"reason\":\"ours\"}"`},
			"inc", 4,
			[]string{"AlertsLinked bob: 1 alert from other: ours other=other reason=ours alerts=a"},
		},
		"moved with the reason of another move": {
			[]string{`5 2 "bob" in "other" "x" incidentRef "other" "inc" ` + reason},
			"inc", 4,
			[]string{"AlertsLinked bob: 1 alert from other other=other alerts=a"},
		},
		"moved with what is no reason": {
			[]string{`5 2 "bob" in "other" "x" incidentRef "other" "inc" move-reason "" "because"`},
			"inc", 4,
			[]string{"AlertsLinked bob: 1 alert from other other=other alerts=a"},
		},
		"moved among others": {[]string{`5 2 "bob" in "other" "x" incidentRef "other" "third"`}, "third", 3, nil},
		"unlinked": {
			[]string{`5 2 "bob" ` + ours + ` incidentRef "inc" "" move-reason "" "{\"to\":\"\",\"reason\":\"noise\"}"`},
			"", 2,
			[]string{"AlertsUnlinked bob: 1 alert: noise reason=noise alerts=a"},
		},
		"unlinked from an older incident of the name": {[]string{`5 2 "bob" in "inc" "older" incidentRef "inc" ""`}, "", 3, nil},
		"from an older incident of the name, moved": {
			[]string{`5 2 "bob" in "inc" "older" incidentRef "inc" "other"`}, "other", 3, nil,
		},
		"edited and moved away": {
			[]string{`5 2 "bob" ` + ours + ` incidentRef "inc" "other" severity "" "High"`},
			"other", 2,
			[]string{"AlertsUnlinked bob: 1 alert to other other=other alerts=a"},
		},
		"edited and moved here": {
			[]string{`5 2 "bob" in "other" "x" incidentRef "other" "inc" severity "" "High"`},
			"inc", 4,
			[]string{"AlertsLinked bob: 1 alert from other: severity: none → High other=other alerts=a"},
		},
		"edited and unlinked": {
			[]string{`5 2 "bob" ` + ours + ` incidentRef "inc" "" severity "" "High"`},
			"", 2,
			[]string{"AlertsUnlinked bob: 1 alert: severity: none → High alerts=a"},
		},
		"each request by itself": {
			[]string{fresh, `2 2 "bob" ` + ours + ` severity "" "Low"`, `3 3 "bob" ` + ours + ` severity "Low" "High"`},
			"inc", 4,
			[]string{
				"AlertsLinked eve: 1 alert alerts=a", "AlertsChanged bob: 1 alert: severity: none → Low alerts=a",
				"AlertsChanged bob: 1 alert: severity: Low → High alerts=a",
			},
		},
		"here, away and back": {
			[]string{fresh, `2 2 "bob" ` + ours + ` incidentRef "inc" "other"`, `3 3 "bob" in "other" "" incidentRef "other" "inc"`},
			"inc", 4,
			[]string{
				"AlertsLinked eve: 1 alert alerts=a", "AlertsUnlinked bob: 1 alert to other other=other alerts=a",
				"AlertsLinked bob: 1 alert from other other=other alerts=a",
			},
		},
		"counted": {
			[]string{`40 9 + 7 "bob" "eve"`},
			"inc", 3,
			[]string{"AlertsChanged (Unknown): 1 alert: 7 requests that are told by their number only requests=7 alerts=a"},
		},
		"one is counted":                   {[]string{`40 9 + 1 "bob"`}, "inc", 3, []string{"AlertsChanged bob: 1 alert alerts=a"}},
		"counted, but it is elsewhere now": {[]string{`40 9 + 7 "bob"`}, "other", 3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := begun(t)
			s.facts.Counts.Total = 3
			s.expect("AlertsLinked (Unknown): 3 alerts")
			s.facts.Counts.Total = test.total
			s.alert("a", test.in, test.notes...)
			s.expect(test.want...)
			if got := s.last().After.Alerts.Total; got != test.total {
				t.Errorf("the log has %d alerts, want %d", got, test.total)
			}
		})
	}
}

// TestAMoveIsInBothLogs shows one note to both.
func TestAMoveIsInBothLogs(t *testing.T) {
	moved := bearing(t, "a", "other", `5 2 "bob" `+ours+` incidentRef "inc" "other" `+reason+` severity "" "High"`)
	for name, want := range map[string]string{
		"inc":   "AlertsUnlinked bob: 1 alert to other: not ours other=other reason=not ours alerts=a",
		"other": "AlertsLinked bob: 1 alert from inc: not ours: severity: none → High other=inc reason=not ours alerts=a",
	} {
		s := begun(t)
		s.facts.Alerts = []activity.Alert{moved}
		s.facts.Counting = false
		s.log.Ref.Name = name
		if got := s.next(); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestReasonsAreBounded(t *testing.T) {
	for length, hashed := range map[int]bool{256: false, 257: true} {
		said := strings.Repeat("語", length)
		s := begun(t).alert("a", "", fmt.Sprintf(`5 2 "bob" %s incidentRef "inc" "" move-reason "" %q`, ours, `{"to":"","reason":"`+said+`"}`))
		s.tell()
		if got := s.last().Reason; (got == said) == hashed || strings.HasPrefix(got, "sha256:") != hashed {
			t.Errorf("%d characters: %q", length, got)
		}
	}
}

func digestOf(names ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(names, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

// TestOneEntryForAllThatIsAlike compares all that the entries say.
func TestOneEntryForAllThatIsAlike(t *testing.T) {
	s := begun(t)
	s.alert("al-2", "inc", fresh, `2 2 "bob" `+ours+` severity "" "High"`).
		alert("al-1", "inc", fresh, `2 2 "bob" `+ours+` severity "" "High"`).
		alert("al-3", "inc", fresh, `2 2 "carol" `+ours+` severity "" "High"`).
		alert("al-4", "inc", `1 1 "bob" created "" "" incidentRef "" "inc"`)
	s.facts.Counts.Total = 4
	begin := s.last()
	entry := func(kind v1alpha1.ActivityType, user, summary string, total int64, names ...string) v1alpha1.ActivitySpec {
		e := v1alpha1.ActivitySpec{
			Time: ptr.To(metav1.NewTime(now.Truncate(1e9))), Type: kind, Actor: user, ActorKind: v1alpha1.ActorUser, Summary: summary,
			Alerts: v1alpha1.ActivityAlerts{Count: int64(len(names)), Names: names, Digest: digestOf(names...)}, After: begin.After,
		}
		if kind == v1alpha1.ActivityAlertsChanged {
			e.Changes = []v1alpha1.ActivityChange{change("spec.severity", "", "High")}
		}
		e.After.Alerts.Total = total
		return e
	}
	taken := func(notes ...int64) []v1alpha1.ActivityTakenNote {
		var list []v1alpha1.ActivityTakenNote
		for i, name := range []string{"al-1", "al-2", "al-3", "al-4"}[:len(notes)] {
			list = append(list, v1alpha1.ActivityTakenNote{Alert: "uid-of-" + name, Note: notes[i]})
		}
		return list
	}
	want := []v1alpha1.ActivitySpec{
		entry("AlertsLinked", "bob", "1 alert", 1, "al-4"),
		entry("AlertsLinked", "eve", "3 alerts", 4, "al-1", "al-2", "al-3"),
		entry("AlertsChanged", "bob", "2 alerts: severity: none → High", 4, "al-1", "al-2"),
		entry("AlertsChanged", "carol", "1 alert: severity: none → High", 4, "al-3"),
	}
	four := v1alpha1.ActivityTakenNote{Alert: "uid-of-al-4", Note: 1}
	for i, list := range [][]v1alpha1.ActivityTakenNote{taken(), taken(1, 1, 1), taken(2, 2, 1), taken(2, 2, 2)} {
		want[i].After.Alerts.Taken = append([]v1alpha1.ActivityTakenNote{four}, list...)
	}
	s.tell()
	got := slices.Clone(s.entries[1:])
	for i := range got {
		got[i].IncidentRef, got[i].Sequence, got[i].PreviousHash, got[i].Hash = v1alpha1.ActivityIncident{}, 0, "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	s.verify()
}

// TestBatches bounds an entry by 100 alerts, and the alerts that the log remembers.
func TestBatches(t *testing.T) {
	for number, batches := range map[int][]int64{1: {1}, 99: {99}, 100: {100}, 101: {100, 1}, 250: {100, 100, 50}} {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			s := begun(t)
			s.facts.Counts.Total = int64(number)
			var names []string
			for i := range number {
				names = append(names, fmt.Sprintf("al-%03d", i))
			}
			borne := slices.Clone(names)
			slices.Reverse(borne)
			for _, name := range borne {
				s.alert(name, "inc", fresh)
			}
			rest := names
			for _, batch := range batches {
				if told := s.tell(); len(told) != 1 {
					t.Fatalf("want one entry, got %q", told)
				}
				want := v1alpha1.ActivityAlerts{Count: batch, Names: rest[:batch], Digest: digestOf(rest[:batch]...)}
				if diff := cmp.Diff(want, s.last().Alerts); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if n := len(s.last().After.Alerts.Taken); int64(n) != batch {
					t.Errorf("the log remembers %d alerts, want %d", n, batch)
				}
				rest = rest[batch:]
				s.drop()
			}
			s.expect()
			if got := s.last().After.Alerts.Total; got != int64(number) {
				t.Errorf("the log has %d alerts, want %d", got, number)
			}
		})
	}
}

// drop lets all alerts drop the notes that the log has taken.
func (s *story) drop() {
	s.t.Helper()
	for i := range s.facts.Alerts {
		alert := &s.facts.Alerts[i]
		number := activity.Droppable(*alert, func(string, string) (int64, bool) { return s.log.End.Taken(alert.UID), true })
		rest, err := note.Parse(alert.Notes.Drop(number))
		if err != nil {
			s.t.Fatal(err)
		}
		alert.Notes = rest
	}
	s.facts.Alerts = slices.DeleteFunc(s.facts.Alerts, func(a activity.Alert) bool { return len(a.Notes.Notes) == 0 })
}

// TestAFullMemoryTakesWhatItKnows has no room for new alerts, but goes on with those that it remembers.
func TestAFullMemoryTakesWhatItKnows(t *testing.T) {
	s := begun(t)
	for i := range activity.MaxTaken {
		s.alert(fmt.Sprintf("al-%03d", i), "inc", fresh)
	}
	s.facts.Counts.Total = 100
	s.tell()
	s.facts.Counts.Total = 102
	s.alert("another", "inc", fresh).alert("more", "inc", `1 1 "aaron" created "" "" incidentRef "" "inc"`)
	s.facts.Alerts[7] = bearing(t, "al-007", "", fresh, `2 2 "zoe" `+ours+` incidentRef "inc" ""`)
	s.facts.Counts.Total--
	s.expect("AlertsUnlinked zoe: 1 alert alerts=al-007")
	s.facts.Alerts = slices.DeleteFunc(s.facts.Alerts, func(a activity.Alert) bool { return a.Name == "al-050" })
	s.facts.Counts.Total--
	s.expect("AlertsLinked aaron: 1 alert alerts=more")
	s.drop()
	s.expect("AlertsLinked eve: 1 alert alerts=another", "AlertsDeleted (Unknown): 1 alert")
}

// TestWhatWasDroppedTakesNoRoom has an alert that has dropped what the log took, and bears a note that is none of its own.
func TestWhatWasDroppedTakesNoRoom(t *testing.T) {
	s := begun(t)
	for i := range activity.MaxTaken {
		s.alert(fmt.Sprintf("al-%03d", i), "inc", fresh)
	}
	s.facts.Counts.Total = 100
	s.tell()
	s.facts.Alerts[7] = bearing(t, "al-007", "inc", `2 2 "zoe" in "inc" "older" name "" "x"`)
	s.facts.Counts.Total = 101
	s.alert("another", "inc", fresh)
	s.expect("AlertsLinked eve: 1 alert alerts=another")
}

// TestNumbersOfAlertsThatBeginAnew has an alert whose annotation somebody removed while no policy was there.
func TestNumbersOfAlertsThatBeginAnew(t *testing.T) {
	s := begun(t).alert("a", "inc", fresh, `9 9 "bob" `+ours+` name "" "x"`)
	s.facts.Counts.Total = 1
	s.tell()
	s.facts.Alerts[0] = bearing(t, "a", "inc", `1 10 "carol" `+ours+` name "x" "y"`)
	if number := activity.Droppable(s.facts.Alerts[0], func(string, string) (int64, bool) { return s.log.End.Taken("uid-of-a"), true }); number != 0 {
		t.Error("the note is dropped before the log has taken it")
	}
	if s.log.End.HasTaken(s.facts.Alerts[0]) {
		t.Error("the log says that it has taken a note that it has not")
	}
	s.expect("AlertsChanged carol: 1 alert: name: x → y alerts=a")
	s.drop()
	if len(s.facts.Alerts) > 0 {
		t.Error("the note is not dropped though the log has taken it")
	}
}

func TestAnAlertOfTheSameNameIsAnotherOne(t *testing.T) {
	s := begun(t).alert("a", "inc", fresh)
	s.facts.Counts.Total = 1
	s.expect("AlertsLinked eve: 1 alert alerts=a")
	s.facts.Alerts[0].UID = "another"
	s.expect("AlertsLinked eve: 1 alert alerts=a", "AlertsDeleted (Unknown): 1 alert")
	if taken := s.log.End.Taken("another"); taken != 1 || s.log.End.Taken("uid-of-a") != 0 {
		t.Errorf("taken: %v", s.last().After.Alerts.Taken)
	}
}

func TestTakenOfNoLog(t *testing.T) {
	var none *activity.End
	if none.Taken("x") != 0 || none.IsBehind(&v1alpha1.Incident{}, "") {
		t.Error("a log that is empty has taken nothing, and nobody is behind it")
	}
}

func TestDroppable(t *testing.T) {
	type logs map[string]int64 // How far they have come, by name and perhaps UID; others have no incident.
	moved := []string{fresh, `2 2 "bob" ` + ours + ` incidentRef "inc" "other"`, `3 3 "bob" in "other" "" name "" "x"`}
	for name, test := range map[string]struct {
		in    string
		notes []string
		logs  logs
		want  int64
	}{
		"no notes":                     {in: "inc", logs: logs{"inc": 9}},
		"nothing is taken":             {"other", moved, logs{"inc": 0, "other": 0}, 0},
		"the first":                    {"other", moved, logs{"inc": 1, "other": 0}, 1},
		"a move waits for both logs":   {"other", moved, logs{"inc": 2, "other": 0}, 1},
		"both have taken the move":     {"other", moved, logs{"inc": 2, "other": 2}, 2},
		"all":                          {"other", moved, logs{"inc": 2, "other": 3}, 3},
		"an incident is gone":          {"other", moved, logs{"other": 3}, 3},
		"both are gone":                {"other", moved, logs{}, 3},
		"what is later waits for it":   {"other", moved, logs{"inc": 0, "other": 3}, 0},
		"an older incident of a name":  {"inc", []string{`4 2 "bob" in "inc" "older" name "" "x"`}, logs{"inc " + uid: 0}, 4},
		"this incident of a name":      {"inc", []string{`4 2 "bob" ` + ours + ` name "" "x"`}, logs{"inc " + uid: 0}, 0},
		"this one has taken it":        {"inc", []string{`4 2 "bob" ` + ours + ` name "" "x"`}, logs{"inc " + uid: 4}, 4},
		"unlinked":                     {"", []string{`4 2 "bob" ` + ours + ` incidentRef "inc" ""`}, logs{"inc " + uid: 3}, 0},
		"counted, of where it is":      {"inc", []string{`40 9 + 8 "bob"`}, logs{"inc": 39, "other": 40}, 0},
		"counted and taken":            {"inc", []string{`40 9 + 8 "bob"`}, logs{"inc": 40, "other": 0}, 40},
		"counted, of no incident":      {"", []string{`40 9 + 8 "bob"`}, logs{"inc": 0}, 40},
		"too large":                    {"inc", []string{`4 2 "bob" ` + ours + ` large "" "tags"`}, logs{"inc " + uid: 3}, 0},
		"it linked and unlinked again": {"", []string{`4 2 "bob" in "" "" incidentRef "" "inc"`, `5 3 "bob" in "inc" "" incidentRef "inc" ""`}, logs{"inc": 4}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			got := activity.Droppable(bearing(t, "a", test.in, test.notes...), func(incident, uid string) (int64, bool) {
				if number, exists := test.logs[strings.TrimSpace(incident+" "+uid)]; exists {
					return number, true
				}
				number, exists := test.logs[incident]
				return number, exists
			})
			if got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestConcernedAndNotesLink(t *testing.T) {
	for name, test := range map[string]struct {
		in    string
		notes []string
		want  []string
		links bool
	}{
		"no notes":                   {in: "inc"},
		"created":                    {"inc", []string{fresh}, []string{"inc"}, true},
		"edited":                     {"inc", []string{`2 1 "b" ` + ours + ` name "" "x"`}, []string{"inc"}, false},
		"moved":                      {"b", []string{`2 1 "b" in "a" "" incidentRef "a" "b"`}, []string{"a", "b"}, true},
		"moved, and on by a machine": {"c", []string{`2 1 "b" in "a" "" incidentRef "a" "b"`}, []string{"a", "b"}, false},
		"unlinked":                   {"", []string{`2 1 "b" in "a" "" incidentRef "a" ""`}, []string{"a"}, true},
		"each once": {
			"a",
			[]string{`2 1 "b" in "a" "" incidentRef "a" "b"`, `3 1 "b" in "b" "" incidentRef "b" "a"`, `4 1 "b" in "a" "" name "" "x"`},
			[]string{"a", "b"},
			true,
		},
		"counted":                {"inc", []string{`40 1 + 3 "b"`}, []string{"inc"}, false},
		"counted of no incident": {"", []string{`40 1 + 3 "b"`}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			alert := bearing(t, "a", test.in, test.notes...)
			if diff := cmp.Diff(test.want, activity.Concerned(alert)); diff != "" {
				t.Errorf("concerned (-want +got):\n%s", diff)
			}
			if got := activity.NotesLink(alert); got != test.links {
				t.Errorf("notes a link: %v", got)
			}
		})
	}
}

func TestIsBehind(t *testing.T) {
	s := begun(t)
	s.facts.Seen = "100"
	s.facts.Counts.Total = 1
	s.tell()
	for name, test := range map[string]struct {
		incident, seen string
		want           bool
	}{
		"the same":               {"7", "100", false},
		"newer":                  {"10", "1000", false},
		"an older incident":      {"6", "100", true},
		"older alerts":           {"7", "99", true},
		"no alerts":              {"7", "", true},
		"a longer number is not": {"7", "101", false},
	} {
		i := &v1alpha1.Incident{}
		i.ResourceVersion = test.incident
		if got := s.log.End.IsBehind(i, test.seen); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNewest(t *testing.T) {
	for _, test := range [][3]string{{"9", "10", "10"}, {"10", "9", "10"}, {"", "9", "9"}, {"9", "", "9"}, {"", "", ""}, {"12", "11", "12"}} {
		if got := activity.Newest(test[0], test[1]); got != test[2] {
			t.Errorf("of %q and %q: %q", test[0], test[1], got)
		}
	}
}

// The log never takes back what it has seen, though a look knows less.
func TestTheLogRemembersTheNewestThatItSaw(t *testing.T) {
	s := begun(t)
	s.facts.Seen, s.facts.Counts.Total = "100", 1
	s.tell()
	s.facts.Seen, s.facts.Counts.Total = "20", 2
	s.edit(func(i *v1alpha1.Incident) { i.ResourceVersion = "3" })
	s.tell()
	if after := s.last().After; after.Alerts.Seen != "100" || after.ResourceVersion != "7" {
		t.Errorf("alerts %s, incident %s", after.Alerts.Seen, after.ResourceVersion)
	}
}

// Reading the end of a log changes no entry of it.
func TestNextChangesNothingThatItIsGiven(t *testing.T) {
	s := begun(t).alert("a", "inc", fresh, `2 2 "bob" `+ours+` name "" "x"`).alert("b", "inc", fresh)
	s.facts.Counts.Total = 2
	s.next()
	before := *s.log.End.After.DeepCopy()
	incident := s.facts.Incident.DeepCopy()
	s.log.Next(s.facts, now)
	if diff := cmp.Diff(before, s.log.End.After); diff != "" {
		t.Errorf("the end of the log was changed: %s", diff)
	}
	if diff := cmp.Diff(incident, s.facts.Incident); diff != "" {
		t.Errorf("the incident was changed: %s", diff)
	}
	if s.log.End.HasTaken(s.facts.Alerts[0]) || s.log.End.HasTaken(activity.Alert{Name: "c", UID: types.UID("c"), Incident: "inc", Notes: s.facts.Alerts[1].Notes}) {
		t.Error("the log says that it has taken notes that it has not")
	}
	if !s.log.End.HasTaken(s.facts.Alerts[1]) {
		t.Error("the log does not know what it has taken")
	}
}
