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

package manifest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/manifest"
)

const alert = `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Alert","metadata":{"name":"a"},"spec":{"name":"N","description":"D","severity":"High",
	"category":"Execution","techniques":["T1059"],"source":{"service":"S","detector":"d"},"fingerprint":"f","url":"https://a.example",
	"firstActivityTime":"2024-06-20T12:00:00Z","lastActivityTime":"2024-06-20T13:00:00Z","occurrences":4,
	"evidence":[{"kind":"Pod","name":"p","namespace":"shop","role":"Affected"},{"kind":"Ghost","name":"g"},{"kind":"IP","name":"1.1.1.1","role":"Hero"}],
	"assignee":"bob","tags":["x"],"incidentRef":{"name":"inc-1"},"resolution":{"state":"Resolved"},"classification":{"verdict":"FalsePositive"}}}`

func TestAlert(t *testing.T) {
	event := detecttest.Only(t, detecttest.Check(t, manifest.Format, []byte(alert), detecttest.Reading()))
	at := func(hour int) *metav1.Time {
		return &metav1.Time{Time: time.Date(2024, 6, 20, hour, 0, 0, 0, time.UTC)}
	}
	want := v1alpha1.AlertSpec{
		Name: "N", Description: "D", Severity: v1alpha1.SeverityHigh, Category: "Execution", Techniques: []v1alpha1.Technique{"T1059"},
		Source: v1alpha1.AlertOrigin{Service: "S", Detector: "d"}, Fingerprint: "f", URL: "https://a.example",
		FirstActivityTime: at(12), LastActivityTime: at(13), Occurrences: 4,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidencePod, Name: "p", Namespace: "shop", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceIP, Name: "1.1.1.1"},
		},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	notes := []detect.Note{
		{Kind: detect.NoteLeftOut, Field: "evidence", Text: "Ghost", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "evidence.role", Text: "Hero", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "spec", Text: "assignee", Count: 5},
	}
	if diff := cmp.Diff(notes, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if !event.Resolved {
		t.Error("a resolved alert is no signal")
	}
}

func TestEnvelopes(t *testing.T) {
	for name, tc := range map[string]struct {
		body             string
		events, refusals int
	}{
		"a list of the API": {body: `{"kind":"AlertList","items":[` + alert + `,` + alert + `]}`, events: 2},
		"a list":            {body: `[` + alert + `]`, events: 1},
		"lines":             {body: alert + "\n" + alert, events: 2},
		"another kind":      {body: `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Incident","metadata":{"name":"a"}}`, refusals: 1},
		"another group":     {body: `{"apiVersion":"v1","kind":"Alert","metadata":{"name":"a"}}`, refusals: 1},
		"an alert by its name": {
			body: `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Alert","metadata":{"name":"a"},"spec":{"name":"N"}}`, events: 1,
		},
		"an alert without a name": {
			body: `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Alert","metadata":{},"spec":{"name":"N"}}`, refusals: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			batch := detecttest.Check(t, manifest.Format, []byte(tc.body), detecttest.Reading())
			if len(batch.Events) != tc.events || len(batch.Refusals) != tc.refusals {
				t.Errorf("got %d events and %v, want %d and %d", len(batch.Events), batch.Refusals, tc.events, tc.refusals)
			}
		})
	}
}

// The words of other detectors are no severities of the API.
func TestSeverity(t *testing.T) {
	for word, want := range map[string]v1alpha1.Severity{
		"Informational": v1alpha1.SeverityInformational, "Low": v1alpha1.SeverityLow, "Medium": v1alpha1.SeverityMedium,
		"Critical": v1alpha1.SeverityCritical, "warning": "", "page": "",
	} {
		body := `{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Alert","metadata":{"name":"a"},"spec":{"name":"N","severity":"` + word + `"}}`
		event := detecttest.Only(t, detecttest.Check(t, manifest.Format, []byte(body), detecttest.Reading()))
		if event.Spec.Severity != want {
			t.Errorf("severity %q gives %q, want %q", word, event.Spec.Severity, want)
		}
	}
}
