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

package undo_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/note"
	"github.com/incident-operator/incident-operator/internal/decide/undo"
)

// noted is an incident whose alerts people change: admission notes and stamps it, and the operator tells the log.
type noted struct {
	*history
}

func withAlerts(t *testing.T, names ...string) noted {
	t.Helper()
	n := noted{begin(t, nothing)}
	n.link(names...)
	n.tell(v1alpha1.ActivityPropagated, v1alpha1.ActorOperator, "", int64(len(names)))
	return n
}

func (n noted) alert(name string) *v1alpha1.Alert {
	n.t.Helper()
	i := slices.IndexFunc(n.alerts, func(alert v1alpha1.Alert) bool { return alert.Name == name })
	if i < 0 {
		n.t.Fatalf("no alert %s", name)
	}
	return &n.alerts[i]
}

// request is one of a person that changes an alert. The log has not told it yet.
func (n noted) request(by, name string, change func(*v1alpha1.Alert)) {
	n.t.Helper()
	alert := n.alert(name)
	before := alert.DeepCopy()
	change(alert)
	alert.Generation++
	lines := strings.Split(alert.Annotations[v1alpha1.NotesAnnotation], "\n")
	lines[0] = fmt.Sprint(alert.Generation)
	line := fmt.Sprintf("%d %d %q in %q %q", alert.Generation, alert.Generation, by, before.Spec.IncidentRef.Name, n.incident.UID)
	if to := alert.Spec.IncidentRef.Name; to != before.Spec.IncidentRef.Name {
		line += fmt.Sprintf(" incidentRef %q %q", before.Spec.IncidentRef.Name, to)
	}
	line += groupsIn(decisionsOn(before), decisionsOn(alert))
	alert.Annotations[v1alpha1.NotesAnnotation] = strings.Join(append(lines, line), "\n")
	was, is := activity.AlertFields(before), activity.AlertFields(alert)
	for field, group := range map[string]string{
		"spec.assignee": "assignee", "spec.tags": "tags", "spec.severity": "severity", "spec.name": "name",
		"spec.resolution.state": "resolution", "spec.resolution.note": "resolution",
		"spec.classification.verdict": "classification", "spec.classification.determination": "classification",
	} {
		if was[field] != is[field] {
			metav1.SetMetaDataAnnotation(&alert.ObjectMeta, v1alpha1.EditorAnnotationPrefix+group, fmt.Sprintf("%s@%d", by, alert.Generation))
		}
	}
}

// told has the log tell all that it has not told yet.
func (n noted) told() {
	n.t.Helper()
	facts := activity.Facts{Incident: n.incident, Counts: activity.Counts{Total: n.end().End.After.Alerts.Total}}
	for i := range n.alerts {
		notes, err := note.Parse(n.alerts[i].Annotations[v1alpha1.NotesAnnotation])
		if err != nil {
			n.t.Fatal(err)
		}
		facts.Alerts = append(facts.Alerts, activity.Alert{
			Name: n.alerts[i].Name, UID: n.alerts[i].UID, Incident: n.alerts[i].Spec.IncidentRef.Name, Notes: notes,
		})
	}
	for entry := n.end().Next(facts, time.Unix(0, 0)); entry != nil; entry = n.end().Next(facts, time.Unix(0, 0)) {
		n.add(*entry)
	}
}

func (n noted) change(by, name string, change func(*v1alpha1.Alert)) {
	n.t.Helper()
	n.request(by, name, change)
	n.told()
}

func (n noted) undo(name string) (*undo.AlertReversal, error) {
	return undo.HistoryOf(n.incident, n.log).Decide(n.alert(name))
}

func decisionsOn(alert *v1alpha1.Alert) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Labels = alert.Labels
	incident.Spec = v1alpha1.IncidentSpec{Name: alert.Spec.Name, Severity: alert.Spec.Severity, Triage: alert.Spec.Triage}
	return incident
}

func assign(user string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { alert.Spec.Assignee = user }
}

