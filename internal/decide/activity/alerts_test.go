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
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/utils/ptr"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// begunLog holds the creation of its incident.
func begunLog(t *testing.T) activity.Log {
	t.Helper()
	log := emptyLog()
	return recorded(t, log, log.Changes(incident(1, stamps{"created": "alice@1"}, nil), now))
}

// at is a change of the incident of emptyLog.
func at(ticket int, user string, change activity.Change) activity.Change {
	change = by(user, change)
	change.Incident, change.Ticket = emptyLog().Incident, strconv.Itoa(ticket)
	return change
}

func linkedFrom(other string) activity.Change { return linkedTo(nowhere, other, "") }

func unlinkedTo(other, reason string) activity.Change { return unlinkedFrom(nowhere, other, reason) }

func edited(fields ...v1alpha1.ActivityChange) activity.Change {
	return changed(activity.Edited, nowhere, fields...)
}

// tale is what one alert has to tell.
type tale struct {
	alert   string
	changes []activity.Change
}

func told(tales ...tale) *activity.Alerts {
	alerts := &activity.Alerts{Incident: emptyLog().Incident}
	for _, tale := range tales {
		alerts.Tell(tale.alert, activity.Trail{Changes: tale.changes})
	}
	return alerts
}

func digestOf(names ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(names, "\n") + "\n"))
	return hex.EncodeToString(sum[:])
}

func TestAlertsTellOneEntryForAllThatIsAlike(t *testing.T) {
	log := begunLog(t)
	severity, assignee := fromTo("spec.severity", "", "High"), fromTo("spec.assignee", "", "dave")
	alerts := told(
		tale{"al-2", []activity.Change{at(9, "bob", linkedFrom("")), at(11, "bob", edited(severity, assignee))}},
		tale{"al-1", []activity.Change{at(10, "bob", linkedFrom("")), at(12, "bob", edited(assignee))}},
		tale{"al-3", []activity.Change{at(10, "bob", linkedFrom("inc-b")), at(10, "bob", unlinkedTo("inc-b", "not ours"))}},
		tale{"al-4", []activity.Change{at(12, "Unknown", linkedFrom("")), at(12, "bob", unlinkedTo("", "noise"))}},
		tale{"al-5", []activity.Change{by("eve", linkedTo(incB, "", "")), at(3, "incident-operator", changed(activity.Propagated, nowhere, severity))}},
	)
	entry := func(kind v1alpha1.ActivityType, user, summary, other, reason string, total int64, names ...string) v1alpha1.ActivitySpec {
		who := by(user, activity.Change{})
		e := v1alpha1.ActivitySpec{
			Time: ptr.To(metav1.NewTime(now.Truncate(time.Second))), Type: kind, Actor: who.Actor, ActorKind: who.ActorKind,
			Summary: summary, OtherIncident: other, Reason: reason, After: log.Head.After,
			Alerts: v1alpha1.ActivityAlerts{Count: int64(len(names)), Names: names, Digest: digestOf(names...)},
		}
		e.After.Alerts = v1alpha1.ActivityAlertRecord{Total: total, Until: "12"}
		return e
	}
	want := []v1alpha1.ActivitySpec{
		entry("AlertsLinked", "Unknown", "1 alert", "", "", 1, "al-4"),
		entry("AlertsLinked", "bob", "2 alerts", "", "", 3, "al-1", "al-2"),
		entry("AlertsLinked", "bob", "1 alert from inc-b", "inc-b", "", 4, "al-3"),
		entry("AlertsChanged", "bob", "2 alerts: assignee: none → dave; severity: none → High", "", "", 4, "al-1", "al-2"),
		entry("Propagated", "incident-operator", "1 alert: severity: none → High", "", "", 4, "al-5"),
		entry("AlertsUnlinked", "bob", "1 alert: noise", "", "noise", 3, "al-4"),
		entry("AlertsUnlinked", "bob", "1 alert to inc-b: not ours", "inc-b", "not ours", 2, "al-3"),
	}
	want[3].Changes, want[4].Changes = []v1alpha1.ActivityChange{assignee, severity}, []v1alpha1.ActivityChange{severity}
	want[6].After.Alerts = v1alpha1.ActivityAlertRecord{Total: 2, Recorded: "12"}
	got := log.Alerts(alerts, now)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	log = recorded(t, log, got)
	if again := log.Alerts(alerts, now); len(again) > 0 || log.Unfinished() {
		t.Errorf("told twice: %v", lines(again))
	}
	verified(t, log, got)
}

