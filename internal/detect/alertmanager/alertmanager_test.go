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

package alertmanager_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/alertmanager"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
)

var noon = time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)

func TestWebhook(t *testing.T) {
	batch := detecttest.Check(t, alertmanager.Webhook, []byte(`{"version":"4","truncatedAlerts":4,"alerts":[
		{"status":"firing","startsAt":"2024-06-20T12:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p.example/g","fingerprint":"f1",
		 "labels":{"alertname":"OOM","namespace":"shop","pod":"pay-0","container":"pay","node":"N0","severity":"critical","cluster":"eu"},
		 "annotations":{"summary":"OOM on pay-0","description":"again","runbook_url":"http://r.example"}},
		{"status":"resolved","startsAt":"2024-06-20T12:00:00Z","endsAt":"2024-06-20T13:00:00Z","fingerprint":"f2","labels":{"alertname":"Watchdog"}},
		{"status":"firing","labels":{"alertname":"X"}}]}`), detecttest.Reading())
	if len(batch.Events) != 2 {
		t.Fatalf("got %d events, want 2: %v", len(batch.Events), batch.Refusals)
	}
	want := v1alpha1.AlertSpec{
		Name: "OOM", Description: "OOM on pay-0\n\nagain", Severity: v1alpha1.SeverityCritical, Fingerprint: "f1",
		Source: v1alpha1.AlertOrigin{Service: "Alertmanager"}, URL: "http://p.example/g", FirstActivityTime: &metav1.Time{Time: noon},
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidencePod, Name: "pay-0", Namespace: "shop", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceContainer, Name: "pay-0/pay", Namespace: "shop"},
			{Kind: v1alpha1.EvidenceNode, Name: "n0", Role: v1alpha1.EvidenceContextual},
		},
	}
	if diff := cmp.Diff(want, batch.Events[0].Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	notes := []detect.Note{
		{Kind: detect.NoteLeftOut, Field: "labels", Text: "cluster", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "annotations", Text: "runbook_url", Count: 1},
	}
	if diff := cmp.Diff(notes, batch.Events[0].Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	if resolved := batch.Events[1]; batch.Events[0].Resolved || !resolved.Resolved || !resolved.ResolvedTime.Equal(noon.Add(time.Hour)) {
		t.Errorf("the second alert is resolved: %v at %v, the first: %v", resolved.Resolved, resolved.ResolvedTime, batch.Events[0].Resolved)
	}
	if diff := cmp.Diff([]detect.Note{{Kind: detect.NoteTruncated, Field: "alerts", Count: 4}}, batch.Notes); diff != "" {
		t.Errorf("notes of the delivery (-want +got):\n%s", diff)
	}
	if len(batch.Refusals) != 1 || batch.Refusals[0].Reason != detect.ReasonNoIdentity {
		t.Errorf("refusals are %v, want one of an alert without a fingerprint", batch.Refusals)
	}
}

func TestEnvelopes(t *testing.T) {
	for name, tc := range map[string]struct {
		format detect.Format
		body   string
		want   string
	}{
		"another version":         {alertmanager.Webhook, `{"version":"5","alerts":[]}`, `version must be "4", not "5"`},
		"no alerts":               {alertmanager.Webhook, `{"version":"4"}`, "alerts must be a list"},
		"a list to the webhook":   {alertmanager.Webhook, `[]`, "a delivery of Alertmanager must be a JSON object"},
		"an object to the API":    {alertmanager.API, `{}`, "a delivery to the API of Alertmanager must be a JSON list"},
		"an alert without labels": {alertmanager.API, `[{"annotations":{"summary":"s"}}]`, "an alert of Alertmanager must have labels"},
	} {
		t.Run(name, func(t *testing.T) {
			batch := detecttest.Check(t, tc.format, []byte(tc.body), detecttest.Reading())
			want := []detect.Refusal{{Count: 1, Reason: detect.ReasonMalformed, Message: tc.want}}
			if diff := cmp.Diff(want, batch.Refusals); diff != "" {
				t.Errorf("refusals (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPIEnds(t *testing.T) {
	future, past := detecttest.Received.Add(4*time.Minute), detecttest.Received.Add(-time.Minute)
	for name, tc := range map[string]struct {
		endsAt   string
		resolved bool
		at       time.Time
		expires  time.Time
		notes    int
	}{
		"not set":        {endsAt: ""},
		"zero":           {endsAt: "0001-01-01T00:00:00Z"},
		"to come":        {endsAt: future.Format(time.RFC3339), expires: future},
		"over":           {endsAt: past.Format(time.RFC3339), resolved: true, at: past},
		"makes no sense": {endsAt: "soon", notes: 1},
	} {
		t.Run(name, func(t *testing.T) {
			body := fmt.Appendf(nil, `[{"labels":{"alertname":"A"},"endsAt":%q}]`, tc.endsAt)
			event := detecttest.Only(t, detecttest.Check(t, alertmanager.API, body, detecttest.Reading()))
			if event.Resolved != tc.resolved || !event.ResolvedTime.Equal(tc.at) || !event.ExpiresTime.Equal(tc.expires) {
				t.Errorf("resolved %v at %v, expires %v", event.Resolved, event.ResolvedTime, event.ExpiresTime)
			}
			if len(event.Notes) != tc.notes {
				t.Errorf("notes are %v, want %d", event.Notes, tc.notes)
			}
		})
	}
}

// The API gets no fingerprint, so it computes the one that Alertmanager would; this one was captured from it.
func TestAPIComputesAlertmanagersFingerprint(t *testing.T) {
	body := []byte(`[{"labels":{"severity":"critical","alertname":"ContainerOOMKilled","cluster":"prod-eu1","container":"pay","namespace":"shop","node":"node-0","pod":"pay-0","empty":""}}]`)
	event := detecttest.Only(t, detecttest.Check(t, alertmanager.API, body, detecttest.Reading()))
	if diff := cmp.Diff("df2d8b0079d45839", event.Spec.Fingerprint); diff != "" {
		t.Errorf("fingerprint (-want +got):\n%s", diff)
	}
}

func TestKubescape(t *testing.T) {
	read := func(pid, container string) detect.Event {
		body := fmt.Appendf(nil, `[{"labels":{"alertname":"KubescapeRuleViolated","rule_name":"Unexpected process launched","rule_id":"R0001","container_id":%q,
			"container_name":"pay","namespace":"shop","pod_name":"pay-0","node_name":"n0","severity":"low","pid":%q,"comm":"sh"},
			"annotations":{"summary":"Rule failed","description":"D"}}]`, container, pid)
		return detecttest.Only(t, detecttest.Check(t, alertmanager.API, body, detecttest.Reading()))
	}
	event := read("7", "3f")
	if event.Spec.Name != "Unexpected process launched" || event.Spec.Source.Service != "Kubescape" || event.Spec.Fingerprint != "" {
		t.Errorf("name, service and fingerprint are %q, %q and %q", event.Spec.Name, event.Spec.Source.Service, event.Spec.Fingerprint)
	}
	if other := read("8", "4a"); other.Identity != event.Identity || other.ObjectName("k") != event.ObjectName("k") {
		t.Errorf("another process makes %s of %s", other.Identity, event.Identity)
	}
	want := []v1alpha1.Evidence{
		{Kind: v1alpha1.EvidencePod, Name: "pay-0", Namespace: "shop", Role: v1alpha1.EvidenceAffected},
		{Kind: v1alpha1.EvidenceContainer, Name: "pay-0/pay", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceNode, Name: "n0", Role: v1alpha1.EvidenceContextual},
		{Kind: v1alpha1.EvidenceProcess, Name: "sh"},
	}
	if diff := cmp.Diff(want, event.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestFalcosidekick(t *testing.T) {
	read := func(labels string) detect.Event {
		body := []byte(`[{"labels":{"source":"falco","rule":"Terminal shell","eventsource":"syscall","hostname":"n1","severity":"warning",` + labels + `}}]`)
		return detecttest.Only(t, detecttest.Check(t, alertmanager.API, body, detecttest.Reading()))
	}
	host := read(`"container_id":"host","container_name":"host","evt_time":"1","tags":"T1059,mitre_execution"`)
	if diff := cmp.Diff(`rule="Terminal shell",eventsource="syscall",hostname="n1"`, host.Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if host.Spec.Name != "Terminal shell" || host.Spec.Source.Service != "Falco" || host.Spec.Category != "Execution" {
		t.Errorf("name, service and category are %q, %q and %q", host.Spec.Name, host.Spec.Source.Service, host.Spec.Category)
	}
	if again := read(`"container_id":"host","evt_time":"2"`); again.Identity != host.Identity {
		t.Errorf("another moment makes %s of %s", again.Identity, host.Identity)
	}
	if pod := read(`"container_id":"3f","k8s_pod_name":"p"`); pod.Identity == host.Identity {
		t.Errorf("the host and a pod share %s", pod.Identity)
	}
}

func TestChosenIdentity(t *testing.T) {
	reading := detecttest.Reading()
	reading.Identity = []string{"alertname", "namespace"}
	body := []byte(`[{"labels":{"alertname":"A","namespace":"shop","pid":"1"}},{"labels":{"alertname":"A","namespace":"shop","pid":"2"}},{"labels":{"pid":"3"}}]`)
	batch := detecttest.Check(t, alertmanager.API, body, reading)
	if len(batch.Events) != 2 || batch.Events[0].Identity != batch.Events[1].Identity {
		t.Errorf("got %+v, want two events of one identity", batch.Events)
	}
	if len(batch.Refusals) != 1 || batch.Refusals[0].Reason != detect.ReasonNoIdentity {
		t.Errorf("refusals are %v, want one of an alert without the chosen labels", batch.Refusals)
	}
}
