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

package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Detectors spell one thing differently; it is found under the spelling of the incident that is looked at.
func TestElsewhere(t *testing.T) {
	alert := func(incident string, names ...string) v1alpha1.Alert {
		a := v1alpha1.Alert{}
		a.Spec.IncidentRef.Name = incident
		for _, name := range names {
			a.Spec.Evidence = append(a.Spec.Evidence, v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: name, Namespace: "Payments"})
		}
		return a
	}
	likeness := LikenessOf([]v1alpha1.Alert{alert("own", "Web-1", "web-2", "alone"), alert("own", "WEB-1")})
	for _, other := range []v1alpha1.Alert{
		alert("b", "web-1"), alert("b", "WEB-1"), alert("a", "WEB-1", "WEB-2"), alert("closed", "web-1", "web-2"), alert("", "web-1"), alert("c", "other"),
	} {
		likeness.Add(&other)
	}
	open := func(incident string) bool { return incident != "" && incident != "closed" }
	want := []Elsewhere{
		{v1alpha1.EvidenceDevice, "Web-1", "Payments", []string{"a", "b"}},
		{v1alpha1.EvidenceDevice, "web-2", "Payments", []string{"a"}},
	}
	if diff := cmp.Diff(want, ElsewhereOf(likeness.Found(), open)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