// verified lets Verify read the log from its first entry, which begunLog wrote.
func verified(t *testing.T, end activity.Log, entries []v1alpha1.ActivitySpec) {
	t.Helper()
	log := begunLog(t)
	var objects []object
	for i := range len(entries) + 1 {
		if i > 0 {
			log = recorded(t, log, entries[i-1:i])
		}
		encoded, err := json.Marshal(v1alpha1.Activity{
			TypeMeta:   metav1.TypeMeta{Kind: "Activity", APIVersion: v1alpha1.GroupVersion.String()},
			ObjectMeta: metav1.ObjectMeta{Name: activity.Name(log.Incident, log.Head.Sequence), Namespace: "prod"},
			Spec:       *log.Head,
		})
		if err != nil {
			t.Fatal(err)
		}
		var decoded object
		if err := utiljson.Unmarshal(encoded, &decoded); err != nil {
			t.Fatal(err)
		}
		objects = append(objects, decoded)
	}
	head := activity.Head{Namespace: "prod", Incident: end.Incident.Name, UID: end.Incident.UID, Sequence: end.Head.Sequence, Hash: end.Head.Hash}
	if result := activity.Verify(objects, []activity.Head{head}); !result.Intact() || result.Logs[0].Entries != len(entries)+1 {
		t.Errorf("want an intact log, got %+v", result)
	}
}

func TestAMoveCountsTwiceAnEditOnce(t *testing.T) {
	edits := edited(fromTo("spec.severity", "", "High"))
	alerts := told(tale{"al-1", []activity.Change{
		at(2, "bob", linkedFrom("")), at(3, "bob", unlinkedTo("", "")), at(4, "bob", linkedFrom("")), at(5, "bob", edits), at(6, "bob", edits),
	}})
	log := begunLog(t)
	var got []v1alpha1.ActivityAlerts
	entries := log.Alerts(alerts, now)
	for _, entry := range entries {
		got = append(got, entry.Alerts)
	}
	one := v1alpha1.ActivityAlerts{Count: 1, Names: []string{"al-1"}, Digest: digestOf("al-1")}
	two := one
	two.Count = 2
	if diff := cmp.Diff([]v1alpha1.ActivityAlerts{two, one, one}, got); diff != "" {
		t.Errorf("linked, changed, unlinked (-want +got):\n%s", diff)
	}
	if total := entries[2].After.Alerts.Total; total != 1 {
		t.Errorf("total %d, want 1", total)
	}
}

func TestNamesAreCutButCountedAndHashed(t *testing.T) {
	for _, number := range []int{100, 101, 250} {
		var tales []tale
		var names []string
		for i := range number {
			names = append(names, fmt.Sprintf("al-%d", i))
			tales = append(tales, tale{names[i], []activity.Change{at(5, "bob", linkedFrom(""))}})
		}
		entries := begunLog(t).Alerts(told(tales...), now)
		slices.Sort(names)
		want := v1alpha1.ActivityAlerts{Count: int64(number), Names: names[:100], Digest: digestOf(names...)}
		if diff := cmp.Diff(want, entries[0].Alerts); diff != "" {
			t.Errorf("of %d (-want +got):\n%s", number, diff)
		}
	}
}

func TestChangesWithoutRoomAreHashed(t *testing.T) {
	for number, others := range map[int]int{32: 0, 33: 2, 40: 9} {
		var tales []tale
		var all []v1alpha1.ActivityChange
		for i := range number {
			change := fromTo("spec.name", "<a>", fmt.Sprintf("%02d", i))
			all = append(all, change)
			tales = append(tales, tale{"al-1", []activity.Change{at(5, "bob", edited(change))}}, tale{"al-2", []activity.Change{at(5, "bob", edited(change))}})
		}
		slices.Reverse(tales)
		want := all
		if others > 0 {
			var rest bytes.Buffer
			for _, change := range all[31:] {
				fmt.Fprintf(&rest, `{"field":"spec.name","from":"\u003ca\u003e","to":"%s"}`+"\n", change.To)
			}
			hash := fmt.Sprintf("sha256:%x (%d changes)", sha256.Sum256(rest.Bytes()), others)
			want = append(slices.Clone(all[:31]), fromTo("others", "", hash))
		}
		entries := begunLog(t).Alerts(told(tales...), now)
		if diff := cmp.Diff(want, entries[0].Changes); diff != "" {
			t.Errorf("of %d (-want +got):\n%s", number, diff)
		}
	}
}

