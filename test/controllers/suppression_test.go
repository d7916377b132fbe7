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
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	suppressions "github.com/incident-operator/incident-operator/controllers/suppression"
	"github.com/incident-operator/incident-operator/internal/kube/suppression"
)

// suppressor is a replica of ingest that asks rules, and writes what they took.
type suppressor struct {
	*world
	rules      *suppression.Rules
	reconciler *suppressions.Reconciler
}

func (w *world) newSuppressor() *suppressor {
	GinkgoHelper()
	rules, err := suppression.New(users[ingestUser], w.clock, prometheus.NewRegistry())
	Expect(err).NotTo(HaveOccurred())
	return &suppressor{world: w, rules: rules, reconciler: &suppressions.Reconciler{Client: users[ingestUser], Clock: w.clock, Rules: rules}}
}

func (s *suppressor) look(ctx context.Context, rule *v1alpha1.SuppressionRule) ctrl.Result {
	GinkgoHelper()
	result, err := s.reconciler.Reconcile(ctx, s.request(rule.Name))
	Expect(err).NotTo(HaveOccurred())
	refresh(ctx, rule)
	return result
}

// takes says whether an alert of a title is kept from being stored.
func (s *suppressor) takes(ctx context.Context, title string) bool {
	GinkgoHelper()
	alert := &v1alpha1.Alert{Spec: v1alpha1.AlertSpec{Name: title}}
	alert.Namespace = s.namespace
	drop, err := s.rules.Suppress(ctx, alert)
	Expect(err).NotTo(HaveOccurred())
	return drop
}

func (w *world) newRule(ctx context.Context, change func(*v1alpha1.SuppressionRuleSpec)) *v1alpha1.SuppressionRule {
	GinkgoHelper()
	rule := ruleWith(v1alpha1.SuppressionRuleSpec{
		When: `alert.spec.name == "Shell"`, Reason: "the backup", Action: v1alpha1.SuppressionDrop, Forever: true,
	})
	rule.Namespace, rule.Name = w.namespace, "rule"
	change(&rule.Spec)
	Expect(admin.Create(ctx, rule)).To(Succeed())
	return rule
}

var _ = Describe("A suppression rule", func() {
	It("says how many alerts it took, and the last one, of all replicas and at a pace", func(ctx SpecContext) {
		w := newWorld(ctx)
		one, two := w.newSuppressor(), w.newSuppressor()
		rule := w.newRule(ctx, func(*v1alpha1.SuppressionRuleSpec) {})
		one.look(ctx, rule)
		Expect(rule.Status.Conditions).To(ConsistOf(HaveField("Reason", v1alpha1.ReasonInForce)))
		Expect(one.takes(ctx, "Shell")).To(BeTrue())
		Expect(one.takes(ctx, "Other")).To(BeFalse())
		Expect(one.takes(ctx, "Shell")).To(BeTrue())
		Expect(two.takes(ctx, "Shell")).To(BeTrue())

		Expect(one.look(ctx, rule).RequeueAfter).To(BeNumerically("~", 10*time.Second, time.Second))
		Expect(rule.Status.Matched).To(BeZero())
		two.look(ctx, rule)
		Expect(rule.Status.Matched).To(BeEquivalentTo(1))
		w.clock.Step(10 * time.Second)
		one.look(ctx, rule)
		Expect(rule.Status.Matched).To(BeEquivalentTo(3))
		Expect(rule.Status.LastMatched).To(Equal("Shell"))
		Expect(rule.Status.LastMatchedTime).NotTo(BeNil())

		version := rule.ResourceVersion
		w.clock.Step(time.Minute)
		Expect(one.look(ctx, rule)).To(BeZero())
		Expect(rule.ResourceVersion).To(Equal(version))
	})

	It("ends at its time", func(ctx SpecContext) {
		w := newWorld(ctx)
		s := w.newSuppressor()
		expires := metav1.NewTime(w.clock.Now().Add(time.Hour))
		rule := w.newRule(ctx, func(spec *v1alpha1.SuppressionRuleSpec) { spec.Forever, spec.ExpireTime = false, &expires })
		Expect(s.look(ctx, rule).RequeueAfter).To(BeNumerically("~", time.Hour, 2*time.Second))
		Expect(s.takes(ctx, "Shell")).To(BeTrue())
		w.clock.Step(time.Hour + time.Second)
		Expect(s.takes(ctx, "Shell")).To(BeFalse())
		s.look(ctx, rule)
		Expect(rule.Status.Conditions).To(ConsistOf(And(HaveField("Status", metav1.ConditionFalse), HaveField("Reason", v1alpha1.ReasonExpired))))
	})

	It("that makes no sense says so, takes nothing, and works once it is mended", func(ctx SpecContext) {
		w := newWorld(ctx)
		s := w.newSuppressor()
		rule := w.newRule(ctx, func(spec *v1alpha1.SuppressionRuleSpec) { spec.When = `alert.spec.title == "Shell"` })
		Expect(s.takes(ctx, "Shell")).To(BeFalse())
		s.look(ctx, rule)
		Expect(rule.Status.Conditions).To(ConsistOf(And(
			HaveField("Reason", v1alpha1.ReasonInvalidSpec), HaveField("Message", ContainSubstring("undefined field 'title'")))))
		edit(ctx, root, rule, func(r *v1alpha1.SuppressionRule) { r.Spec.When = `alert.spec.name == "Shell"` })
		Expect(s.takes(ctx, "Shell")).To(BeTrue())
		s.look(ctx, rule)
		Expect(rule.Status.Conditions).To(ConsistOf(HaveField("Reason", v1alpha1.ReasonInForce)))
		Expect(admin.Delete(ctx, rule)).To(Succeed())
		_, err := s.reconciler.Reconcile(ctx, s.request("rule"))
		Expect(err).NotTo(HaveOccurred())
		Expect(s.takes(ctx, "Shell")).To(BeFalse())
	})

	It("may be written by administrators alone", func(ctx SpecContext) {
		rule := ruleWith(v1alpha1.SuppressionRuleSpec{When: "true", Reason: "r", Action: v1alpha1.SuppressionDrop, Forever: true})
		rule.Namespace, rule.Name = newWorld(ctx).namespace, "hide"
		Expect(users[alice].Create(ctx, rule, client.DryRunAll)).To(MatchError(ContainSubstring("forbidden")))
		Expect(users[ingestUser].Create(ctx, rule, client.DryRunAll)).To(MatchError(ContainSubstring("forbidden")))
	})
})
