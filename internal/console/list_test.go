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
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// aUsualIncident is of the usual size, as it comes from the API server: each text for itself.
func aUsualIncident(t *testing.T, n int) *v1alpha1.Incident {
	t.Helper()
	at := metav1.Now()
	incident := anIncident(fmt.Sprintf("correlated-3b1f9c-%05d", n), func(i *v1alpha1.Incident) {
		i.CreationTimestamp, i.ResourceVersion = at, fmt.Sprint(100_000+n)
		i.Spec.Assignee, i.Spec.Tags = bob, []v1alpha1.Tag{"Crown Jewels: HR 2026", "Ransomware"}
		i.Spec.Description = "Began at a workstation of the finance department."
		i.Labels = map[string]string{"tag.incidentoperator.dev/crown-jewels-hr-2026-0123456789": "", "tag.incidentoperator.dev/ransomware": ""}
		i.Annotations = map[string]string{
			v1alpha1.LabelsAnnotation:                      `["tag.incidentoperator.dev/crown-jewels-hr-2026-0123456789","tag.incidentoperator.dev/ransomware"]`,
			v1alpha1.EditorAnnotationPrefix + "assignee":   bob + "@3",
			v1alpha1.EditorAnnotationPrefix + "resolution": bob + "@4",
			"incidentoperator.dev/notes":                   strings.Repeat("a note ", 100),
		}
		i.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "incident-operator", FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"` + strings.Repeat("f:x", 200) + `":{}}}`)}}
		total, active := int32(12), int32(3)
		i.Status = v1alpha1.IncidentStatus{
			State: v1alpha1.IncidentActive, Name: "Multi-stage incident involving Initial access & Impact on multiple endpoints", NameSource: v1alpha1.NameSourceAutomatic,
			AutomaticName: "Multi-stage incident involving Initial access & Impact on multiple endpoints", Severity: v1alpha1.SeverityHigh, ComputedSeverity: v1alpha1.SeverityHigh,
			Alerts: v1alpha1.AlertCounts{Total: &total, Active: &active, Summary: "3/12"}, Sources: []string{"Falco", "Defender for Endpoint"},
			Categories: []string{"InitialAccess", "Execution", "Impact"}, FirstActivityTime: &at, LastActivityTime: &at,
		}
		for _, kind := range []string{v1alpha1.ConditionPropagated, v1alpha1.ConditionResolutionHeld} {
			i.Status.Conditions = append(i.Status.Conditions, metav1.Condition{Type: kind, Status: metav1.ConditionTrue, Reason: "Complete", LastTransitionTime: at, Message: "every linked alert carries what the incident gives it"})
		}
	})
	encoded, err := json.Marshal(incident)
	if err != nil {
		t.Fatal(err)
	}
	decoded := &v1alpha1.Incident{}
	if err := json.Unmarshal(encoded, decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

// incidentBudget is how many bytes an incident may need in the memory of a session.
const incidentBudget = 2560

func TestIncidentsAreKeptSmall(t *testing.T) {
	const number = 5000
	kept := map[string]*query.Prepared{}
	for i := range number {
		incident := query.Prepare(slim(aUsualIncident(t, i)))
		kept[actions.KeyOf(incident)] = incident
	}
	if len(kept) != number {
		t.Errorf("%d are kept", len(kept))
	}
	with := heap()
	runtime.KeepAlive(kept) // Not any longer.
	without := heap()       // Right after the other: other tests left behind what goes on.
	each := (max(with, without) - without) / number
	t.Logf("%d bytes an incident", each)
	if each > incidentBudget {
		t.Errorf("an incident needs %d bytes, at most %d are to be", each, incidentBudget)
	}
}
