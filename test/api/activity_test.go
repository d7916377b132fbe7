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
		Entry("with a comment of the longest value", "comment", `{name: com-1, uid: "0", text: "`+texts(256)+`"}`),
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
		Entry("with a value that is not recorded as its hash", "spec.changes[0].to", "Too long: may not be more than 256",
			"changes", `[{field: f, to: "`+texts(257)+`"}]`),
		Entry("with a comment whole", "spec.comment.text", "Too long: may not be more than 256",
			"comment", `{name: com-1, uid: "0", text: "`+texts(257)+`"}`),
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
			object := accepted(ctx, activity, entry("changes", `[{field: spec.assignee, to: b}]`))
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
		Entry("against another hash", `hash: "`+strings.Repeat("1", 64)+`"`),
		Entry("against a previous hash", `previousHash: `+digits(64)),
	)

	It("can be garbage collected, however large it is", func(ctx SpecContext) {
		long := func(characters int) string { return `"` + strings.Repeat("🔥", characters) + `"` }
		object := accepted(ctx, activity, entry(
			"actor", long(1024), "summary", long(1024), "previousHash", digits(64),
			"comment", fmt.Sprintf(`{name: %s, uid: %s, text: %s}`, long(253), long(128), long(256)),
			"changes", items(32, fmt.Sprintf(`{field: %s, from: %s, to: %s}`, long(128), long(256), long(256))),
			"after", fmt.Sprintf(`{generation: 9223372036854775807, resourceVersion: "18446744073709551615", fields: %s, stamps: %s}`,
				items(32, fmt.Sprintf(`{field: %s, value: %s}`, long(128), long(256))),
				items(32, fmt.Sprintf(`{group: %s, editor: %s}`, long(64), long(256)))),
		))
		Expect(merge(ctx, object, `metadata: {labels: {touched: "yes"}}`)).To(Succeed())
	})
})
