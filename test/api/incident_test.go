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
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const objectName = "name must be the name of an Incident: lower-case letters, digits, '-' and '.', with a letter or digit at both ends"

var _ = Describe("Incident", func() {
	DescribeTable("is accepted",
		func(ctx SpecContext, manifest string) { accepted(ctx, incident, manifest) },
		Entry("without a spec", ``),
		Entry("with an empty spec", `spec: {}`),
		Entry("with a name in any script", `spec: {name: "勒索軟件 on 👩\u200d💻 laptops"}`),
		Entry("with an empty name", `spec: {name: ""}`),
		Entry("with the longest name", `spec: {name: "`+texts(256)+`"}`),
		Entry("with the longest description", `spec: {description: "`+texts(5000)+`"}`),
		Entry("with a description of several lines", `spec: {description: "What we know:\n\t- nothing"}`),
		Entry("with the lowest severity", `spec: {severity: Informational}`),
		Entry("with a low severity", `spec: {severity: Low}`),
		Entry("with a medium severity", `spec: {severity: Medium}`),
		Entry("with a high severity", `spec: {severity: High}`),
		Entry("with the highest severity", `spec: {severity: Critical}`),
		Entry("merging into another", `{metadata: {name: merging}, spec: {mergeInto: {name: merging-2}}}`),
		Entry("merging into one with dots", `spec: {mergeInto: {name: inc.2026.7}}`),
		Entry("merging into one of the longest name", `spec: {mergeInto: {name: `+strings.Repeat("a", 253)+`}}`),
	)

	DescribeTable("is refused",
		func(ctx SpecContext, manifest, field, message string) {
			refused(ctx, incident, manifest, field, message)
		},
		Entry("with a name of spaces", `spec: {name: "  "}`, "spec.name", "name"+mustBeLine),
		Entry("with a name that nobody can see", `spec: {name: "\u3000\u200b"}`, "spec.name", "name"+mustBeLine),
		Entry("with a space before its name", `spec: {name: " Ours"}`, "spec.name", "name"+mustBeLine),
		Entry("with a name of two lines", `spec: {name: "Ours\nYours"}`, "spec.name", "name"+mustBeLine),
		Entry("with a name too long", `spec: {name: "`+texts(257)+`"}`, "spec.name", "Too long: may not be more than 256"),
		Entry("with a name of 10,000 characters", `spec: {name: "`+texts(10000)+`"}`, "spec.name", "Too long: may not be more than 256"),
		Entry("with a description too long", `spec: {description: "`+texts(5001)+`"}`, "spec.description", "Too long: may not be more than 5000"),
		Entry("with an unknown severity", `spec: {severity: Severe}`, "spec.severity",
			`Unsupported value: "Severe": supported values: "Informational", "Low", "Medium", "High", "Critical"`),
		Entry("merging into nothing", `spec: {mergeInto: {}}`, "spec.mergeInto.name", "Required value"),
		Entry("merging into an empty name", `spec: {mergeInto: {name: ""}}`, "spec.mergeInto.name", objectName),
		Entry("merging into upper case", `spec: {mergeInto: {name: Inc-1}}`, "spec.mergeInto.name", objectName),
		Entry("merging into another namespace", `spec: {mergeInto: {name: other/inc-1}}`, "spec.mergeInto.name", objectName),
		Entry("merging into a name that ends badly", `spec: {mergeInto: {name: inc-}}`, "spec.mergeInto.name", objectName),
		Entry("merging into a name too long", `spec: {mergeInto: {name: `+strings.Repeat("a", 254)+`}}`,
			"spec.mergeInto.name", "Too long: may not be more than 253"),
		Entry("merging into itself", `{metadata: {name: self}, spec: {mergeInto: {name: self}}}`,
			"spec.mergeInto.name", "mergeInto.name must name another incident than itself"),
	)

	DescribeTable("takes text and nothing else", takesLines(incident),
		Entry("for its name", `name: %s`, "spec.name", "name"),
	)
	DescribeTable("takes text of several lines", takesProse(incident),
		Entry("for its description", `description: %s`, "spec.description", "description"),
	)

	It("refuses to begin to merge into itself", func(ctx SpecContext) {
		object := accepted(ctx, incident, `{metadata: {name: self-later}}`)
		expectRefusal(merge(ctx, object, `spec: {mergeInto: {name: self-later}}`),
			"spec.mergeInto.name", "mergeInto.name must name another incident than itself")
	})

	Context("with a merge", func() {
		const (
			stays  = "mergeInto must stay as it is: the merge was accepted, and alerts have moved or are about to"
			merged = `status: {mergedInto: {name: inc-2, uid: "0"}}`
		)
		merging := func(ctx SpecContext) *unstructured.Unstructured {
			GinkgoHelper()
			return accepted(ctx, incident, `spec: {name: Ours, mergeInto: {name: inc-2}}`)
		}

		DescribeTable("lets it be changed, taken back and asked for again before it is accepted",
			func(ctx SpecContext, status string) {
				object := merging(ctx)
				if status != "" {
					Expect(mergeStatus(ctx, object, status)).To(Succeed())
				}
				for _, target := range []string{`{name: inc-3}`, `null`, `{name: inc-4}`} {
					Expect(merge(ctx, object, `spec: {mergeInto: `+target+`}`)).To(Succeed(), target)
				}
				Expect(text(object, "spec", "mergeInto", "name")).To(Equal("inc-4"))
				Expect(merge(ctx, object, `spec: null`)).To(Succeed())
				Expect(object.Object["spec"]).NotTo(HaveKey("mergeInto"))
			},
			Entry("without a status", ``),
			Entry("with a status that says nothing of a merge", `status: {state: Active}`),
			Entry("with a refused merge", `status: {conditions: [{type: Merged, status: "False", reason: TargetNotFound, message: "", lastTransitionTime: "2026-07-01T12:00:00Z"}]}`),
		)

		DescribeTable("keeps it once it is accepted",
			func(ctx SpecContext, change string) {
				object := merging(ctx)
				Expect(mergeStatus(ctx, object, merged)).To(Succeed())
				expectRefusal(merge(ctx, object.DeepCopy(), change), "spec.mergeInto", stays)
				Expect(mergeStatus(ctx, object, `status: {state: Redirected, redirectedTo: inc-3}`)).To(Succeed())
				expectRefusal(merge(ctx, object.DeepCopy(), change), "spec.mergeInto", stays)
				Expect(merge(ctx, object, `spec: {name: Renamed}`)).To(Succeed())
				Expect(text(object, "spec", "mergeInto", "name")).To(Equal("inc-2"))
			},
			Entry("against another", `spec: {mergeInto: {name: inc-3}}`),
			Entry("against removal", `spec: {mergeInto: null}`),
			Entry("against removal of the spec", `spec: null`),
			Entry("against another beside other edits", `{metadata: {labels: {touched: "yes"}}, spec: {name: Renamed, mergeInto: {name: inc-3}}}`),
			Entry("against removal beside other edits", `spec: {name: Renamed, mergeInto: null}`),
		)

		It("lets everything else change once it is accepted", func(ctx SpecContext) {
			object := merging(ctx)
			Expect(mergeStatus(ctx, object, merged)).To(Succeed())
			for _, change := range []string{
				`metadata: {labels: {touched: "yes"}, annotations: {example.com/note: x}}`,
				`spec: {name: Renamed, severity: High, assignee: alice@example.com, tags: [a], mergeInto: {name: inc-2}}`,
				`spec: {classification: {verdict: FalsePositive}, resolution: {state: Resolved}, description: d}`,
				`spec: {name: null, severity: null, assignee: null, tags: null}`,
			} {
				Expect(merge(ctx, object, change)).To(Succeed(), change)
			}
			Expect(mergeStatus(ctx, object, `status: {state: Redirected, redirectedTo: inc-2}`)).To(Succeed())
			Expect(text(object, "spec", "mergeInto", "name")).To(Equal("inc-2"))
			Expect(text(object, "status", "mergedInto", "uid")).To(Equal("0"))
		})
	})

	It("lets a name, a severity and an assignee be given and taken back", func(ctx SpecContext) {
		object := accepted(ctx, incident, `spec: {name: Ours, severity: High, assignee: alice@example.com}`)
		Expect(merge(ctx, object, `spec: {name: null, severity: null, assignee: null}`)).To(Succeed())
		Expect(object.Object["spec"]).To(And(Not(HaveKey("name")), Not(HaveKey("severity")), Not(HaveKey("assignee"))))
	})
})
