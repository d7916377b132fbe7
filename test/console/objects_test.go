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

package console

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// newNamespace makes a namespace for one test, so that tests do not see each other's incidents.
func newNamespace(t testing.TB) string {
	t.Helper()
	namespace := &corev1.Namespace{}
	namespace.GenerateName = "test-"
	if err := world.admin.Create(context.Background(), namespace); err != nil {
		t.Fatal(err)
	}
	return namespace.Name
}

func as(t testing.TB, user string) client.WithWatch {
	t.Helper()
	c, err := world.client(user)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// anIncident creates an incident as alice, with alerts of its own.
func anIncident(t testing.TB, namespace, name string, alerts int, change ...func(*v1alpha1.Incident)) {
	t.Helper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = namespace, name
	for _, set := range change {
		set(incident)
	}
	if err := as(t, alice).Create(context.Background(), incident); err != nil {
		t.Fatal(err)
	}
	for i := range alerts {
		anAlert(t, namespace, fmt.Sprintf("%s-%d", name, i), name)
	}
}

func anAlert(t testing.TB, namespace, name, incident string, change ...func(*v1alpha1.Alert)) {
	t.Helper()
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = namespace, name
	alert.Spec.Name = "Suspicious PowerShell command line"
	alert.Spec.Severity, alert.Spec.Category = v1alpha1.SeverityHigh, "Execution"
	alert.Spec.IncidentRef.Name = incident
	alert.Spec.Source.Service = "Falco"
	alert.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "web-1", Role: v1alpha1.EvidenceAffected}}
	for _, set := range change {
		set(alert)
	}
	if err := as(t, alice).Create(context.Background(), alert); err != nil {
		t.Fatal(err)
	}
}

// get reads an incident as it is now.
func get(t testing.TB, namespace, name string) *v1alpha1.Incident {
	t.Helper()
	incident := &v1alpha1.Incident{}
	if err := world.admin.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: name}, incident); err != nil {
		t.Fatal(err)
	}
	return incident
}

// edit changes an incident as a user, whatever the operator writes at the same time.
func edit(t testing.TB, user, namespace, name string, change func(*v1alpha1.Incident)) {
	t.Helper()
	incident := get(t, namespace, name)
	before := client.MergeFrom(incident.DeepCopy())
	change(incident)
	if err := as(t, user).Patch(context.Background(), incident, before); err != nil {
		t.Fatal(err)
	}
}

// settle waits until the operator has come to rest with an incident.
func settle(t testing.TB, namespace, name string, done func(*v1alpha1.Incident) bool) *v1alpha1.Incident {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		incident := get(t, namespace, name)
		if incident.Status.ObservedGeneration >= incident.Generation && done(incident) {
			return incident
		}
		if time.Now().After(deadline) {
			t.Fatalf("never so: %+v", incident.Status)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// stages are the alerts of a staged attack.
var stages = []struct {
	category, title, service string
	severity                 v1alpha1.Severity
	techniques               []v1alpha1.Technique
	count                    int
}{
	{"InitialAccess", "Suspicious sign-in from an anonymous address", "Entra ID Protection", v1alpha1.SeverityMedium, []v1alpha1.Technique{"T1078", "T1078.004"}, 3},
	{"Execution", "Suspicious PowerShell command line", "Defender for Endpoint", v1alpha1.SeverityMedium, []v1alpha1.Technique{"T1059.001"}, 6},
	{"Persistence", "Scheduled task created by an office program", "Defender for Endpoint", v1alpha1.SeverityLow, []v1alpha1.Technique{"T1053.005"}, 2},
	{"CredentialAccess", "Credentials dumped from LSASS memory", "Defender for Endpoint", v1alpha1.SeverityHigh, []v1alpha1.Technique{"T1003.001"}, 4},
	{"LateralMovement", "Remote service created over SMB", "Defender for Endpoint", v1alpha1.SeverityHigh, []v1alpha1.Technique{"T1021.002"}, 5},
	{"Exfiltration", "Unusual volume of data sent to a new address", "Falco", v1alpha1.SeverityHigh, []v1alpha1.Technique{"T1048"}, 2},
	{"Impact", "Ransomware behavior blocked", "Defender for Endpoint", v1alpha1.SeverityCritical, []v1alpha1.Technique{"T1486"}, 1},
}

// stagedAttack creates an incident of that name with the alerts of an attack that went on for some hours.
func stagedAttack(t testing.TB, namespace string, change ...func(*v1alpha1.Incident)) {
	t.Helper()
	const name = "staged-attack"
	anIncident(t, namespace, name, 0, change...)
	began := time.Now().Add(-7 * time.Hour)
	for i, stage := range stages {
		for n := range stage.count {
			anAlert(t, namespace, fmt.Sprintf("%s-%s-%d", name, strings.ToLower(stage.category), n), name, func(alert *v1alpha1.Alert) {
				at := metav1.NewTime(began.Add(time.Duration(i)*time.Hour + time.Duration(n*11)*time.Minute).Truncate(time.Second))
				alert.Spec.Name, alert.Spec.Category, alert.Spec.Severity = stage.title, stage.category, stage.severity
				alert.Spec.Techniques, alert.Spec.Source.Service = stage.techniques, stage.service
				alert.Spec.FirstActivityTime, alert.Spec.LastActivityTime = &at, &at
				alert.Spec.Description = "The process tree and the command line do not fit what this host does on other days."
				alert.Spec.URL = "https://security.example.com/alerts/42"
				alert.Spec.Evidence = []v1alpha1.Evidence{
					{Kind: v1alpha1.EvidenceDevice, Name: fmt.Sprintf("fin-ws-%02d", 1+(i+n)%5), Role: v1alpha1.EvidenceAffected},
					{Kind: v1alpha1.EvidenceUser, Name: "CONTOSO\\j.doe", Role: v1alpha1.EvidenceAffected},
					{Kind: v1alpha1.EvidenceIP, Name: fmt.Sprintf("203.0.113.%d", 10+i), Role: v1alpha1.EvidenceAttacker},
					{Kind: v1alpha1.EvidenceProcess, Name: "powershell.exe -enc SQBFAFgA", Role: v1alpha1.EvidenceContextual},
				}
			})
		}
	}
}