func resolve(alert *v1alpha1.Alert) {
	alert.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "noise"}
}

func TestFieldsOfAlertsComeBack(t *testing.T) {
	for name, test := range map[string]struct{ start, change func(*v1alpha1.Alert) }{
		"assigned":   {assign(""), assign("bob")},
		"reassigned": {assign("alice"), assign("bob")},
		"unassigned": {assign("alice"), assign("")},
		"resolved":   {assign("alice"), resolve},
		"re-opened":  {resolve, func(a *v1alpha1.Alert) { a.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionActive} }},
		"classified and resolved": {assign(""), func(a *v1alpha1.Alert) {
			resolve(a)
			a.Spec.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}
		}},
		"named":         {assign(""), func(a *v1alpha1.Alert) { a.Spec.Name = "Ours" }},
		"severity":      {assign(""), func(a *v1alpha1.Alert) { a.Spec.Severity = v1alpha1.SeverityLow }},
		"tagged":        {func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP"} }, func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP", "B b"} }},
		"untagged":      {func(a *v1alpha1.Alert) { a.Spec.Tags = []v1alpha1.Tag{"VIP", "B b"} }, func(a *v1alpha1.Alert) { a.Spec.Tags = nil }},
		"tagged, label": {assign(""), func(a *v1alpha1.Alert) { a.Labels = map[string]string{tagPrefix + "x": "", "other": "y"} }},
	} {
		t.Run(name, func(t *testing.T) {
			n := withAlerts(t, "a", "b")
			n.change("alice", "a", func(a *v1alpha1.Alert) { a.Spec.Name = "Odd"; test.start(a) })
			want := activity.AlertFields(n.alert("a"))
			n.change("bob", "a", test.change)
			n.change("carol", "b", assign("carol")) // Of another alert.
			n.tell(v1alpha1.ActivityPropagated, v1alpha1.ActorOperator, "", 2)
			now := n.alert("a").DeepCopy()
			reversal, err := n.undo("a")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, activity.AlertFields(reversal.After)); diff != "" || reversal.Entry.Actor != "bob" || reversal.Generation != 2 {
				t.Errorf("%s at %d (-want +got)\n%s", undo.Describe(reversal.Entry), reversal.Generation, diff)
			}
			if diff := cmp.Diff(now, n.alert("a")); diff != "" {
				t.Errorf("the alert was changed: %s", diff)
			}
			n.change("bob", "a", func(a *v1alpha1.Alert) { reversal.After.DeepCopyInto(a) })
			if reversal, err = n.undo("a"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(activity.AlertFields(now), activity.AlertFields(reversal.After)); diff != "" {
				t.Errorf("undo of undo: (-want +got)\n%s", diff)
			}
		})
	}
}

// TestOneOfMany reverts of a change of many alerts that of one.
func TestOneOfMany(t *testing.T) {
	n := withAlerts(t, "a", "b")
	n.request("bob", "a", assign("bob"))
	n.request("bob", "b", assign("bob"))
	n.told()
	reversal, err := n.undo("b")
	if err != nil || reversal.Entry.Alerts.Count != 2 || reversal.After.Name != "b" || reversal.After.Spec.Assignee != "" {
		t.Errorf("got %+v, %v", reversal, err)
	}
}

