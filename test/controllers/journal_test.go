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
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("The activity log", func() {
	var w *world

	BeforeEach(func(ctx SpecContext) { w = newWorld(ctx) })

	It("begins with the creation and tells each change with its editor", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc", assignTo("alice"))
		w.settle(ctx)
		edit(ctx, bob, incident, func(i *v1alpha1.Incident) { i.Spec.Severity = v1alpha1.SeverityHigh })
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(Equal([]string{
			"1 Created by alice: assignee: none → alice",
			"2 SeverityChanged by bob: severity: none → High",
		}))
		log := w.log(ctx, incident)
		Expect(log[0].Spec.Actor).To(Equal("alice@example.com"))
		Expect(log[0].Spec.ActorKind).To(Equal(v1alpha1.ActorUser))
		Expect(log[0].Spec.Time.Equal(&incident.CreationTimestamp)).To(BeTrue())
		Expect(log[0].OwnerReferences).To(HaveLen(1))
		Expect(log[0].OwnerReferences[0].UID).To(Equal(incident.UID))
		Expect(refresh(ctx, incident).Status.Activity).To(Equal(v1alpha1.ActivityHead{Entries: 2, Head: log[1].Spec.Hash}))
		w.expectRest(ctx)
	})

	It("tells ten fast edits by two people one by one", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc")
		w.settle(ctx)
		want := []string{"1 Created by alice: nothing set"}
		assignee, name := "none", "none"
		for i := range 5 {
			edit(ctx, alice, incident, assignTo(fmt.Sprintf("person-%d", i)))
			edit(ctx, bob, incident, called(fmt.Sprintf("Name %d", i)))
			want = append(want,
				fmt.Sprintf("%d Assigned by alice: assignee: %s → person-%d", len(want)+1, assignee, i),
				fmt.Sprintf("%d Renamed by bob: name: %s → Name %d", len(want)+2, name, i))
			assignee, name = fmt.Sprintf("person-%d", i), fmt.Sprintf("Name %d", i)
		}
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(Equal(want))
		for i, entry := range w.log(ctx, incident) {
			Expect(entry.Spec.CoversGenerations).To(BeEquivalentTo(1))
			Expect(*entry.Spec.After.Generation).To(BeEquivalentTo(i + 1))
		}
	})

	It("records comments in order, with a request to record each and one to mark it", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc")
		w.settle(ctx)
		first := w.comment(ctx, alice, "z-first", "inc", "first")
		second := w.comment(ctx, bob, "a-second", "inc", "second")
		clear(w.writes)
		w.settle(ctx)
		Expect(w.writes).To(Equal(map[string]int{"Activity": 2, "Comment/status": 2, "Incident/status": 1}))
		Expect(w.told(ctx, incident)[1:]).To(Equal([]string{"2 Commented by alice: first", "3 Commented by bob: second"}))
		Expect(refresh(ctx, first).Status.Sequence).To(BeEquivalentTo(2))
		Expect(refresh(ctx, second).Status.Sequence).To(BeEquivalentTo(3))
		Expect(meta.IsStatusConditionTrue(second.Status.Conditions, v1alpha1.ConditionRecorded)).To(BeTrue())
		Expect(meta.IsStatusConditionTrue(second.Status.Conditions, v1alpha1.ConditionReady)).To(BeTrue())
		w.expectRest(ctx)
	})

	It("records more comments than one look takes", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc")
		for i := range 45 {
			w.comment(ctx, alice, fmt.Sprintf("c-%02d", i), "inc", fmt.Sprintf("text %d", i))
		}
		w.settle(ctx)
		told := w.told(ctx, incident)
		Expect(told).To(HaveLen(46))
		for i, line := range told[1:] {
			Expect(line).To(Equal(fmt.Sprintf("%d Commented by alice: text %d", i+2, i)))
		}
	})

	DescribeTable("records a comment once if the operator was killed before it marked it, and the incident changed since",
		func(ctx SpecContext, at position) {
			incident := w.newIncident(ctx, "inc")
			w.settle(ctx)
			comment := w.comment(ctx, bob, "c", "inc", "hello")
			w.killOnce(at, 1)
			_, _ = w.record(ctx, "inc")
			Expect(w.dead).To(BeTrue())
			w.restart(ctx)
			edit(ctx, alice, incident, called("Phish"))
			w.settle(ctx)
			Expect(w.told(ctx, incident)).To(Equal([]string{
				"1 Created by alice: nothing set", "2 Commented by bob: hello", "3 Renamed by alice: name: none → Phish",
			}))
			Expect(refresh(ctx, comment).Status.Sequence).To(BeEquivalentTo(2))
		},
		Entry("after its entry is committed, before the answer", afterCommit),
		Entry("after the answer", afterAnswer),
	)

	It("marks a comment whose incident does not exist, after a while, and one that is older than its incident", func(ctx SpecContext) {
		comment := w.comment(ctx, alice, "c", "missing", "hello")
		w.clock.SetTime(comment.CreationTimestamp.Add(14 * time.Second))
		Expect(w.record(ctx, "missing")).To(Equal(ctrl.Result{RequeueAfter: time.Second}))
		Expect(refresh(ctx, comment).Status.Conditions).To(BeEmpty())
		w.clock.Step(time.Second)
		expectQuiet(w.record(ctx, "missing"))
		Expect(refresh(ctx, comment).Status.Conditions).To(ConsistOf(
			HaveField("Type", v1alpha1.ConditionRecorded), HaveField("Type", v1alpha1.ConditionReady), HaveField("Type", v1alpha1.ConditionStalled),
		))
		Expect(comment.Status.Conditions).To(HaveEach(HaveField("Reason", v1alpha1.ReasonIncidentNotFound)))
	})

	It("takes a comment that was sent a moment before its incident for one on it", func(ctx SpecContext) {
		early := w.comment(ctx, alice, "early", "late", "hello")
		nextSecond(early)
		incident := w.newIncident(ctx, "late")
		w.settle(ctx)
		Expect(refresh(ctx, early).Status.Sequence).To(BeEquivalentTo(2))
		Expect(w.told(ctx, incident)).To(Equal([]string{"1 Created by alice: nothing set", "2 Commented by alice: hello"}))
	})

	It("starts anew for an incident that was created again under the same name", func(ctx SpecContext) {
		first := w.newIncident(ctx, "inc")
		w.settle(ctx)
		Expect(admin.Delete(ctx, first)).To(Succeed())
		second := w.newIncident(ctx, "inc", called("Again"))
		w.settle(ctx)
		Expect(w.told(ctx, second)).To(Equal([]string{"1 Created by alice: name: none → Again"}))
	})

	It("does not go on from a list that is older than what the log has seen", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc")
		edit(ctx, bob, incident, assignTo("bob"))
		w.settle(ctx)
		w.freeze("Incident")
		edit(ctx, alice, incident, called("Phish"))
		older := w.cache.incidents
		w.thaw()
		w.settle(ctx)
		want := w.told(ctx, incident)
		Expect(want).To(HaveLen(3))
		w.freeze("Incident")
		w.cache.incidents = older
		w.restart(ctx)
		before := w.total()
		Expect(w.record(ctx, "inc")).To(Equal(ctrl.Result{RequeueAfter: time.Second}))
		Expect(w.total()).To(Equal(before))
		w.thaw()
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(Equal(want))
	})

	It("says in a condition that its head is missing, and the status follows all the same", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc")
		w.settle(ctx)
		log := w.log(ctx, incident)
		Expect(users[collector].Delete(ctx, &log[0])).To(Succeed())
		w.restart(ctx)
		edit(ctx, alice, incident, called("Phish"))
		_, err := w.record(ctx, "inc")
		Expect(err).To(MatchError(ContainSubstring(log[0].Name + ", the head of the log in status.activity, is missing")))
		w.clock.Step(time.Minute)
		expectQuiet(w.rollUp(ctx, "inc"))
		Expect(refresh(ctx, incident).Status.Name).To(Equal("Phish"))
		Expect(incident.Status.Activity).To(Equal(v1alpha1.ActivityHead{Entries: 1, Head: log[0].Spec.Hash}))
		Expect(condition(ctx, incident, v1alpha1.ConditionLogged)).To(And(
			HavePrefix("False "+v1alpha1.ReasonLogNotWritten), ContainSubstring("somebody deleted it")))
	})

	DescribeTable("of an incident with a long name gets its entries", func(ctx SpecContext, name string) {
		incident := w.newIncident(ctx, name)
		edit(ctx, bob, incident, assignTo("bob"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(Equal([]string{"1 Created by alice: nothing set", "2 Assigned by bob: assignee: none → bob"}))
		Expect(condition(ctx, incident, v1alpha1.ConditionLogged)).To(BeEmpty())
	},
		Entry("whose 200th character is a dot", strings.Repeat("a", 199)+"."+strings.Repeat("b", 53)),
		Entry("whose 199th and 200th characters are dashes", strings.Repeat("a", 198)+"--"+strings.Repeat("b", 53)),
	)

	// Every second write is the last of its process, so that two runs kill at each of them.
	DescribeTable("is the same wherever the operator is killed", func(ctx SpecContext, at position) {
		want := story(ctx, w)
		Expect(want).To(HaveLen(31))
		for odd := range 2 {
			again := newWorld(ctx)
			kills := again.kill(func(_ string, write int) (position, bool) { return at, write%2 == odd })
			Expect(story(ctx, again)).To(Equal(want))
			Expect(len(*kills)).To(BeNumerically(">", 20))
		}
	}, atEachPosition)
})

