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
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// shiftCluster has something for every part of a shift report.
func shiftCluster(t *testing.T) *cluster {
	t.Helper()
	ago := func(d time.Duration) metav1.Time { return metav1.NewTime(time.Now().Add(-d)) }
	resolved := ago(time.Hour)
	c := newCluster(t,
		anIncident("new", func(i *v1alpha1.Incident) {
			i.CreationTimestamp, i.Spec.Name, i.Status.Severity = ago(2*time.Hour), "Pipe | in <title>", v1alpha1.SeverityHigh
		}),
		anIncident("closed", func(i *v1alpha1.Incident) {
			i.CreationTimestamp, i.Status.ResolvedTime = ago(5*time.Hour), &resolved
			i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "=cmd"}
			i.Annotations = map[string]string{v1alpha1.EditorAnnotationPrefix + "resolution": "bob@2"}
		}),
		anIncident("idle", func(i *v1alpha1.Incident) { i.CreationTimestamp = ago(72 * time.Hour) }))
	handed := entry(1, func(spec *v1alpha1.ActivitySpec) {
		when := ago(time.Hour)
		spec.IncidentRef.Name, spec.Time, spec.Type, spec.Actor = "new", &when, v1alpha1.ActivityAssigned, "carol"
		spec.Changes = []v1alpha1.ActivityChange{{Field: "spec.assignee", From: "carol", To: "dave"}}
	})
	must(t, c.Create(t.Context(), handed))
	return c
}

func TestShiftReport(t *testing.T) {
	c := shiftCluster(t)
	out := c.done("report", "--since", "12h", "--utc")
	for _, want := range []string{
		"\nOpened:         2\n", "\nResolved:       1\n", "\nStill open:     2: High (1), unknown (1)\n",
		"\nWithout owner:  2; idle waits longest, for 3d\n", " at the median, ", "\nHanded over\n", "carol", "dave", "=cmd",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if md := c.done("report", "--since", "12h", "-o", "md"); !strings.Contains(md, `Pipe \| in \<title\> |`) || !strings.HasPrefix(md, "# Shift report, ") {
		t.Errorf("got\n%s", md)
	}
	if html := c.done("report", "--since", "12h", "-o", "html"); !strings.Contains(html, "<td>Pipe | in &lt;title&gt;</td>") {
		t.Errorf("got\n%s", html)
	}
	sheet := c.done("report", "--since", "12h", "-o", "csv")
	for _, want := range []string{"PART,INCIDENT,SEVERITY,", "opened,new,High,Active,", "resolved,closed,", ",bob,", ",'=cmd,", "open,idle,", "handed over,new,,,dave,"} {
		if !strings.Contains(sheet, want) {
			t.Errorf("no %q in\n%s", want, sheet)
		}
	}
}

func TestReviewOfAnIncident(t *testing.T) {
	incident, alerts := attack(2)
	incident.Spec.Description, incident.Spec.Resolution.Note = "How it *began*", "keys rotated"
	incident.Status.Activity = v1alpha1.ActivityHead{Entries: 2, Head: strings.Repeat("a", 64)}
	c := newCluster(t, incident, alerts[0], alerts[1],
		entry(1, func(spec *v1alpha1.ActivitySpec) {
			spec.Type, spec.Summary = v1alpha1.ActivityResolved, "state: Active → Resolved"
		}),
		entry(2, func(spec *v1alpha1.ActivitySpec) {
			spec.Type, spec.Comment = v1alpha1.ActivityCommented, v1alpha1.ActivityComment{Name: "c", UID: "c", Text: "first line\nsecond"}
		}))
	md := c.done("report", "inc-1", "-o", "md", "--utc")
	for _, want := range []string{
		"# Stolen key\n", "| Scope | 2 alerts, 1 endpoint, 0 users |", "| Note | keys rotated |", "| Head of the log | entry 2, SHA-256 aaaa",
		"## Summary\n\nHow it \\*began\\*\n", "| web-1.example.com | Device | 2 | 2026-03-01 11:00 | 2026-03-01 11:01 | Affected (2) |",
		"| Initial access | 1 | 2026-03-01 11:01 | T1059 (1) |", "## Decisions\n\n| TIME | ENTRY | ACTOR | TYPE | TEXT |\n|---|---|---|---|---|\n| unknown | 1 | alice | Resolved | state: Active → Resolved |\n",
		"## Comments\n\n| TIME | ENTRY | ACTOR | TYPE | TEXT |\n|---|---|---|---|---|\n| unknown | 2 | alice | Commented | first line<br>second |\n", "## Timeline\n",
	} {
		if !strings.Contains(md, want) {
			t.Errorf("no %q in\n%s", want, md)
		}
	}
}

func TestReportsRefuse(t *testing.T) {
	c := shiftCluster(t)
	for message, args := range map[string][]string{
		"say --since for a shift, or name":    {},
		"or name an incident":                 {"new", "--since", "1h"},
		"--since must be a time":              {"--since", "x"},
		"--output must be md, html or csv":    {"new", "-o", "pdf"},
		"--output=csv is for a shift":         {"new", "-o", "csv"},
		"--all-namespaces is for a shift":     {"new", "-A"},
		`incidents.incidentoperator.dev "no"`: {"no"},
	} {
		c.refused(exitFailed, message, append([]string{"report"}, args...)...)
	}
}

func TestSimilarIncidents(t *testing.T) {
	incident, alerts := attack(1)
	other := anAlert("other", "inc-2")
	other.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "WEB-1.example.com"}}
	loose := anAlert("loose", "")
	loose.Spec.Techniques = []v1alpha1.Technique{"T1059"}
	c := newCluster(t, incident, alerts[0], other, loose, anIncident("inc-2", func(i *v1alpha1.Incident) { i.Spec.Name = "Another" }), anIncident("inc-3"), anAlert("far", "inc-3"))
	want := "INCIDENT   SEVERITY   STATE    ASSIGNEE   ALERTS   SHARES                     TITLE\n" +
		"inc-2                 Active              1        Device web-1.example.com   Another\n" +
		"(none)                                    1        T1059\n"
	if got := c.done("similar", "inc/inc-1"); got != want {
		t.Errorf("got\n%s", got)
	}
	if e := c.run("similar", "inc-1", "--limit", "1"); e.errOut != "1 of 2 shown.\n" {
		t.Errorf("got %q", e.errOut)
	}
	if e := c.run("similar", "inc-3"); e.code != exitDone || !strings.Contains(e.errOut, "No other alert shares evidence") {
		t.Errorf("got %+v", e)
	}
	c.refused(exitFailed, `"none" not found`, "similar", "none")
}
