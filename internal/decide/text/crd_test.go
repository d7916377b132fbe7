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

package text_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// The API server decides by copies of the patterns. A field that is missing here, or goes by another pattern, lets in what
// everything behind the API takes for refused.
func TestTheAPIGoesByThePatterns(t *testing.T) {
	const line, prose = "self.matches(r'" + text.LinePattern + "')", "self.matches(r'" + text.ProsePattern + "')"
	for kind, want := range map[string]map[string]string{
		"incidents": {
			".spec.name": line, ".spec.assignee": line, ".spec.tags[]": line, ".spec.description": prose, ".spec.resolution.note": prose,
		},
		"alerts": {
			".spec.name": line, ".spec.assignee": line, ".spec.tags[]": line, ".spec.source.service": line, ".spec.source.detector": line,
			".spec.description": prose, ".spec.resolution.note": prose,
		},
		"comments": {".spec.text": prose},
	} {
		t.Run(kind, func(t *testing.T) {
			content, err := os.ReadFile(filepath.Join("..", "..", "..", "config", "crd", "bases", "incidentoperator.dev_"+kind+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			crd := &apiextensionsv1.CustomResourceDefinition{}
			if err := yaml.UnmarshalStrict(content, crd); err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			collect(got, "", crd.Spec.Versions[0].Schema.OpenAPIV3Schema, line, prose)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("rules by field (-want +got):\n%s", diff)
			}
		})
	}
}

// collect finds the rules that are one of the wanted ones.
func collect(found map[string]string, path string, schema *apiextensionsv1.JSONSchemaProps, wanted ...string) {
	for _, validation := range schema.XValidations {
		for _, rule := range wanted {
			if validation.Rule == rule {
				found[path] = rule
			}
		}
	}
	for name := range schema.Properties {
		child := schema.Properties[name]
		collect(found, path+"."+name, &child, wanted...)
	}
	if schema.Items != nil {
		collect(found, path+"[]", schema.Items.Schema, wanted...)
	}
}
