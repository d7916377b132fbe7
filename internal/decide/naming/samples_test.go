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

package naming

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var (
	endpointKinds = []v1alpha1.EvidenceKind{v1alpha1.EvidenceDevice, v1alpha1.EvidenceNode, v1alpha1.EvidencePod}
	userKinds     = []v1alpha1.EvidenceKind{v1alpha1.EvidenceUser, v1alpha1.EvidenceServiceAccount, v1alpha1.EvidenceMailbox}
)

// Incidents 38 and 55 get, from their real alerts, exactly the titles that Microsoft gave them.
//
// Incident 39 does not: Microsoft called it "Multi-stage incident involving Privilege escalation on multiple endpoints
// reported by multiple sources". Its 48 alerts bear eight tactics, from Initial access to Lateral movement, as those of
// incident 55 do from the same first to the same last, and Privilege escalation is neither. Nothing in the alerts tells
// why Microsoft named one tactic from the middle here and the two ends there, so the rule that holds for the others
// holds for this one too, and it gets the same name as 55.
func TestSampleIncidents(t *testing.T) {
	for name, tc := range map[string]struct {
		file string
		want string
	}{
		"38, as Microsoft named it": {
			file: "incident-38.yaml",
			want: "Multi-stage incident involving Defense evasion & Discovery on one endpoint",
		},
		"55, as Microsoft named it": {
			file: "incident-55.yaml",
			want: "Multi-stage incident involving Initial access & Lateral movement on multiple endpoints reported by multiple sources",
		},
		"39, by first and last tactic where Microsoft named the Privilege escalation between them": {
			file: "incident-39.yaml",
			want: "Multi-stage incident involving Initial access & Lateral movement on multiple endpoints reported by multiple sources",
		},
	} {
		t.Run(name, func(t *testing.T) {
			alerts := sampleAlerts(t, tc.file)
			if diff := cmp.Diff(tc.want, Automatic(factsOf(alerts))); diff != "" {
				t.Errorf("the name of the %d alerts of %s (-want +got):\n%s", len(alerts), tc.file, diff)
			}
		})
	}
}

// What the comment above says of incident 39 holds of its alerts.
func TestSampleIncident39BearsTacticsOnBothSidesOfMicrosoftsTitle(t *testing.T) {
	want := []string{
		"InitialAccess", "Execution", "Persistence", "PrivilegeEscalation", "DefenseEvasion", "CredentialAccess",
		"Discovery", "LateralMovement", "Malware", "SuspiciousActivity",
	}
	if diff := cmp.Diff(want, distinct(factsOf(sampleAlerts(t, "incident-39.yaml")).Categories)); diff != "" {
		t.Errorf("categories of incident 39 (-want +got):\n%s", diff)
	}
}

func sampleAlerts(t *testing.T, file string) []v1alpha1.AlertSpec {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "samples", file))
	if err != nil {
		t.Fatal(err)
	}
	var specs []v1alpha1.AlertSpec
	for _, document := range bytes.Split(content, []byte("\n---\n"))[1:] {
		var alert v1alpha1.Alert
		if err := yaml.Unmarshal(document, &alert); err != nil {
			t.Fatalf("decoding %s: %v", file, err)
		}
		if alert.Kind == "Alert" {
			specs = append(specs, alert.Spec)
		}
	}
	if len(specs) == 0 {
		t.Fatalf("%s holds no alerts", file)
	}
	return specs
}

func factsOf(alerts []v1alpha1.AlertSpec) Facts {
	var endpoints, users []string
	titles, sources := make([]string, 0, len(alerts)), make([]string, 0, len(alerts))
	facts := Facts{Alerts: len(alerts)}
	for _, alert := range alerts {
		titles = append(titles, alert.Name)
		sources = append(sources, alert.Source.Service)
		facts.Categories = append(facts.Categories, alert.Category)
		for _, e := range alert.Evidence {
			key := strings.Join([]string{string(e.Kind), e.Namespace, e.Name}, "/")
			switch {
			case slices.Contains(endpointKinds, e.Kind):
				endpoints = append(endpoints, key)
			case slices.Contains(userKinds, e.Kind):
				users = append(users, key)
			}
		}
	}
	if count(titles) == 1 {
		facts.Title = titles[0]
	}
	facts.Endpoints, facts.Users, facts.Sources = count(endpoints), count(users), count(sources)
	return facts
}

// count is the number of distinct keys.
func count(keys []string) int {
	slices.Sort(keys)
	return len(slices.Compact(keys))
}
