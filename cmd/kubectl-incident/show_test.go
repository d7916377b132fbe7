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

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/view"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// attack is an incident with alerts of two tactics, seen within an hour.
func attack(alerts int) (*v1alpha1.Incident, []*v1alpha1.Alert) {
	incident := anIncident("inc-1", func(i *v1alpha1.Incident) {
		i.Spec.Name, i.Status.Severity = "Stolen key", v1alpha1.SeverityHigh
		i.UID = "u-1"
		i.CreationTimestamp = metav1.NewTime(noon)
	})
	var all []*v1alpha1.Alert
	for n := range alerts {
		alert := anAlert(fmt.Sprintf("alert-%02d", n), "inc-1")
		began := metav1.NewTime(noon.Add(time.Duration(n-60) * time.Minute))
		alert.CreationTimestamp, alert.Spec.FirstActivityTime = metav1.NewTime(noon), &began
		alert.Spec.Severity, alert.Spec.Category = v1alpha1.SeverityLow, "Execution"
		if n%3 == 1 {
			alert.Spec.Severity, alert.Spec.Category = v1alpha1.SeverityHigh, "InitialAccess"
		}
		alert.Spec.Techniques = []v1alpha1.Technique{"T1059"}
		alert.Spec.Evidence = []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceDevice, Name: "web-1.example.com", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceIP, Name: fmt.Sprintf("192.0.2.%d", n)},
		}
		all = append(all, alert)
	}
	return incident, all
}

func gathered(incident *v1alpha1.Incident, alerts []*v1alpha1.Alert) *shown {
	g := view.Gather(noon, shownAlerts)
	for _, alert := range alerts {
		g.Add(alert)
	}
	return &shown{Incident: g.View(incident)}
}

func drawn(s *shown, screen terminal.Screen, full bool) []string {
	return drawIncident(func() *page { return &page{screen: screen, zone: time.UTC, now: noon, toSeeAll: "--full"} }, s, full).lines
}

