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

// The API server stops a request whose CEL rules cost too much, however valid it is. Every rule must afford the largest
// object that the bounds allow, in characters of the most bytes, when it is created and when all of it changes.
var _ = Describe("The largest", func() {
	DescribeTable("object is accepted and can be changed",
		func(ctx SpecContext, kind string, spec func(letter string) string) {
			object := accepted(ctx, kind, "spec: {"+spec("🔥")+"}")
			Expect(merge(ctx, object, "spec: {"+spec("💧")+"}")).To(Succeed())
			Expect(merge(ctx, object, `metadata: {labels: {touched: "yes"}}`)).To(Succeed())
		},
		Entry("Incident", incident, largestIncident),
		Entry("Alert", alert, largestAlert),
	)
})

func largestIncident(letter string) string {
	return largestTriage(letter) + fmt.Sprintf(`, name: %q, severity: Informational, description: %q, mergeInto: {name: %s}`,
		strings.Repeat(letter, 256), strings.Repeat(letter, 5000), strings.Repeat("a", 253))
}

func largestAlert(letter string) string {
	evidence := fmt.Sprintf(`{kind: ServiceAccount, name: %q, role: Destination, namespace: %q}`,
		strings.Repeat(letter, 512), strings.Repeat(letter, 63))
	return largestTriage(letter) + fmt.Sprintf(`, name: %q, severity: Informational, description: %q, incidentRef: {name: %s},
		category: %s, techniques: %s, source: {service: %q, detector: %q}, fingerprint: %q, url: "https://%s",
		firstActivityTime: "2026-07-01T12:00:00Z", lastActivityTime: "2026-07-01T12:00:00Z", occurrences: 9223372036854775807, evidence: %s`,
		strings.Repeat(letter, 256), strings.Repeat(letter, 16384), strings.Repeat("a", 253), strings.Repeat("A", 64), techniques(64),
		strings.Repeat(letter, 128), strings.Repeat(letter, 128), strings.Repeat("🧾", 512), strings.Repeat(letter, 2040), items(128, evidence))
}

func largestTriage(letter string) string {
	tags := make([]string, 64)
	for i := range tags {
		// They differ at the end only, where comparing them costs most.
		tags[i] = fmt.Sprintf(`"%s%02d"`, strings.Repeat(letter, 126), i)
	}
	return fmt.Sprintf(`tags: [%s], assignee: %q, classification: {verdict: InformationalExpectedActivity, determination: LineOfBusinessApplication},
		resolution: {state: InProgress, note: %q}`, strings.Join(tags, ", "), strings.Repeat(letter, 256), strings.Repeat(letter, 4096))
}
