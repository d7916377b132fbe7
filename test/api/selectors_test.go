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
	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("Field selectors", Ordered, func() {
	var place string

	create := func(ctx SpecContext, kind, snippet, status string) {
		GinkgoHelper()
		object := manifest(kind, snippet)
		object.SetNamespace(place)
		Expect(cluster.Create(ctx, object)).To(Succeed())
		if status != "" {
			Expect(mergeStatus(ctx, object, status)).To(Succeed())
		}
	}

	list := func(ctx SpecContext, kind, selector string) []string {
		GinkgoHelper()
		found := &unstructured.UnstructuredList{}
		found.SetGroupVersionKind(v1alpha1.GroupVersion.WithKind(kind + "List"))
		parsed, err := fields.ParseSelector(selector)
		Expect(err).NotTo(HaveOccurred())
		Expect(cluster.List(ctx, found, &client.ListOptions{Namespace: place, FieldSelector: parsed})).To(Succeed(), selector)
		names := make([]string, 0, len(found.Items))
		for i := range found.Items {
			names = append(names, found.Items[i].GetName())
		}
		return names
	}

	BeforeAll(func(ctx SpecContext) {
		place = newNamespace(ctx)
		create(ctx, incident, `metadata: {name: fresh}`, `status: {state: Active}`)
		create(ctx, incident, `{metadata: {name: mine}, spec: {assignee: alice@example.com, resolution: {state: InProgress}}}`,
			`status: {state: InProgress, severity: High}`)
		create(ctx, incident, `{metadata: {name: done}, spec: {assignee: bob@example.com, resolution: {state: Resolved},
			classification: {verdict: TruePositive, determination: Malware}}}`, `status: {state: Resolved, severity: Low}`)
		create(ctx, incident, `{metadata: {name: merged}, spec: {assignee: "", mergeInto: {name: mine}}}`, `status: {state: Redirected, severity: High}`)

		create(ctx, alert, `metadata: {name: loose}`, "")
		create(ctx, alert, `{metadata: {name: linked}, spec: {incidentRef: {name: mine}, assignee: alice@example.com, severity: High,
			source: {service: Falco}, category: Execution, fingerprint: f-1}}`, "")
		create(ctx, alert, `{metadata: {name: closed}, spec: {incidentRef: {name: done}, assignee: "", severity: Low,
			resolution: {state: Resolved}, source: {service: Microsoft Defender for Endpoint}, category: Malware, fingerprint: f-2}}`, "")
	})

	DescribeTable("find incidents",
		func(ctx SpecContext, selector string, names ...string) {
			Expect(list(ctx, incident, selector)).To(ConsistOf(names))
		},
		Entry(nil, "spec.assignee=alice@example.com", "mine"),
		Entry("the unassigned, unset or empty", "spec.assignee=", "fresh", "merged"),
		Entry(nil, "spec.assignee!=", "mine", "done"),
		Entry(nil, "spec.resolution.state=Active", "fresh", "merged"),
		Entry(nil, "spec.resolution.state=InProgress", "mine"),
		Entry(nil, "spec.resolution.state=Resolved", "done"),
		Entry(nil, "spec.classification.verdict=NotSet", "fresh", "mine", "merged"),
		Entry(nil, "spec.classification.verdict=TruePositive", "done"),
		Entry(nil, "spec.classification.determination=Malware", "done"),
		Entry(nil, "spec.classification.determination=", "fresh", "mine", "merged"),
		Entry(nil, "status.severity=High", "mine", "merged"),
		Entry(nil, "status.severity=", "fresh"),
		Entry(nil, "status.state=Redirected", "merged"),
		Entry(nil, "status.state=Active", "fresh"),
		Entry("by several at once", "status.state!=Redirected,status.severity=High", "mine"),
	)

	DescribeTable("find alerts",
		func(ctx SpecContext, selector string, names ...string) {
			Expect(list(ctx, alert, selector)).To(ConsistOf(names))
		},
		Entry(nil, "spec.incidentRef.name=mine", "linked"),
		Entry("in no incident", "spec.incidentRef.name=", "loose"),
		Entry(nil, "spec.assignee=alice@example.com", "linked"),
		Entry("the unassigned, unset or empty", "spec.assignee=", "loose", "closed"),
		Entry(nil, "spec.resolution.state=Resolved", "closed"),
		Entry(nil, "spec.resolution.state!=Resolved", "loose", "linked"),
		Entry(nil, "spec.severity=High", "linked"),
		Entry(nil, "spec.severity=", "loose"),
		Entry(nil, "spec.source.service=Falco", "linked"),
		Entry(nil, "spec.source.service=Microsoft Defender for Endpoint", "closed"),
		Entry(nil, "spec.category=Malware", "closed"),
		Entry(nil, "spec.fingerprint=f-1", "linked"),
		Entry("by several at once", "spec.incidentRef.name=done,spec.resolution.state=Resolved", "closed"),
	)
})
