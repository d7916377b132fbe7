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

func TestMicrosoftManifest(t *testing.T) {
	row := decode[securityIncident](t, `{"IncidentNumber":"7","Title":"A & B","Status":"Closed","Severity":"High","Owner":{"assignedTo":"x"},
		"AlertIds":["s-1","s-2"],"Labels":[{"labelName":"Crown Jewels"},{"labelName":"crown jewels"},{"labelName":" "}]}`)
	alert := decode[securityAlert](t, `{"SystemAlertId":"s-1","VendorOriginalId":"v-1","DisplayName":"Odd sign-in","Description":"D\n",
		"AlertSeverity":"Medium","ProviderName":"IPC","ProductName":"Identity Protection","Status":"Resolved","Tactics":"Discovery",
		"AlertLink":"ftp://a.example","Techniques":["T1078"],"SubTechniques":["T1078.004","T1078","bad"],
		"StartTime":"2024-06-20 08:51:07+00:00","EndTime":"2024-06-20 08:51:08+00:00",
		"ExtendedProperties":{"Category":"InitialAccess","IncidentId":"99","AssignedTo":"y","Classification":"TruePositive"},
		"Entities":[{"Type":"host","HostName":"A"},{"Type":"mailCluster"}]}`)
	notes := &remarks{}
	got := microsoftManifest(row, map[string]securityAlert{"s-1": alert}, notes)

	incident := v1alpha1.Incident{TypeMeta: metav1.TypeMeta{APIVersion: "incidentoperator.dev/v1alpha1", Kind: "Incident"}}
	incident.Name = "incident-7"
	incident.Spec.Description = `Microsoft Defender XDR named this incident "A & B".`
	incident.Spec.Tags = []v1alpha1.Tag{"Crown Jewels"}
	if diff := cmp.Diff(&incident, got.incident); diff != "" {
		t.Errorf("incident (-want +got):\n%s", diff)
	}
	at := func(second int) *metav1.Time {
		return &metav1.Time{Time: time.Date(2024, 6, 20, 8, 51, second, 0, time.UTC)}
	}
	name := objectName("Odd sign-in", "s-1")
	want := newAlert(name, v1alpha1.AlertSpec{
		Name: "Odd sign-in", Description: "D", Severity: v1alpha1.SeverityMedium, Category: "InitialAccess",
		IncidentRef: v1alpha1.IncidentReference{Name: "incident-7"}, Fingerprint: "s-1",
		Source:            v1alpha1.AlertSource{Service: "Identity Protection", Detector: "IPC"},
		Techniques:        []v1alpha1.Technique{"T1078", "T1078.004"},
		FirstActivityTime: at(7), LastActivityTime: at(8),
		Evidence: []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "a"}},
	})
	if diff := cmp.Diff([]v1alpha1.Alert{want}, got.alerts); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	wantNotes := []string{
		`incident-7: left out: label "crown jewels"`,
		`incident-7: left out: label " "`,
		"incident-7: alert " + name + ": left out: mailCluster (1)",
		"incident-7: alert " + name + `: left out: technique "bad"`,
		"incident-7: alert " + name + `: left out: url "ftp://a.example"`,
		"incident-7: alert s-2 is listed but has no row; left out",
	}
	if diff := cmp.Diff(wantNotes, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestMicrosoftCategory(t *testing.T) {
	for name, tc := range map[string]struct{ row, want string }{
		"the sensor's own":          {row: `{"ExtendedProperties":{"MicrosoftDefenderAtp.Category":"Malware","Category":"X"},"Tactics":"Impact"}`, want: "Malware"},
		"the general one":           {row: `{"ExtendedProperties":{"Category":"Credential access"}}`, want: "CredentialAccess"},
		"the first tactic":          {row: `{"ExtendedProperties":{},"Tactics":"Persistence, Execution"}`, want: "Persistence"},
		"the first tactic known":    {row: `{"Tactics":"Unknown, Execution"}`, want: "Execution"},
		"what the API does not fit": {row: `{"ExtendedProperties":{"Category":"勒索"},"Tactics":"Impact"}`, want: "Impact"},
		"none":                      {row: `{"ExtendedProperties":{"Category":null},"Tactics":"Unknown"}`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, microsoftCategory(decode[securityAlert](t, tc.row))); diff != "" {
				t.Errorf("microsoftCategory (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnset(t *testing.T) {
	row := securityAlert{
		AlertSeverity: "Apocalyptic", StartTime: "yesterday", Description: strings.Repeat("d", maxDescription+1),
		ExtendedProperties: entity{"Category": "勒索"},
	}
	notes := &remarks{}
	microsoftAlert("incident-7", row, notes)
	prefix := "incident-7: alert " + objectName("", "") + ": left out: "
	want := []string{
		prefix + `severity "Apocalyptic"`,
		prefix + `category "勒索"`,
		prefix + `firstActivityTime "yesterday"`,
		prefix + `the end of the description "` + strings.Repeat("d", 79) + `…"`,
	}
	if diff := cmp.Diff(want, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
