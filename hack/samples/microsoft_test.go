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
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
)

func TestMicrosoftManifest(t *testing.T) {
	var row securityIncident
	if err := json.Unmarshal([]byte(`{"IncidentNumber":"7","Title":"A & B","Status":"Closed","Severity":"High","Owner":{"assignedTo":"x"},
		"AlertIds":["s-1","s-2"],"Labels":[{"labelName":"Crown Jewels"},{"labelName":"crown jewels"},{"labelName":" "}]}`), &row); err != nil {
		t.Fatal(err)
	}
	event := detect.Event{
		Spec:  v1alpha1.AlertSpec{Name: "Odd sign-in", Fingerprint: "s-1", Severity: v1alpha1.SeverityMedium},
		Notes: []detect.Note{{Kind: detect.NoteLeftOut, Field: "entity mailCluster", Count: 2}},
	}
	notes := &remarks{}
	got := microsoftManifest(row, map[string]detect.Event{"s-1": event}, notes)

	incident := v1alpha1.Incident{TypeMeta: metav1.TypeMeta{APIVersion: "incidentoperator.dev/v1alpha1", Kind: "Incident"}}
	incident.Name = "incident-7"
	incident.Spec.Description = `Microsoft Defender XDR named this incident "A & B".`
	if diff := cmp.Diff(&incident, got.incident); diff != "" {
		t.Errorf("incident (-want +got):\n%s", diff)
	}
	name := objectName("Odd sign-in", "s-1")
	want := newAlert(name, v1alpha1.AlertSpec{
		Name: "Odd sign-in", Severity: v1alpha1.SeverityMedium, Fingerprint: "s-1", IncidentRef: v1alpha1.IncidentReference{Name: "incident-7"},
	})
	if diff := cmp.Diff([]v1alpha1.Alert{want}, got.alerts); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
	wantNotes := []string{
		`incident-7: left out: label "Crown Jewels"`,
		`incident-7: left out: label "crown jewels"`,
		`incident-7: left out: label " "`,
		"incident-7: alert " + name + ": LeftOut: entity mailCluster (2)",
		"incident-7: alert s-2 is listed but has no row; left out",
	}
	if diff := cmp.Diff(wantNotes, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
