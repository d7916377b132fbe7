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

package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestInvolves(t *testing.T) {
	const device, user, file = v1alpha1.EvidenceDevice, v1alpha1.EvidenceUser, v1alpha1.EvidenceFile
	tests := map[string]struct {
		kind  v1alpha1.EvidenceKind
		name  string
		asked string
		want  bool
	}{
		"the same":                        {device, "web-1", "web-1", true},
		"another case":                    {device, "WEB-1", "web-1", true},
		"a host without its domain":       {device, "web-1.example.com", "Web-1", true},
		"a host that the detector cut":    {device, "web-1", "web-1.example.com", true},
		"a host of another domain":        {device, "web-1.example.com", "web-1.example.org", false},
		"a part of a host":                {device, "web-1", "web", false},
		"a number that begins an address": {v1alpha1.EvidenceIP, "10.0.0.1", "10", false},
		"a pod":                           {v1alpha1.EvidencePod, "web.1", "web", false},
		"a user without a domain":         {user, `CORP\Eve`, "eve", true},
		"a user without a realm":          {user, "eve@example.com", "eve", true},
		"a user of another realm":         {user, "eve@example.com", "eve@example.org", false},
		"a file without its folder":       {file, `C:\Windows\cmd.exe`, "CMD.exe", true},
		"a process without its folder":    {v1alpha1.EvidenceProcess, "/bin/sh", "sh", true},
		"a folder":                        {file, "/etc/", "/etc/", true},
		"letters that are composed":       {user, "Mu\u0308ller", "MÜLLER", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			alert := &v1alpha1.Alert{Spec: v1alpha1.AlertSpec{Evidence: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidenceOther, Name: "something else"}, {Kind: test.kind, Name: test.name},
			}}}
			if got := Involves(alert, []string{"nothing", test.asked}); got != test.want {
				t.Errorf("got %t", got)
			}
		})
	}
}

var alertNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// someAlert has something in every field that a filter looks at.
func someAlert() *v1alpha1.Alert {
	began, last := metav1.NewTime(alertNow.Add(-48*time.Hour)), metav1.NewTime(alertNow.Add(-2*time.Hour))
	alert := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{
		Name: "falco-7", CreationTimestamp: began, Labels: map[string]string{v1alpha1.TagLabelPrefix + "drill": ""},
	}}
	alert.Spec = v1alpha1.AlertSpec{
		Name: "Straßenkarte exfiltriert", Description: "Seen at night", Severity: v1alpha1.SeverityHigh, Category: "CommandAndControl",
		Techniques: []v1alpha1.Technique{"T1071.001"}, Source: v1alpha1.AlertOrigin{Service: "Falco", Detector: "syscall"},
		FirstActivityTime: &began, LastActivityTime: &last,
		Evidence: []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "web-1.example.com"}},
	}
	alert.Spec.Tags, alert.Spec.Assignee = []v1alpha1.Tag{"VIP"}, "alice"
	alert.Spec.Classification.Verdict = v1alpha1.VerdictTruePositive
	alert.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "Re-imaged"}
	return alert
}