func TestAlertIsNotUndone(t *testing.T) {
	for name, test := range map[string]struct {
		change func(n noted)
		want   string
		behind bool
	}{
		"nothing changed": {func(noted) {}, "shows no change of it by a person", false},
		"it was created": {func(n noted) {
			n.link("new-1")
			n.alert("new-1").Name = "a2"
			n.alert("a2").Annotations[v1alpha1.NotesAnnotation] = "1\n" + `1 1 "bob" created "" "" incidentRef "" "inc"`
			n.alert("a").Name, n.alert("a2").Name = "a1", "a"
			n.told()
		}, "shows no change of it by a person", false},
		"another was changed": {func(n noted) { n.change("bob", "b", assign("bob")) }, "shows no change of it by a person", false},
		"its incident gave another value": {func(n noted) {
			n.change("bob", "a", assign("bob"))
			n.alert("a").Spec.Assignee = "carol"
		}, `spec.assignee is "carol" now, not "bob" as entry 3 (AlertsChanged by bob: 1 alert: assignee: none → bob) says: ` +
			"it is no longer the last change, which is by its incident or its detector", false},
		"a person changed it while no log told": {func(n noted) {
			n.change("bob", "a", assign("bob"))
			n.alert("a").Spec.Assignee = "carol"
			n.alert("a").Annotations[v1alpha1.EditorAnnotationPrefix+"assignee"] = "dave@9"
		}, "it is no longer the last change, which is by dave", false},
		"a move came after it": {func(n noted) {
			n.change("bob", "a", assign("bob"))
			n.change("carol", "a", func(a *v1alpha1.Alert) { a.Spec.IncidentRef.Name = "other" })
			n.change("carol", "a", func(a *v1alpha1.Alert) { a.Spec.IncidentRef.Name = "inc" })
		}, "the last change, entry 5 (AlertsLinked by carol: 1 alert from other), is none of its own fields", false},
		"it bears the name of one that is gone": {func(n noted) {
			n.change("bob", "a", assign("bob"))
			n.alert("a").UID = "another"
			n.alert("a").Annotations[v1alpha1.NotesAnnotation] = "1"
		}, "shows no change of it by a person", false},
		"the log has yet to tell": {func(n noted) {
			n.change("bob", "a", assign("bob"))
			n.request("carol", "a", assign("carol"))
		}, "it does not have all changes of the alert", true},
		"the log has told nothing of it yet": {func(n noted) { n.request("bob", "a", assign("bob")) }, "it does not have all changes of the alert", true},
		"only the number of requests is told": {func(n noted) {
			n.alert("a").Annotations[v1alpha1.NotesAnnotation] = "40\n40 40 + 9 \"bob\""
			n.told()
		}, "left nothing to undo", false},
	} {
		t.Run(name, func(t *testing.T) {
			n := withAlerts(t, "a", "b")
			test.change(n)
			reversal, err := n.undo("a")
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.Is(err, undo.ErrBehind) != test.behind {
				t.Errorf("got %v, %v; want %q", reversal, err, test.want)
			}
		})
	}
}

// TestReadBeforeItsNotesWereDropped has an alert that was read with notes which it has dropped since, so that the end of the
// log knows nothing of them any more. The entry that told of them does.
func TestReadBeforeItsNotesWereDropped(t *testing.T) {
	n := withAlerts(t, "a", "b")
	n.change("bob", "a", assign("bob"))
	read := n.alert("a").DeepCopy()
	n.alert("a").Annotations[v1alpha1.NotesAnnotation] = "1"
	n.change("carol", "b", assign("carol"))
	if taken := n.end().End.Taken(read.UID); taken != 0 {
		t.Fatalf("the end of the log still knows of note %d", taken)
	}
	reversal, err := undo.HistoryOf(n.incident, n.log).Decide(read)
	if err != nil || reversal.After.Spec.Assignee != "" {
		t.Errorf("got %v, %v", reversal, err)
	}
}

// TestGenerationsThatDisagree has an alert of which one of two fields was stamped since.
func TestGenerationsThatDisagree(t *testing.T) {
	n := withAlerts(t, "a")
	n.change("bob", "a", func(a *v1alpha1.Alert) { assign("bob")(a); resolve(a) })
	n.alert("a").Annotations[v1alpha1.EditorAnnotationPrefix+"resolution"] = "bob@5"
	if reversal, err := n.undo("a"); err != nil || reversal.Generation != 0 {
		t.Errorf("got %v, %v", reversal, err)
	}
	empty := undo.HistoryOf(&v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{UID: types.UID("another")}}, n.log)
	if _, err := empty.Decide(n.alert("a")); !errors.Is(err, undo.ErrBehind) {
		t.Errorf("the log of another incident: got %v", err)
	}
}
