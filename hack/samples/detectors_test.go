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

// named is what of a sample's alert is decided here; the rest is the detect packages' to say.
type named struct {
	Name, Title, Fingerprint string
	Occurrences              int64
}

func names(alerts []v1alpha1.Alert) []named {
	out := make([]named, 0, len(alerts))
	for _, alert := range alerts {
		out = append(out, named{alert.Name, alert.Spec.Name, alert.Spec.Fingerprint, alert.Spec.Occurrences})
	}
	return out
}

func TestFalcoAlerts(t *testing.T) {
	const event = `{"rule":"Write below binary dir","output":"touch","priority":"Error","time":"2024-06-20T12:00:00Z","hostname":"N1","source":"syscall","tags":["test"]}`
	const later = `{"rule":"Write below binary dir","output":"touch","priority":"Error","time":"2024-06-20T12:00:01Z","hostname":"N1","source":"syscall"}`
	notes := &remarks{}
	got, err := falcoAlerts([]byte(event+"\n"+event+"\n"+later+"\n"+event), notes)
	if err != nil {
		t.Fatal(err)
	}
	first := objectName("Write below binary dir", "Write below binary dir\nsyscall\nN1\n2024-06-20T12:00:00Z\ntouch")
	second := objectName("Write below binary dir", "Write below binary dir\nsyscall\nN1\n2024-06-20T12:00:01Z\ntouch")
	want := []named{{first, "Write below binary dir", "", 3}, {second, "Write below binary dir", "", 0}}
	if diff := cmp.Diff(want, names(got)); diff != "" {
		t.Errorf("falcoAlerts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"falco: alert " + first + `: LeftOut: tags "test"`}, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestAlertmanagerAlerts(t *testing.T) {
	notes := &remarks{}
	got, err := alertmanagerAlerts([]byte(`{"version":"4","truncatedAlerts":4,"alerts":[
		{"status":"firing","fingerprint":"f1","labels":{"alertname":"OOM","namespace":"shop","pod":"pay-0","cluster":"eu"}},
		{"status":"resolved","fingerprint":"f1","labels":{"alertname":"OOM"}},
		{"status":"firing","fingerprint":"f2","labels":{"alertname":"Watchdog"}}]}`), notes)
	if err != nil {
		t.Fatal(err)
	}
	want := []named{{objectName("OOM pay-0", "f1"), "OOM", "f1", 0}, {objectName("Watchdog", "f2"), "Watchdog", "f2", 0}}
	if diff := cmp.Diff(want, names(got)); diff != "" {
		t.Errorf("alertmanagerAlerts (-want +got):\n%s", diff)
	}
	wantNotes := []string{
		"AlertmanagerWebhook: Truncated: alerts (4)",
		"alertmanager: alert " + objectName("OOM pay-0", "f1") + `: LeftOut: labels "cluster"`,
		"alertmanager: alert 2: left out: f1: only the first firing counts",
	}
	if diff := cmp.Diff(wantNotes, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestTrivyAlerts(t *testing.T) {
	notes := &remarks{}
	got, err := trivyAlerts([]byte(`{"metadata":{"labels":{"imgvuln.resource.kind":"Pod","imgvuln.resource.name":"zip","imgvuln.resource.namespace":"default"}},
		"report":{"vulnerabilities":[{"vulnerabilityID":"CVE-1","resource":"ssl","severity":"HIGH"},{"vulnerabilityID":"CVE-2","resource":"ssl","severity":"UNKNOWN"}]}}`), notes)
	if err != nil {
		t.Fatal(err)
	}
	want := []named{{objectName("CVE-1 in ssl", "CVE-1/ssl/Pod/default/zip"), "CVE-1 in ssl", "CVE-1/ssl/Pod/default/zip", 0}}
	if diff := cmp.Diff(want, names(got)); diff != "" {
		t.Errorf("trivyAlerts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"trivy: left out: CVE-2 in ssl, severity Informational"}, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// Half a recording would make half a sample.
func TestARecordingThatIsRefusedMakesNoSamples(t *testing.T) {
	if alerts, err := falcoAlerts([]byte(`{"rule":"a","hostname":"h"}`+"\n{"), &remarks{}); err == nil {
		t.Errorf("got %d alerts and no error", len(alerts))
	}
}

func TestObjectName(t *testing.T) {
	if diff := cmp.Diff("phish-ca978112", objectName("Phish", "a")); diff != "" {
		t.Errorf("objectName (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff("ca978112", objectName("勒索軟件", "a")); diff != "" {
		t.Errorf("objectName of a title without Latin letters (-want +got):\n%s", diff)
	}
	if objectName("Phish", "a") == objectName("Phish", "b") {
		t.Error("objectName gives one name to two identities")
	}
}
