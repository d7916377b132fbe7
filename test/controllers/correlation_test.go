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
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/controllers/correlation"
)

// correlator is correlation in a world, with the rights of ingest. Each look is told of everything, as after a resync.
type correlator struct {
	*world
	reconciler *correlation.Reconciler
	sent       int
	// killAt is the number of the write at which it is killed; 0 for none.
	killAt int
	at     position
	killed bool
}

func (w *world) newCorrelator() *correlator {
	c := &correlator{world: w}
	c.restart()
	return c
}

func (c *correlator) restart() {
	GinkgoHelper()
	instruments, err := correlation.NewInstruments(prometheus.NewRegistry())
	Expect(err).NotTo(HaveOccurred())
	c.killed = false
	c.reconciler = &correlation.Reconciler{
		Client: interceptor.NewClient(users[ingestUser], interceptor.Funcs{
			Create: func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
				return c.write(func() error { return w.Create(ctx, object, options...) })
			},
			Patch: func(ctx context.Context, w client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
				return c.write(func() error { return w.Patch(ctx, object, patch, options...) })
			},
			SubResourcePatch: func(ctx context.Context, w client.Client, subresource string, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
				return c.write(func() error { return w.SubResource(subresource).Patch(ctx, object, patch, options...) })
			},
		}),
		Live: users[ingestUser], Clock: c.clock, Instruments: instruments, Ingest: ingestUser,
	}
}

func (c *correlator) write(send func() error) error {
	if c.killed {
		return errKilled
	}
	c.sent++
	if c.sent != c.killAt {
		return send()
	}
	c.killed = true
	if c.at == beforeSending {
		return errKilled
	}
	if err := send(); err != nil || c.at == afterAnswer {
		return err
	}
	return errKilled
}

// changed tells it of all that there is.
func (c *correlator) changed(ctx context.Context) {
	GinkgoHelper()
	var alerts v1alpha1.AlertList
	Expect(admin.List(ctx, &alerts, client.InNamespace(c.namespace))).To(Succeed())
	for i := range alerts.Items {
		c.reconciler.Changed(&alerts.Items[i])
	}
	var incidents v1alpha1.IncidentList
	Expect(admin.List(ctx, &incidents, client.InNamespace(c.namespace))).To(Succeed())
	for i := range incidents.Items {
		c.reconciler.Changed(&incidents.Items[i])
	}
}

func (c *correlator) look(ctx context.Context) (ctrl.Result, error) {
	GinkgoHelper()
	c.changed(ctx)
	if now := time.Now(); c.clock.Now().Before(now) {
		c.clock.SetTime(now)
	}
	return c.reconciler.Reconcile(ctx, c.request(c.namespace))
}

// rest looks until nothing is written any more, and starts it again whenever it was killed.
func (c *correlator) rest(ctx context.Context) {
	GinkgoHelper()
	for range 50 {
		before := c.sent
		_, err := c.look(ctx)
		if c.killed {
			c.restart()
			continue
		}
		Expect(err).NotTo(HaveOccurred())
		if c.sent == before {
			return
		}
		c.clock.Step(10 * time.Second)
	}
	Fail("correlation does not come to rest")
}

func (w *world) newPolicy(ctx context.Context, name string, changes ...func(*v1alpha1.CorrelationPolicy)) *v1alpha1.CorrelationPolicy {
	GinkgoHelper()
	policy := &v1alpha1.CorrelationPolicy{}
	policy.Namespace, policy.Name = w.namespace, name
	policy.Spec.GroupBy = []v1alpha1.CorrelationKey{
		{Evidence: []v1alpha1.EvidenceKind{v1alpha1.EvidenceDevice}}, {Evidence: []v1alpha1.EvidenceKind{v1alpha1.EvidenceUser}},
	}
	for _, change := range changes {
		change(policy)
	}
	Expect(admin.Create(ctx, policy)).To(Succeed())
	return policy
}

// seenOn is evidence such as "Device vm-1".
func seenOn(things ...string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) {
		for _, thing := range things {
			kind, name, _ := strings.Cut(thing, " ")
			alert.Spec.Evidence = append(alert.Spec.Evidence, v1alpha1.Evidence{Kind: v1alpha1.EvidenceKind(kind), Name: name})
		}
	}
}

