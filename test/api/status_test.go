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
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

const condition = `{type: Propagated, status: "True", reason: AlertsUpToDate, message: "", lastTransitionTime: "2026-07-01T12:00:00Z"}`

// The status has bounds, too. The operator must cut what it writes to them, so they are stated here.
var _ = Describe("Status", func() {
	DescribeTable("of Incident is accepted",
		func(ctx SpecContext, status string) {
			Expect(mergeStatus(ctx, accepted(ctx, incident, ``), "status: {"+status+"}")).To(Succeed())
		},
		Entry("active", `state: Active`),
		Entry("in progress", `state: InProgress`),
		Entry("resolved", `state: Resolved, resolvedTime: "2026-07-01T12:00:00Z"`),
		Entry("redirected", `state: Redirected`),
		Entry("with names at their bounds", `name: "`+texts(512)+`", automaticName: "`+texts(512)+`"`),
		Entry("with a person's name", `nameSource: User`),
		Entry("with an automatic name", `nameSource: Automatic`),
		Entry("with a retained name", `nameSource: Retained`),
		Entry("with severities", `severity: Critical, computedSeverity: Informational`),
		Entry("with the most tags", `tags: `+items(256, `{tag: "`+texts(128)+`", label: "`+strings.Repeat("a", 317)+`"}`)),
		Entry("with summaries at their bounds", `tagSummary: "`+texts(256)+`", sourceSummary: "`+texts(256)+`"`),
		Entry("with zero alerts", `alerts: {total: 0, active: 0, resolved: 0, summary: 0/0}, endpoints: 0, users: 0, tagCount: 0, sourceCount: 0, categoryCount: 0`),
		Entry("with the most sources", `sources: `+items(32, `"`+texts(128)+`"`)),
		Entry("with the most categories", `categories: `+items(32, `"`+texts(64)+`"`)),
		Entry("merged into another", `mergedInto: {name: inc-2, uid: "0"}, redirectedTo: inc-3`),
		Entry("merged into one at the bounds", `mergedInto: {name: `+strings.Repeat("a", 253)+`, uid: "`+texts(128)+`"}, redirectedTo: `+strings.Repeat("a", 253)),
		Entry("with a condition", `observedGeneration: 1, conditions: [`+condition+`]`),
	)

	DescribeTable("of Incident is refused",
		func(ctx SpecContext, status, field, message string) {
			expectRefusal(mergeStatus(ctx, accepted(ctx, incident, ``), "status: {"+status+"}"), field, message)
		},
		Entry("in an unknown state", `state: Closed`, "status.state",
			`Unsupported value: "Closed": supported values: "Active", "InProgress", "Resolved", "Redirected"`),
		Entry("with a name too long", `name: "`+texts(513)+`"`, "status.name", "Too long: may not be more than 512"),
		Entry("with an empty name", `name: ""`, "status.name", "should be at least 1 chars long"),
		Entry("with an automatic name too long", `automaticName: "`+texts(513)+`"`, "status.automaticName", "Too long: may not be more than 512"),
		Entry("with a name from elsewhere", `nameSource: Git`, "status.nameSource",
			`Unsupported value: "Git": supported values: "User", "Automatic", "Kept", "Retained"`),
		Entry("with an unknown severity", `severity: Severe`, "status.severity", `Unsupported value: "Severe"`),
		Entry("with an unknown computed severity", `computedSeverity: Severe`, "status.computedSeverity", `Unsupported value: "Severe"`),
		Entry("with too many tags", `tags: `+items(257, `{tag: a, label: a}`), "status.tags", "Too many: 257: must have at most 256 items"),
		Entry("with a tag without a label", `tags: [{tag: a}]`, "status.tags[0].label", "Required value"),
		Entry("with a tag too long", `tags: [{tag: "`+texts(129)+`", label: a}]`, "status.tags[0].tag", "Too long: may not be more than 128"),
		Entry("with a label too long", `tags: [{tag: a, label: "`+texts(318)+`"}]`, "status.tags[0].label", "Too long: may not be more than 317"),
		Entry("with a negative number of tags", `tagCount: -1`, "status.tagCount", "should be greater than or equal to 0"),
		Entry("with tags summed up at too great length", `tagSummary: "`+texts(257)+`"`, "status.tagSummary", "Too long: may not be more than 256"),
		Entry("with a negative number of alerts", `alerts: {total: -1}`, "status.alerts.total", "should be greater than or equal to 0"),
		Entry("with a negative number of active alerts", `alerts: {active: -1}`, "status.alerts.active", "should be greater than or equal to 0"),
		Entry("with a negative number of resolved alerts", `alerts: {resolved: -1}`, "status.alerts.resolved", "should be greater than or equal to 0"),
		Entry("with alerts summed up at too great length", `alerts: {summary: "`+texts(33)+`"}`, "status.alerts.summary", "Too long: may not be more than 32"),
		Entry("with a negative number of endpoints", `endpoints: -1`, "status.endpoints", "should be greater than or equal to 0"),
		Entry("with a negative number of users", `users: -1`, "status.users", "should be greater than or equal to 0"),
		Entry("with too many sources", `sources: `+items(33, "a#"), "status.sources", "Too many: 33: must have at most 32 items"),
		Entry("with a source too long", `sources: ["`+texts(129)+`"]`, "status.sources[0]", "Too long: may not be more than 128"),
		Entry("with a negative number of sources", `sourceCount: -1`, "status.sourceCount", "should be greater than or equal to 0"),
		Entry("with sources summed up at too great length", `sourceSummary: "`+texts(257)+`"`, "status.sourceSummary", "Too long: may not be more than 256"),
		Entry("with too many categories", `categories: `+items(33, "A#"), "status.categories", "Too many: 33: must have at most 32 items"),
		Entry("with a category too long", `categories: ["`+texts(65)+`"]`, "status.categories[0]", "Too long: may not be more than 64"),
		Entry("with a negative number of categories", `categoryCount: -1`, "status.categoryCount", "should be greater than or equal to 0"),
		Entry("merged into no name", `mergedInto: {uid: "0"}`, "status.mergedInto.name", "Required value"),
		Entry("merged into an empty name", `mergedInto: {name: "", uid: "0"}`, "status.mergedInto.name", "should be at least 1 chars long"),
		Entry("merged into a name too long", `mergedInto: {name: `+strings.Repeat("a", 254)+`, uid: "0"}`,
			"status.mergedInto.name", "Too long: may not be more than 253"),
		Entry("merged into no UID", `mergedInto: {name: inc-2}`, "status.mergedInto.uid", "Required value"),
		Entry("merged into an empty UID", `mergedInto: {name: inc-2, uid: ""}`, "status.mergedInto.uid", "should be at least 1 chars long"),
		Entry("merged into a UID too long", `mergedInto: {name: inc-2, uid: "`+texts(129)+`"}`, "status.mergedInto.uid", "Too long: may not be more than 128"),
		Entry("redirected to an empty name", `redirectedTo: ""`, "status.redirectedTo", "should be at least 1 chars long"),
		Entry("redirected to a name too long", `redirectedTo: `+strings.Repeat("a", 254), "status.redirectedTo", "Too long: may not be more than 253"),
		Entry("with too many conditions", `conditions: `+items(17, strings.ReplaceAll(condition, "Propagated", "C#")),
			"status.conditions", "Too many: 17: must have at most 16 items"),
		Entry("with a condition twice", `conditions: [`+condition+`, `+condition+`]`, "status.conditions[1]", "Duplicate value"),
	)

	DescribeTable("of Alert",
		func(ctx SpecContext, conditions string, succeeds bool) {
			err := mergeStatus(ctx, accepted(ctx, alert, ``), "status: {conditions: "+conditions+"}")
			if succeeds {
				Expect(err).NotTo(HaveOccurred())
			} else {
				expectRefusal(err, "status.conditions", "Too many: 17: must have at most 16 items")
			}
		},
		Entry("takes a condition", `[`+condition+`]`, true),
		Entry("takes the most conditions", items(16, strings.ReplaceAll(condition, "Propagated", "C#")), true),
		Entry("refuses more", items(17, strings.ReplaceAll(condition, "Propagated", "C#")), false),
	)

	It("does not change with the spec, nor the spec with it", func(ctx SpecContext) {
		object := accepted(ctx, incident, ``)
		Expect(mergeStatus(ctx, object, `{spec: {name: Smuggled}, status: {state: Active}}`)).To(Succeed())
		Expect(merge(ctx, object, `{spec: {name: Ours}, status: {state: Resolved}}`)).To(Succeed())
		Expect(text(object, "spec", "name")).To(Equal("Ours"))
		Expect(text(object, "status", "state")).To(Equal("Active"))
	})
})

// mergeStatus is merge for the status.
func mergeStatus(ctx SpecContext, object *unstructured.Unstructured, change string) error {
	GinkgoHelper()
	patch, err := yaml.YAMLToJSON([]byte(change))
	Expect(err).NotTo(HaveOccurred())
	return cluster.Status().Patch(ctx, object, client.RawPatch(types.MergePatchType, patch))
}
