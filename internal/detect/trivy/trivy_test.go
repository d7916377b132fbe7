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

package trivy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/trivy"
)

func TestReport(t *testing.T) {
	batch := detecttest.Check(t, trivy.Format, []byte(`{"metadata":{"labels":{"imgvuln.resource.kind":"Pod","imgvuln.resource.name":"zip","imgvuln.resource.namespace":"default"}},
		"report":{"artifact":{"repository":"o/zip","tag":"1"},"registry":{"server":"r.example"},"updateTimestamp":"2024-06-20T12:00:00Z","vulnerabilities":[
		{"vulnerabilityID":"CVE-1","resource":"ssl","title":"bad","severity":"HIGH","installedVersion":"1","fixedVersion":"2","primaryLink":"https://a.example"},
		{"vulnerabilityID":"CVE-2","resource":"ssl","severity":"UNKNOWN"},{"resource":"ssl"}]}}`), detecttest.Reading())
	if len(batch.Events) != 2 || len(batch.Refusals) != 1 {
		t.Fatalf("got %d events and %v, want 2 and one refusal", len(batch.Events), batch.Refusals)
	}
	want := v1alpha1.AlertSpec{
		Name: "CVE-1 in ssl", Description: "bad\n\nInstalled version: 1\nFixed version: 2", Severity: v1alpha1.SeverityHigh,
		Category: "Vulnerability", Source: v1alpha1.AlertOrigin{Service: "Trivy", Detector: "VulnerabilityReport"},
		Fingerprint: "CVE-1/ssl/Pod/default/zip", URL: "https://a.example",
		FirstActivityTime: &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)},
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidencePod, Name: "zip", Namespace: "default", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceContainerImage, Name: "r.example/o/zip:1", Role: v1alpha1.EvidenceAffected},
		},
	}
	if diff := cmp.Diff(want, batch.Events[0].Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if got := batch.Events[1].Spec.Severity; got != v1alpha1.SeverityInformational {
		t.Errorf("severity UNKNOWN gives %q, want Informational", got)
	}
}

// The Trivy operator names the workload by other labels, and one image may run in several containers.
func TestOperator(t *testing.T) {
	read := func(container string) detect.Event {
		body := `{"kind":"List","items":[{"metadata":{"labels":{"trivy-operator.resource.kind":"ReplicaSet","trivy-operator.resource.name":"pay-5c","trivy-operator.resource.namespace":"shop",
			"trivy-operator.container.name":"` + container + `"}},"report":{"vulnerabilities":[{"vulnerabilityID":"CVE-1","resource":"ssl","severity":"LOW"}]}}]}`
		return detecttest.Only(t, detecttest.Check(t, trivy.Format, []byte(body), detecttest.Reading()))
	}
	event := read("pay")
	if diff := cmp.Diff("CVE-1/ssl/ReplicaSet/shop/pay-5c/pay", event.Spec.Fingerprint); diff != "" {
		t.Errorf("fingerprint (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]v1alpha1.Evidence{{Kind: v1alpha1.EvidenceOther, Name: "ReplicaSet pay-5c", Namespace: "shop", Role: v1alpha1.EvidenceAffected}}, event.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	if other := read("sidecar"); other.Identity == event.Identity {
		t.Errorf("two containers share %s", other.Identity)
	}
}

// A report's labels are read for each of its vulnerabilities, so none may be long.
func TestLongLabelsAreCut(t *testing.T) {
	body := `{"metadata":{"labels":{"trivy-operator.resource.kind":"Pod","trivy-operator.resource.name":"` + strings.Repeat("p", 1_000) +
		`"}},"report":{"vulnerabilities":[{"vulnerabilityID":"CVE-1","resource":"ssl"}]}}`
	event := detecttest.Only(t, detecttest.Check(t, trivy.Format, []byte(body), detecttest.Reading()))
	if diff := cmp.Diff("CVE-1/ssl/Pod//"+strings.Repeat("p", 252)+"…", event.Spec.Fingerprint); diff != "" {
		t.Errorf("fingerprint (-want +got):\n%s", diff)
	}
}

func TestEnvelopes(t *testing.T) {
	for name, tc := range map[string]struct {
		body            string
		items, refusals int
	}{
		"a report without vulnerabilities": {body: `{"report":{"vulnerabilities":[]}}`},
		"no report":                        {body: `{"kind":"Pod"}`, items: 1, refusals: 1},
		"a list of reports":                {body: `[{"report":{"vulnerabilities":[{"vulnerabilityID":"a"}]}},7]`, items: 2, refusals: 1},
	} {
		t.Run(name, func(t *testing.T) {
			batch := detecttest.Check(t, trivy.Format, []byte(tc.body), detecttest.Reading())
			if batch.Items() != tc.items || len(batch.Refusals) != tc.refusals {
				t.Errorf("got %d items and %v, want %d and %d refused", batch.Items(), batch.Refusals, tc.items, tc.refusals)
			}
		})
	}
}