func (c *correlator) newUnlinked(ctx context.Context, name string, things ...string) *v1alpha1.Alert {
	GinkgoHelper()
	return c.newAlertBy(ctx, ingestUser, name, "", seenOn(things...))
}

// groups are the alerts by incident, as "a b | c"; those that are linked to none come last, after a dash.
func (c *correlator) groups(ctx context.Context) string {
	GinkgoHelper()
	var alerts v1alpha1.AlertList
	Expect(admin.List(ctx, &alerts, client.InNamespace(c.namespace))).To(Succeed())
	by := map[string][]string{}
	for i := range alerts.Items {
		name := alerts.Items[i].Spec.IncidentRef.Name
		by[name] = append(by[name], alerts.Items[i].Name)
	}
	waiting := by[""]
	delete(by, "")
	var groups []string
	for _, names := range by {
		slices.Sort(names)
		groups = append(groups, strings.Join(names, " "))
	}
	slices.Sort(groups)
	text := strings.Join(groups, " | ")
	if len(waiting) > 0 {
		slices.Sort(waiting)
		text += " - " + strings.Join(waiting, " ")
	}
	return text
}

func (c *correlator) incidents(ctx context.Context) []v1alpha1.Incident {
	GinkgoHelper()
	var incidents v1alpha1.IncidentList
	Expect(admin.List(ctx, &incidents, client.InNamespace(c.namespace))).To(Succeed())
	return incidents.Items
}

