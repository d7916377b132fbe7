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

package view_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }

// alert is one that was seen some minutes from now.
func alert(name string, minutes int, change func(*v1alpha1.AlertSpec)) *v1alpha1.Alert {
	a := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: name, CreationTimestamp: metav1.NewTime(now)}}
	a.Spec.Name = "Title of " + name
	began := metav1.NewTime(at(minutes))
	a.Spec.FirstActivityTime = &began
	if change != nil {
		change(&a.Spec)
	}
	return a
}

func of(kind v1alpha1.EvidenceKind, name string, role v1alpha1.EvidenceRole) v1alpha1.Evidence {
	return v1alpha1.Evidence{Kind: kind, Name: name, Role: role}
}

func gathered(bound int, alerts ...*v1alpha1.Alert) view.Incident {
	g := view.Gather(now, bound)
	for _, a := range alerts {
		g.Add(a)
	}
	return g.View(&v1alpha1.Incident{})
}

func TestEvidenceIsGroupedAndCounted(t *testing.T) {
	got := gathered(0,
		alert("a", -9, func(s *v1alpha1.AlertSpec) {
			s.Evidence = []v1alpha1.Evidence{
				of(v1alpha1.EvidenceIP, "10.0.0.1", v1alpha1.EvidenceAttacker), of(v1alpha1.EvidenceDevice, "Web-1", v1alpha1.EvidenceAffected),
				of(v1alpha1.EvidenceDevice, "web-1", v1alpha1.EvidenceAffected), // The same device, spelled twice.
				of("Hologram", "x", ""),
			}
		}),
		alert("b", -5, func(s *v1alpha1.AlertSpec) {
			s.Evidence = []v1alpha1.Evidence{
				of(v1alpha1.EvidenceNode, "WEB-1", ""), of(v1alpha1.EvidenceDevice, "db-1", ""), of(v1alpha1.EvidenceUser, "eve", ""),
				of(v1alpha1.EvidenceDevice, "WEB-1", v1alpha1.EvidenceSource),
			}
		}),
	)
	want := []view.Group{
		{Kind: v1alpha1.EvidenceDevice, Things: []view.Thing{
			{
				Name: "Web-1", Alerts: 2, First: at(-9), Last: at(-5),
				Roles: []view.RoleCount{{Role: v1alpha1.EvidenceAffected, Alerts: 1}, {Role: v1alpha1.EvidenceSource, Alerts: 1}},
			},
			{Name: "db-1", Alerts: 1, First: at(-5), Last: at(-5)},
		}},
		{Kind: v1alpha1.EvidenceNode, Things: []view.Thing{{Name: "WEB-1", Alerts: 1, First: at(-5), Last: at(-5)}}},
		{Kind: v1alpha1.EvidenceUser, Things: []view.Thing{{Name: "eve", Alerts: 1, First: at(-5), Last: at(-5)}}},
		{Kind: v1alpha1.EvidenceIP, Things: []view.Thing{
			{Name: "10.0.0.1", Alerts: 1, First: at(-9), Last: at(-9), Roles: []view.RoleCount{{Role: v1alpha1.EvidenceAttacker, Alerts: 1}}},
		}},
		{Kind: "Hologram", Things: []view.Thing{{Name: "x", Alerts: 1, First: at(-9), Last: at(-9)}}},
	}
	if diff := cmp.Diff(want, got.Evidence); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(view.Scope{Alerts: 2, Active: 2, Endpoints: 2, Users: 1}, got.Scope); diff != "" {
		t.Errorf("scope (-want +got):\n%s", diff)
	}
}

