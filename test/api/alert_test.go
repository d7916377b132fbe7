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
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

const (
	technique = "a technique must be an ATT&CK technique such as T1059 or T1059.001"
	category  = "category must be one word in UpperCamelCase, such as InitialAccess"
	webURL    = "url must be an http or https URL without white space"
)

var _ = Describe("Alert", func() {
	DescribeTable("is accepted",
		func(ctx SpecContext, spec string) { accepted(ctx, alert, "spec: {"+spec+"}") },
		Entry("with a name alone", `name: Suspicious sign-in`),
		Entry("with the shortest name", `name: "軟"`),
		Entry("with the longest name", `name: "`+texts(256)+`"`),
		Entry("linked", `incidentRef: {name: inc-1}`),
		Entry("linked to an incident with dots", `incidentRef: {name: inc.2026.7}`),
		Entry("linked to one of the longest name", `incidentRef: {name: `+strings.Repeat("a", 253)+`}`),
		Entry("with the longest description", `description: "`+texts(16384)+`"`),
		Entry("with a severity", `severity: Critical`),
		Entry("with a tactic", `category: CommandAndControl`),
		Entry("with no category", `category: ""`),
		Entry("with the longest category", `category: `+strings.Repeat("A", 64)),
		Entry("with no techniques", `techniques: []`),
		Entry("with techniques and sub-techniques", `techniques: [T1059, T1059.001, T0800]`),
		Entry("with the most techniques", `techniques: `+techniques(64)),
		Entry("with a source", `source: {service: Microsoft Defender for Endpoint, detector: ""}`),
		Entry("with the longest source", `source: {service: "`+texts(128)+`", detector: "`+texts(128)+`"}`),
		Entry("with an empty source", `source: {}`),
		Entry("with an empty fingerprint", `fingerprint: ""`),
		Entry("with the longest fingerprint", `fingerprint: "`+texts(512)+`"`),
		Entry("with an address", `url: "https://security.example.com/alerts/1?tid=2#top"`),
		Entry("with a plain address", `url: "http://falco.internal:2801/"`),
		Entry("with no address", `url: ""`),
		Entry("with the longest address", `url: "https://`+texts(2040)+`"`),
		Entry("with times in any zone", `firstActivityTime: "2026-07-01T12:00:00Z", lastActivityTime: "2026-07-01T14:00:00+02:00"`),
		Entry("seen once", `occurrences: 1`),
		Entry("seen very often", `occurrences: 9007199254740993`),
		Entry("with no evidence", `evidence: []`),
		Entry("with evidence", `evidence: [{kind: Pod, name: web-0, namespace: shop, role: Affected}, {kind: IP, name: "2001:db8::1", role: Attacker}]`),
		Entry("with the longest evidence", `evidence: [{kind: File, name: "`+texts(512)+`", namespace: "`+texts(63)+`"}]`),
		Entry("with the most evidence", `evidence: `+items(128, "{kind: Device, name: host-#}")),
		Entry("with evidence of each kind", `evidence: [`+kinds(
			"Device", "Node", "Pod", "Container", "ContainerImage", "Namespace", "User", "ServiceAccount", "Mailbox", "IP", "URL", "DNS",
			"File", "Process", "RegistryKey", "CloudResource", "Secret", "Other")+`]`),
		Entry("with evidence in each role", `evidence: [{kind: IP, name: a, role: Affected}, {kind: IP, name: b, role: Attacker},
			{kind: IP, name: c, role: Source}, {kind: IP, name: d, role: Destination}, {kind: IP, name: e, role: Contextual}]`),
	)

	DescribeTable("is refused",
		func(ctx SpecContext, spec, field, message string) {
			refused(ctx, alert, "spec: {"+spec+"}", field, message)
		},
		Entry("without a name", `name: null`, "spec.name", "Required value"),
		Entry("with an empty name", `name: ""`, "spec.name", "should be at least 1 chars long"),
		Entry("with a name of spaces", `name: "  "`, "spec.name", "name"+mustBeLine),
		Entry("with a name too long", `name: "`+texts(257)+`"`, "spec.name", "Too long: may not be more than 256"),
		Entry("linked to nothing", `incidentRef: {}`, "spec.incidentRef.name", "Required value"),
		Entry("linked to an empty name", `incidentRef: {name: ""}`, "spec.incidentRef.name", objectName),
		Entry("linked to upper case", `incidentRef: {name: Inc-1}`, "spec.incidentRef.name", objectName),
		Entry("linked into another namespace", `incidentRef: {name: other/inc-1}`, "spec.incidentRef.name", objectName),
		Entry("linked to a name of spaces", `incidentRef: {name: "inc 1"}`, "spec.incidentRef.name", objectName),
		Entry("linked to a name too long", `incidentRef: {name: `+strings.Repeat("a", 254)+`}`,
			"spec.incidentRef.name", "Too long: may not be more than 253"),
		Entry("with a description too long", `description: "`+texts(16385)+`"`, "spec.description", "Too long: may not be more than 16384"),
		Entry("with an unknown severity", `severity: high`, "spec.severity",
			`Unsupported value: "high": supported values: "Informational", "Low", "Medium", "High", "Critical"`),
		Entry("with a category in words", `category: Initial access`, "spec.category", category),
		Entry("with a category in lower camel case", `category: initialAccess`, "spec.category", category),
		Entry("with a category too long", `category: `+strings.Repeat("A", 65), "spec.category", "Too long: may not be more than 64"),
		Entry("with a technique in lower case", `techniques: [t1059]`, "spec.techniques[0]", technique),
		Entry("with a technique too short", `techniques: [T105]`, "spec.techniques[0]", technique),
		Entry("with a technique too long", `techniques: [T1059.0011]`, "spec.techniques[0]", "Too long: may not be more than 9"),
		Entry("with a sub-technique too short", `techniques: [T1059, T1059.1]`, "spec.techniques[1]", technique),
		Entry("with a tactic for a technique", `techniques: [TA0001]`, "spec.techniques[0]", technique),
		Entry("with a technique of other digits", `techniques: ["T١٠٥٩"]`, "spec.techniques[0]", technique),
		Entry("with a technique and more", `techniques: ["T1059\n"]`, "spec.techniques[0]", technique),
		Entry("with a technique twice", `techniques: [T1059, T1059]`, "spec.techniques[1]", `Duplicate value: "T1059"`),
		Entry("with too many techniques", `techniques: `+techniques(65), "spec.techniques", "Too many: 65: must have at most 64 items"),
		Entry("with a service too long", `source: {service: "`+texts(129)+`"}`, "spec.source.service", "Too long: may not be more than 128"),
		Entry("with a detector too long", `source: {detector: "`+texts(129)+`"}`, "spec.source.detector", "Too long: may not be more than 128"),
		Entry("with a fingerprint too long", `fingerprint: "`+texts(513)+`"`, "spec.fingerprint", "Too long: may not be more than 512"),
		Entry("with an address of another scheme", `url: "javascript:alert(1)"`, "spec.url", webURL),
		Entry("with an address without a host", `url: "https://"`, "spec.url", webURL),
		Entry("with an address with spaces", `url: "https://example.com/a b"`, "spec.url", webURL),
		Entry("with an address of two lines", `url: "https://example.com/\nhttps://example.com"`, "spec.url", webURL),
		Entry("with an address too long", `url: "https://`+texts(2041)+`"`, "spec.url", "Too long: may not be more than 2048"),
		Entry("with a first time that is none", `firstActivityTime: yesterday`, "spec.firstActivityTime", "must be of type date-time"),
		// Times that pass for date-time, and that no Go client could read: one of them would blind every watcher.
		Entry("with a time in lower case", `firstActivityTime: "2020-01-01t00:00:00z"`, "spec.firstActivityTime", "firstActivityTime"),
		Entry("with a time of a zone beyond any", `lastActivityTime: "2020-01-01T00:00:00+99:99"`, "spec.lastActivityTime", "lastActivityTime"),
		Entry("with a time and more", `lastActivityTime: "2020-01-01T00:00:00ZTfoo"`, "spec.lastActivityTime", "lastActivityTime"),
		Entry("with a time of the year one", `firstActivityTime: "0001-01-01T00:00:00Z"`, "spec.firstActivityTime",
			"firstActivityTime must be a time of RFC 3339 in 1970 or later"),
		Entry("with a last time that is none", `lastActivityTime: yesterday`, "spec.lastActivityTime", "must be of type date-time"),
		Entry("seen zero times", `occurrences: 0`, "spec.occurrences", "should be greater than or equal to 1"),
		Entry("seen less than zero times", `occurrences: -1`, "spec.occurrences", "should be greater than or equal to 1"),
		Entry("seen one and a half times", `occurrences: 1.5`, "spec.occurrences", "must be of type int"),
		Entry("with evidence of no kind", `evidence: [{name: a}]`, "spec.evidence[0].kind", "Required value"),
		Entry("with evidence of an unknown kind", `evidence: [{kind: Printer, name: a}]`,
			"spec.evidence[0].kind", `Unsupported value: "Printer": supported values: "Device", "Node", "Pod", `),
		Entry("with evidence of no name", `evidence: [{kind: Pod}]`, "spec.evidence[0].name", "Required value"),
		Entry("with evidence of an empty name", `evidence: [{kind: Pod, name: ""}]`, "spec.evidence[0].name", "should be at least 1 chars long"),
		Entry("with evidence of a name too long", `evidence: [{kind: Pod, name: "`+texts(513)+`"}]`,
			"spec.evidence[0].name", "Too long: may not be more than 512"),
		Entry("with evidence in an unknown role", `evidence: [{kind: Pod, name: a, role: Victim}]`, "spec.evidence[0].role",
			`Unsupported value: "Victim": supported values: "Affected", "Attacker", "Source", "Destination", "Contextual"`),
		Entry("with evidence in a namespace too long", `evidence: [{kind: Pod, name: a, namespace: "`+texts(64)+`"}]`,
			"spec.evidence[0].namespace", "Too long: may not be more than 63"),
		Entry("with too much evidence", `evidence: `+items(129, "{kind: Pod, name: a}"), "spec.evidence", "Too many: 129: must have at most 128 items"),
	)

	It("is refused without a spec", func(ctx SpecContext) {
		bare := manifest(alert, ``)
		delete(bare.Object, "spec")
		expectRefusal(cluster.Create(ctx, bare), "spec", "Required value")
	})

	DescribeTable("takes text and nothing else", takesLines(alert),
		Entry("for its name", `name: %s`, "spec.name", "name"),
		Entry("for its service", `source: {service: %s}`, "spec.source.service", "service"),
		Entry("for its detector", `source: {detector: %s}`, "spec.source.detector", "detector"),
	)
	DescribeTable("takes text of several lines", takesProse(alert),
		Entry("for its description", `description: %s`, "spec.description", "description"),
	)

	Context("with a fingerprint", func() {
		const immutable = "fingerprint must not change once it is set"

		DescribeTable("keeps it",
			func(ctx SpecContext, change string) {
				object := accepted(ctx, alert, `spec: {fingerprint: sha256-1}`)
				expectRefusal(merge(ctx, object, change), "spec.fingerprint", immutable)
			},
			Entry("against another", `spec: {fingerprint: sha256-2}`),
			Entry("against an empty one", `spec: {fingerprint: ""}`),
			Entry("against removal", `spec: {fingerprint: null}`),
		)

		DescribeTable("takes it later",
			func(ctx SpecContext, before string) {
				object := accepted(ctx, alert, before)
				Expect(merge(ctx, object, `spec: {fingerprint: sha256-1}`)).To(Succeed())
				expectRefusal(merge(ctx, object, `spec: {fingerprint: null}`), "spec.fingerprint", immutable)
			},
			Entry("where it had none", ``),
			Entry("where it was empty", `spec: {fingerprint: ""}`),
		)

		It("lets everything else change", func(ctx SpecContext) {
			object := accepted(ctx, alert, `spec: {fingerprint: sha256-1}`)
			Expect(merge(ctx, object, `spec: {name: Renamed, occurrences: 2, fingerprint: sha256-1}`)).To(Succeed())
		})
	})

	It("can be linked, moved and unlinked", func(ctx SpecContext) {
		object := accepted(ctx, alert, ``)
		for _, link := range []string{`{name: inc-1}`, `{name: inc-2}`, `null`} {
			Expect(merge(ctx, object, `spec: {incidentRef: `+link+`}`)).To(Succeed())
		}
		Expect(object.Object["spec"]).NotTo(HaveKey("incidentRef"))
	})
})

// techniques is a YAML list of so many of them.
func techniques(count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf("T1%03d", i)
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// kinds is one piece of evidence of each kind.
func kinds(names ...string) string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = "{kind: " + name + ", name: a}"
	}
	return strings.Join(list, ", ")
}
