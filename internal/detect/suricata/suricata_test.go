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

package suricata_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/suricata"
)

func TestAlert(t *testing.T) {
	event := detecttest.Only(t, detecttest.Check(t, suricata.Format, []byte(`{"timestamp":"2024-06-20T14:00:00.000000+0200","flow_id":1,"event_type":"alert","in_iface":"eth0",
		"src_ip":"1.1.1.1","src_port":1,"dest_ip":"10.0.0.1","dest_port":80,"proto":"TCP","payload":"AAAA",
		"alert":{"action":"allowed","gid":1,"signature_id":2018358,"signature":"ET MALWARE X","category":"A Trojan","severity":1,
		  "source":{"ip":"1.1.1.1"},"target":{"ip":"10.0.0.1"},"metadata":{"mitre_tactic_name":["Initial_Access"],"mitre_technique_id":["T1190"]}},
		"http":{"hostname":"A.example","url":"/x"},"dns":{"query":[{"rrname":"B.example"}]},"files":[{"filename":"/f"}]}`), detecttest.Reading()))
	noon := &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)}
	want := v1alpha1.AlertSpec{
		Name: "ET MALWARE X", Description: "A Trojan", Severity: v1alpha1.SeverityHigh, Category: "InitialAccess", Techniques: []v1alpha1.Technique{"T1190"},
		Source: v1alpha1.AlertOrigin{Service: "Suricata", Detector: "eth0"}, FirstActivityTime: noon, LastActivityTime: noon,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceIP, Name: "1.1.1.1", Role: v1alpha1.EvidenceAttacker},
			{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.1", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceDNS, Name: "a.example"},
			{Kind: v1alpha1.EvidenceURL, Name: "/x"},
			{Kind: v1alpha1.EvidenceDNS, Name: "b.example"},
			{Kind: v1alpha1.EvidenceFile, Name: "/f"},
		},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(`alert.gid="1",alert.signature_id="2018358",src_ip="1.1.1.1",dest_ip="10.0.0.1"`, event.Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]detect.Note{{Kind: detect.NoteLeftOut, Field: "payload", Count: 1}}, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestSeverity(t *testing.T) {
	for priority, want := range map[string]v1alpha1.Severity{
		"1": v1alpha1.SeverityHigh, "2": v1alpha1.SeverityMedium, "3": v1alpha1.SeverityLow, "4": v1alpha1.SeverityInformational, "255": "",
	} {
		event := detecttest.Only(t, detecttest.Check(t, suricata.Format,
			[]byte(`{"event_type":"alert","alert":{"signature":"S","severity":`+priority+`}}`), detecttest.Reading()))
		if event.Spec.Severity != want || (len(event.Notes) == 1) != (want == "") {
			t.Errorf("priority %s gives %q and notes %v, want %q", priority, event.Spec.Severity, event.Notes, want)
		}
	}
}

func TestOtherRecordsAreRefused(t *testing.T) {
	batch := detecttest.Check(t, suricata.Format, []byte("{\"event_type\":\"flow\"}\n{\"event_type\":\"alert\",\"alert\":{}}\n{\"event_type\":\"alert\",\"alert\":{\"signature\":\"S\"}}\n"), detecttest.Reading())
	want := []detect.Refusal{
		{Index: 0, Count: 1, Reason: detect.ReasonNotAnAlert, Message: `event_type must be alert, not "flow"`},
		{Index: 1, Count: 1, Reason: detect.ReasonMalformed, Message: "alert must have a signature or a signature_id"},
	}
	if diff := cmp.Diff(want, batch.Refusals); diff != "" || len(batch.Events) != 1 {
		t.Errorf("%d events, refusals (-want +got):\n%s", len(batch.Events), diff)
	}
}
