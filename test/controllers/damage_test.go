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

package controllers

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/controllers/journal"
)

// editors are the bindings of the policies that note requests: without them nothing is noted.
func editors() []client.Object {
	mutating, validating := &admissionregistrationv1.MutatingAdmissionPolicyBinding{}, &admissionregistrationv1.ValidatingAdmissionPolicyBinding{}
	mutating.Name, validating.Name = "incident-operator-editors", "incident-operator-editors"
	return []client.Object{mutating, validating}
}

var _ = Describe("What is changed while the policies are missing", Serial, func() {
	It("is told by nobody, and nothing that they noted before and after is lost", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.newIncident(ctx, "inc", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc")
		w.settle(ctx)
		edit(ctx, bob, incident, called("Noted"))

		restore := remove(ctx, w.namespace)
		w.believeGuard()
		edit(ctx, bob, incident, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Severity = "Unnoted", v1alpha1.SeverityLow })
		edit(ctx, bob, alert, assignedTo("carol"))
		w.settle(ctx)
		restore(ctx)
		w.restart(ctx)
		w.believeGuard()
		edit(ctx, carol, incident, called("Noted again"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(Equal([]string{
			"1 Created by alice: assignee: none → alice",
			"2 AlertsLinked by alice: 1 alert",
			"3 Propagated by incident-operator: 1 alert: assignee: none → alice",
			"4 Renamed by Unknown: name: none → Noted",
			"5 Renamed by Unknown: name: Noted → Unnoted",
			"6 SeverityChanged by Unknown: severity: none → Low",
			"7 Renamed by carol: name: Unnoted → Noted again",
		}))
		w.expectRest(ctx)
	})
})

// believeGuard lets the operator believe what the guard says of the policies now.
func (w *world) believeGuard() {
	w.process.journal.ActorsKnown = func(ctx context.Context) bool {
		return (&journal.Guard{Policies: users[operatorUser]}).InForce(ctx)
	}
}

// remove takes away the policies that note requests, and returns how to bring them back.
func remove(ctx context.Context, namespace string) (restore func(context.Context)) {
	GinkgoHelper()
	bindings := editors()
	for _, binding := range bindings {
		Expect(admin.Get(ctx, client.ObjectKeyFromObject(binding), binding)).To(Succeed())
		Expect(admin.Delete(ctx, binding)).To(Succeed())
	}
	Eventually(func(g Gomega) {
		probe := &v1alpha1.Incident{}
		probe.Namespace, probe.Name = namespace, "probe"
		probe.Spec.Assignee = "alice"
		g.Expect(users[alice].Create(ctx, probe, client.DryRunAll)).To(Succeed())
		g.Expect(probe.Annotations).To(BeEmpty())
	}).WithTimeout(30 * time.Second).WithPolling(100 * time.Millisecond).Should(Succeed())
	restored := false
	restore = func(ctx context.Context) {
		GinkgoHelper()
		if restored {
			return
		}
		restored = true
		for _, binding := range bindings {
			binding.SetResourceVersion("")
			binding.SetUID("")
			Expect(admin.Create(ctx, binding)).To(Succeed())
		}
		awaitPolicies(ctx)
	}
	DeferCleanup(restore)
	return restore
}

var _ = Describe("Notes that were damaged", func() {
	var w *world
	var incident *v1alpha1.Incident
	var alert *v1alpha1.Alert

	BeforeEach(func(ctx SpecContext) {
		w = newWorld(ctx)
		incident = w.newIncident(ctx, "inc")
		alert = w.newAlert(ctx, "a", "inc")
		w.settle(ctx)
	})

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	DescribeTable("are put right, tell nothing, and let those that follow be told", func(ctx SpecContext, damaged, repaired string) {
		asOperator(ctx, incident, func(i *v1alpha1.Incident) { i.Annotations[v1alpha1.NotesAnnotation] = damaged })
		asOperator(ctx, alert, func(a *v1alpha1.Alert) { a.Annotations[v1alpha1.NotesAnnotation] = damaged })
		w.settle(ctx)
		Expect(w.log(ctx, incident)).To(HaveLen(2))
		Expect(refresh(ctx, incident).Annotations[v1alpha1.NotesAnnotation]).To(Equal(repaired))
		Expect(refresh(ctx, alert).Annotations[v1alpha1.NotesAnnotation]).To(Equal(repaired))
		edit(ctx, bob, incident, assignTo("bob"))
		edit(ctx, carol, alert, func(alert *v1alpha1.Alert) { alert.Spec.Severity = v1alpha1.SeverityHigh })
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 Assigned by bob: assignee: none → bob",
			"4 AlertsChanged by carol: 1 alert: severity: none → High",
			"5 Propagated by incident-operator: 1 alert: assignee: none → bob",
		}))
	},
		Entry("whose first line is no number", "¯\\_(ツ)_/¯", "1"),
		Entry("one of which is no note, with their last number", "7\n7 ¯\\_(ツ)_/¯", "7"),
		Entry("whose numbers do not rise", "7\n7 1 \"x\" name \"\" \"a\"\n6 1 \"x\" name \"\" \"a\"", "7"),
	)

	It("and edited before the operator saw it are told from the edit on", func(ctx SpecContext) {
		asOperator(ctx, incident, func(i *v1alpha1.Incident) { i.Annotations[v1alpha1.NotesAnnotation] = "x" })
		edit(ctx, bob, incident, assignTo("bob"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 Assigned by bob: assignee: none → bob",
			"4 Propagated by incident-operator: 1 alert: assignee: none → bob",
		}))
	})

	DescribeTable("by a person are not", func(ctx SpecContext, forged func(map[string]string)) {
		edit(ctx, bob, incident, called("Phish"))
		edit(ctx, carol, incident, func(i *v1alpha1.Incident) { forged(i.Annotations) })
		edit(ctx, carol, alert, func(a *v1alpha1.Alert) { forged(a.Annotations) })
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{"3 Renamed by bob: name: none → Phish"}))
	},
		Entry("removed", func(annotations map[string]string) { delete(annotations, v1alpha1.NotesAnnotation) }),
		Entry("forged", func(annotations map[string]string) {
			annotations[v1alpha1.NotesAnnotation] = "3\n3 2 \"ceo\" name \"\" \"Mine\""
		}),
	)
})
