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
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func classified(verdict v1alpha1.Verdict) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Classification.Verdict = verdict }
}

func tagged(tags ...v1alpha1.Tag) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Tags = tags }
}

var _ = Describe("A merge", func() {
	var w *world

	BeforeEach(func(ctx SpecContext) { w = newWorld(ctx) })

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	It("moves every alert by one patch, which also gives it what the new incident gives", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1", assignTo("alice"))
		target := w.newIncident(ctx, "inc-2")
		for i := range 3 {
			w.newAlert(ctx, fmt.Sprintf("a-%d", i), "inc-1")
		}
		w.newAlert(ctx, "b", "inc-2")
		w.settle(ctx)
		before := w.writes["Alert"]
		edit(ctx, bob, source, mergeInto("inc-2"))
		w.settle(ctx)
		Expect(w.writes["Alert"]).To(Equal(before + 3))
		Expect(w.linked(ctx, "inc-2")).To(Equal([]string{"a-0", "a-1", "a-2", "b"}))
		Expect(w.linked(ctx, "inc-1")).To(BeEmpty())
		Expect(w.theAlert(ctx, "a-0").Spec.Assignee).To(BeEmpty(), "what the merged incident gave is taken back")

		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(Equal(`True Merged: every alert has moved to "inc-2"`))
		Expect(source.Status.State).To(Equal(v1alpha1.IncidentRedirected))
		Expect(source.Status.RedirectedTo).To(Equal("inc-2"))
		Expect(source.Status.MergedInto).To(Equal(v1alpha1.MergedInto{Name: "inc-2", UID: string(target.UID)}))
		Expect(w.told(ctx, source)).To(Equal([]string{
			"1 Created by alice: assignee: none → alice",
			"2 AlertsLinked by alice: 3 alerts",
			"3 Propagated by incident-operator: 3 alerts: assignee: none → alice",
			"4 MergeRequested by bob: mergeInto.name: none → inc-2",
			"5 Merged by incident-operator: mergedInto.name: none → inc-2",
			"6 AlertsUnlinked by incident-operator: 3 alerts to inc-2: merged",
		}))
		Expect(w.told(ctx, target)[2:]).To(ConsistOf(
			HaveSuffix("Merged by bob: from inc-1"),
			HaveSuffix("AlertsLinked by incident-operator: 3 alerts from inc-1: merged"),
		))
	})

	DescribeTable("is refused, and nothing moves", func(ctx SpecContext, prepare func(ctx SpecContext), want string) {
		prepare(ctx)
		source := w.newIncident(ctx, "inc-1", assignTo("alice"), classified(v1alpha1.VerdictTruePositive))
		w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, alice, source, mergeInto("inc-2"))
		w.settle(ctx)
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(Equal("False " + want))
		Expect(source.Status.MergedInto).To(BeZero())
		Expect(source.Status.State).To(Equal(v1alpha1.IncidentActive))
		Expect(w.linked(ctx, "inc-1")).To(Equal([]string{"a"}))
		edit(ctx, alice, source, mergeInto(""))
		w.settle(ctx)
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(BeEmpty())
	},
		Entry("into an incident that does not exist", func(SpecContext) {},
			`TargetNotFound: spec.mergeInto.name must be an Incident of this namespace: there is no "inc-2"`),
		Entry("into one that asks to be merged itself", func(ctx SpecContext) { w.newIncident(ctx, "inc-2", mergeInto("inc-3")) },
			`TargetMerging: spec.mergeInto.name must be an incident that does not ask to be merged itself: "inc-2" asks to be merged into "inc-3"`),
		Entry("into one that was merged", func(ctx SpecContext) {
			w.newIncident(ctx, "inc-3")
			w.newIncident(ctx, "inc-2", mergeInto("inc-3"))
			w.settle(ctx)
		}, `TargetMerged: spec.mergeInto.name must be an incident that was not merged itself: "inc-2" was merged into "inc-3"`),
		Entry("into one that was merged into it", func(ctx SpecContext) { w.newIncident(ctx, "inc-2", mergeInto("inc-1")) },
			`MutualMerge: spec.mergeInto.name must be an incident that was not merged into this one: "inc-2" was`),
		Entry("into one that is resolved", func(ctx SpecContext) { w.newIncident(ctx, "inc-2", inState(resolved)) },
			`TargetResolved: spec.mergeInto.name must be an incident that is not resolved: "inc-2" is, so re-open it first`),
		Entry("into one of somebody else", func(ctx SpecContext) { w.newIncident(ctx, "inc-2", assignTo("bob")) },
			`DifferentAssignees: spec.mergeInto.name must be an incident with the same assignee or with none: this one is assigned to "alice", "inc-2" to "bob"`),
		Entry("into one that is classified otherwise", func(ctx SpecContext) { w.newIncident(ctx, "inc-2", classified(v1alpha1.VerdictFalsePositive)) },
			`DifferentClassifications: spec.mergeInto.name must be an incident with the same classification or with none: this one is classified as TruePositive, "inc-2" as FalsePositive`),
	)

	It("is accepted once what it was refused for is gone", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(HavePrefix("False TargetNotFound"))
		target := w.newIncident(ctx, "inc-2", inState(resolved))
		w.settle(ctx)
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(HavePrefix("False TargetResolved"))
		edit(ctx, alice, target, inState(active))
		w.settle(ctx)
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(HavePrefix("True Merged"))
		Expect(w.linked(ctx, "inc-2")).To(Equal([]string{"a"}))
	})

	It("of two incidents into each other at once is refused for both", func(ctx SpecContext) {
		one := w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		two := w.newIncident(ctx, "inc-2", mergeInto("inc-1"))
		w.hear(ctx)
		var looks sync.WaitGroup
		for _, name := range []string{"inc-1", "inc-2"} {
			looks.Go(func() {
				defer GinkgoRecover()
				Expect(w.process.incidents.Reconcile(ctx, w.request(name))).Error().NotTo(HaveOccurred())
			})
		}
		looks.Wait()
		w.settle(ctx)
		Expect(condition(ctx, one, v1alpha1.ConditionMerged)).To(Equal(`False MutualMerge: spec.mergeInto.name must be an incident that does not ask to be ` +
			`merged into this one: "inc-2" does, so take back one of the two`))
		Expect(condition(ctx, two, v1alpha1.ConditionMerged)).To(HavePrefix("False MutualMerge"))
		edit(ctx, alice, two, mergeInto(""))
		w.settle(ctx)
		Expect(condition(ctx, one, v1alpha1.ConditionMerged)).To(HavePrefix("True Merged"))
	})

	It("is decided from what the API server has, not from an old cache", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		w.newIncident(ctx, "inc-2")
		w.hear(ctx)
		w.freeze("Incident")
		edit(ctx, alice, source, assignTo("alice"))
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(ctrl.Result{RequeueAfter: time.Second}))
		Expect(refresh(ctx, source).Status.MergedInto).To(BeZero())
		w.thaw()
	})

	It("is not accepted if somebody takes the wish back meanwhile", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		w.newIncident(ctx, "inc-2")
		w.beforeWrite = func() { edit(ctx, alice, source.DeepCopy(), mergeInto("")) }
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(ctrl.Result{RequeueAfter: time.Second}))
		w.settle(ctx)
		Expect(refresh(ctx, source).Status.MergedInto).To(BeZero())
	})

	It("redirects along a chain", func(ctx SpecContext) {
		one, two, three := w.newIncident(ctx, "inc-1"), w.newIncident(ctx, "inc-2"), w.newIncident(ctx, "inc-3")
		w.newAlert(ctx, "a", "inc-1")
		edit(ctx, alice, one, mergeInto("inc-2"))
		w.settle(ctx)
		edit(ctx, alice, two, mergeInto("inc-3"))
		w.settle(ctx)
		Expect(refresh(ctx, one).Status.RedirectedTo).To(Equal("inc-3"))
		Expect(refresh(ctx, two).Status.RedirectedTo).To(Equal("inc-3"))
		Expect(w.linked(ctx, "inc-3")).To(Equal([]string{"a"}))
		w.newAlert(ctx, "late", "inc-1")
		w.settle(ctx)
		Expect(w.linked(ctx, "inc-3")).To(Equal([]string{"a", "late"}), "an alert for the first incident comes all the way")
		Expect(refresh(ctx, three).Status.RedirectedTo).To(BeEmpty())
	})

	It("leaves an alert where it was put back, at every sync of a Git tool, and says so", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		w.newIncident(ctx, "inc-2")
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		Expect(w.linked(ctx, "inc-2")).To(Equal([]string{"a"}))
		for range 3 {
			edit(ctx, carol, alert, linkedTo("inc-1"))
			w.settle(ctx)
			Expect(w.linked(ctx, "inc-1")).To(Equal([]string{"a"}))
		}
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(Equal(
			`True AlertsPutBack: alerts that were put back here after they had moved to "inc-2", and stay: 1`))
		log := w.told(ctx, source)
		Expect(log[len(log)-1]).To(HaveSuffix("AlertsLinked by carol: 1 alert from inc-2"))
	})

	It("gives its tags once, with their texts, so that a person can take them away", func(ctx SpecContext) {
		w.newIncident(ctx, "inc-1", mergeInto("inc-2"), tagged("Crown Jewels: HR", "Both"), func(i *v1alpha1.Incident) {
			i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}
		})
		target := w.newIncident(ctx, "inc-2", tagged("Both", "Own"))
		w.settle(ctx)
		texts := func() []string {
			texts := []string{}
			for _, tag := range refresh(ctx, target).Status.Tags {
				texts = append(texts, tag.Tag)
			}
			return texts
		}
		Expect(texts()).To(ConsistOf("Both", "Own", "Crown Jewels: HR", "by-hand"))
		Expect(target.Labels).To(HaveLen(4))
		Expect(w.told(ctx, target)).To(ContainElement(HaveSuffix(
			`Merged by alice: from inc-1: tags: ["Both","Own"] → ["Both","Crown Jewels: HR","Own","by-hand"]`)))

		taken := ""
		for _, tag := range target.Status.Tags {
			if tag.Tag == "Crown Jewels: HR" {
				taken = tag.Label
			}
		}
		Expect(taken).NotTo(BeEmpty())
		edit(ctx, bob, target, func(i *v1alpha1.Incident) { delete(i.Labels, taken) })
		w.newIncident(ctx, "inc-3", mergeInto("inc-2"), tagged("Third"))
		w.settle(ctx)
		Expect(texts()).To(ConsistOf("Both", "Own", "by-hand", "Third"))
		Expect(w.told(ctx, target)).To(ContainElement(HaveSuffix(
			`Tagged by bob: tags: ["Both","Crown Jewels: HR","Own","by-hand"] → ["Both","Own","by-hand"]`)))
	})

	It("goes on if the list of what was merged cannot be read, and writes it anew", func(ctx SpecContext) {
		w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		target := w.newIncident(ctx, "inc-2")
		w.settle(ctx)
		asOperator(ctx, target, func(i *v1alpha1.Incident) { i.Annotations[v1alpha1.MergedAnnotation] = "¯\\_(ツ)_/¯" })
		w.newIncident(ctx, "inc-3", mergeInto("inc-2"))
		edit(ctx, bob, target, called("Phish"))
		w.settle(ctx)
		Expect(refresh(ctx, target).Status.Name).To(Equal("Phish"))
		Expect(target.Annotations[v1alpha1.MergedAnnotation]).To(And(ContainSubstring("inc-1"), ContainSubstring("inc-3")))
		Expect(w.told(ctx, target)).To(ContainElements(
			HaveSuffix("Merged by alice: from inc-1"), HaveSuffix("Merged by alice: from inc-3"), HaveSuffix("Renamed by bob: name: none → Phish"),
		))
	})

	It("leaves alerts where they are whose new incident is deleted, and says so", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1", mergeInto("inc-2"))
		target := w.newIncident(ctx, "inc-2")
		w.newAlert(ctx, "a", "inc-1")
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(refresh(ctx, source).Status.MergedInto.Name).To(Equal("inc-2"))
		Expect(admin.Delete(ctx, target)).To(Succeed())
		w.settle(ctx)
		Expect(w.linked(ctx, "inc-1")).To(Equal([]string{"a"}))
		Expect(condition(ctx, source, v1alpha1.ConditionMerged)).To(HavePrefix("False TargetGone"))
		w.newIncident(ctx, "inc-2")
		w.settle(ctx)
		Expect(w.linked(ctx, "inc-1")).To(Equal([]string{"a"}), "another incident of the same name is not the one")
	})

	It("keeps the merged incident's own name and severity, and its comments recorded", func(ctx SpecContext) {
		source := w.newIncident(ctx, "inc-1")
		w.newIncident(ctx, "inc-2")
		w.newAlert(ctx, "a", "inc-1", func(alert *v1alpha1.Alert) { alert.Spec.Severity = v1alpha1.SeverityHigh })
		w.settle(ctx)
		edit(ctx, alice, source, mergeInto("inc-2"))
		w.settle(ctx)
		w.comment(ctx, bob, "c", "inc-1", "Was it right to merge this?")
		w.settle(ctx)
		Expect(refresh(ctx, source).Status.Name).To(Equal("Title of a"))
		Expect(source.Status.Severity).To(Equal(v1alpha1.SeverityHigh))
		log := w.told(ctx, source)
		Expect(log[len(log)-1]).To(HaveSuffix("Commented by bob: Was it right to merge this?"))
	})

	It("ends the same wherever the operator is killed, and no alert is ever in two incidents or in none", func(ctx SpecContext) {
		const alerts = 8
		want := mergeStory(ctx, w, alerts)
		Expect(want).To(ContainElement(`a-00 in inc-2 of "", seen in [inc-1 inc-2]`))
		for seed := range uint64(10) {
			random := rand.New(rand.NewPCG(seed, 0))
			again := newWorld(ctx)
			kills := again.killOnce(position(random.IntN(positions)), 1+random.IntN(alerts+8))
			Expect(mergeStory(ctx, again, alerts)).To(Equal(want), "seed %d", seed)
			Expect(*kills).To(HaveLen(1), "seed %d", seed)
		}
	})
})

