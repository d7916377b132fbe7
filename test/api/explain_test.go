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

package api_test

import (
	"os"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// explainWidth is where kubectl explain breaks lines. It keeps the breaks of a comment and adds its own, so a comment of
// longer lines reads ragged.
const explainWidth = 76

var _ = DescribeTable("kubectl explain reads well",
	func(file string) {
		crd := &apiextensionsv1.CustomResourceDefinition{}
		content, err := os.ReadFile(filepath.Join("..", "..", "config", "crd", "bases", file))
		Expect(err).NotTo(HaveOccurred())
		Expect(yaml.UnmarshalStrict(content, crd)).To(Succeed())
		root := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		for _, part := range []string{"spec", "status"} {
			field, found := root.Properties[part]
			if !found && part == "status" {
				continue // An entry of the log has none.
			}
			explained(&field, part)
		}
	},
	Entry(nil, "incidentoperator.dev_incidents.yaml"),
	Entry(nil, "incidentoperator.dev_alerts.yaml"),
	Entry(nil, "incidentoperator.dev_comments.yaml"),
	Entry(nil, "incidentoperator.dev_activities.yaml"),
	Entry(nil, "incidentoperator.dev_alertsources.yaml"),
	Entry(nil, "incidentoperator.dev_correlationpolicies.yaml"),
	Entry(nil, "incidentoperator.dev_suppressionrules.yaml"),
)

// explained checks a field and those below it. Conditions and selectors are Kubernetes' own.
func explained(schema *apiextensionsv1.JSONSchemaProps, path string) {
	GinkgoHelper()
	name := path[strings.LastIndex(path, ".")+1:]
	Expect(schema.Description).To(HavePrefix(name+" "), "%s must say what it is", path)
	for line := range strings.SplitSeq(schema.Description, "\n") {
		Expect(len([]rune(line))).To(BeNumerically("<=", explainWidth), "%s: %q is too wide", path, line)
	}
	properties := schema.Properties
	if schema.Items != nil {
		properties = schema.Items.Schema.Properties
	}
	if name == "conditions" || name == "alertSelector" {
		return
	}
	for child := range properties {
		field := properties[child]
		explained(&field, path+"."+child)
	}
}
