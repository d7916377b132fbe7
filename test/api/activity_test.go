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
	"maps"
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// entry is the spec of an activity in YAML: the smallest, with what replaces or adds, as field and value in turn. An
// empty value leaves the field out.
func entry(replace ...string) string {
	fields := map[string]string{
		"incidentRef": `{name: inc-1, uid: "0"}`,
		"sequence":    `1`,
		"time":        `"2026-07-01T12:00:00Z"`,
		"actor":       `alice@example.com`,
		"actorKind":   `User`,
		"type":        `Created`,
		"summary":     `created the incident`,
		"after":       `{generation: 1, resourceVersion: "1"}`,
		"hash":        digits(64),
	}
	for pair := range slices.Chunk(replace, 2) {
		fields[pair[0]] = pair[1]
	}
	var list []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name] != "" {
			list = append(list, name+": "+fields[name])
		}
	}
	return "spec: {" + strings.Join(list, ", ") + "}"
}

// after is what is known after an entry, in YAML: the least, with more members.
func after(more string) string { return `{generation: 1, resourceVersion: "1", ` + more + `}` }

func digits(count int) string { return `"` + strings.Repeat("0", count) + `"` }

var _ = Describe("Activity", func() {
	DescribeTable("is accepted",
		func(ctx SpecContext, replace ...string) { accepted(ctx, activity, entry(replace...)) },
		Entry("as the first of a log"),
		Entry("as a later one", "sequence", `9007199254740993`, "previousHash", digits(64)),
		Entry("of an incident that was never changed", "after", `{generation: 0, resourceVersion: "1"}`),
		Entry("of the operator", "actor", `incident-operator`, "actorKind", `Operator`),
		Entry("of nobody known", "actor", `unknown`, "actorKind", `Unknown`),
		Entry("with changes", "type", `Assigned`, "coversGenerations", `2`,
			"changes", `[{field: spec.assignee, from: a, to: b}, {field: spec.assignee, to: b}, {field: spec.assignee, from: a}]`),
		Entry("with a comment", "type", `Commented`, "comment", `{name: com-1, uid: "0", text: "<b>\u001b[2J"}`),
		Entry("with a comment of the longest value", "comment", `{name: com-1, uid: "0", text: "`+texts(5000)+`"}`),
		Entry("of a merge", "type", `Merged`, "otherIncident", `inc-2`, "alerts", `{count: 2, names: [al-1, al-2], digest: `+digits(64)+`}`,
			"after", after(`alerts: {total: 2, recorded: "7"}, merges: 1`)),
		Entry("of alerts that came", "type", `AlertsLinked`, "otherIncident", `inc-2`, "reason", `the same host`,
			"alerts", `{count: 1, names: [al-1], digest: `+digits(64)+`}`),
		Entry("of alerts that went", "type", `AlertsUnlinked`, "alerts", `{count: 1, names: [al-1], digest: `+digits(64)+`}`,
			"after", after(`alerts: {total: 0, recorded: "7", until: "9"}, merges: 0`)),
		Entry("of alerts that people changed", "type", `AlertsChanged`, "alerts", `{count: 1, names: [al-1], digest: `+digits(64)+`}`),
		Entry("of alerts that are gone", "type", `AlertsDeleted`, "alerts", `{count: 10000}`),
		Entry("of what alerts inherited", "type", `Propagated`, "alerts", `{count: 101, names: `+items(100, "al-#")+`, digest: `+digits(64)+`}`),
		Entry("of alerts at the bounds", "otherIncident", strings.Repeat("a", 253), "reason", `"`+texts(256)+`"`,
			"alerts", `{count: 9223372036854775807, names: `+items(100, strings.Repeat("a", 253))+`, digest: `+digits(64)+`}`,
			"after", after(`alerts: {total: 9223372036854775807, recorded: `+digits(32)+`, until: `+digits(32)+`}, merges: 9223372036854775807`)),
	)

	DescribeTable("is refused",
		func(ctx SpecContext, field, message string, replace ...string) {
			refused(ctx, activity, entry(replace...), field, message)
		},
		Entry("of no incident", "spec.incidentRef", "Required value", "incidentRef", ""),
		Entry("of an incident without a UID", "spec.incidentRef.uid", "Required value", "incidentRef", `{name: inc-1}`),
		Entry("without a number", "spec.sequence", "Required value", "sequence", ""),
		Entry("with the number zero", "spec.sequence", "should be greater than or equal to 1", "sequence", `0`),
		Entry("without a time", "spec.time", "Required value", "time", ""),
		Entry("with a time that is none", "spec.time", "must be of type date-time", "time", `yesterday`),
		Entry("without an actor", "spec.actor", "Required value", "actor", ""),
		Entry("with an actor too long", "spec.actor", "Too long: may not be more than 1024", "actor", `"`+texts(1025)+`"`),
		Entry("with an actor of an unknown kind", "spec.actorKind", `Unsupported value: "Group"`, "actorKind", `Group`),
		Entry("of an unknown type", "spec.type", `Unsupported value: "Deleted"`, "type", `Deleted`),
		Entry("without words", "spec.summary", "should be at least 1 chars long", "summary", `""`),
		Entry("with too many words", "spec.summary", "Too long: may not be more than 1024", "summary", `"`+texts(1025)+`"`),
		Entry("with too many changes", "spec.changes", "Too many: 33: must have at most 32 items", "changes", items(33, "{field: f#}")),
		Entry("with a value that is not recorded as its hash", "spec.changes[0].to", "Too long: may not be more than 5000",
			"changes", `[{field: f, to: "`+texts(5001)+`"}]`),
		Entry("with a comment whole", "spec.comment.text", "Too long: may not be more than 5000",
			"comment", `{name: com-1, uid: "0", text: "`+texts(5001)+`"}`),
		Entry("with alerts that nobody counted", "spec.alerts.count", "Required value", "alerts", `{names: [al-1]}`),
		Entry("with no alerts", "spec.alerts.count", "should be greater than or equal to 1", "alerts", `{count: 0}`),
		Entry("with too many names of alerts", "spec.alerts.names", "Too many: 101: must have at most 100 items",
			"alerts", `{count: 101, names: `+items(101, "al-#")+`}`),
		Entry("with an alert without a name", "spec.alerts.names[1]", "should be at least 1 chars long", "alerts", `{count: 2, names: [al-1, ""]}`),
		Entry("with a name of an alert too long", "spec.alerts.names[0]", "Too long: may not be more than 253",
			"alerts", `{count: 1, names: [`+strings.Repeat("a", 254)+`]}`),
		Entry("with a digest too short", "spec.alerts.digest", "should be at least 64 chars long", "alerts", `{count: 1, digest: `+digits(63)+`}`),
		Entry("with a digest too long", "spec.alerts.digest", "Too long: may not be more than 64", "alerts", `{count: 1, digest: `+digits(65)+`}`),
		Entry("with another incident without a name", "spec.otherIncident", "should be at least 1 chars long", "otherIncident", `""`),
		Entry("with another incident of a name too long", "spec.otherIncident", "Too long: may not be more than 253",
			"otherIncident", strings.Repeat("a", 254)),
		Entry("with an empty reason", "spec.reason", "should be at least 1 chars long", "reason", `""`),
		Entry("with a reason that is not recorded as its hash", "spec.reason", "Too long: may not be more than 256", "reason", `"`+texts(257)+`"`),
		Entry("with less than no alerts after it", "spec.after.alerts.total", "should be greater than or equal to 0", "after", after(`alerts: {total: -1}`)),
		Entry("with an empty version recorded", "spec.after.alerts.recorded", "should be at least 1 chars long", "after", after(`alerts: {recorded: ""}`)),
		Entry("with a version recorded too long", "spec.after.alerts.recorded", "Too long: may not be more than 32",
			"after", after(`alerts: {recorded: `+digits(33)+`}`)),
		Entry("with an empty version to come", "spec.after.alerts.until", "should be at least 1 chars long", "after", after(`alerts: {until: ""}`)),
		Entry("with a version to come too long", "spec.after.alerts.until", "Too long: may not be more than 32",
			"after", after(`alerts: {until: `+digits(33)+`}`)),
		Entry("with less than no merges after it", "spec.after.merges", "should be greater than or equal to 0", "after", after(`merges: -1`)),
		Entry("without what is known after it", "spec.after", "Required value", "after", ""),
		Entry("without a hash", "spec.hash", "Required value", "hash", ""),
		Entry("with a hash too short", "spec.hash", "should be at least 64 chars long", "hash", digits(63)),
		Entry("with a hash too long", "spec.hash", "Too long: may not be more than 64", "hash", digits(65)),
		Entry("with a previous hash too short", "spec.previousHash", "should be at least 64 chars long", "previousHash", digits(63)),
	)

	It("is refused without a spec", func(ctx SpecContext) {
		refused(ctx, activity, ``, "spec", "Required value")
	})

	DescribeTable("stays as it was written",
		func(ctx SpecContext, change string) {
			object := accepted(ctx, activity, entry("changes", `[{field: spec.assignee, to: b}]`,
				"otherIncident", `inc-2`, "reason", `a reason`, "alerts", `{count: 1, names: [al-1], digest: `+digits(64)+`}`))
			expectRefusal(merge(ctx, object, "spec: {"+change+"}"), "spec",
				"spec of an Activity must stay as it was created: the log is not to be changed")
		},
		Entry("against another summary", `summary: nothing happened`),
		Entry("against another actor", `actor: bob`),
		Entry("against another time", `time: "2026-07-01T12:00:01Z"`),
		Entry("against another number", `sequence: 2`),
		Entry("against another incident", `incidentRef: {uid: "1"}`),
		Entry("against other changes", `changes: [{field: spec.assignee, to: c}]`),
		Entry("against no changes", `changes: null`),
		Entry("against another memory", `after: {generation: 2}`),
		Entry("against other alerts", `alerts: {count: 2}`),
		Entry("against other names of alerts", `alerts: {names: [al-2]}`),
		Entry("against no alerts", `alerts: null`),
		Entry("against another merged incident", `otherIncident: inc-3`),
		Entry("against another reason", `reason: none`),
		Entry("against another count of alerts after it", `after: {alerts: {total: 1}}`),
		Entry("against another hash", `hash: "`+strings.Repeat("1", 64)+`"`),
		Entry("against a previous hash", `previousHash: `+digits(64)),
	)

	It("can be garbage collected, however large it is", func(ctx SpecContext) {
		long := func(characters int) string { return `"` + strings.Repeat("🔥", characters) + `"` }
		object := accepted(ctx, activity, entry(
			"actor", long(1024), "summary", long(1024), "previousHash", digits(64),
			"comment", fmt.Sprintf(`{name: %s, uid: %s, text: %s}`, long(253), long(128), long(5000)),
			"otherIncident", long(253), "reason", long(256),
			"alerts", fmt.Sprintf(`{count: 9223372036854775807, names: %s, digest: %s}`, items(100, long(253)), long(64)),
			"changes", items(16, fmt.Sprintf(`{field: %s, from: %s, to: %s}`, long(128), long(5000), long(5000))),
			"after", fmt.Sprintf(`{generation: 9223372036854775807, resourceVersion: "18446744073709551615", fields: %s, stamps: %s,
				alerts: {total: 9223372036854775807, recorded: %s, until: %s}, merges: 9223372036854775807}`,
				items(32, fmt.Sprintf(`{field: %s, value: %s}`, long(128), long(256))),
				items(32, fmt.Sprintf(`{group: %s, editor: %s}`, long(64), long(256))), long(32), long(32)),
		))
		Expect(merge(ctx, object, `metadata: {labels: {touched: "yes"}}`)).To(Succeed())
	})
})