func TestAlertFilterMatches(t *testing.T) {
	tests := map[string]struct {
		match, miss AlertFilter
	}{
		"nothing asked": {AlertFilter{}, AlertFilter{States: []v1alpha1.ResolutionState{"Active"}}},
		"assignees":     {AlertFilter{Assignees: []string{"bob", "alice"}}, AlertFilter{Assignees: []string{"bob"}}},
		"unassigned":    {AlertFilter{Unassigned: true, Assignees: []string{"alice"}}, AlertFilter{Unassigned: true}},
		"tags":          {AlertFilter{Tags: []string{"vip"}}, AlertFilter{Tags: []string{"VIPs"}}},
		"labels":        {AlertFilter{Tags: []string{"Drill"}}, AlertFilter{Tags: []string{"drills"}}},
		"states":        {AlertFilter{States: []v1alpha1.ResolutionState{"Active", "Resolved"}}, AlertFilter{States: []v1alpha1.ResolutionState{"InProgress"}}},
		"severities":    {AlertFilter{Severities: []v1alpha1.Severity{"High"}}, AlertFilter{Severities: []v1alpha1.Severity{"Low"}}},
		"min severity":  {AlertFilter{MinSeverity: "High"}, AlertFilter{MinSeverity: "Critical"}},
		"verdicts":      {AlertFilter{Verdicts: []v1alpha1.Verdict{"TruePositive"}}, AlertFilter{Verdicts: []v1alpha1.Verdict{"NotSet"}}},
		"sources":       {AlertFilter{Sources: []string{"FALCO"}}, AlertFilter{Sources: []string{"Trivy"}}},
		"categories":    {AlertFilter{Categories: []string{"command and control"}}, AlertFilter{Categories: []string{"command"}}},
		"techniques":    {AlertFilter{Techniques: []string{"T1071"}}, AlertFilter{Techniques: []string{"T107"}}},
		"sub-technique": {AlertFilter{Techniques: []string{"t1071.001"}}, AlertFilter{Techniques: []string{"T1071.002"}}},
		"entities":      {AlertFilter{Entities: []string{"web-1"}}, AlertFilter{Entities: []string{"web-2"}}},
		"since":         {AlertFilter{Since: 2 * time.Hour}, AlertFilter{Since: time.Hour}},
		"a title":       {AlertFilter{Search: "STRASSEN"}, AlertFilter{Search: "Strassen karte"}},
		"a description": {AlertFilter{Search: "at night"}, AlertFilter{Search: "at noon"}},
		"a note":        {AlertFilter{Search: "imaged"}, AlertFilter{Search: "imagined"}},
		"evidence":      {AlertFilter{Search: "1.exam"}, AlertFilter{Search: "1-exam"}},
		"a technique":   {AlertFilter{Search: "t1071"}, AlertFilter{Search: "t1072"}},
		"a detector":    {AlertFilter{Search: "sysc"}, AlertFilter{Search: "sysd"}},
		"a tag":         {AlertFilter{Search: "vip"}, AlertFilter{Search: "vip and"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !test.match.Matches(someAlert(), alertNow) {
				t.Errorf("%+v does not match", test.match)
			}
			if test.miss.Matches(someAlert(), alertNow) {
				t.Errorf("%+v matches", test.miss)
			}
			if !test.match.Selector().Matches(alertFields(someAlert())) {
				t.Errorf("%s leaves out what matches", test.match.Selector())
			}
		})
	}
}

// alertFields are those by which the API server selects alerts.
func alertFields(a *v1alpha1.Alert) fields.Set {
	return fields.Set{"spec.assignee": a.Spec.Assignee, "spec.severity": string(a.Spec.Severity), "spec.resolution.state": string(a.Spec.Resolution.State)}
}

func TestAlertFilterCanonicalize(t *testing.T) {
	filter := AlertFilter{
		States: []v1alpha1.ResolutionState{"inprogress"}, Severities: []v1alpha1.Severity{"HIGH"}, MinSeverity: "low",
		Verdicts: []v1alpha1.Verdict{"falsepositive"},
	}
	if err := filter.Canonicalize(); err != nil {
		t.Fatal(err)
	}
	want := AlertFilter{
		States: []v1alpha1.ResolutionState{"InProgress"}, Severities: []v1alpha1.Severity{"High"}, MinSeverity: "Low",
		Verdicts: []v1alpha1.Verdict{"FalsePositive"},
	}
	if diff := cmp.Diff(want, filter); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	wrong := AlertFilter{States: []v1alpha1.ResolutionState{"Redirected"}, MinSeverity: "worst"}
	err := wrong.Canonicalize()
	if err == nil || !strings.Contains(err.Error(), "state must be one of Active, InProgress, Resolved") || !strings.Contains(err.Error(), "min-severity must be one of") {
		t.Errorf("got %v", err)
	}
}

func TestSortAlerts(t *testing.T) {
	alert := func(name, title string, severity v1alpha1.Severity, began, last int, assignee string) v1alpha1.Alert {
		a := v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: metav1.NewTime(alertNow)}}
		first, seen := metav1.NewTime(alertNow.Add(time.Duration(began)*time.Hour)), metav1.NewTime(alertNow.Add(time.Duration(last)*time.Hour))
		a.Spec.Name, a.Spec.Severity, a.Spec.Assignee = title, severity, assignee
		a.Spec.FirstActivityTime, a.Spec.LastActivityTime = &first, &seen
		return a
	}
	for key, want := range map[string]string{
		BySeverity: "b c a", ByTime: "c a b", ByName: "a b c", ByAge: "a b c", ByAssignee: "c b a", ByTitle: "c a b",
	} {
		alerts := []v1alpha1.Alert{
			alert("c", "1", v1alpha1.SeverityHigh, -5, -1, ""), alert("a", "2", v1alpha1.SeverityLow, -9, -3, "y"),
			alert("b", "3", v1alpha1.SeverityHigh, -8, -4, "x"),
		}
		if err := SortAlerts(alerts, key, alertNow); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, a := range alerts {
			names = append(names, a.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: got %s, want %s", key, got, want)
		}
	}
	if err := SortAlerts(nil, "x", alertNow); err == nil {
		t.Error("an unknown key is taken")
	}
}
