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
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// What Incidents and Alerts share behaves alike on both.
var _ = Describe("Triage", func() {
	for _, kind := range []string{incident, alert} {
		Context("of "+kind, func() {
			DescribeTable("is accepted",
				func(ctx SpecContext, spec string) { accepted(ctx, kind, "spec: {"+spec+"}") },
				Entry("without any field", ``),
				Entry("with no tags", `tags: []`),
				Entry("with tags in any script", `tags: ["Crown Jewels: HR 2026", 勒索軟件, "🔥", Ransomware, "👩\u200d💻"]`),
				Entry("with tags that differ in the case of other than ASCII letters", `tags: ["É", "é", straße, STRASSE]`),
				Entry("with the longest tag", `tags: ["`+texts(128)+`"]`),
				Entry("with the most tags", `tags: `+items(64, "tag #")),
				Entry("without an assignee", `assignee: ""`),
				Entry("with a user", `assignee: alice@example.com`),
				Entry("with a group", `assignee: "oidc:SOC tier 2"`),
				Entry("with a service account", `assignee: "system:serviceaccount:soc:triage"`),
				Entry("with the longest assignee", `assignee: "`+texts(256)+`"`),
				Entry("in progress", `resolution: {state: InProgress}`),
				Entry("resolved without a note", `resolution: {state: Resolved}`),
				Entry("resolved with a note of several lines", `resolution: {state: Resolved, note: "Blocked.\nSee the runbook."}`),
				Entry("with an empty note", `resolution: {note: ""}`),
				Entry("with the longest note", `resolution: {note: "`+texts(4096)+`"}`),
			)

			DescribeTable("is refused",
				func(ctx SpecContext, spec, field, message string) {
					refused(ctx, kind, "spec: {"+spec+"}", field, message)
				},
				Entry("with an empty tag", `tags: [""]`, "spec.tags[0]", "should be at least 1 chars long"),
				Entry("with a tag of spaces", `tags: [ok, "   "]`, "spec.tags[1]", "a tag"+mustBeLine),
				Entry("with a tag that nobody can see", `tags: ["\u3000\u200b\u00a0"]`, "spec.tags[0]", "a tag"+mustBeLine),
				Entry("with a tag too long", `tags: ["`+texts(129)+`"]`, "spec.tags[0]", "Too long: may not be more than 128"),
				Entry("with a tag that is no text", `tags: [2026]`, "spec.tags[0]", "must be of type string"),
				Entry("with too many tags", `tags: `+items(65, "tag #"), "spec.tags", "Too many: 65: must have at most 64 items"),
				Entry("with a tag twice", `tags: [a, b, a]`, "spec.tags[2]", `Duplicate value: "a"`),
				Entry("with a tag twice but for ASCII case", `tags: [Ransomware, b, rANSOMWARE]`,
					"spec.tags", "tags must differ in more than the case of ASCII letters"),
				Entry("with an assignee of spaces", `assignee: "  "`, "spec.assignee", "assignee"+mustBeLine),
				Entry("with an assignee that nobody can see", `assignee: "\u3000\u200b"`, "spec.assignee", "assignee"+mustBeLine),
				Entry("with an assignee too long", `assignee: "`+texts(257)+`"`, "spec.assignee", "Too long: may not be more than 256"),
				Entry("in an unknown state", `resolution: {state: Closed}`,
					"spec.resolution.state", `Unsupported value: "Closed": supported values: "Active", "InProgress", "Resolved"`),
				Entry("in a state of other case", `resolution: {state: resolved}`,
					"spec.resolution.state", `Unsupported value: "resolved": supported values: "Active", "InProgress", "Resolved"`),
				Entry("redirected by hand", `resolution: {state: Redirected}`, "spec.resolution.state", `Unsupported value: "Redirected"`),
				Entry("with a note too long", `resolution: {note: "`+texts(4097)+`"}`, "spec.resolution.note", "Too long: may not be more than 4096"),
				Entry("with an unknown verdict", `classification: {verdict: Benign}`, "spec.classification.verdict",
					`Unsupported value: "Benign": supported values: "NotSet", "TruePositive", "InformationalExpectedActivity", "FalsePositive"`),
				Entry("with an unknown determination", `classification: {verdict: TruePositive, determination: Worm}`,
					"spec.classification.determination", `Unsupported value: "Worm": supported values: "MultiStagedAttack", `),
				Entry("with a determination without a verdict", `classification: {determination: Malware}`,
					"spec.classification.determination", "determination must be unset while verdict is NotSet"),
			)

			DescribeTable("takes text and nothing else", takesLines(kind),
				Entry("for a tag", `tags: [%s]`, "spec.tags[0]", "a tag"),
				Entry("for the assignee", `assignee: %s`, "spec.assignee", "assignee"),
			)
			DescribeTable("takes text of several lines", takesProse(kind),
				Entry("for its note", `resolution: {note: %s}`, "spec.resolution.note", "note"),
			)

			It("takes one tag in two compositions, which only a reader cannot tell apart", func(ctx SpecContext) {
				accepted(ctx, kind, `spec: {tags: ["M\u00fcller", "Mu\u0308ller"]}`)
			})
			It("names the one tag of many that is no text", func(ctx SpecContext) {
				refused(ctx, kind, `spec: {tags: [a, b, "c ", d]}`, "spec.tags[2]", "a tag"+mustBeLine)
			})

			DescribeTable("takes as classification exactly the pairs that belong together", func(ctx SpecContext, verdict v1alpha1.Verdict) {
				for _, determination := range determinations {
					pair := fmt.Sprintf("spec: {classification: {verdict: %s, determination: %s}}", verdict, determination)
					if slices.Contains(fitting[verdict], determination) {
						accepted(ctx, kind, pair)
					} else {
						refused(ctx, kind, pair, "spec.classification.determination", mismatch[verdict])
					}
				}
				accepted(ctx, kind, fmt.Sprintf("spec: {classification: {verdict: %s}}", verdict))
			},
				Entry(nil, v1alpha1.VerdictNotSet),
				Entry(nil, v1alpha1.VerdictTruePositive),
				Entry(nil, v1alpha1.VerdictInformationalExpectedActivity),
				Entry(nil, v1alpha1.VerdictFalsePositive),
			)

			It("refuses a verdict that leaves its determination behind", func(ctx SpecContext) {
				object := accepted(ctx, kind, "spec: {classification: {verdict: TruePositive, determination: Malware}}")
				expectRefusal(merge(ctx, object, "spec: {classification: {verdict: FalsePositive}}"), "spec.classification.determination",
					"determination of a FalsePositive must be NotMalicious, NotEnoughDataToValidate or Other")
				Expect(merge(ctx, object, "spec: {classification: {verdict: FalsePositive, determination: NotMalicious}}")).To(Succeed())
				Expect(merge(ctx, object, "spec: {classification: {verdict: NotSet, determination: null}}")).To(Succeed())
			})
		})
	}
})
