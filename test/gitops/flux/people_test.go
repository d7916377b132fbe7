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
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/test/cluster"
)

var _ = Describe("What people decide about incidents and alerts from Git", func() {
	manifests := []string{incident("inc-1"), alert("a-1", "inc-1"), alert("a-2", "inc-1")}

	for how, way := range map[string]struct {
		spec map[string]any
		work func(context.Context, *team)
	}{
		"the plugin": {work: func(ctx context.Context, t *team) {
			t.plugin(ctx, "alice", "take", "inc-1", "--wait")
			t.plugin(ctx, "bob", "tag", "inc-1", "--add", "Ransomware")
			t.plugin(ctx, "bob", "alert", "assign", bob, "a-2")
			t.plugin(ctx, "alice", "resolve", "inc-1", "--note", "re-imaged the host", "--wait")
		}},
		"kubectl, where the Kustomization says ssa: Merge": {spec: merging, work: func(ctx context.Context, t *team) {
			t.kubectl(ctx, "alice", "patch", "incident", "inc-1", "--type=merge", "-p", `{"spec":{"assignee":"alice@example.com"}}`)
			Eventually(t.ownerOf(ctx, "a-2")).Should(Equal(alice)) // What the incident gives later would be above what bob says.
			t.kubectl(ctx, "bob", "patch", "incident", "inc-1", "--type=merge", "-p", `{"spec":{"tags":["Ransomware"]}}`)
			t.kubectl(ctx, "bob", "patch", "alert", "a-2", "--type=merge", "-p", `{"spec":{"assignee":"bob@example.com"}}`)
			t.kubectl(ctx, "alice", "patch", "incident", "inc-1", "--type=merge", "-p",
				`{"spec":{"resolution":{"state":"Resolved","note":"re-imaged the host"}}}`)
		}},
	} {
		It("stands, and the alerts follow, by "+how, func(ctx SpecContext) {
			t := newTeam(ctx, way.spec, manifests...)
			t.sync(ctx)
			t.rest(ctx, "inc-1", 2, 2)
			cluster.NextSecond() // An alert of the second of a resolution would be held.
			way.work(ctx, t)
			t.rest(ctx, "inc-1", 0, 2)
			t.sync(ctx)
			t.expectStill(ctx)

			decided := t.incident(ctx, "inc-1").Spec
			Expect(decided.Assignee).To(Equal(alice))
			Expect(decided.Tags).To(ConsistOf(v1alpha1.Tag("Ransomware")))
			Expect(decided.Resolution).To(Equal(v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "re-imaged the host"}))
			for name, owner := range map[string]string{"a-1": alice, "a-2": bob} {
				Expect(t.alert(ctx, name).Spec.Assignee).To(Equal(owner), name)
				Expect(t.alert(ctx, name).Spec.Resolution.State).To(Equal(v1alpha1.ResolutionResolved), name)
			}
			t.eventuallyTold(ctx, "inc-1", "Assigned by "+alice+": assignee: none → "+alice)
			local.ExpectIntact(ctx, t.incident(ctx, "inc-1"))
		})
	}

	// This is what the plugin's own field manager, and ssa: Merge, are for.
	for how, manager := range map[string]string{"kubectl": "kubectl-patch", "an earlier version of the plugin": "kubectl-incident"} {
		It("is undone by the next sync if it was written by "+how, func(ctx SpecContext) {
			t := newTeam(ctx, nil, manifests...)
			t.sync(ctx)
			t.rest(ctx, "inc-1", 2, 2)
			t.kubectl(ctx, "alice", "patch", "incident", "inc-1", "--field-manager="+manager, "--type=merge",
				"-p", `{"spec":{"assignee":"alice@example.com"}}`)
			Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(alice))
			t.sync(ctx)
			Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(BeEmpty())
			Eventually(t.ownerOf(ctx, "a-1")).Should(BeEmpty(), "the alerts follow")
			t.expectStill(ctx)
		})
	}

	It("is not looked at while the Kustomization is suspended", func(ctx SpecContext) {
		t := newTeam(ctx, nil, incident("inc-1", "  assignee: bob@example.com"), alert("a-1", "inc-1"))
		t.sync(ctx)
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(bob))

		t.set(ctx, "suspend", "true")
		t.plugin(ctx, "alice", "take", "inc-1", "--force", "--wait")
		t.commit(ctx, incident("inc-1", "  assignee: bob@example.com", "  severity: Critical"), alert("a-1", "inc-1"))
		t.fetch(ctx)
		t.request(ctx, kustomizations, func(Gomega, *unstructured.Unstructured) {})
		Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(Equal(alice))
		Expect(t.incident(ctx, "inc-1").Spec.Severity).To(BeEmpty())

		t.set(ctx, "suspend", "false")
		t.sync(ctx)
		Expect(t.incident(ctx, "inc-1").Spec.Assignee).To(Equal(bob))
		Expect(t.incident(ctx, "inc-1").Spec.Severity).To(Equal(v1alpha1.SeverityCritical))
		Eventually(t.ownerOf(ctx, "a-1")).Should(Equal(bob))
		t.expectStill(ctx)
	})
})
