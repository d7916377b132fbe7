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
)

var _ = Describe("AlertSource", func() {
	const (
		falco    = `format: Falco, `
		duration = "expireAfter must be 1m to 8760h"
	)
	many := func(n int, form string) string {
		var items []string
		for i := range n {
			items = append(items, strings.ReplaceAll(form, "#", strings.Repeat("a", i+1)))
		}
		return strings.Join(items, ", ")
	}

	DescribeTable("is accepted",
		func(ctx SpecContext, spec string) { accepted(ctx, alertSource, "spec: {"+spec+"}") },
		Entry("with a format alone", `format: AlertmanagerAPI`),
		Entry("with fields of identity", falco+`identityLabels: [rule, "k8s.pod.name|hostname"]`),
		Entry("with the most and longest fields", falco+`identityLabels: [`+many(15, "#")+`, "`+strings.Repeat("b", 256)+`"]`),
		Entry("with words of severity", falco+`severityMap: {sev1: Critical, "Sehr schlimm": High}`),
		Entry("with the most words", falco+`severityMap: {`+many(64, "#: Low")+`}`),
		Entry("with defaults", falco+`defaults: {tags: [Runtime, 勒索軟件], category: Execution, service: "Falco (edge) 2.0"}`),
		Entry("with an expression", falco+`drop: 'alert.spec.severity == "Low"'`),
		Entry("with the shortest life", falco+`expireAfter: 1m`),
		Entry("with the longest life", falco+`expireAfter: 8760h`),
		Entry("with a rate", falco+`rateLimit: {perSecond: 10}`),
		Entry("with a burst", falco+`rateLimit: {perSecond: 10000, burst: 100000}`),
		Entry("suspended", falco+`suspend: true`),
	)

	DescribeTable("is refused",
		func(ctx SpecContext, spec, field, message string) {
			refused(ctx, alertSource, "spec: {"+spec+"}", field, message)
		},
		Entry("without a format", ``, "spec.format", "Required value"),
		Entry("with a format that nobody knows", `format: Splunk`, "spec.format", "Unsupported value"),
		Entry("with a format in other letters", `format: falco`, "spec.format", "Unsupported value"),
		Entry("with an empty field of identity", falco+`identityLabels: [""]`, "spec.identityLabels[0]", "should be at least 1 chars long"),
		Entry("with a field that is too long", falco+`identityLabels: ["`+strings.Repeat("b", 257)+`"]`, "spec.identityLabels[0]", "Too long"),
		Entry("with too many fields", falco+`identityLabels: [`+many(17, "#")+`]`, "spec.identityLabels", "must have at most 16 items"),
		Entry("with a field twice", falco+`identityLabels: [a, a]`, "spec.identityLabels[1]", "Duplicate value"),
		Entry("with a severity that is none", falco+`severityMap: {sev1: Fatal}`, "spec.severityMap.sev1", "Unsupported value"),
		Entry("with an empty word", falco+`severityMap: {"": Low}`, "spec.severityMap", "severityMap must have words of 1 to 64 characters"),
		Entry("with a word that is too long", falco+`severityMap: {`+strings.Repeat("b", 65)+`: Low}`, "spec.severityMap", "severityMap must have words of 1 to 64 characters"),
		Entry("with too many words", falco+`severityMap: {`+many(65, "#: Low")+`}`, "spec.severityMap", "must have at most 64 items"),
		Entry("with a tag twice", falco+`defaults: {tags: [HR, hr]}`, "spec.defaults.tags", "tags must differ in more than the case of ASCII letters"),
		Entry("with a category of two words", falco+`defaults: {category: Initial access}`, "spec.defaults.category", "category must be one word in UpperCamelCase"),
		Entry("with a service that cannot be seen", falco+`defaults: {service: "a\u200bb"}`, "spec.defaults.service", "service must begin and end with a letter or digit"),
		Entry("with an expression that is too long", falco+`drop: "`+texts(4097)+`"`, "spec.drop", "Too long"),
		Entry("with too short a life", falco+`expireAfter: 59s`, "spec.expireAfter", duration),
		Entry("with too long a life", falco+`expireAfter: 8761h`, "spec.expireAfter", duration),
		Entry("with a life that is none", falco+`expireAfter: soon`, "spec.expireAfter", "must be of type duration"),
		Entry("with a rate of nothing", falco+`rateLimit: {perSecond: 0}`, "spec.rateLimit.perSecond", "should be greater than or equal to 1"),
		Entry("with a burst alone", falco+`rateLimit: {burst: 5}`, "spec.rateLimit.perSecond", "Required value"),
	)

	It("is refused with a name that is too long for a label", func(ctx SpecContext) {
		name := strings.Repeat("a", 64)
		Expect(cluster.Create(ctx, manifest(alertSource, "{metadata: {name: "+name+"}, spec: {format: Falco}}"))).
			To(MatchError(ContainSubstring("metadata.name must be at most 63 characters")))
	})

	It("is printed so that it says whether anything comes in", func(ctx SpecContext) {
		place := newNamespace(ctx)
		object := manifest(alertSource, `{metadata: {name: falco}, spec: {format: Falco}}`)
		object.SetNamespace(place)
		Expect(cluster.Create(ctx, object)).To(Succeed())
		Expect(mergeStatus(ctx, object, `status: {lastReceivedTime: "2016-07-01T12:00:00Z", received: 13, stored: 12, refused: 1,
			conditions: [{type: Ready, status: "True", reason: Receiving, message: "", lastTransitionTime: "2016-07-01T12:00:00Z"}]}`)).To(Succeed())
		table := printed(ctx, place, "alertsources")
		Expect(columns(table, false)).To(Equal("NAME FORMAT READY LAST-RECEIVED STORED REFUSED"))
		Expect(table.Rows[0].Cells[:3]).To(HaveExactElements("falco", "Falco", "True"))
		Expect(table.Rows[0].Cells[4:6]).To(HaveExactElements(BeEquivalentTo(12), BeEquivalentTo(1)))
	})
})
