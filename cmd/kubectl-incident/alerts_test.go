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

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// queueOfAlerts has alerts of two incidents and of none.
func queueOfAlerts(t *testing.T) *cluster {
	t.Helper()
	recent, old := metav1.NewTime(time.Now().Add(-time.Hour)), metav1.NewTime(time.Now().Add(-30*24*time.Hour))
	change := func(name, incident string, change func(*v1alpha1.Alert)) *v1alpha1.Alert {
		alert := anAlert(name, incident)
		alert.CreationTimestamp, alert.Spec.FirstActivityTime = recent, &recent
		change(alert)
		return alert
	}
	return newCluster(t, anIncident("inc-1"), anIncident("inc-2"),
		change("a-low", "inc-1", func(a *v1alpha1.Alert) {
			a.Spec.Severity, a.Spec.Category = v1alpha1.SeverityLow, "LateralMovement"
			a.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "web-1.example.com"}}
		}),
		change("b-high", "inc-1", func(a *v1alpha1.Alert) {
			a.Spec.Severity, a.Spec.Techniques, a.Spec.Name = v1alpha1.SeverityHigh, []v1alpha1.Technique{"T1059.001"}, "Großer Fund"
			a.Spec.Assignee = "bob"
		}),
		change("c-old", "inc-2", func(a *v1alpha1.Alert) {
			a.Spec.FirstActivityTime = &old
			a.Spec.Resolution.State, a.Spec.Source.Service = v1alpha1.ResolutionResolved, "Falco"
		}),
		change("d-loose", "", func(a *v1alpha1.Alert) {
			a.Spec.Severity = v1alpha1.SeverityHigh
			a.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceUser, Name: `CORP\eve`}, {Kind: v1alpha1.EvidenceDevice, Name: "WEB-1"}}
		}))
}

func TestAlertsAreSelected(t *testing.T) {
	c := queueOfAlerts(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"all, the worst first":      {nil, "b-high d-loose a-low c-old"},
		"by name":                   {[]string{"--sort-by", "name"}, "a-low b-high c-old d-loose"},
		"of one incident":           {[]string{"inc-1"}, "b-high a-low"},
		"of several":                {[]string{"inc-2", "inc-1"}, "b-high a-low c-old"},
		"of none":                   {[]string{"--unlinked"}, "d-loose"},
		"a severity, in small":      {[]string{"--severity", "high"}, "b-high d-loose"},
		"a minimal severity":        {[]string{"--min-severity", "low"}, "b-high d-loose a-low"},
		"a state, in small":         {[]string{"--state", "resolved"}, "c-old"},
		"a host, short":             {[]string{"--entity", "web-1"}, "d-loose a-low"},
		"a host, with its domain":   {[]string{"--entity", "web-1.example.com"}, "d-loose a-low"},
		"a user, short":             {[]string{"--entity", "EVE"}, "d-loose"},
		"a technique":               {[]string{"--technique", "t1059"}, "b-high"},
		"a category, in words":      {[]string{"--category", "lateral movement"}, "a-low"},
		"a source":                  {[]string{"--source", "falco"}, "c-old"},
		"a time":                    {[]string{"--since", "7d", "--sort-by", "name"}, "a-low b-high d-loose"},
		"a part of a title, folded": {[]string{"--search", "GROSSER"}, "b-high"},
		"a part of the evidence":    {[]string{"--search", "ample.com"}, "a-low"},
		"an owner":                  {[]string{"--assignee", "bob"}, "b-high"},
		"nobody's":                  {[]string{"--unassigned", "--min-severity", "High"}, "d-loose"},
		"several filters":           {[]string{"--severity", "High,Low", "--entity", "web-1", "--unlinked"}, "d-loose"},
		"small pages":               {[]string{"--chunk-size", "1"}, "b-high d-loose a-low c-old"},
		"the first":                 {[]string{"--limit", "2"}, "b-high d-loose"},
		"the first, as they come":   {[]string{"--limit", "2", "--sort-by", "name", "--chunk-size", "1"}, "a-low b-high"},
	} {
		t.Run(name, func(t *testing.T) {
			out := c.done(append([]string{"alerts", "-o", "name"}, test.args...)...)
			got := strings.Join(strings.Fields(strings.ReplaceAll(out, "alert.incidentoperator.dev/", "")), " ")
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestAlertsSayWhatIsLeftOut(t *testing.T) {
	c := queueOfAlerts(t)
	if e := c.run("alerts", "inc-2", "--state", "Active"); e.code != exitDone ||
		e.errOut != "No alerts found in namespace soc.\nIn other states: 1 alert. To see them, leave out --state.\n" {
		t.Errorf("got %+v", e)
	}
	if e := c.run("alerts", "--limit", "3"); e.errOut != "3 of 4 shown.\n" {
		t.Errorf("got %q", e.errOut)
	}
	if e := c.run("alerts", "--search", "nowhere"); e.errOut != "No alerts found in namespace soc.\n" {
		t.Errorf("got %q", e.errOut)
	}
}

func TestAlertsInASpreadsheet(t *testing.T) {
	c := queueOfAlerts(t)
	lines := strings.Split(c.done("alerts", "inc-1", "-o", "csv"), "\n")
	want := "NAME,SEVERITY,STATE,INCIDENT,ASSIGNEE,SERVICE,BEGAN (UTC),LAST SEEN (UTC),CATEGORY,TECHNIQUES,VERDICT,TAGS,COUNT,AGE,EVIDENCE,TITLE"
	if diff := cmp.Diff(want, lines[0]); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !strings.HasPrefix(lines[1], "b-high,High,Active,inc-1,bob,,20") || !strings.HasSuffix(lines[1], ",Großer Fund") ||
		!strings.Contains(lines[2], ",Device web-1.example.com,") {
		t.Errorf("got %q", lines[1:])
	}
}

func TestAlertsRefuseWhatIsWrong(t *testing.T) {
	c := queueOfAlerts(t)
	for message, args := range map[string][]string{
		"--sort-by: sort key must be one of":            {"--sort-by", "x"},
		"severity must be one of":                       {"--severity", "bad"},
		"state must be one of":                          {"--state", "Redirected"},
		"--limit must not be negative":                  {"--limit", "-1"},
		"--since must be a time":                        {"--since", "x"},
		"--entity is empty":                             {"--entity", ""},
		"name an incident, or use --unlinked":           {"inc-1", "--unlinked"},
		"the name of the incident is empty":             {""},
		`incidents.incidentoperator.dev "no" not found`: {"no"},
	} {
		c.refused(exitFailed, message, append([]string{"alerts"}, args...)...)
	}
}
