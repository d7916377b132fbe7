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

package v1alpha1_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// field is the schema of a field in the CRD of a kind.
func field(t *testing.T, kinds string, path ...string) apiextensionsv1.JSONSchemaProps {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "config", "crd", "bases", "incidentoperator.dev_"+kinds+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(content, crd); err != nil {
		t.Fatal(err)
	}
	schema := *crd.Spec.Versions[0].Schema.OpenAPIV3Schema
	for _, name := range path {
		if schema.Items != nil {
			schema = *schema.Items.Schema
		}
		child, found := schema.Properties[name]
		if !found {
			t.Fatalf("%s has no %v", kinds, path)
		}
		schema = child
	}
	return schema
}

// values are those that a field may have.
func values(t *testing.T, kinds string, path ...string) []string {
	t.Helper()
	var all []string
	for _, value := range field(t, kinds, path...).Enum {
		var text string
		if err := yaml.Unmarshal(value.Raw, &text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	return all
}

func texts[T ~string](all []T) []string {
	var texts []string
	for _, one := range all {
		texts = append(texts, string(one))
	}
	return texts
}

func TestListsHoldWhatTheAPITakes(t *testing.T) {
	determinations := []v1alpha1.Determination{}
	for _, verdict := range v1alpha1.Verdicts() {
		determinations = append(determinations, verdict.Determinations()...)
	}
	slices.Sort(determinations)
	known := values(t, "incidents", "spec", "classification", "determination")
	slices.Sort(known)
	for name, test := range map[string]struct{ listed, known []string }{
		"severities":     {texts(v1alpha1.Severities()), values(t, "incidents", "spec", "severity")},
		"verdicts":       {texts(v1alpha1.Verdicts()), values(t, "alerts", "spec", "classification", "verdict")},
		"determinations": {texts(slices.Compact(determinations)), known},
		"states":         {texts(v1alpha1.IncidentStates()), values(t, "incidents", "status", "state")},
	} {
		if diff := cmp.Diff(test.known, test.listed); diff != "" {
			t.Errorf("%s (-API +listed):\n%s", name, diff)
		}
	}
}

func TestRank(t *testing.T) {
	for severity, want := range map[v1alpha1.Severity]int{"": 0, "Severe": 0, "Informational": 1, "Low": 2, "Medium": 3, "High": 4, "Critical": 5} {
		if got := severity.Rank(); got != want {
			t.Errorf("rank of %q is %d, want %d", severity, got, want)
		}
	}
}

func TestEvidenceThatCounts(t *testing.T) {
	var endpoints, users []string
	for _, kind := range values(t, "alerts", "spec", "evidence", "kind") {
		if v1alpha1.EvidenceKind(kind).IsEndpoint() {
			endpoints = append(endpoints, kind)
		}
		if v1alpha1.EvidenceKind(kind).IsUser() {
			users = append(users, kind)
		}
	}
	if diff := cmp.Diff([]string{"Device", "Node", "Pod"}, endpoints); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"User", "ServiceAccount", "Mailbox"}, users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
}

func TestBoundOfAssignees(t *testing.T) {
	for _, kinds := range []string{"incidents", "alerts"} {
		if bound := field(t, kinds, "spec", "assignee").MaxLength; bound == nil || *bound != v1alpha1.MaxAssigneeCharacters {
			t.Errorf("%s take an assignee of %v characters", kinds, bound)
		}
	}
}

func TestKindsAreThoseOfTheScheme(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	for _, kind := range v1alpha1.Kinds() {
		if !scheme.Recognizes(v1alpha1.GroupVersion.WithKind(kind)) || !scheme.Recognizes(v1alpha1.GroupVersion.WithKind(kind+"List")) {
			t.Errorf("the scheme does not know %s", kind)
		}
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "config", "crd", "bases", "*.yaml"))
	if err != nil || len(files) != len(v1alpha1.Kinds()) {
		t.Errorf("there are %d CRDs for %d kinds (%v)", len(files), len(v1alpha1.Kinds()), err)
	}
}

func TestIdentityOf(t *testing.T) {
	incident := &v1alpha1.Incident{}
	incident.Name, incident.UID = "inc-1", "0c39b078"
	if got, want := v1alpha1.IdentityOf(incident), (v1alpha1.ActivityIncident{Name: "inc-1", UID: "0c39b078"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}
