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
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestListSaysWhatIsLeftOut(t *testing.T) {
	resolved := func(i *v1alpha1.Incident) {
		i.Spec.Resolution.State, i.Spec.Tags = v1alpha1.ResolutionResolved, []v1alpha1.Tag{"Ransomware"}
		i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "ransomware": ""}
	}
	c := newCluster(t, anIncident("open", mine), anIncident("other", mine), anIncident("done-1", resolved), anIncident("done-2", resolved))
	c.intercept.Create = saysWho("alice")
	const none = "No incidents found in namespace soc.\n"
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"resolved ones":       {[]string{"--tag", "ransomware"}, none + "In other states these match: 2 Resolved. To see them, add --all.\n"},
		"another state":       {[]string{"--tag", "Ransomware", "--state", "inprogress"}, none + "In other states these match: 2 Resolved. To see them, use --all instead of --state.\n"},
		"a slip of the pen":   {[]string{"--tag", "Ransomwear"}, none + "No incident has --tag=Ransomwear; did you mean Ransomware?\n"},
		"one of several":      {[]string{"--assignee", "alic", "--tag", "Ransomware"}, none + "No incident has --assignee=alic; did you mean alice?\n"},
		"nothing like it":     {[]string{"--all", "--source", "Falco"}, none + "No incident has --source=Falco\n"},
		"nothing to compare":  {[]string{"--search", "zebra"}, none},
		"a limit":             {[]string{"--limit", "1"}, "1 of 2 shown.\n"},
		"a limit not reached": {[]string{"--limit", "2"}, ""},
		"a limit, by name":    {[]string{"--limit", "1", "--sort-by", "name", "--chunk-size", "1"}, "1 of 2 shown.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, c.run(append([]string{"list"}, test.args...)...).errOut); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
	c.refused(exitFailed, "--limit must not be negative", "list", "--limit", "-1")
	c.refused(exitFailed, "leave out --limit", "list", "--limit", "1", "--watch")
}

// TestLetterCaseOfValues holds what the documentation says: it does not matter.
func TestLetterCaseOfValues(t *testing.T) {
	c := newCluster(t,
		anIncident("done", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }),
		anIncident("high", func(i *v1alpha1.Incident) { i.Status.Severity = v1alpha1.SeverityHigh }),
		anIncident("false", func(i *v1alpha1.Incident) { i.Spec.Classification.Verdict = v1alpha1.VerdictFalsePositive }))
	for want, args := range map[string][]string{
		"done":  {"--state", "resolved"},
		"high":  {"--min-severity", "high"},
		"false": {"--verdict", "falsepositive", "--all"},
	} {
		if got := c.done(append([]string{"list", "-o", "name"}, args...)...); got != "incident.incidentoperator.dev/"+want+"\n" {
			t.Errorf("%v: got %q", args, got)
		}
	}
}

func TestSearchFindsAlertsEvidenceNotesAndComments(t *testing.T) {
	alert := anAlert("falco-7", "by-alert")
	alert.Spec.Name = "Straßenkarte exfiltriert"
	alert.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "web-1.example.com"}}
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.Name = "soc", "said"
	comment.Spec.IncidentRef.Name, comment.Spec.Text = "by-comment", "The laptop is off the network."
	c := newCluster(t, alert, comment, anIncident("by-alert"), anIncident("by-comment"),
		anIncident("by-note", func(i *v1alpha1.Incident) { i.Spec.Resolution.Note = "waits for an image" }), anIncident("other"))
	for asked, want := range map[string]string{"STRASSEN": "by-alert", "1.exam": "by-alert", "LAPTOP is": "by-comment", "an image": "by-note"} {
		if got := c.done("list", "-o", "name", "--search", asked); got != "incident.incidentoperator.dev/"+want+"\n" {
			t.Errorf("%s: got %q", asked, got)
		}
	}
	if got := c.done("list", "-o", "name", "--entity", "web-1"); got != "incident.incidentoperator.dev/by-alert\n" {
		t.Errorf("a short name: got %q", got)
	}
}
