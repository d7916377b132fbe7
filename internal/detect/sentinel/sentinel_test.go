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

package sentinel_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/sentinel"
)

func only(t *testing.T, body string) detect.Event {
	t.Helper()
	return detecttest.Only(t, detecttest.Check(t, sentinel.Format, []byte(body), detecttest.Reading()))
}

const row = `{"SystemAlertId":"s-1","VendorOriginalId":"v-1","DisplayName":"Odd sign-in","Description":"D\n",
	"AlertSeverity":"Medium","ProviderName":"IPC","ProductName":"Identity Protection","Status":"Resolved","Tactics":"Discovery",
	"AlertLink":"ftp://a.example","Techniques":["T1078"],"SubTechniques":["T1078.004","T1078","bad"],
	"StartTime":"2024-06-20 08:51:07+00:00","EndTime":"2024-06-20 08:51:08+00:00","ProcessingEndTime":"2024-06-20 09:00:00+00:00",
	"ExtendedProperties":{"Category":"InitialAccess","IncidentId":"99","AssignedTo":"y"},
	"Entities":[{"Type":"host","HostName":"A"},{"Type":"mailCluster"}]}`

func TestRow(t *testing.T) {
	at := func(second int) *metav1.Time {
		return &metav1.Time{Time: time.Date(2024, 6, 20, 8, 51, second, 0, time.UTC)}
	}
	event := only(t, row)
	want := v1alpha1.AlertSpec{
		Name: "Odd sign-in", Description: "D", Severity: v1alpha1.SeverityMedium, Category: "InitialAccess", Fingerprint: "s-1",
		Source:            v1alpha1.AlertOrigin{Service: "Identity Protection", Detector: "IPC"},
		Techniques:        []v1alpha1.Technique{"T1078", "T1078.004"},
		FirstActivityTime: at(7), LastActivityTime: at(8),
		Evidence: []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "a"}},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if !event.Resolved || !event.ResolvedTime.Equal(time.Date(2024, 6, 20, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("resolved %v at %v", event.Resolved, event.ResolvedTime)
	}
	notes := []detect.Note{
		{Kind: detect.NoteLeftOut, Field: "category", Text: "Discovery", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "technique", Text: "bad", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "url", Text: "ftp://a.example", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "entity mailCluster", Count: 1},
	}
	if diff := cmp.Diff(notes, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// Exports write columns of JSON as strings.
func TestColumnsThatAreStrings(t *testing.T) {
	event := only(t, `{"SystemAlertId":"s-1","DisplayName":"T","Techniques":"[\"T1078\"]","ExtendedProperties":"{\"Category\":\"Malware\"}",
		"Entities":"[{\"Type\":\"ip\",\"Address\":\"10.0.0.1\"}]"}`)
	want := v1alpha1.AlertSpec{
		Name: "T", Category: "Malware", Fingerprint: "s-1", Techniques: []v1alpha1.Technique{"T1078"},
		Evidence: []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceIP, Name: "10.0.0.1"}},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
}

// What Microsoft grouped is what correlation is measured against: no event may depend on it, whatever is chosen.
func TestTheAnswerIsNotRead(t *testing.T) {
	for _, identity := range [][]string{nil, {"ExtendedProperties.IncidentId|SystemAlertId"}, {"ExtendedProperties|SystemAlertId"}} {
		reading := detecttest.Reading()
		reading.Identity = identity
		for _, as := range []func(string) string{
			func(s string) string { return s },
			func(s string) string { // The column as a string of JSON.
				return strings.Replace(s, `{"Category":"InitialAccess","IncidentId":"99","AssignedTo":"y"}`, `"{\"Category\":\"InitialAccess\",\"IncidentId\":\"99\",\"AssignedTo\":\"y\"}"`, 1)
			},
			func(s string) string {
				return strings.Replace(s, `{"Category":"InitialAccess","IncidentId":"99","AssignedTo":"y"}`, `"IncidentId=99"`, 1)
			},
		} {
			one := detecttest.Check(t, sentinel.Format, []byte(as(row)), reading)
			other := detecttest.Check(t, sentinel.Format, []byte(strings.ReplaceAll(as(row), "99", "12345")), reading)
			if diff := cmp.Diff(detecttest.Only(t, one).Identity, detecttest.Only(t, other).Identity); diff != "" {
				t.Errorf("the incident's number is read with identity %q (-99 +12345):\n%s", identity, diff)
			}
			if diff := cmp.Diff(one.Events[0].Spec, other.Events[0].Spec); diff != "" {
				t.Errorf("the incident's number is read (-99 +12345):\n%s", diff)
			}
		}
	}
}

func TestCategory(t *testing.T) {
	for name, tc := range map[string]struct{ row, want string }{
		"the sensor's own":          {row: `"ExtendedProperties":{"MicrosoftDefenderAtp.Category":"Malware","Category":"X"},"Tactics":"Impact"`, want: "Malware"},
		"the general one":           {row: `"ExtendedProperties":{"Category":"Credential access"}`, want: "CredentialAccess"},
		"the first tactic":          {row: `"ExtendedProperties":{},"Tactics":"Persistence, Execution"`, want: "Persistence"},
		"the first tactic known":    {row: `"Tactics":"Unknown, Execution"`, want: "Execution"},
		"what the API does not fit": {row: `"ExtendedProperties":{"Category":"勒索"},"Tactics":"Impact"`, want: "Impact"},
		"none":                      {row: `"ExtendedProperties":{"Category":null},"Tactics":"Unknown"`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, only(t, `{"SystemAlertId":"s",`+tc.row+`}`).Spec.Category); diff != "" {
				t.Errorf("category (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	batch := detecttest.Check(t, sentinel.Format, []byte(`[{"Type":"SecurityIncident"},{"DisplayName":"no id"}]`), detecttest.Reading())
	var reasons []detect.Reason
	for _, refusal := range batch.Refusals {
		reasons = append(reasons, refusal.Reason)
	}
	if diff := cmp.Diff([]detect.Reason{detect.ReasonNotAnAlert, detect.ReasonNoIdentity}, reasons); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}
