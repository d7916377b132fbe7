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

package graph_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/graph"
)

func only(t *testing.T, body string) detect.Event {
	t.Helper()
	return detecttest.Only(t, detecttest.Check(t, graph.Format, []byte(body), detecttest.Reading()))
}

func TestAlert(t *testing.T) {
	event := only(t, `{"id":"da1","incidentId":"28282","title":"Suspicious execution","description":"D","category":"Execution","severity":"low","status":"resolved",
		"mitreTechniques":["T1564.001"],"serviceSource":"microsoftDefenderForEndpoint","detectionSource":"antivirus",
		"firstActivityDateTime":"2024-06-20T12:00:00.5Z","lastActivityDateTime":"9999-06-20T13:00:00Z","resolvedDateTime":"2024-06-20T14:00:00Z",
		"alertWebUrl":"https://security.microsoft.com/alerts/da1","assignedTo":"x","classification":"truePositive","evidence":[]}`)
	want := v1alpha1.AlertSpec{
		Name: "Suspicious execution", Description: "D", Severity: v1alpha1.SeverityLow, Category: "Execution", Fingerprint: "da1",
		Techniques:        []v1alpha1.Technique{"T1564.001"},
		Source:            v1alpha1.AlertOrigin{Service: "Microsoft Defender for Endpoint", Detector: "antivirus"},
		URL:               "https://security.microsoft.com/alerts/da1",
		FirstActivityTime: &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 500_000_000, time.UTC)},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if !event.Resolved || !event.ResolvedTime.Equal(time.Date(2024, 6, 20, 14, 0, 0, 0, time.UTC)) {
		t.Errorf("resolved %v at %v", event.Resolved, event.ResolvedTime)
	}
	notes := []detect.Note{{Kind: detect.NoteTime, Field: "lastActivityTime", Text: "9999-06-20T13:00:00Z", Count: 1}}
	if diff := cmp.Diff(notes, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestEnvelopes(t *testing.T) {
	for name, tc := range map[string]struct {
		body             string
		events, refusals int
	}{
		"one":                {body: `{"id":"1"}`, events: 1},
		"a list":             {body: `[{"id":"1"},{"id":"2"}]`, events: 2},
		"a page":             {body: `{"@odata.context":"c","value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"n"}`, events: 2},
		"a page of nothing":  {body: `{"value":[]}`},
		"one without an id":  {body: `{"value":[{"id":"1"},{"title":"x"}]}`, events: 1, refusals: 1},
		"a page of no alert": {body: `{"value":[7,null]}`, refusals: 2},
	} {
		t.Run(name, func(t *testing.T) {
			batch := detecttest.Check(t, graph.Format, []byte(tc.body), detecttest.Reading())
			if len(batch.Events) != tc.events || len(batch.Refusals) != tc.refusals {
				t.Errorf("got %d events and refusals %v, want %d and %d", len(batch.Events), batch.Refusals, tc.events, tc.refusals)
			}
		})
	}
}

func TestSeverity(t *testing.T) {
	for word, want := range map[string]v1alpha1.Severity{
		"informational": v1alpha1.SeverityInformational, "high": v1alpha1.SeverityHigh, "unknown": "", "unknownFutureValue": "",
	} {
		event := only(t, `{"id":"1","title":"T","severity":"`+word+`"}`)
		if event.Spec.Severity != want || (len(event.Notes) == 1) != (want == "") {
			t.Errorf("severity %q gives %q and notes %v, want %q", word, event.Spec.Severity, event.Notes, want)
		}
	}
}

func TestEvidence(t *testing.T) {
	event := only(t, `{"id":"1","title":"T","evidence":[
		{"@odata.type":"#microsoft.graph.security.deviceEvidence","deviceDnsName":"TestServer4.Example","roles":["suspicious","attacked"]},
		{"@odata.type":"#microsoft.graph.security.userEvidence","userAccount":{"accountName":"eb","domainName":"CORP","userPrincipalName":null},"roles":["compromised"]},
		{"@odata.type":"#microsoft.graph.security.processEvidence","imageFile":{"fileName":"powershell.exe","filePath":"c:\\windows"},"processCommandLine":"-enc"},
		{"@odata.type":"#microsoft.graph.security.fileEvidence","fileDetails":{"fileName":"MsSense.exe","filePath":"C:\\P"}},
		{"@odata.type":"#microsoft.graph.security.ipEvidence","ipAddress":"2801::A","roles":["attacker"]},
		{"@odata.type":"#microsoft.graph.security.urlEvidence","url":"http://a.example/B"},
		{"@odata.type":"#microsoft.graph.security.mailboxEvidence","primaryAddress":"A@b.example"},
		{"@odata.type":"#microsoft.graph.security.registryValueEvidence","registryHive":"HKLM","registryKey":"S","registryValueName":"V"},
		{"@odata.type":"#microsoft.graph.security.kubernetesPodEvidence","name":"pay-0","namespace":{"name":"shop"}},
		{"@odata.type":"#microsoft.graph.security.containerEvidence","name":"pay","pod":{"name":"pay-0","namespace":{"name":"shop"}}},
		{"@odata.type":"#microsoft.graph.security.kubernetesServiceAccountEvidence","name":"robot","namespace":{"name":"shop"}},
		{"@odata.type":"#microsoft.graph.security.analyzedMessageEvidence","networkMessageId":"991f"},
		{"@odata.type":"#microsoft.graph.security.mailClusterEvidence","clusterBy":"x"},
		{"@odata.type":"#microsoft.graph.security.ipEvidence"}, 7]}`)
	want := []v1alpha1.Evidence{
		{Kind: v1alpha1.EvidenceDevice, Name: "testserver4.example", Role: v1alpha1.EvidenceAffected},
		{Kind: v1alpha1.EvidenceUser, Name: `corp\eb`, Role: v1alpha1.EvidenceAffected},
		{Kind: v1alpha1.EvidenceProcess, Name: `c:\windows\powershell.exe`},
		{Kind: v1alpha1.EvidenceFile, Name: `C:\P\MsSense.exe`},
		{Kind: v1alpha1.EvidenceIP, Name: "2801::a", Role: v1alpha1.EvidenceAttacker},
		{Kind: v1alpha1.EvidenceURL, Name: "http://a.example/B"},
		{Kind: v1alpha1.EvidenceMailbox, Name: "a@b.example"},
		{Kind: v1alpha1.EvidenceRegistryKey, Name: `HKLM\S\V`},
		{Kind: v1alpha1.EvidencePod, Name: "pay-0", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceContainer, Name: "pay-0/pay", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceServiceAccount, Name: "robot", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceOther, Name: "mail message 991f"},
	}
	if diff := cmp.Diff(want, event.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	notes := []detect.Note{
		{Kind: detect.NoteLeftOut, Field: "evidence mailClusterEvidence", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "nameless evidence ipEvidence", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "evidence", Count: 1},
	}
	if diff := cmp.Diff(notes, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}
