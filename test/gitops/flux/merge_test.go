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

var _ = Describe("An alert whose manifest states its incident", func() {
	It("is put back after a merge, once and for all, and that is told", func(ctx SpecContext) {
		t := newTeam(ctx, nil, incident("inc-1"), incident("inc-2", "  assignee: bob@example.com"), alert("a-1", "inc-1"))
		t.sync(ctx)
		t.rest(ctx, "inc-1", 1, 1)
		t.plugin(ctx, "alice", "merge", "inc-1", "--into", "inc-2", "--yes")
		Expect(t.linkOf(ctx, "a-1")()).To(Equal("inc-2"))
		Expect(t.mergedReason(ctx, "inc-1")()).To(Equal(v1alpha1.ReasonMerged))
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(bob))

		t.sync(ctx)
		Expect(t.linkOf(ctx, "a-1")()).To(Equal("inc-1"))
		Eventually(t.mergedReason(ctx, "inc-1")).Should(Equal(v1alpha1.ReasonAlertsPutBack))
		Eventually(t.ownerOf(ctx, "a-1")).Should(BeEmpty(), "it inherits from where it is")
		t.eventuallyTold(ctx, "inc-1", "AlertsLinked by "+t.user()+": 1 alert from inc-2")
		t.eventuallyTold(ctx, "inc-2", "AlertsUnlinked by "+t.user()+": 1 alert to inc-1")
		t.expectStill(ctx)
		Expect(t.incident(ctx, "inc-1").Spec.MergeInto.Name).To(Equal("inc-2"), "what a person asked for stands")

		By("following the manifest that names the target at last")
		t.commit(ctx, incident("inc-1"), incident("inc-2", "  assignee: bob@example.com"), alert("a-1", "inc-2"))
		t.sync(ctx)
		Eventually(t.mergedReason(ctx, "inc-1")).Should(Equal(v1alpha1.ReasonMerged))
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(bob))
		t.expectStill(ctx)
		local.ExpectIntact(ctx, t.incident(ctx, "inc-1"))
		local.ExpectIntact(ctx, t.incident(ctx, "inc-2"))
	})

	It("is put back after a move, but stays where people put it if the manifest leaves it out", func(ctx SpecContext) {
		free := manifest("Alert", "free", []string{"  name: Port scan"})
		t := newTeam(ctx, nil, incident("inc-1"), incident("inc-2"), alert("a-1", "inc-1"), free)
		t.sync(ctx)
		t.rest(ctx, "inc-1", 1, 1)
		t.plugin(ctx, "alice", "move", "a-1", "free", "--to", "inc-2", "--reason", "the same host", "--wait")
		t.sync(ctx)
		Expect(t.linkOf(ctx, "a-1")()).To(Equal("inc-1"))
		Expect(t.linkOf(ctx, "free")()).To(Equal("inc-2"))
		t.eventuallyTold(ctx, "inc-1", "AlertsUnlinked by "+alice+": 1 alert to inc-2: the same host")
		t.eventuallyTold(ctx, "inc-1", "AlertsLinked by "+t.user()+": 1 alert from inc-2")
		t.rest(ctx, "inc-2", 1, 1)
		t.expectStill(ctx)
	})
})