var _ = Describe("Correlation", func() {
	It("costs one write an incident and one an alert, says why, and then writes nothing", func(ctx SpecContext) {
		c := newWorld(ctx).newCorrelator()
		policy := c.newPolicy(ctx, "default", func(p *v1alpha1.CorrelationPolicy) {
			p.Spec.Incident = v1alpha1.IncidentTemplate{Tags: []v1alpha1.Tag{"SOC"}, Assignee: alice, Severity: v1alpha1.SeverityHigh, Description: "See the runbook."}
		})
		c.newUnlinked(ctx, "a", "Device vm-1")
		c.newUnlinked(ctx, "b", "Device vm-1", "User bob")
		c.newUnlinked(ctx, "c", "User eve")
		c.rest(ctx)
		Expect(c.groups(ctx)).To(Equal("a b | c"))
		Expect(c.sent).To(Equal(2 + 3 + 1))

		a := c.theAlert(ctx, "a")
		incident := &v1alpha1.Incident{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: a.Spec.IncidentRef.Name}, incident)).To(Succeed())
		Expect(c.theAlert(ctx, "b").Annotations).To(HaveKeyWithValue(v1alpha1.CorrelatedAnnotation,
			fmt.Sprintf(`{"policy":"default","incident":%q,"reason":"shares Device vm-1 with 1 alert"}`, incident.Name)))
		Expect(incident.Spec.Description).To(Equal("See the runbook.\n\nBegun by policy default for 2 alerts that share Device vm-1."))
		Expect(incident.Spec.Tags).To(Equal([]v1alpha1.Tag{"SOC"}))
		Expect(incident.Spec.Assignee).To(Equal(alice))
		Expect(incident.Spec.Severity).To(Equal(v1alpha1.SeverityHigh))
		Expect(a.Annotations).NotTo(HaveKey(v1alpha1.InheritedAnnotation), "inheritance is the operator's")

		refresh(ctx, policy)
		Expect(policy.Status.Seen).To(BeEquivalentTo(3))
		Expect(policy.Status.Linked).To(BeEquivalentTo(3))
		Expect(policy.Status.Incidents).To(BeEquivalentTo(2))
		Expect(policy.Status.Conditions).To(ConsistOf(HaveField("Reason", v1alpha1.ReasonInForce)))

		// The operator lets the alerts follow, and correlation has nothing to add.
		c.settle(ctx)
		Expect(c.theAlert(ctx, "a").Spec.Assignee).To(Equal(alice))
		before := c.sent
		c.rest(ctx)
		c.restart()
		c.rest(ctx)
		Expect(c.sent).To(Equal(before))
	})

	DescribeTable("ends the same wherever it is killed", func(ctx SpecContext, at position) {
		run := func(killAt int) (string, bool) {
			c := newWorld(ctx).newCorrelator()
			c.killAt, c.at = killAt, at
			c.newPolicy(ctx, "default", func(p *v1alpha1.CorrelationPolicy) { p.Spec.MergeRelated = true })
			c.newUnlinked(ctx, "a", "Device vm-1")
			c.newUnlinked(ctx, "b", "Device vm-1")
			c.newUnlinked(ctx, "c", "User bob")
			c.rest(ctx)
			c.clock.Step(time.Minute)
			c.newUnlinked(ctx, "d", "Device vm-1", "User bob")
			c.rest(ctx)
			c.settle(ctx)
			c.rest(ctx)
			names := map[string]bool{}
			for _, incident := range c.incidents(ctx) {
				names[incident.Name] = true
			}
			Expect(names).To(HaveLen(2), "at write %d: %v", killAt, slices.Collect(maps.Keys(names)))
			return c.groups(ctx), c.sent >= killAt
		}
		want, _ := run(0)
		Expect(want).To(Equal("a b c d"))
		for number := 1; ; number++ {
			got, killed := run(number)
			Expect(got).To(Equal(want), "at write %d", number)
			if !killed {
				Expect(number).To(BeNumerically(">", 8))
				break
			}
		}
	}, atEachPosition)

	It("leaves what people decided: a move, an unlinking, a resolution", func(ctx SpecContext) {
		c := newWorld(ctx).newCorrelator()
		c.newPolicy(ctx, "default")
		c.newUnlinked(ctx, "a", "Device vm-1")
		b := c.newUnlinked(ctx, "b", "Device vm-1")
		moved := c.newUnlinked(ctx, "moved", "Device vm-1")
		c.rest(ctx)
		c.newIncident(ctx, "other")
		edit(ctx, bob, b, func(a *v1alpha1.Alert) { a.Spec.IncidentRef = v1alpha1.IncidentReference{} })
		edit(ctx, bob, moved, func(a *v1alpha1.Alert) { a.Spec.IncidentRef.Name = "other" })
		c.rest(ctx)
		c.restart()
		c.rest(ctx)
		Expect(c.groups(ctx)).To(Equal("a | moved - b"))

		// A person resolves it between two looks, and the cache has not brought that yet.
		incident := &v1alpha1.Incident{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: c.theAlert(ctx, "a").Spec.IncidentRef.Name}, incident)).To(Succeed())
		edit(ctx, bob, incident, func(i *v1alpha1.Incident) { i.Spec.Resolution.State = resolved })
		other := &v1alpha1.Incident{}
		Expect(admin.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: "other"}, other)).To(Succeed())
		edit(ctx, bob, other, func(i *v1alpha1.Incident) { i.Spec.Resolution.State = resolved })
		c.reconciler.Changed(c.newUnlinked(ctx, "late", "Device vm-1"))
		for range 5 {
			_, err := c.reconciler.Reconcile(ctx, c.request(c.namespace))
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(c.groups(ctx)).To(Equal("a | late | moved - b"))
	})

	It("resolves only what it began, once all its alerts are, and never against a person", func(ctx SpecContext) {
		c := newWorld(ctx).newCorrelator()
		c.newPolicy(ctx, "default", func(p *v1alpha1.CorrelationPolicy) { p.Spec.AutoResolve = v1alpha1.AutoResolveWhenAllAlertsResolve })
		c.newIncident(ctx, "alices")
		a, b := c.newUnlinked(ctx, "a", "Device vm-1"), c.newUnlinked(ctx, "b", "Device vm-1")
		mine := c.newAlertBy(ctx, ingestUser, "mine", "alices")
		c.rest(ctx)
		c.settle(ctx)
		name := c.theAlert(ctx, "a").Spec.IncidentRef.Name
		end := func(alert *v1alpha1.Alert) {
			edit(ctx, ingestUser, alert, func(a *v1alpha1.Alert) { a.Spec.Resolution.State = resolved })
			c.settle(ctx)
			c.rest(ctx)
		}
		state := func(name string) v1alpha1.ResolutionState {
			incident := &v1alpha1.Incident{}
			Expect(admin.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: name}, incident)).To(Succeed())
			return incident.Spec.Resolution.State
		}
		end(a)
		Expect(state(name)).To(Equal(active))
		end(b)
		Expect(state(name)).To(Equal(resolved))
		end(mine)
		Expect(state("alices")).To(Equal(active))

		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = c.namespace, name
		edit(ctx, alice, incident, func(i *v1alpha1.Incident) { i.Spec.Resolution = v1alpha1.Resolution{State: active} })
		c.settle(ctx)
		c.rest(ctx)
		Expect(state(name)).To(Equal(active))
	})

	It("lets both incidents say that they are related", func(ctx SpecContext) {
		c := newWorld(ctx).newCorrelator()
		c.newPolicy(ctx, "default")
		c.newUnlinked(ctx, "a", "Device vm-1")
		c.newUnlinked(ctx, "b", "User bob")
		c.rest(ctx)
		c.newUnlinked(ctx, "c", "Device vm-1", "User bob")
		c.rest(ctx)
		related := c.incidents(ctx)
		Expect(related).To(HaveLen(2))
		for i := range related {
			Expect(related[i].Annotations[v1alpha1.RelatedAnnotation]).To(Equal(
				related[1-i].Name + " alert c shares Device vm-1 and User bob with 1 alert"))
		}
	})

	It("says of each policy whether it is in force, and lets the others go on", func(ctx SpecContext) {
		c := newWorld(ctx).newCorrelator()
		broken := c.newPolicy(ctx, "a-broken", func(p *v1alpha1.CorrelationPolicy) { p.Spec.When = "alert.spec.sevrity == 'High'" })
		long := c.newPolicy(ctx, "b-long", func(p *v1alpha1.CorrelationPolicy) { p.Spec.When = "alert.spec.description.contains('x')" })
		asleep := c.newPolicy(ctx, "c-asleep", func(p *v1alpha1.CorrelationPolicy) { p.Spec.Suspend = true })
		failing := c.newPolicy(ctx, "d-failing", func(p *v1alpha1.CorrelationPolicy) { p.Spec.When = "alert.metadata.labels['none'] == ''" })
		working := c.newPolicy(ctx, "e-working")
		c.newUnlinked(ctx, "a", "Device vm-1")
		c.rest(ctx)
		Expect(c.groups(ctx)).To(Equal("a"))
		for policy, want := range map[*v1alpha1.CorrelationPolicy]string{
			broken: "False InvalidSpec spec.when must be a CEL expression", long: "False InvalidSpec spec.when must not name description",
			asleep: "False Suspended", failing: "True InForce The policy is in force, but its condition failed", working: "True InForce",
		} {
			refresh(ctx, policy)
			ready := policy.Status.Conditions[0]
			Expect(string(ready.Status)+" "+ready.Reason+" "+ready.Message).To(HavePrefix(want), policy.Name)
			Expect(policy.Status.ObservedGeneration).To(Equal(policy.Generation))
		}
		Expect(working.Status.Linked).To(BeEquivalentTo(1))

		// Mended, it is asked first.
		edit(ctx, root, broken, func(p *v1alpha1.CorrelationPolicy) { p.Spec.When = "" })
		c.newUnlinked(ctx, "b", "Device vm-9")
		c.rest(ctx)
		Expect(refresh(ctx, broken).Status.Linked).To(BeEquivalentTo(1))
	})

	It("waits for more before it begins an incident", func(ctx SpecContext) {
		c := newWorld(ctx).newCorrelator()
		c.newPolicy(ctx, "default", func(p *v1alpha1.CorrelationPolicy) { p.Spec.SettleSeconds = 60 })
		a := c.newUnlinked(ctx, "a", "Device vm-1")
		c.clock.SetTime(a.CreationTimestamp.Add(10 * time.Second))
		c.changed(ctx)
		result, err := c.reconciler.Reconcile(ctx, c.request(c.namespace))
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(BeNumerically("~", 50*time.Second, time.Second))
		Expect(c.groups(ctx)).To(Equal(" - a"))
		c.clock.SetTime(a.CreationTimestamp.Add(time.Minute))
		c.rest(ctx)
		Expect(c.groups(ctx)).To(Equal("a"))
	})

	It("links nothing across namespaces, and nothing without a policy", func(ctx SpecContext) {
		c, other := newWorld(ctx).newCorrelator(), newWorld(ctx).newCorrelator()
		c.newPolicy(ctx, "default")
		c.newUnlinked(ctx, "a", "Device vm-1")
		other.newUnlinked(ctx, "b", "Device vm-1")
		c.rest(ctx)
		other.rest(ctx)
		Expect(c.groups(ctx)).To(Equal("a"))
		Expect(other.groups(ctx)).To(Equal(" - b"))
		Expect(other.sent).To(BeZero())
	})
})

