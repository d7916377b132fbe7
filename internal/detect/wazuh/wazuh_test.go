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

package wazuh_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/wazuh"
)

func only(t *testing.T, body string) detect.Event {
	t.Helper()
	return detecttest.Only(t, detecttest.Check(t, wazuh.Format, []byte(body), detecttest.Reading()))
}

func TestAlert(t *testing.T) {
	event := only(t, `{"timestamp":"2024-06-20T12:00:00.000+0000","id":"1.2","rule":{"id":"5402","level":12,"description":"Sudo to ROOT","firedtimes":9,
		"mitre":{"id":["T1548.003"],"tactic":["Privilege Escalation","Defense Evasion"],"technique":["Sudo"]}},
		"agent":{"id":"7","name":"web","ip":"10.0.0.7"},"predecoder":{"hostname":"WEB-1"},"decoder":{"name":"sudo"},
		"data":{"srcuser":"bob","dstuser":"root","srcip":"1.1.1.1","command":"/bin/sh","tty":"pts/0"},"full_log":"sudo: bob"}`)
	noon := &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)}
	want := v1alpha1.AlertSpec{
		Name: "Sudo to ROOT", Description: "sudo: bob", Severity: v1alpha1.SeverityHigh, Category: "PrivilegeEscalation",
		Techniques: []v1alpha1.Technique{"T1548.003"}, Source: v1alpha1.AlertOrigin{Service: "Wazuh", Detector: "sudo"},
		FirstActivityTime: noon, LastActivityTime: noon,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceDevice, Name: "web-1", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.7", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceIP, Name: "1.1.1.1", Role: v1alpha1.EvidenceSource},
			{Kind: v1alpha1.EvidenceUser, Name: "bob", Role: v1alpha1.EvidenceSource},
			{Kind: v1alpha1.EvidenceUser, Name: "root", Role: v1alpha1.EvidenceDestination},
			{Kind: v1alpha1.EvidenceProcess, Name: "/bin/sh"},
		},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	notes := []detect.Note{
		{Kind: detect.NoteLeftOut, Field: "category", Text: "Defense Evasion", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "data", Text: "tty", Count: 1},
	}
	if diff := cmp.Diff(notes, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestSeverityOfLevels(t *testing.T) {
	for level, want := range map[int]v1alpha1.Severity{
		0: v1alpha1.SeverityLow, 6: v1alpha1.SeverityLow, 7: v1alpha1.SeverityMedium, 11: v1alpha1.SeverityMedium,
		12: v1alpha1.SeverityHigh, 14: v1alpha1.SeverityHigh, 15: v1alpha1.SeverityCritical, 99: "",
	} {
		if got := only(t, fmt.Sprintf(`{"rule":{"id":"1","description":"D","level":%d}}`, level)).Spec.Severity; got != want {
			t.Errorf("level %d gives %q, want %q", level, got, want)
		}
	}
}

// Suricata's signatures are one rule of Wazuh, and must not become one alert.
func TestIdentity(t *testing.T) {
	identity := func(id, signature string) string {
		return only(t, fmt.Sprintf(`{"id":%q,"rule":{"id":"86601","description":"Suricata: Alert"},"agent":{"id":"7"},"data":{"src_ip":"1.1.1.1","alert":{"signature_id":%q}}}`, id, signature)).Identity
	}
	if a, b := identity("1", "100"), identity("2", "100"); a != b {
		t.Errorf("two log lines make %s and %s", a, b)
	}
	if a, b := identity("1", "100"), identity("1", "200"); a == b {
		t.Errorf("two signatures share %s", a)
	}
}

func TestRefused(t *testing.T) {
	batch := detecttest.Check(t, wazuh.Format, []byte(`{"agent":{"id":"7"}}`), detecttest.Reading())
	want := []detect.Refusal{{Count: 1, Reason: detect.ReasonMalformed, Message: "an alert of Wazuh must have a rule with an id or a description"}}
	if diff := cmp.Diff(want, batch.Refusals); diff != "" {
		t.Errorf("refusals (-want +got):\n%s", diff)
	}
}