func TestIncidentOnAScreen(t *testing.T) {
	incident, alerts := attack(3)
	s := gathered(incident, alerts)
	s.entries = []view.Entry{{
		Sequence: 1, Time: noon, Actor: "alice", Type: v1alpha1.ActivityCommented,
		Text: "The key was used from an address that nobody knows, and the laptop is off the network now.",
	}}
	want := strings.Split(`Stolen key
Name: inc-1   Severity: High   State: Active   Assignee: nobody
Classification: not set   Scope: 3 alerts, 1 endpoint, 0 users
Created: 2026-03-01 12:00 UTC (0s ago)
Evidence
  Device  web-1.example.com (3: Affected)
  IP      192.0.2.0 (1), 192.0.2.1 (1), 192.0.2.2 (1)
Tactics and techniques
  Initial access (1)  T1059 (1)
  Execution (2)       T1059 (2)
Alerts, the worst first
NAME      SEVERITY  STATE   ASSIGNEE  BEGAN (UTC)       TITLE
alert-01  High      Active            2026-03-01 11:01  Odd
alert-00  Low       Active            2026-03-01 11:00  Odd
alert-02  Low       Active            2026-03-01 11:02  Odd
Timeline (UTC), the last entries: kubectl incident timeline inc-1
  2026-03-01 12:00  alice  Commented: The key was used from an address that
                    nobody knows, and the laptop is off the network now.`, "\n")
	if diff := cmp.Diff(want, drawn(s, terminal.Screen{Columns: 80, Rows: 24}, false)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestIncidentOnASmallScreen has long names, more kinds than fit, and a text of many lines.
func TestIncidentOnASmallScreen(t *testing.T) {
	incident, alerts := attack(4)
	incident.Spec.Description = strings.Repeat("words of many lines ", 60)
	for i, alert := range alerts {
		for kind, name := range map[v1alpha1.EvidenceKind]string{
			v1alpha1.EvidenceDevice: "a-host-with-a-long-name-%d.internal.example.com", v1alpha1.EvidenceUser: "somebody-%d@example.com",
			v1alpha1.EvidenceFile: `C:\Windows\System32\%d.exe`, v1alpha1.EvidenceProcess: "/usr/bin/%d", v1alpha1.EvidenceURL: "https://%d.example.com",
		} {
			alert.Spec.Evidence = append(alert.Spec.Evidence, v1alpha1.Evidence{Kind: kind, Name: fmt.Sprintf(name, i), Role: v1alpha1.EvidenceSource})
		}
	}
	s := gathered(incident, alerts)
	for range shownEntries {
		s.entries = append(s.entries, view.Entry{Time: noon, Actor: "alice", Type: v1alpha1.ActivityRenamed, Text: "spec.name: a → b"})
	}
	lines := drawn(s, terminal.Screen{Columns: 80, Rows: 24}, false)
	t.Log(strings.Join(lines, "\n"))
	for _, want := range []string{"Description: words of many lines", "User     somebody-0@example.com (1), 3 more", "and 1 more: kubectl incident alerts inc-1", "Timeline"} {
		if !strings.Contains(strings.Join(lines, "\n"), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(strings.Join(lines, "\n"), "Sources: 0") {
		t.Error("it counts sources where there are none")
	}
	if len(lines) > 23 {
		t.Errorf("it has %d lines", len(lines))
	}
}

// TestIncidentFitsAnyScreen draws a large incident on screens of many sizes.
func TestIncidentFitsAnyScreen(t *testing.T) {
	incident, alerts := attack(40)
	incident.Spec.Description = strings.Repeat("words of many lines ", 60)
	s := gathered(incident, alerts)
	for range shownEntries {
		s.entries = append(s.entries, view.Entry{Time: noon, Actor: "alice", Type: v1alpha1.ActivityRenamed, Text: "spec.name: a → b"})
	}
	for _, columns := range []int{40, 60, 80, 120, 200} {
		for rows := 24; rows <= 100; rows += 4 {
			lines := drawn(s, terminal.Screen{Columns: columns, Rows: rows}, false)
			if columns >= 80 && len(lines) >= rows {
				t.Errorf("%dx%d: %d lines", columns, rows, len(lines))
			}
			for _, line := range lines {
				if width := terminal.WidthOf(line); width > columns && !strings.Contains(line, "kubectl") {
					t.Errorf("%dx%d: %q has %d cells", columns, rows, line, width)
				}
			}
		}
	}
	full := strings.Join(drawn(s, terminal.Screen{Columns: 80, Rows: 24}, true), "\n")
	if !strings.Contains(full, "192.0.2.39 (1)") || strings.Contains(full, "more line") || !strings.Contains(full, "and 20 more: kubectl incident alerts inc-1") {
		t.Errorf("something is missing of all:\n%s", full)
	}
}

// TestATacticWithoutTechniques is what a detector tells that names categories alone.
func TestATacticWithoutTechniques(t *testing.T) {
	p := &page{screen: terminal.Screen{}, zone: time.UTC}
	p.tactics([]view.Tactic{{Category: "InitialAccess", Alerts: 2}}, 0)
	if got := p.lines[len(p.lines)-1]; got != "  Initial access (2)" {
		t.Errorf("got %q in %q", got, p.lines)
	}
}

func TestWithoutATerminalEachFactHasALine(t *testing.T) {
	incident, alerts := attack(1)
	incident.Generation = 2
	incident.Status.ObservedGeneration = 1
	incident.Spec.Severity, incident.Status.ComputedSeverity = v1alpha1.SeverityHigh, v1alpha1.SeverityLow
	incident.Status.State, incident.Status.RedirectedTo = v1alpha1.IncidentRedirected, "inc-2"
	incident.Spec.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive, Determination: v1alpha1.DeterminationOther}
	incident.Status.Conditions = []metav1.Condition{
		{Type: "Propagated", Status: metav1.ConditionTrue, Message: "All.", ObservedGeneration: 1},
		{Type: "Odd", Status: metav1.ConditionUnknown, Reason: "Why", ObservedGeneration: 2},
		{Type: "Merged", Status: metav1.ConditionFalse, Message: "1 of 2 to go.", ObservedGeneration: 2},
	}
	got := strings.Join(drawn(gathered(incident, alerts), terminal.Screen{}, false), "\n")
	for _, want := range []string{
		"Title:          Stolen key\nNamespace:      soc\nName:           inc-1\n",
		"\nSeverity:       High (set by hand; its alerts say Low)\nState:          Redirected to inc-2\n",
		"\nClassification: FalsePositive, Other\nScope:          1 alert, 1 endpoint, 0 users\n",
		"\nPropagated:     not yet: the operator has not seen the last change\n",
		"\nOdd:            unknown: Why\nMerged:         no: 1 of 2 to go.\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func entry(sequence int64, change func(*v1alpha1.ActivitySpec)) *v1alpha1.Activity {
	e := &v1alpha1.Activity{}
	e.Namespace, e.Name = "soc", activity.Name(v1alpha1.ActivityIncident{Name: "inc-1", UID: "u-1"}, sequence)
	e.Spec.IncidentRef, e.Spec.Sequence = v1alpha1.ActivityIncident{Name: "inc-1", UID: "u-1"}, sequence
	e.Spec.Actor, e.Spec.Type, e.Spec.Summary = "alice", v1alpha1.ActivityRenamed, fmt.Sprintf("entry %d", sequence)
	change(&e.Spec)
	return e
}

func TestShowReadsTheEndOfTheLogAndWhatWasMerged(t *testing.T) {
	incident, alerts := attack(1)
	incident.Status.Activity.Entries = 12
	c := newCluster(t, incident, alerts[0])
	for sequence := int64(1); sequence <= 12; sequence++ {
		if sequence == 7 {
			continue // Lost.
		}
		must(t, c.Create(t.Context(), entry(sequence, func(spec *v1alpha1.ActivitySpec) {
			switch sequence {
			case 2:
				spec.Type, spec.OtherIncident = v1alpha1.ActivityMerged, "inc-0"
			case 11:
				spec.Type = v1alpha1.ActivityCommented
				spec.Comment = v1alpha1.ActivityComment{Name: "said", UID: "c-1", Text: "as recorded"}
			case 12:
				spec.After.Merges = 1
			}
		})))
	}
	said := &v1alpha1.Comment{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: "said", UID: "c-1"}}
	said.Spec.Text = "the whole text"
	must(t, c.Create(t.Context(), said))
	out := c.done("show", "inc-1")
	for _, want := range []string{"entry 3\n", "entry 12", "Commented: the whole text\n", "\nMerged here:    inc-0\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "entry 2\n") || strings.Contains(out, "entry 7") {
		t.Errorf("too much:\n%s", out)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestShowAlert(t *testing.T) {
	alert := anAlert("falco-7", "inc-1")
	began := metav1.NewTime(noon)
	alert.CreationTimestamp, alert.Spec.FirstActivityTime = metav1.NewTime(noon.Add(time.Hour)), &began
	alert.Spec.Category, alert.Spec.Techniques, alert.Spec.Occurrences = "LateralMovement", []v1alpha1.Technique{"T1021"}, 1234
	alert.Spec.Source = v1alpha1.AlertOrigin{Service: "Falco", Detector: "syscall"}
	alert.Spec.Description, alert.Spec.URL = "What\nwas seen", "https://example.com/7"
	alert.Spec.Assignee = "alice"
	alert.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidencePod, Namespace: "shop", Name: "web", Role: v1alpha1.EvidenceAttacker}}
	alert.Annotations = map[string]string{v1alpha1.InheritedAnnotation: `{"incident":"inc-1","uid":"u","assignee":{"value":"alice","over":""}}`}
	c := newCluster(t, alert, anIncident("inc-1"), anAlert("inc-1", "inc-1"))
	out := c.done("show", "falco-7", "--utc")
	for _, want := range []string{
		"Title:          Odd\nName:           falco-7\n", "Category:       Lateral movement\nTechniques:     T1021\nSource:         Falco, syscall\n",
		"Activity:       2026-03-01 12:00 UTC (", "Occurrences:    1,234\n", "Inherited:      assignee alice over nobody (from inc-1)\n",
		"URL:            https://example.com/7\n", "Description:\n  What\n  was seen\n", "\nEvidence\n  Pod  shop/web (1: Attacker)\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if out := c.done("show", "inc-1"); !strings.Contains(out, "Scope:") {
		t.Errorf("a name of both does not mean the incident:\n%s", out)
	}
	if out := c.done("show", "alert/inc-1"); strings.Contains(out, "Scope:") {
		t.Errorf("alert/ does not mean the alert:\n%s", out)
	}
	c.refused(exitFailed, `reading the incident: incidents.incidentoperator.dev "none" not found`, "show", "none")
	c.refused(exitFailed, `reading the alert: alerts.incidentoperator.dev "none" not found`, "show", "alert/none")
}
