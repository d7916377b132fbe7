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

package ocsf_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/ocsf"
)

func only(t *testing.T, body string) detect.Event {
	t.Helper()
	return detecttest.Only(t, detecttest.Check(t, ocsf.Format, []byte(body), detecttest.Reading()))
}

func TestFinding(t *testing.T) {
	event := only(t, `{"class_uid":2004,"activity_id":1,"severity_id":5,"severity":"Critical","count":3,"time":1718884800000,"message":"seen",
		"metadata":{"version":"1.3.0","product":{"name":"GuardDuty","vendor_name":"AWS","feature":{"name":"f"}}},
		"finding_info":{"uid":"u1","title":"Bitcoin","desc":"D","src_url":"https://a.example","first_seen_time":1718884800500,"last_seen_time_dt":"2024-06-20T13:00:00Z",
		  "analytic":{"name":"a1"},"attacks":[{"tactic":{"name":"Impact"},"technique":{"uid":"T1496"},"sub_technique":{"uid":"T1496.001"}}]},
		"resources":[{"uid":"arn:aws:ec2:i-1","type":"Instance"}],
		"evidences":[{"src_endpoint":{"ip":"10.0.0.1"},"dst_endpoint":{"ip":"1.1.1.1","hostname":"Pool.Example"},
		  "actor":{"user":{"name":"Root"}},"process":{"name":"xmrig","file":{"path":"/tmp/xmrig"}},"container":{"name":"c","image":{"name":"i"}}}],
		"observables":[{"type_id":2,"value":"10.0.0.1"},{"type_id":99,"type":"Other","value":"x"}]}`)
	want := v1alpha1.AlertSpec{
		Name: "Bitcoin", Description: "D\n\nseen", Severity: v1alpha1.SeverityCritical, Category: "Impact", Fingerprint: "u1", Occurrences: 3,
		Techniques:        []v1alpha1.Technique{"T1496", "T1496.001"},
		Source:            v1alpha1.AlertOrigin{Service: "GuardDuty", Detector: "a1"},
		URL:               "https://a.example",
		FirstActivityTime: &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 500_000_000, time.UTC)},
		LastActivityTime:  &metav1.Time{Time: time.Date(2024, 6, 20, 13, 0, 0, 0, time.UTC)},
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceContainer, Name: "c"},
			{Kind: v1alpha1.EvidenceContainerImage, Name: "i"},
			{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.1", Role: v1alpha1.EvidenceSource},
			{Kind: v1alpha1.EvidenceIP, Name: "1.1.1.1", Role: v1alpha1.EvidenceDestination},
			{Kind: v1alpha1.EvidenceDevice, Name: "pool.example", Role: v1alpha1.EvidenceDestination},
			{Kind: v1alpha1.EvidenceUser, Name: "root"},
			{Kind: v1alpha1.EvidenceProcess, Name: "/tmp/xmrig"},
			{Kind: v1alpha1.EvidenceCloudResource, Name: "arn:aws:ec2:i-1", Role: v1alpha1.EvidenceAffected},
		},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]detect.Note{{Kind: detect.NoteLeftOut, Field: "observable Other", Count: 1}}, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if event.Resolved {
		t.Error("a new finding is resolved")
	}
}

func TestSeverity(t *testing.T) {
	for name, tc := range map[string]struct {
		severity string
		want     v1alpha1.Severity
		told     bool
	}{
		"informational":          {severity: `"severity_id":1`, want: v1alpha1.SeverityInformational},
		"low":                    {severity: `"severity_id":2`, want: v1alpha1.SeverityLow},
		"medium":                 {severity: `"severity_id":3`, want: v1alpha1.SeverityMedium},
		"high":                   {severity: `"severity_id":4`, want: v1alpha1.SeverityHigh},
		"fatal":                  {severity: `"severity_id":6`, want: v1alpha1.SeverityCritical},
		"unknown":                {severity: `"severity_id":0`, told: true},
		"other, with a word":     {severity: `"severity_id":99,"severity":"high"`, want: v1alpha1.SeverityHigh},
		"other, with no word":    {severity: `"severity_id":99`, told: true},
		"other, with a new word": {severity: `"severity_id":99,"severity":"awful"`, told: true},
		"a word alone":           {severity: `"severity":"Low"`, want: v1alpha1.SeverityLow},
		"beyond the schema":      {severity: `"severity_id":7`, told: true},
	} {
		t.Run(name, func(t *testing.T) {
			event := only(t, `{"class_uid":2004,"finding_info":{"uid":"u","title":"T"},`+tc.severity+`}`)
			if event.Spec.Severity != tc.want || (len(event.Notes) == 1) != tc.told {
				t.Errorf("got %q and notes %v, want %q, told: %v", event.Spec.Severity, event.Notes, tc.want, tc.told)
			}
		})
	}
}

func TestResolved(t *testing.T) {
	for signal, want := range map[string]bool{
		`"activity_id":3`: true, `"status_id":4`: true, `"activity_id":2,"status_id":2`: false, `"status_id":"4"`: true, `"status_id":40`: false,
	} {
		event := only(t, `{"class_uid":2004,"finding_info":{"uid":"u","title":"T"},"time":1718884800000,`+signal+`}`)
		if event.Resolved != want || event.ResolvedTime.IsZero() == want {
			t.Errorf("%s gives resolved %v at %v, want %v", signal, event.Resolved, event.ResolvedTime, want)
		}
	}
}

func TestRefused(t *testing.T) {
	batch := detecttest.Check(t, ocsf.Format, []byte(`[{"class_uid":2002,"finding_info":{"uid":"u"}},{"class_uid":2004,"finding_info":{"title":"T"}},{}]`), detecttest.Reading())
	var reasons []detect.Reason
	for _, refusal := range batch.Refusals {
		reasons = append(reasons, refusal.Reason)
	}
	if diff := cmp.Diff([]detect.Reason{detect.ReasonNotAnAlert, detect.ReasonNoIdentity, detect.ReasonNotAnAlert}, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// Times of clocks that cannot be are told, not guessed.
func TestTimes(t *testing.T) {
	event := only(t, `{"class_uid":2004,"finding_info":{"uid":"u","title":"T","first_seen_time":1e300,"last_seen_time":-1}}`)
	if event.Spec.FirstActivityTime != nil || event.Spec.LastActivityTime != nil || len(event.Notes) != 2 {
		t.Errorf("times are %v and %v, notes %v", event.Spec.FirstActivityTime, event.Spec.LastActivityTime, event.Notes)
	}
}