func TestTheLogWaitsForChangesThatAreBeingWritten(t *testing.T) {
	tales := []tale{
		{"al-1", []activity.Change{at(9, "bob", linkedFrom(""))}},
		{"al-2", []activity.Change{at(10, "bob", linkedFrom(""))}},
		{"al-3", []activity.Change{at(11, "bob", linkedFrom(""))}},
	}
	for name, test := range map[string]struct {
		below string
		want  []string
		upTo  string
	}{
		"for none":         {"", []string{"al-1", "al-2", "al-3"}, "11"},
		"for a later one":  {"12", []string{"al-1", "al-2", "al-3"}, "11"},
		"for one as late":  {"10", []string{"al-1"}, "9"},
		"for an early one": {"9", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			alerts := told(tales...)
			alerts.Below = test.below
			entries := begunLog(t).Alerts(alerts, now)
			var names []string
			upTo := ""
			for _, entry := range entries {
				names, upTo = append(names, entry.Alerts.Names...), entry.After.Alerts.Recorded
			}
			if diff := cmp.Diff(test.want, names); diff != "" || upTo != test.upTo {
				t.Errorf("up to %q, want %q; (-want +got):\n%s", upTo, test.upTo, diff)
			}
			// What waited is told in the end, once.
			log := recorded(t, begunLog(t), entries)
			log = recorded(t, log, log.Alerts(told(tales...), now))
			if log.Head.After.Alerts != (v1alpha1.ActivityAlertRecord{Total: 3, Recorded: "11"}) {
				t.Errorf("in the end: %+v", log.Head.After.Alerts)
			}
		})
	}
}