// story makes 20 changes and 10 comments and returns the log in words.
func story(ctx context.Context, w *world) []string {
	GinkgoHelper()
	incident := w.newIncident(ctx, "inc")
	var comments []*v1alpha1.Comment
	for round := range 5 {
		edit(ctx, alice, incident, assignTo(fmt.Sprintf("person-%d", round)))
		edit(ctx, bob, incident, called(fmt.Sprintf("Name %d", round)))
		w.settle(ctx)
		comments = append(comments,
			w.comment(ctx, alice, fmt.Sprintf("c-%d-1", round), "inc", "What is this?"),
			w.comment(ctx, bob, fmt.Sprintf("c-%d-2", round), "inc", "An attack."))
		w.settle(ctx)
		edit(ctx, bob, incident, func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{v1alpha1.Tag(fmt.Sprintf("tag %d", round))} })
		edit(ctx, alice, incident, func(i *v1alpha1.Incident) { i.Spec.Description = fmt.Sprintf("Round %d", round) })
		w.settle(ctx)
	}
	log := w.log(ctx, incident)
	for _, comment := range comments {
		sequence := refresh(ctx, comment).Status.Sequence
		Expect(log[sequence-1].Spec.Comment.Name).To(Equal(comment.Name))
	}
	return w.told(ctx, incident)
}
