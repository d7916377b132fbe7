//go:build controllers

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

package flux

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("What Git states", func() {
	It("overrides people at each sync, on an incident", func(ctx SpecContext) {
		t := newTeam(ctx, nil, incident("inc-1"), alert("a-1", "inc-1"))
		t.sync(ctx)
		t.plugin(ctx, "alice", "take", "inc-1")
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(alice))

		t.commit(ctx, incident("inc-1", "  assignee: bob@example.com"), alert("a-1", "inc-1"))
		t.sync(ctx)
		Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(Equal(bob))
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(bob))
		t.eventuallyTold(ctx, "inc-1", "Assigned by "+t.user()+": assignee: "+alice+" → "+bob)

		By("putting right what was edited meanwhile")
		t.plugin(ctx, "alice", "take", "inc-1", "--force")
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(alice))
		t.sync(ctx)
		Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(Equal(bob))
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(bob))
		t.expectStill(ctx)

		By("letting go of what it states no more")
		t.commit(ctx, incident("inc-1"), alert("a-1", "inc-1"))
		t.sync(ctx)
		Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(BeEmpty())
		Eventually(t.ownerOf(ctx, "a-1")).Should(BeEmpty())
		t.expectStill(ctx)
	})

	It("is an override of an alert, without a fight with the operator", func(ctx SpecContext) {
		t := newTeam(ctx, nil, incident("inc-1"), alert("a-1", "inc-1", "  assignee: bob@example.com"))
		t.sync(ctx)
		t.rest(ctx, "inc-1", 1, 1)
		t.plugin(ctx, "alice", "take", "inc-1")
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(alice), "a new assignee of the incident reaches it")
		t.sync(ctx)
		Expect(t.alert(ctx, "a-1").Spec.Assignee).To(Equal(bob))
		t.expectStill(ctx)
		Expect(t.alert(ctx, "a-1").Spec.Assignee).To(Equal(bob))
		Expect(t.alert(ctx, "a-1").Annotations[v1alpha1.InheritedAnnotation]).To(ContainSubstring(alice), "it remembers the incident's")
	})

	It("holds for what kubectl wrote under ssa: Merge too", func(ctx SpecContext) {
		t := newTeam(ctx, merging, incident("inc-1"), alert("a-1", "inc-1"))
		t.sync(ctx)
		t.kubectl(ctx, "alice", "patch", "alert", "a-1", "--type=merge", "-p", `{"spec":{"severity":"Low","assignee":"alice@example.com"}}`)
		t.sync(ctx)
		Expect(t.alert(ctx, "a-1").Spec.Severity).To(Equal(v1alpha1.SeverityHigh), "stated")
		Expect(t.alert(ctx, "a-1").Spec.Assignee).To(Equal(alice), "left out")
		t.expectStill(ctx)
	})
})
