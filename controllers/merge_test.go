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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func mergeInto(name string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.MergeInto.Name = name }
}

func classified(verdict v1alpha1.Verdict) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Classification.Verdict = verdict }
}

var _ = Describe("A merge", func() {
	var w *world

	BeforeEach(func(ctx SpecContext) { w = newWorld(ctx) })

	AfterEach(func(ctx SpecContext) {
		w.settle(ctx)
		before := w.total()
		w.restart()
		w.settle(ctx)
		Expect(w.total()).To(Equal(before), "writes at rest")
	})

	// linked returns the names of the alerts of an incident.
	linked := func(ctx SpecContext, incident string) []string {
		var alerts v1alpha1.AlertList
		Expect(people.List(ctx, &alerts, client.InNamespace(w.namespace), client.MatchingFields{incidentRefName: incident})).To(Succeed())
		names := []string{}
		for i := range alerts.Items {
			names = append(names, alerts.Items[i].Name)
		}
		return names
	}
	merged := func(ctx SpecContext, incident *v1alpha1.Incident) string {
		condition := meta.FindStatusCondition(refresh(ctx, incident).Status.Conditions, v1alpha1.ConditionMerged)
		if condition == nil {
			return "absent"
		}
		return fmt.Sprintf("%s %s %s", condition.Status, condition.Reason, condition.Message)
	}

	It("moves every alert by one patch, which also gives it what the new incident gives", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", stamped("alice", "created", "assignee"), assignTo("alice"))
		target := w.incident(ctx, "inc-2", stamped("alice", "created"))
		for i := range 3 {
			w.alert(ctx, fmt.Sprintf("a-%d", i), "inc-1", linkedBy("alice"))
		}
		w.alert(ctx, "b", "inc-2", linkedBy("alice"))
		w.settle(ctx)
		before := w.writes["Alert"]
		w.change(ctx, source, "bob", "mergeInto", mergeInto("inc-2"))
		w.settle(ctx)
		Expect(w.writes["Alert"]).To(Equal(before + 3))
		Expect(linked(ctx, "inc-2")).To(Equal([]string{"a-0", "a-1", "a-2", "b"}))
		Expect(linked(ctx, "inc-1")).To(BeEmpty())
		alert := &v1alpha1.Alert{}
		Expect(people.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: "a-0"}, alert)).To(Succeed())
		Expect(alert.Spec.Assignee).To(BeEmpty(), "what the merged incident gave is taken back")

		Expect(merged(ctx, source)).To(Equal(`True Merged every alert has moved to "inc-2"`))
		Expect(source.Status.State).To(Equal(v1alpha1.IncidentRedirected))
		Expect(source.Status.RedirectedTo).To(Equal("inc-2"))
		Expect(source.Status.MergedInto).To(Equal(v1alpha1.MergedInto{Name: "inc-2", UID: string(target.UID)}))
		Expect(told(w.log(ctx, source))[3:]).To(Equal([]string{
			"4 MergeRequested by bob: mergeInto.name: none → inc-2",
			"5 Merged by incident-operator: mergedInto.name: none → inc-2",
			"6 AlertsUnlinked by incident-operator: 3 alerts to inc-2: merged",
		}))
		Expect(told(w.log(ctx, target))[2:]).To(ConsistOf(
			HaveSuffix("Merged by bob: from inc-1"),
			HaveSuffix("AlertsLinked by incident-operator: 3 alerts from inc-1: merged"),
			HaveSuffix("Propagated by incident-operator: 3 alerts: assignee: alice → none"),
		))
	})

	DescribeTable("is refused, and nothing moves", func(ctx SpecContext, prepare func(ctx SpecContext), want string) {
		prepare(ctx)
		source := w.incident(ctx, "inc-1", assignTo("alice"), classified(v1alpha1.VerdictTruePositive))
		w.alert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, source, mergeInto("inc-2"))
		w.settle(ctx)
		Expect(merged(ctx, source)).To(Equal("False " + want))
		Expect(source.Status.MergedInto).To(BeZero())
		Expect(source.Status.State).To(Equal(v1alpha1.IncidentActive))
		Expect(linked(ctx, "inc-1")).To(Equal([]string{"a"}))
		edit(ctx, source, mergeInto(""))
		w.settle(ctx)
		Expect(merged(ctx, source)).To(Equal("absent"))
	},
		Entry("into an incident that does not exist", func(SpecContext) {},
			`TargetNotFound spec.mergeInto.name must be an Incident of this namespace: there is no "inc-2"`),
		Entry("into one that asks to be merged itself", func(ctx SpecContext) { w.incident(ctx, "inc-2", mergeInto("inc-3")) },
			`TargetMerging spec.mergeInto.name must be an incident that does not ask to be merged itself: "inc-2" asks to be merged into "inc-3"`),
		Entry("into one that was merged", func(ctx SpecContext) {
			w.incident(ctx, "inc-3")
			w.incident(ctx, "inc-2", mergeInto("inc-3"))
			w.settle(ctx)
		}, `TargetMerged spec.mergeInto.name must be an incident that was not merged itself: "inc-2" was merged into "inc-3"`),
		Entry("into one that was merged into it", func(ctx SpecContext) { w.incident(ctx, "inc-2", mergeInto("inc-1")) },
			`MutualMerge spec.mergeInto.name must be an incident that was not merged into this one: "inc-2" was`),
		Entry("into one that is resolved", func(ctx SpecContext) { w.incident(ctx, "inc-2", inState(resolved)) },
			`TargetResolved spec.mergeInto.name must be an incident that is not resolved: "inc-2" is, so re-open it first`),
		Entry("into one of somebody else", func(ctx SpecContext) { w.incident(ctx, "inc-2", assignTo("bob")) },
			`DifferentAssignees spec.mergeInto.name must be an incident with the same assignee or with none: this one is assigned to "alice", "inc-2" to "bob"`),
		Entry("into one that is classified otherwise", func(ctx SpecContext) { w.incident(ctx, "inc-2", classified(v1alpha1.VerdictFalsePositive)) },
			`DifferentClassifications spec.mergeInto.name must be an incident with the same classification or with none: this one is classified as TruePositive, "inc-2" as FalsePositive`),
	)

	It("is accepted once what it was refused for is gone", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", mergeInto("inc-2"))
		w.alert(ctx, "a", "inc-1")
		w.settle(ctx)
		Expect(merged(ctx, source)).To(HavePrefix("False TargetNotFound"))
		target := w.incident(ctx, "inc-2", inState(resolved))
		w.settle(ctx)
		Expect(merged(ctx, source)).To(HavePrefix("False TargetResolved"))
		edit(ctx, target, inState(active))
		w.settle(ctx)
		Expect(merged(ctx, source)).To(HavePrefix("True Merged"))
		Expect(linked(ctx, "inc-2")).To(Equal([]string{"a"}))
	})

	It("of two incidents into each other at once is refused for both", func(ctx SpecContext) {
		one := w.incident(ctx, "inc-1", mergeInto("inc-2"))
		two := w.incident(ctx, "inc-2", mergeInto("inc-1"))
		var looks sync.WaitGroup
		for _, incident := range []*v1alpha1.Incident{one, two} {
			looks.Go(func() {
				defer GinkgoRecover()
				_, err := w.incidents.merger.decide(ctx, incident)
				Expect(err).NotTo(HaveOccurred())
			})
		}
		looks.Wait()
		w.settle(ctx)
		Expect(merged(ctx, one)).To(Equal(`False MutualMerge spec.mergeInto.name must be an incident that does not ask to be ` +
			`merged into this one: "inc-2" does, so take back one of the two`))
		Expect(merged(ctx, two)).To(HavePrefix("False MutualMerge"))
		edit(ctx, two, mergeInto(""))
		w.settle(ctx)
		Expect(merged(ctx, one)).To(HavePrefix("True Merged"))
	})

	It("is decided from what the API server has, not from an old cache", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", mergeInto("inc-2"))
		w.incident(ctx, "inc-2")
		old := refresh(ctx, source).DeepCopy()
		edit(ctx, source, assignTo("alice"))
		_, err := w.incidents.merger.decide(ctx, old)
		Expect(err).To(MatchError(errLookAgain))
		Expect(refresh(ctx, source).Status.MergedInto).To(BeZero())
	})

	It("is not accepted where somebody takes the wish back meanwhile", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", mergeInto("inc-2"))
		w.incident(ctx, "inc-2")
		w.beforeWrite = func() { edit(ctx, source.DeepCopy(), mergeInto("")) }
		Expect(w.look(ctx, refresh(ctx, source)).RequeueAfter).To(Equal(retryConflict))
		Expect(refresh(ctx, source).Status.MergedInto).To(BeZero())
	})

	It("redirects along a chain", func(ctx SpecContext) {
		one, two := w.incident(ctx, "inc-1"), w.incident(ctx, "inc-2")
		three := w.incident(ctx, "inc-3")
		w.alert(ctx, "a", "inc-1")
		edit(ctx, one, mergeInto("inc-2"))
		w.settle(ctx)
		edit(ctx, two, mergeInto("inc-3"))
		w.settle(ctx)
		Expect(refresh(ctx, one).Status.RedirectedTo).To(Equal("inc-3"))
		Expect(refresh(ctx, two).Status.RedirectedTo).To(Equal("inc-3"))
		Expect(linked(ctx, "inc-3")).To(Equal([]string{"a"}))
		w.alert(ctx, "late", "inc-1")
		w.settle(ctx)
		Expect(linked(ctx, "inc-3")).To(Equal([]string{"a", "late"}), "an alert for the first incident comes all the way")
		Expect(refresh(ctx, three).Status.RedirectedTo).To(BeEmpty())
	})

	It("leaves an alert where it was put back, at every sync of a Git tool, and says so", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", stamped("alice", "created"), mergeInto("inc-2"))
		w.incident(ctx, "inc-2", stamped("alice", "created"))
		alert := w.alert(ctx, "a", "inc-1", linkedBy("git"))
		w.settle(ctx)
		Expect(linked(ctx, "inc-2")).To(Equal([]string{"a"}))
		for range 3 {
			w.editAlert(ctx, alert, "git", "incidentRef", func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "inc-1" })
			w.settle(ctx)
			Expect(linked(ctx, "inc-1")).To(Equal([]string{"a"}))
		}
		Expect(merged(ctx, source)).To(Equal(`True AlertsPutBack alerts that were put back here after they had moved to "inc-2", and stay: 1`))
		log := told(w.log(ctx, source))
		Expect(log[len(log)-1]).To(HaveSuffix("AlertsLinked by git: 1 alert from inc-2"))
	})

	It("copies the tags once, so that a person can take them away", func(ctx SpecContext) {
		w.incident(ctx, "inc-1", mergeInto("inc-2"), func(i *v1alpha1.Incident) {
			i.Labels = map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}
			i.Spec.Tags = []v1alpha1.Tag{"Ransomware", "Both"}
		})
		target := w.incident(ctx, "inc-2", stamped("alice", "created", "tags"), func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"Both", "Own"} })
		w.settle(ctx)
		prefix := v1alpha1.TagLabelPrefix
		Expect(refresh(ctx, target).Labels).To(Equal(map[string]string{prefix + "both": "", prefix + "own": "", prefix + "ransomware": "", prefix + "by-hand": ""}))
		Expect(told(w.log(ctx, target))).To(ContainElement(HaveSuffix(`Merged by Unknown: from inc-1: tags: ["Both","Own"] → ["Both","Own","by-hand","ransomware"]`)))

		edit(ctx, target, func(i *v1alpha1.Incident) { delete(i.Labels, prefix+"ransomware") })
		w.incident(ctx, "inc-3", mergeInto("inc-2"), func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"Third"} })
		w.settle(ctx)
		Expect(refresh(ctx, target).Labels).To(Equal(map[string]string{prefix + "both": "", prefix + "own": "", prefix + "third": "", prefix + "by-hand": ""}))
	})

	It("goes on where the list of what was merged cannot be read, and writes it anew", func(ctx SpecContext) {
		w.incident(ctx, "inc-1", mergeInto("inc-2"))
		target := w.incident(ctx, "inc-2", stamped("alice", "created"))
		w.settle(ctx)
		edit(ctx, target, func(i *v1alpha1.Incident) { i.Annotations[v1alpha1.MergedAnnotation] = "¯\\_(ツ)_/¯" })
		w.incident(ctx, "inc-3", mergeInto("inc-2"))
		w.change(ctx, target, "bob", "name", func(i *v1alpha1.Incident) { i.Spec.Name = "Phish" })
		w.settle(ctx)
		Expect(refresh(ctx, target).Status.Name).To(Equal("Phish"))
		Expect(target.Annotations[v1alpha1.MergedAnnotation]).To(And(ContainSubstring("inc-1"), ContainSubstring("inc-3")))
		Expect(told(w.log(ctx, target))).To(ContainElements(
			HaveSuffix("Merged by Unknown: from inc-1"), HaveSuffix("Merged by Unknown: from inc-3"),
			HaveSuffix("Renamed by bob: name: none → Phish"),
		))
	})

	It("lets an incident go on whose list of merges has no room", func(ctx SpecContext) {
		target := w.incident(ctx, "inc-2", stamped("alice", "created"), func(i *v1alpha1.Incident) {
			i.Annotations["example.com/padding"] = strings.Repeat("x", 256*1024-200)
		})
		w.settle(ctx)
		source := w.incident(ctx, "inc-1", mergeInto("inc-2"))
		w.alert(ctx, "a", "inc-1")
		for range 6 {
			w.clock.Step(fanOutInterval)
			for _, object := range w.objects(ctx) {
				_, _ = w.reconcile(ctx, object)
			}
		}
		Expect(merged(ctx, source)).To(HavePrefix("True Merged"))
		Expect(refresh(ctx, target).Status.Alerts.Summary).To(Equal("1/1"))
		edit(ctx, target, func(i *v1alpha1.Incident) { delete(i.Annotations, "example.com/padding") })
	})

	It("leaves alerts where they are whose new incident is deleted, and says so", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", mergeInto("inc-2"))
		target := w.incident(ctx, "inc-2")
		w.alert(ctx, "a", "inc-1")
		w.look(ctx, source)
		Expect(refresh(ctx, source).Status.MergedInto.Name).To(Equal("inc-2"))
		Expect(people.Delete(ctx, target)).To(Succeed())
		w.settle(ctx)
		Expect(linked(ctx, "inc-1")).To(Equal([]string{"a"}))
		Expect(merged(ctx, source)).To(HavePrefix("False TargetGone"))
		w.incident(ctx, "inc-2")
		w.settle(ctx)
		Expect(linked(ctx, "inc-1")).To(Equal([]string{"a"}), "another incident of the same name is not the one")
	})

	It("keeps comments on the merged incident readable and recorded", func(ctx SpecContext) {
		source := w.incident(ctx, "inc-1", stamped("alice", "created"), mergeInto("inc-2"))
		w.incident(ctx, "inc-2")
		w.settle(ctx)
		w.comment(ctx, "c", "inc-1", "Was it right to merge this?", by("bob"))
		w.settle(ctx)
		log := told(w.log(ctx, source))
		Expect(log[len(log)-1]).To(HaveSuffix("Commented by bob: Was it right to merge this?"))
	})

	It("ends the same wherever the operator is killed, and no alert is ever in two incidents or in none", func(ctx SpecContext) {
		const alerts = 20
		want := mergeStory(ctx, newWorld(ctx), alerts)
		Expect(want).To(ContainElement(`a-00 in inc-2 of "", seen in [inc-1 inc-2]`))
		for seed := range uint64(10) {
			random := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(ctx)
			deadly := 1 + random.IntN(alerts+8)
			kills := w.kill(crashPosition(random.IntN(3)), func(write int) bool { return write == deadly })
			Expect(mergeStory(ctx, w, alerts)).To(Equal(want), "seed %d", seed)
			Expect(*kills).To(Equal(1), "seed %d", seed)
		}
	})
})