func TestNamespacesTellPodsApart(t *testing.T) {
	got := gathered(0, alert("a", 0, func(s *v1alpha1.AlertSpec) {
		s.Evidence = []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidencePod, Name: "web", Namespace: "a"}, {Kind: v1alpha1.EvidencePod, Name: "web", Namespace: "b"},
		}
	}))
	if len(got.Evidence) != 1 || len(got.Evidence[0].Things) != 2 || got.Scope.Endpoints != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestTacticsFollowTheKillChain(t *testing.T) {
	in := func(category string, techniques ...v1alpha1.Technique) func(*v1alpha1.AlertSpec) {
		return func(s *v1alpha1.AlertSpec) { s.Category, s.Techniques = category, techniques }
	}
	got := gathered(0,
		alert("a", -1, in("Impact", "T1486")), alert("b", -7, in("")), alert("c", -3, in("InitialAccess", "T1566", "T1078")),
		alert("d", -4, in("InitialAccess", "T1566")),
	)
	want := []view.Tactic{
		{Category: "InitialAccess", Alerts: 2, First: at(-4), Techniques: []view.Counted{{Text: "T1566", Alerts: 2}, {Text: "T1078", Alerts: 1}}},
		{Category: "Impact", Alerts: 1, First: at(-1), Techniques: []view.Counted{{Text: "T1486", Alerts: 1}}},
		{Category: "SuspiciousActivity", Alerts: 1, First: at(-7)},
	}
	if diff := cmp.Diff(want, got.Tactics); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestWorstAlertsComeFirst(t *testing.T) {
	with := func(severity v1alpha1.Severity, state v1alpha1.ResolutionState) func(*v1alpha1.AlertSpec) {
		return func(s *v1alpha1.AlertSpec) { s.Severity, s.Resolution.State = severity, state }
	}
	alerts := []*v1alpha1.Alert{
		alert("unknown", -50, nil),
		alert("low", -40, with(v1alpha1.SeverityLow, "")),
		alert("later", -10, with(v1alpha1.SeverityHigh, v1alpha1.ResolutionActive)),
		alert("done", -90, with(v1alpha1.SeverityHigh, v1alpha1.ResolutionResolved)),
		alert("first", -20, with(v1alpha1.SeverityHigh, v1alpha1.ResolutionInProgress)),
		alert("future", 60, with(v1alpha1.SeverityHigh, "")), // Not believed: the time of creation counts.
	}
	names := func(v view.Incident) (all []string) {
		for _, row := range v.Worst {
			all = append(all, row.Name)
		}
		return all
	}
	whole := gathered(10, alerts...)
	if diff := cmp.Diff([]string{"first", "later", "future", "done", "low", "unknown"}, names(whole)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	bounded := gathered(2, alerts...)
	if diff := cmp.Diff([]string{"first", "later"}, names(bounded)); diff != "" || bounded.MoreAlerts != 4 || bounded.Scope.Active != 5 {
		t.Errorf("%d more, %d active (-want +got):\n%s", bounded.MoreAlerts, bounded.Scope.Active, diff)
	}
}

// TestBoundNeverChangesWhatIsFirst holds the bounded list against a whole one, for alerts in any order.
func TestBoundNeverChangesWhatIsFirst(t *testing.T) {
	severities := append(v1alpha1.Severities(), "")
	var alerts []*v1alpha1.Alert
	for i := range 97 {
		mixed := i * 31 % 97
		alerts = append(alerts, alert(fmt.Sprintf("a-%02d", mixed), -(mixed%7), func(s *v1alpha1.AlertSpec) { s.Severity = severities[mixed%6] }))
	}
	whole := gathered(len(alerts), alerts...)
	for bound := range alerts {
		part := gathered(bound, alerts...)
		if diff := cmp.Diff(whole.Worst[:bound], part.Worst, cmpopts.EquateEmpty()); diff != "" || part.MoreAlerts != len(alerts)-bound {
			t.Fatalf("bound %d, %d more (-want +got):\n%s", bound, part.MoreAlerts, diff)
		}
	}
}

func TestHeader(t *testing.T) {
	resolved := metav1.NewTime(at(-1))
	tests := map[string]struct {
		change func(*v1alpha1.Incident)
		want   view.Header
	}{
		"nothing known": {func(*v1alpha1.Incident) {}, view.Header{Name: "inc", Title: "inc", State: v1alpha1.IncidentActive}},
		"a person's name beside the automatic one": {func(i *v1alpha1.Incident) {
			i.Spec.Name, i.Status.AutomaticName = "Ours", "Theirs"
		}, view.Header{Name: "inc", Title: "Ours", AutomaticTitle: "Theirs", State: v1alpha1.IncidentActive}},
		"a pinned severity that the status does not have yet": {func(i *v1alpha1.Incident) {
			i.Spec.Severity, i.Status.Severity, i.Status.ComputedSeverity = v1alpha1.SeverityLow, v1alpha1.SeverityHigh, v1alpha1.SeverityHigh
		}, view.Header{Name: "inc", Title: "inc", Severity: v1alpha1.SeverityLow, ComputedSeverity: v1alpha1.SeverityHigh, State: v1alpha1.IncidentActive}},
		"re-opened, before the operator has seen that": {func(i *v1alpha1.Incident) {
			i.Status.ResolvedTime = &resolved
		}, view.Header{Name: "inc", Title: "inc", State: v1alpha1.IncidentActive}},
		"resolved": {func(i *v1alpha1.Incident) {
			i.Spec.Resolution.State, i.Status.ResolvedTime = v1alpha1.ResolutionResolved, &resolved
		}, view.Header{Name: "inc", Title: "inc", State: v1alpha1.IncidentResolved, Resolved: at(-1)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Name: "inc"}}
			test.change(incident)
			if diff := cmp.Diff(test.want, view.HeaderOf(incident), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestConditionsOfEarlierGenerationsAreStale(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Generation: 3}}
	incident.Status.Conditions = []metav1.Condition{
		{Type: "A", Status: metav1.ConditionTrue, Message: "all", ObservedGeneration: 2},
		{Type: "B", Status: metav1.ConditionFalse, Reason: "Some", ObservedGeneration: 3},
		{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, ObservedGeneration: 3},
	}
	want := []view.Standing{
		{Type: "A", Status: metav1.ConditionTrue, Message: "all", Stale: true},
		{Type: "B", Status: metav1.ConditionFalse, Message: "Some"},
	}
	if diff := cmp.Diff(want, view.HeaderOf(incident).Standings); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAlert(t *testing.T) {
	a := alert("a", -5, func(s *v1alpha1.AlertSpec) {
		s.IncidentRef.Name, s.Techniques, s.Tags = "inc", []v1alpha1.Technique{"T1059"}, []v1alpha1.Tag{"VIP"}
		s.Assignee, s.Source.Detector = "alice", "syscall"
	})
	a.Annotations = map[string]string{
		v1alpha1.InheritedAnnotation:  `{"incident":"inc","uid":"u","assignee":{"value":"alice","over":"bob"},"resolution":{"value":"Resolved","over":"Active","held":true}}`,
		v1alpha1.CorrelatedAnnotation: `{"policy":"default","incident":"inc","reason":"shares Node n with 2 alerts"}`,
	}
	a.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionLinked, Status: metav1.ConditionFalse, Message: "gone"}}
	want := view.Alert{
		Row: view.Row{
			Name: "a", Title: "Title of a", State: v1alpha1.ResolutionActive, Assignee: "alice", Incident: "inc", First: at(-5), Last: at(-5),
		},
		Namespace: "soc", Detector: "syscall", Techniques: []string{"T1059"}, Tags: []string{"VIP"}, Occurrences: 1, Created: now,
		Inherited: view.Inheritance{From: "inc", Assignee: "alice", OverAssignee: "bob", State: "Resolved", OverState: "Active", Held: true},
		LinkedBy:  "default", LinkedFor: "shares Node n with 2 alerts",
		Dangling: "gone",
	}
	if diff := cmp.Diff(want, view.AlertOf(a, now)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	a.Spec.IncidentRef.Name = "other"
	if got := view.AlertOf(a, now); got.LinkedBy != "" || got.LinkedFor != "" {
		t.Errorf("once somebody moved it: %q by %q", got.LinkedFor, got.LinkedBy)
	}
	a.Annotations[v1alpha1.InheritedAnnotation] = "{"
	if got := view.AlertOf(a, now).Inherited; got != (view.Inheritance{}) {
		t.Errorf("of a memory that cannot be read: %+v", got)
	}
}

func TestEntries(t *testing.T) {
	when := metav1.NewTime(at(-1))
	said := func(sequence int64, uid string) v1alpha1.Activity {
		return v1alpha1.Activity{Spec: v1alpha1.ActivitySpec{
			Sequence: sequence, Type: v1alpha1.ActivityCommented, Actor: "bob", Summary: "cut …",
			Comment: v1alpha1.ActivityComment{UID: uid, Text: "as recorded"},
		}}
	}
	got := view.EntriesOf([]v1alpha1.Activity{
		said(3, "gone"), said(2, "here"),
		{Spec: v1alpha1.ActivitySpec{Sequence: 1, Time: &when, Type: v1alpha1.ActivityCreated, Actor: "alice", Summary: "created"}},
	}, map[types.UID]string{"here": "the whole"})
	want := []view.Entry{
		{Sequence: 1, Time: at(-1), Actor: "alice", Type: v1alpha1.ActivityCreated, Text: "created"},
		{Sequence: 2, Actor: "bob", Type: v1alpha1.ActivityCommented, Text: "the whole"},
		{Sequence: 3, Actor: "bob", Type: v1alpha1.ActivityCommented, Text: "as recorded"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSimilar(t *testing.T) {
	in := func(incident string, techniques []v1alpha1.Technique, evidence ...v1alpha1.Evidence) *v1alpha1.Alert {
		return alert("a", 0, func(s *v1alpha1.AlertSpec) {
			s.IncidentRef.Name, s.Evidence, s.Techniques = incident, evidence, techniques
		})
	}
	host, shell := of(v1alpha1.EvidenceDevice, "web-1", ""), of(v1alpha1.EvidenceProcess, "/bin/sh", "")
	own := in("own", []v1alpha1.Technique{"T1059"}, host, shell)
	likeness := view.LikenessOf([]v1alpha1.Alert{*own})
	for _, other := range []*v1alpha1.Alert{
		in("shell", nil, shell, of(v1alpha1.EvidenceProcess, "/bin/ls", "")),
		in("technique", []v1alpha1.Technique{"T1059", "T1078"}),
		in("host", nil, of(v1alpha1.EvidenceDevice, "WEB-1", "")),
		in("", nil, host), in("", nil, host),
		in("nothing", []v1alpha1.Technique{"T1078"}, of(v1alpha1.EvidenceDevice, "web-2", "")),
		in("kind", nil, of(v1alpha1.EvidenceDNS, "web-1", "")),
	} {
		likeness.Add(other)
	}
	var got []string
	for _, similar := range likeness.Found() {
		got = append(got, fmt.Sprintf("%q %d %v", similar.Incident, similar.Alerts, len(similar.Evidence)))
	}
	want := []string{`"" 2 1`, `"host" 1 1`, `"shell" 1 1`, `"technique" 1 0`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