func TestABatchThatACrashInterruptedIsFinishedFromTheHead(t *testing.T) {
	severity := fromTo("spec.severity", "", "High")
	// One of each entry, so that the alerts of the entries are told apart.
	tales := []tale{
		{"al-2", []activity.Change{at(10, "bob", linkedFrom("")), at(9, "bob", linkedFrom(""))}},
		{"al-3", []activity.Change{at(7, "bob", linkedFrom("inc-b"))}},
		{"al-4", []activity.Change{at(12, "eve", linkedFrom(""))}},
		{"al-0", []activity.Change{at(8, "Unknown", edited(severity))}},
		{"al-1", []activity.Change{at(9, "bob", edited(severity))}},
		{"al-7", []activity.Change{at(5, "incident-operator", changed(activity.Propagated, nowhere, severity))}},
		{"al-5", []activity.Change{at(12, "eve", unlinkedTo("inc-b", ""))}},
		{"al-6", []activity.Change{at(11, "eve", unlinkedTo("inc-b", "not ours"))}},
	}
	newer := []tale{
		{"al-1", []activity.Change{at(13, "bob", edited(severity))}},
		{"al-8", []activity.Change{at(100, "bob", linkedFrom("")), at(13, "zoe", unlinkedTo("", ""))}},
	}
	begun := begunLog(t)
	begun = recorded(t, begun, begun.Alerts(told(tale{"al-9", []activity.Change{at(3, "bob", linkedFrom(""))}}), now))
	whole := begun
	all := whole.Alerts(told(tales...), now)
	if len(all) != len(tales) {
		t.Fatalf("want an entry for each alert, got %v", lines(all))
	}
	whole = recorded(t, whole, all)
	later := whole.Alerts(told(slices.Concat(tales, newer)...), now)
	if len(later) != 3 {
		t.Fatalf("want 3 later entries, got %v", lines(later))
	}
	for kept := 1; kept <= len(all); kept++ {
		t.Run(strconv.Itoa(kept), func(t *testing.T) {
			log := recorded(t, begun, all[:kept])
			if log.Unfinished() != (kept < len(all)) {
				t.Errorf("unfinished: %v", log.Unfinished())
			}
			if diff := cmp.Diff(all[kept:], append([]v1alpha1.ActivitySpec{}, log.Alerts(told(tales...), now)...)); diff != "" {
				t.Errorf("the rest (-want +got):\n%s", diff)
			}
			var rest []v1alpha1.ActivitySpec
			resumed := log
			for range 2 {
				more := resumed.Alerts(told(slices.Concat(newer, tales)...), now)
				rest, resumed = append(rest, more...), recorded(t, resumed, more)
			}
			if diff := cmp.Diff(slices.Concat(all[kept:], later), rest); diff != "" {
				t.Errorf("the rest and what came later (-want +got):\n%s", diff)
			}
			// The alert of the next entry was deleted: the others are told all the same.
			if kept < len(all)-1 {
				more := log.Alerts(told(tales[kept+1:]...), now)
				if diff := cmp.Diff(lines(all[kept+1:]), lines(more)); diff != "" || recorded(t, log, more).Unfinished() {
					t.Errorf("after a deletion (-want +got):\n%s", diff)
				}
			}
			// All of them were deleted: only what came later is told.
			more := log.Alerts(told(slices.Concat(tales[:kept], newer)...), now)
			if diff := cmp.Diff(lines(later), lines(more)); diff != "" || recorded(t, log, more).Unfinished() {
				t.Errorf("after all deletions (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRecount(t *testing.T) {
	log := begunLog(t)
	log = recorded(t, log, log.Alerts(told(
		tale{"al-1", []activity.Change{at(9, "bob", linkedFrom(""))}}, tale{"al-2", []activity.Change{at(9, "bob", linkedFrom(""))}},
		tale{"al-3", []activity.Change{at(9, "bob", linkedFrom(""))}},
	), now))
	if entry := log.Recount(3, now); entry != nil {
		t.Errorf("nothing is missing, got %+v", entry)
	}
	for linked, want := range map[int64]struct {
		kind    v1alpha1.ActivityType
		count   int64
		summary string
	}{
		1: {v1alpha1.ActivityAlertsDeleted, 2, "2 alerts"},
		0: {v1alpha1.ActivityAlertsDeleted, 3, "3 alerts"},
		4: {v1alpha1.ActivityAlertsLinked, 1, "1 alert"},
	} {
		entry := log.Recount(linked, now)
		expected := &v1alpha1.ActivitySpec{
			Time: ptr.To(metav1.NewTime(now.Truncate(time.Second))), Type: want.kind, Actor: "Unknown", ActorKind: v1alpha1.ActorUnknown,
			Summary: want.summary, Alerts: v1alpha1.ActivityAlerts{Count: want.count}, After: log.Head.After,
		}
		expected.After.Alerts.Total = linked
		if diff := cmp.Diff(expected, entry); diff != "" {
			t.Errorf("%d linked (-want +got):\n%s", linked, diff)
		}
		if again := recorded(t, log, []v1alpha1.ActivitySpec{*entry}).Recount(linked, now); again != nil {
			t.Errorf("%d linked: counted twice", linked)
		}
	}
	if log.Head.After.Alerts.Total != 3 {
		t.Error("Recount changed the head")
	}
}

func TestLinkedAlertsAreCountedByIncident(t *testing.T) {
	here := emptyLog().Incident
	alerts := &activity.Alerts{Incident: here}
	for _, incident := range []v1alpha1.ActivityIncident{here, incB, {Name: here.Name, UID: "older"}, nowhere, here} {
		change := by("bob", linkedTo(incident, "", ""))
		alerts.Tell("al", activity.Trail{Incident: incident, Changes: []activity.Change{change}})
	}
	entries := begunLog(t).Alerts(alerts, now)
	if alerts.Linked != 2 || len(entries) != 1 || entries[0].Alerts.Count != 2 {
		t.Errorf("want 2 alerts, got %d and %v", alerts.Linked, lines(entries))
	}
}

func TestIsTaken(t *testing.T) {
	log := begunLog(t)
	change := func(ticket int) activity.Change { return at(ticket, "bob", linkedFrom("")) }
	other := change(3)
	other.Incident.UID = "older"
	if activity.IsTaken(nil, change(3)) || activity.IsTaken(log.Head, change(3)) {
		t.Error("a log that recorded no alert has taken nothing")
	}
	entries := log.Alerts(told(tale{"al-1", []activity.Change{change(9), at(10, "eve", linkedFrom(""))}}), now)
	if begun := recorded(t, log, entries[:1]); activity.IsTaken(begun.Head, change(9)) {
		t.Error("what an unfinished log holds must stay until it is finished")
	}
	end := recorded(t, log, entries)
	for name, test := range map[string]struct {
		change activity.Change
		want   bool
	}{
		"earlier": {change(9), true}, "the last": {change(10), true}, "later": {change(11), false}, "of another incident": {other, false},
	} {
		if got := activity.IsTaken(end.Head, test.change); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestNewest(t *testing.T) {
	for _, test := range [][3]string{{"9", "10", "10"}, {"10", "9", "10"}, {"", "9", "9"}, {"9", "", "9"}, {"", "", ""}} {
		if got := activity.Newest(test[0], test[1]); got != test[2] {
			t.Errorf("of %q and %q: %q", test[0], test[1], got)
		}
	}
}