// mergeStory merges two incidents while it watches their alerts, and returns how everything is at the end.
func mergeStory(ctx context.Context, w *world, alerts int) []string {
	GinkgoHelper()
	crash := w.crash
	w.crash = nil
	source := w.incident(ctx, "inc-1", stamped("alice", "created", "assignee"), assignTo("alice"))
	target := w.incident(ctx, "inc-2", stamped("alice", "created"))
	for i := range alerts {
		w.alert(ctx, fmt.Sprintf("a-%02d", i), "inc-1", linkedBy("alice"))
	}
	w.settle(ctx)
	watch, err := people.Watch(ctx, &v1alpha1.AlertList{}, client.InNamespace(w.namespace))
	Expect(err).NotTo(HaveOccurred())
	moves := map[string][]string{}
	var reading sync.WaitGroup
	reading.Go(func() {
		for event := range watch.ResultChan() {
			if alert, ok := event.Object.(*v1alpha1.Alert); ok {
				moves[alert.Name] = append(moves[alert.Name], alert.Spec.IncidentRef.Name)
			}
			if len(moves) > alerts {
				return // The last one marks the end.
			}
		}
	})
	w.crash = crash
	w.change(ctx, source, "bob", "mergeInto", mergeInto("inc-2"))
	w.settle(ctx)
	w.crash = nil
	w.alert(ctx, "end", "")
	reading.Wait()
	watch.Stop()
	var list v1alpha1.AlertList
	Expect(people.List(ctx, &list, client.InNamespace(w.namespace))).To(Succeed())
	end := append(told(w.log(ctx, source)), told(w.log(ctx, target))...)
	for i := range list.Items {
		alert := &list.Items[i]
		end = append(end, fmt.Sprintf("%s in %s of %q, seen in %v", alert.Name, alert.Spec.IncidentRef.Name, alert.Spec.Assignee, moves[alert.Name]))
	}
	_, err = w.incidents.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(source)})
	Expect(err).NotTo(HaveOccurred())
	return end
}