// mergeStory merges two incidents while it watches their alerts, and returns how everything is at the end.
func mergeStory(ctx context.Context, w *world, alerts int) []string {
	GinkgoHelper()
	crash := w.crash
	w.crash = nil
	source, target := w.newIncident(ctx, "inc-1", assignTo("alice")), w.newIncident(ctx, "inc-2")
	for i := range alerts {
		w.newAlert(ctx, fmt.Sprintf("a-%02d", i), "inc-1")
	}
	w.settle(ctx)
	seen := w.watchLinks(ctx)
	w.crash = crash
	edit(ctx, bob, source, mergeInto("inc-2"))
	w.settle(ctx)
	w.crash = nil
	moves := seen()
	var list v1alpha1.AlertList
	Expect(admin.List(ctx, &list, client.InNamespace(w.namespace))).To(Succeed())
	end := append(w.told(ctx, source), "and")
	for _, line := range w.told(ctx, target) { // Whether the merge is told before its alerts is up to timing.
		_, words, _ := strings.Cut(line, " ")
		end = append(end, words)
	}
	for i := range list.Items {
		alert := &list.Items[i]
		end = append(end, fmt.Sprintf("%s in %s of %q, seen in %v", alert.Name, alert.Spec.IncidentRef.Name, alert.Spec.Assignee, moves[alert.Name]))
	}
	return end
}

// watchLinks watches where alerts are linked. The returned function ends that and returns what was seen of each.
func (w *world) watchLinks(ctx context.Context) func() map[string][]string {
	GinkgoHelper()
	watch, err := admin.Watch(ctx, &v1alpha1.AlertList{}, client.InNamespace(w.namespace))
	Expect(err).NotTo(HaveOccurred())
	seen := map[string][]string{}
	var reading sync.WaitGroup
	reading.Go(func() {
		for event := range watch.ResultChan() {
			alert, ok := event.Object.(*v1alpha1.Alert)
			if !ok || alert.Name == "end" {
				return
			}
			seen[alert.Name] = append(seen[alert.Name], alert.Spec.IncidentRef.Name)
		}
	})
	return func() map[string][]string {
		end := w.newAlert(ctx, "end", "")
		reading.Wait()
		watch.Stop()
		Expect(admin.Delete(ctx, end)).To(Succeed())
		return seen
	}
}