var _ = Describe("The API of correlation", func() {
	DescribeTable("refuses a policy or rule that makes no sense, and says why", func(ctx SpecContext, object client.Object, want string) {
		object.SetNamespace("default")
		object.SetName("refused")
		Expect(admin.Create(ctx, object, client.DryRunAll)).To(MatchError(ContainSubstring(want)))
	},
		Entry("no groupBy", &v1alpha1.CorrelationPolicy{Spec: v1alpha1.CorrelationPolicySpec{Suspend: true}}, "spec.groupBy: Required value"),
		Entry("an entry of two kinds", policyBy(v1alpha1.CorrelationKey{Field: v1alpha1.FieldName, Label: "x"}), "exactly one of evidence, field and label"),
		Entry("an empty entry", policyBy(v1alpha1.CorrelationKey{}), "exactly one of evidence, field and label"),
		Entry("an unknown field", policyBy(v1alpha1.CorrelationKey{Field: "Color"}), "Unsupported value"),
		Entry("a label that is none", policyBy(v1alpha1.CorrelationKey{Label: "a b"}), "label must be the key of a label"),
		Entry("a window too wide", policyBy(v1alpha1.CorrelationKey{Field: v1alpha1.FieldName, WindowSeconds: 2_592_001}), "windowSeconds"),
		Entry("no end", ruleWith(v1alpha1.SuppressionRuleSpec{When: "true", Reason: "r", Action: v1alpha1.SuppressionDrop}), "either expireTime or forever: true"),
		Entry("two ends", ruleWith(v1alpha1.SuppressionRuleSpec{When: "true", Reason: "r", Action: v1alpha1.SuppressionDrop, Forever: true, ExpireTime: &metav1.Time{Time: time.Now()}}), "either expireTime or forever: true"),
		Entry("no reason", ruleWith(v1alpha1.SuppressionRuleSpec{When: "true", Action: v1alpha1.SuppressionDrop, Forever: true}), "spec.reason"),
		Entry("a resolution without a verdict", ruleWith(v1alpha1.SuppressionRuleSpec{When: "true", Reason: "r", Action: v1alpha1.SuppressionResolve, Forever: true}), "classification must be set if action is Resolve"),
		Entry("a verdict that is none", ruleWith(v1alpha1.SuppressionRuleSpec{
			When: "true", Reason: "r", Action: v1alpha1.SuppressionResolve, Forever: true, Classification: &v1alpha1.Classification{Verdict: v1alpha1.VerdictNotSet},
		}), "verdict must be TruePositive"),
		Entry("tags without Tag", ruleWith(v1alpha1.SuppressionRuleSpec{When: "true", Reason: "r", Action: v1alpha1.SuppressionDrop, Forever: true, Tags: []v1alpha1.Tag{"x"}}), "tags must be set if action is Tag"),
	)

	It("sets what unset fields mean", func(ctx SpecContext) {
		policy := policyBy(v1alpha1.CorrelationKey{Field: v1alpha1.FieldName})
		policy.Namespace, policy.Name = "default", "defaults"
		Expect(admin.Create(ctx, policy, client.DryRunAll)).To(Succeed())
		Expect(policy.Spec.Match).To(Equal(v1alpha1.MatchAny))
		Expect(policy.Spec.WindowSeconds).To(BeEquivalentTo(86_400))
		Expect(policy.Spec.MaxAlertsPerIncident).To(BeEquivalentTo(10_000))
		Expect(policy.Spec.AutoResolve).To(Equal(v1alpha1.AutoResolveNever))
	})
})

func policyBy(key v1alpha1.CorrelationKey) *v1alpha1.CorrelationPolicy {
	return &v1alpha1.CorrelationPolicy{Spec: v1alpha1.CorrelationPolicySpec{GroupBy: []v1alpha1.CorrelationKey{key}}}
}

func ruleWith(spec v1alpha1.SuppressionRuleSpec) *v1alpha1.SuppressionRule {
	return &v1alpha1.SuppressionRule{Spec: spec}
}
