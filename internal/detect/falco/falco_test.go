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

package falco_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/detect"
	"github.com/incident-operator/incident-operator/internal/detect/detecttest"
	"github.com/incident-operator/incident-operator/internal/detect/falco"
)

var noon = &metav1.Time{Time: time.Date(2024, 6, 20, 12, 0, 0, 0, time.UTC)}

func only(t *testing.T, body string) detect.Event {
	t.Helper()
	return detecttest.Only(t, detecttest.Check(t, falco.Format, []byte(body), detecttest.Reading()))
}

func TestHostEvent(t *testing.T) {
	event := only(t, `{"uuid":"1b","rule":"Write below binary dir","output":"touch","priority":"Error","time":"2024-06-20T12:00:00Z","hostname":"N1",
		"source":"syscall","tags":["host"],"output_fields":{"user.name":"root","fd.name":"/bin/x","proc.cmdline":"touch /bin/x","evt.time":1,
		"container.id":"host","container.name":"host","k8s.pod.name":null,"k8s.ns.name":"<NA>"}}`)
	want := v1alpha1.AlertSpec{
		Name: "Write below binary dir", Description: "touch", Severity: v1alpha1.SeverityHigh,
		Source:            v1alpha1.AlertOrigin{Service: "Falco", Detector: "syscall"},
		FirstActivityTime: noon, LastActivityTime: noon,
		Evidence: []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidenceNode, Name: "n1", Role: v1alpha1.EvidenceAffected},
			{Kind: v1alpha1.EvidenceUser, Name: "root"},
			{Kind: v1alpha1.EvidenceProcess, Name: "touch /bin/x"},
			{Kind: v1alpha1.EvidenceFile, Name: "/bin/x"},
		},
	}
	if diff := cmp.Diff(want, event.Spec); diff != "" {
		t.Errorf("spec (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(`rule="Write below binary dir",source="syscall",hostname="N1"`, event.Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	notes := []detect.Note{
		{Kind: detect.NoteLeftOut, Field: "tags", Text: "host", Count: 1},
		{Kind: detect.NoteLeftOut, Field: "output_fields", Text: "evt.time", Count: 1},
	}
	if diff := cmp.Diff(notes, event.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestPodEvent(t *testing.T) {
	event := only(t, `{"rule":"Shell","priority":"Notice","time":"2024-06-20T12:00:00Z","hostname":"n1","source":"syscall","tags":["mitre_execution","T1059"],
		"output_fields":{"k8s.ns.name":"shop","k8s.pod.name":"pay-0","container.id":"3f","container.name":"pay","container.image.repository":"r.example/pay","container.image.tag":"1"}}`)
	if event.Spec.Category != "Execution" || event.Spec.Severity != v1alpha1.SeverityInformational {
		t.Errorf("category and severity are %q and %q", event.Spec.Category, event.Spec.Severity)
	}
	if diff := cmp.Diff([]v1alpha1.Technique{"T1059"}, event.Spec.Techniques); diff != "" {
		t.Errorf("techniques (-want +got):\n%s", diff)
	}
	evidence := []v1alpha1.Evidence{
		{Kind: v1alpha1.EvidencePod, Name: "pay-0", Namespace: "shop", Role: v1alpha1.EvidenceAffected},
		{Kind: v1alpha1.EvidenceContainer, Name: "pay-0/pay", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceContainerImage, Name: "r.example/pay:1"},
		{Kind: v1alpha1.EvidenceNode, Name: "n1", Role: v1alpha1.EvidenceContextual},
	}
	if diff := cmp.Diff(evidence, event.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
}

func TestAuditEvent(t *testing.T) {
	event := only(t, `{"rule":"Attach","priority":"Notice","source":"k8s_audit","hostname":"falco-0",
		"output_fields":{"ka.user.name":"system:serviceaccount:shop:robot","ka.target.resource":"secrets","ka.target.name":"db","ka.target.namespace":"shop"}}`)
	want := []v1alpha1.Evidence{
		{Kind: v1alpha1.EvidenceNode, Name: "falco-0", Role: v1alpha1.EvidenceAffected},
		{Kind: v1alpha1.EvidenceServiceAccount, Name: "robot", Namespace: "shop"},
		{Kind: v1alpha1.EvidenceSecret, Name: "db", Namespace: "shop", Role: v1alpha1.EvidenceAffected},
	}
	if diff := cmp.Diff(want, event.Spec.Evidence); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(`rule="Attach",source="k8s_audit",ka.target.namespace="shop",ka.target.name="db"`, event.Identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}

// One workload's rule is one alert, however many processes and containers break it.
func TestIdentity(t *testing.T) {
	identity := func(fields string) string {
		return only(t, `{"rule":"Shell","source":"syscall","hostname":"n1","time":"2024-06-20T12:00:00Z","output_fields":{`+fields+`}}`).Identity
	}
	first := identity(`"k8s.pod.name":"a","container.id":"1","proc.pid":1`)
	if again := identity(`"k8s.pod.name":"a","container.id":"2","proc.pid":2`); again != first {
		t.Errorf("another process makes %s of %s", again, first)
	}
	if other := identity(`"k8s.pod.name":"b","container.id":"1"`); other == first {
		t.Errorf("two pods share %s", other)
	}
	if host := identity(`"container.id":"host"`); host == first {
		t.Errorf("the host and a pod share %s", host)
	}
}

func TestRefused(t *testing.T) {
	batch := detecttest.Check(t, falco.Format, []byte(`[{"output":"x"},{"rule":"a","hostname":"h"}]`), detecttest.Reading())
	if len(batch.Events) != 1 || len(batch.Refusals) != 1 || batch.Refusals[0].Reason != detect.ReasonMalformed {
		t.Errorf("got %d events and %v, want one and a malformed one", len(batch.Events), batch.Refusals)
	}
}
