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
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("A Kustomization that waits", func() {
	waiting := map[string]any{"wait": true}

	It("is ready when the operator has done its work", func(ctx SpecContext) {
		t := newTeam(ctx, waiting, incident("inc-1", "  assignee: bob@example.com"), alert("a-1", "inc-1"))
		t.sync(ctx)
		Expect(t.incident(ctx, "inc-1").Status.ObservedGeneration).To(Equal(t.incident(ctx, "inc-1").Generation))
		status, message := t.healthy(ctx)
		Expect(status).To(Equal("True"), message)
		t.expectStill(ctx)
	})

	It("is not ready while an alert names an incident that does not exist", func(ctx SpecContext) {
		t := newTeam(ctx, waiting, incident("inc-1"), alert("a-1", "inc-1"), alert("a-2", "typo"))
		t.attempt(ctx) // The alert has its time to find its incident, so it may be taken for healthy once.
		Eventually(func() string { return reasonOf(t.alert(ctx, "a-2").Status.Conditions, v1alpha1.ConditionLinked) }).
			Should(Equal(v1alpha1.ReasonIncidentNotFound))
		status, message := t.attempt(ctx)
		Expect(status).To(Equal("False"))
		Expect(message).To(And(HavePrefix("HealthCheckFailed: "), ContainSubstring("Alert/"+t.namespace+"/a-2 status: 'Failed'")))
		Expect(message).NotTo(ContainSubstring("a-1"))
		status, _ = t.healthy(ctx)
		Expect(status).To(Equal("False"))

		By("finding the incident in the next commit")
		t.commit(ctx, incident("inc-1"), alert("a-1", "inc-1"), alert("a-2", "typo"), incident("typo", "  assignee: bob@example.com"))
		Eventually(func() string { status, _ := t.attempt(ctx); return status }).Should(Equal("True"))
		status, message = t.healthy(ctx)
		Expect(status).To(Equal("True"), message)
		Eventually(t.ownerOf(ctx, "a-2")).Should(Equal(bob))
		t.expectStill(ctx)
	})
})

func (t *team) healthy(ctx context.Context) (status, message string) {
	GinkgoHelper()
	object := t.object(kustomizations)
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
	return condition(object, "Healthy")
}
