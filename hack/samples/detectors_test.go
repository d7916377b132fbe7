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
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var noon = &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)}

func TestFalcoAlerts(t *testing.T) {
	event := decode[falcoEvent](t, `{"rule":"Write below binary dir","output":"touch","priority":"Error","time":"2024-06-20T12:00:00Z","hostname":"N1",
		"source":"syscall","tags":["test"],"output_fields":{"user.name":"root","fd.name":"/bin/x","proc.cmdline":"touch /bin/x","evt.time":1}}`)
	notes := &remarks{}
	got := falcoAlerts([]falcoEvent{event, event, event}, notes)
	name := objectName("Write below binary dir", "Write below binary dir\nsyscall\nN1\n2024-06-20T12:00:00Z\ntouch")
	want := newAlert(name, v1alpha1.AlertSpec{
		Name: "Write below binary dir", Description: "touch", Severity: v1alpha1.SeverityHigh, Occurrences: 3,
		Source:            v1alpha1.AlertSource{Service: "Falco", Detector: "syscall"},
		FirstActivityTime: noon, LastActivityTime: noon,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceNode, Name: "n1", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceUser, Name: "root"},
			{Kind: v1alpha1.EvidenceProcess, Name: "touch /bin/x"},
			{Kind: v1alpha1.EvidenceFile, Name: "/bin/x"},
		},
	})
	if diff := cmp.Diff([]v1alpha1.Alert{want}, got); diff != "" {
		t.Errorf("falcoAlerts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"falco: alert " + name + `: left out: tags ["test"]`}, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestAlertmanagerAlerts(t *testing.T) {
	deliveries := decode[[]webhook](t, `[{"truncatedAlerts":4,"alerts":[
		{"status":"firing","startsAt":"2024-06-20T12:00:00Z","generatorURL":"http://p.example/g","fingerprint":"f1",
		 "labels":{"alertname":"OOM","namespace":"shop","pod":"pay-0","container":"pay","node":"N0","severity":"critical"},
		 "annotations":{"summary":"OOM on pay-0"}},
		{"status":"resolved","fingerprint":"f1"},
		{"status":"firing","fingerprint":"f2","generatorURL":"","labels":{"alertname":"Watchdog"}}]}]`)
	notes := &remarks{}
	got := alertmanagerAlerts(deliveries, notes)
	want := []v1alpha1.Alert{
		newAlert(objectName("OOM pay-0", "f1"), v1alpha1.AlertSpec{
			Name: "OOM", Description: "OOM on pay-0", Severity: v1alpha1.SeverityCritical, Fingerprint: "f1",
			Source: v1alpha1.AlertSource{Service: "Alertmanager"}, URL: "http://p.example/g", FirstActivityTime: noon,
			Evidence: []v1alpha1.Evidence{
				{Kind: v1alpha1.EvidencePod, Name: "pay-0", Namespace: "shop", Role: v1alpha1.EvidenceAffected},
				{Kind: v1alpha1.EvidenceContainer, Name: "pay-0/pay", Namespace: "shop"},
				{Kind: v1alpha1.EvidenceNode, Name: "n0", Role: v1alpha1.EvidenceContextual},
			},
		}),
		newAlert(objectName("Watchdog", "f2"), v1alpha1.AlertSpec{
			Name: "Watchdog", Source: v1alpha1.AlertSource{Service: "Alertmanager"}, Fingerprint: "f2",
		}),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("alertmanagerAlerts (-want +got):\n%s", diff)
	}
	wantNotes := []string{
		"alertmanager: delivery 1: 4 alerts were truncated by the sender",
		"alertmanager: delivery 1: left out: f1 (resolved): only the first firing counts",
	}
	if diff := cmp.Diff(wantNotes, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestTrivyAlerts(t *testing.T) {
	report := decode[vulnerabilityReport](t, `{"metadata":{"labels":{"imgvuln.resource.kind":"Pod","imgvuln.resource.name":"zip","imgvuln.resource.namespace":"default"}},
		"report":{"artifact":{"repository":"o/zip","tag":"1"},"registry":{"server":"r.example"},"updateTimestamp":"2024-06-20T12:00:00Z","vulnerabilities":[
		{"vulnerabilityID":"CVE-1","resource":"ssl","title":"bad","severity":"HIGH","installedVersion":"1","fixedVersion":"2","primaryLink":"https://a.example"},
		{"vulnerabilityID":"CVE-2","resource":"ssl","severity":"UNKNOWN"}]}}`)
	notes := &remarks{}
	got := trivyAlerts([]vulnerabilityReport{report}, notes)
	want := newAlert(objectName("CVE-1 in ssl", "CVE-1/ssl/Pod/default/zip"), v1alpha1.AlertSpec{
		Name: "CVE-1 in ssl", Description: "bad\n\nInstalled version: 1\nFixed version: 2", Severity: v1alpha1.SeverityHigh,
		Category: "Vulnerability", Source: v1alpha1.AlertSource{Service: "Trivy", Detector: "VulnerabilityReport"},
		Fingerprint: "CVE-1/ssl/Pod/default/zip", URL: "https://a.example", FirstActivityTime: noon,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidencePod, Name: "zip", Namespace: "default", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceContainerImage, Name: "r.example/o/zip:1", Role: v1alpha1.EvidenceAffected},
		},
	})
	if diff := cmp.Diff([]v1alpha1.Alert{want}, got); diff != "" {
		t.Errorf("trivyAlerts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"trivy: left out: CVE-2 in ssl, severity UNKNOWN"}, notes.lines); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
