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
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var _ = Describe("Defaults", func() {
	for _, kind := range []string{incident, alert} {
		DescribeTable("of "+kind,
			func(ctx SpecContext, manifest string) {
				object := accepted(ctx, kind, manifest)
				Expect(text(object, "spec", "classification", "verdict")).To(Equal("NotSet"))
				Expect(text(object, "spec", "resolution", "state")).To(Equal("Active"))
				Expect(object.Object["spec"]).NotTo(HaveKey("assignee"), "unassigned must stay unset: a default would fight with server-side apply")
				Expect(object.Object).NotTo(HaveKey("status"))
			},
			Entry("without the parents", `spec: {}`),
			Entry("with empty parents", `spec: {classification: {}, resolution: {}}`),
			Entry("with null for parents", `spec: {classification: null, resolution: null}`),
			Entry("with null for fields", `spec: {classification: {verdict: null}, resolution: {state: null}}`),
			Entry("beside a note", `spec: {resolution: {note: Watching.}}`),
		)

		It("come back when "+kind+" loses them", func(ctx SpecContext) {
			object := accepted(ctx, kind, `spec: {classification: {verdict: FalsePositive}, resolution: {state: Resolved}}`)
			Expect(merge(ctx, object, `spec: {classification: null, resolution: null}`)).To(Succeed())
			Expect(text(object, "spec", "classification", "verdict")).To(Equal("NotSet"))
			Expect(text(object, "spec", "resolution", "state")).To(Equal("Active"))
		})
	}

	It("give an Incident without a spec one", func(ctx SpecContext) {
		for _, bare := range []string{``, `spec: null`} {
			object := accepted(ctx, incident, bare)
			Expect(text(object, "spec", "classification", "verdict")).To(Equal("NotSet"))
			Expect(text(object, "spec", "resolution", "state")).To(Equal("Active"))
		}
	})
})

func text(object *unstructured.Unstructured, path ...string) string {
	GinkgoHelper()
	value, found, err := unstructured.NestedString(object.Object, path...)
	Expect(err).NotTo(HaveOccurred())
	Expect(found).To(BeTrue(), "%v is unset", path)
	return value
}
