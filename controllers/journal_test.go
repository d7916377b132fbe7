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
	"errors"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

var _ = Describe("The activity log", func() {
	It("begins with the creation and tells each change with its editor", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.incident(ctx, "inc", stamped("alice", "created", "assignee"), func(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" })
		w.settle(ctx)
		w.change(ctx, incident, "bob", "severity", func(i *v1alpha1.Incident) { i.Spec.Severity = v1alpha1.SeverityHigh })
		w.settle(ctx)
		log := w.log(ctx, incident)
		Expect(told(log)).To(Equal([]string{
			"1 Created by alice: assignee: none → alice",
			"2 SeverityChanged by bob: severity: none → High",
		}))
		Expect(log[0].Spec.Time.Equal(&incident.CreationTimestamp)).To(BeTrue())
		Expect(log[0].OwnerReferences).To(HaveLen(1))
		Expect(log[0].OwnerReferences[0].UID).To(Equal(incident.UID))
		refresh(ctx, incident)
		Expect(incident.Status.Activity).To(Equal(v1alpha1.ActivityHead{Entries: 2, Head: log[1].Spec.Hash}))
	})

	It("writes nothing when looked at again, nor after a restart", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.incident(ctx, "inc", stamped("alice", "created"))
		w.comment(ctx, "c", "inc", "seen", by("alice"))
		w.settle(ctx)
		before := w.total()
		w.restart()
		w.look(ctx, incident)
		w.settle(ctx)
		Expect(w.total()).To(Equal(before))
	})

	It("covers all generations of ten fast edits by two people", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.incident(ctx, "inc", stamped("alice", "created"))
		w.settle(ctx)
		for i := range 5 {
			w.change(ctx, incident, "alice", "assignee", func(in *v1alpha1.Incident) { in.Spec.Assignee = fmt.Sprintf("person-%d", i) })
			w.change(ctx, incident, "bob", "name", func(in *v1alpha1.Incident) { in.Spec.Name = fmt.Sprintf("Name %d", i) })
		}
		w.settle(ctx)
		log := w.log(ctx, incident)
		Expect(told(log)[1:]).To(Equal([]string{
			"2 Assigned by alice: assignee: none → person-4",
			"3 Renamed by bob: name: none → Name 4",
		}))
		Expect(log[1].Spec.CoversGenerations).To(BeEquivalentTo(9))
		Expect(log[2].Spec.CoversGenerations).To(BeEquivalentTo(1))
		Expect(*log[2].Spec.After.Generation).To(Equal(refresh(ctx, incident).Generation))
	})

	It("records comments in order, with a request to ask, one to record and one to mark", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.incident(ctx, "inc", stamped("alice", "created"))
		w.settle(ctx)
		first := w.comment(ctx, "z-first", "inc", "first", by("alice"))
		second := w.comment(ctx, "a-second", "inc", "second", by("bob"))
		clear(w.writes)
		w.settle(ctx)
		Expect(w.writes).To(Equal(map[string]int{"Activity": 2, "Comment/status": 2, "Incident/status": 1}))
		Expect(told(w.log(ctx, incident))[1:]).To(Equal([]string{"2 Commented by alice: first", "3 Commented by bob: second"}))
		Expect(refresh(ctx, first).Status.Sequence).To(BeEquivalentTo(2))
		Expect(refresh(ctx, second).Status.Sequence).To(BeEquivalentTo(3))
		Expect(meta.IsStatusConditionTrue(second.Status.Conditions, v1alpha1.ConditionRecorded)).To(BeTrue())
	})

	DescribeTable("records a comment once where the operator was killed before it marked it, and the incident changed since",
		func(ctx SpecContext, position crashPosition) {
			w := newWorld(ctx)
			incident := w.incident(ctx, "inc", stamped("alice", "created"))
			w.comeToRest(ctx, incident)
			comment := w.comment(ctx, "c", "inc", "hello", by("bob"))
			w.kill(position, func(write int) bool { return write == 1 })
			w.clock.Step(fanOutInterval)
			_, _ = w.incidents.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(incident)})
			Expect(w.dead).To(BeTrue())
			w.dead = false
			w.restart()
			w.change(ctx, incident, "alice", "name", func(i *v1alpha1.Incident) { i.Spec.Name = "Phish" })
			w.comeToRest(ctx, incident)
			Expect(told(w.log(ctx, incident))).To(Equal([]string{
				"1 Created by alice: nothing set", "2 Commented by bob: hello", "3 Renamed by alice: name: none → Phish",
			}))
			Expect(refresh(ctx, comment).Status.Sequence).To(BeEquivalentTo(2))
		},
		Entry("after its entry is committed, before the answer", afterCommit),
		Entry("after the answer", afterAnswer),
	)

	It("marks a comment whose incident does not exist, after a while, and one that is older than its incident", func(ctx SpecContext) {
		w := newWorld(ctx)
		comment := w.comment(ctx, "c", "missing", "hello", by("alice"))
		missing := ctrl.Request{NamespacedName: client.ObjectKey{Namespace: w.namespace, Name: "missing"}}
		w.clock.SetTime(comment.CreationTimestamp.Add(linkGrace - time.Second))
		result, err := w.incidents.Reconcile(ctx, missing)
		Expect(err).NotTo(HaveOccurred())
		Expect(result.RequeueAfter).To(Equal(time.Second))
		Expect(refresh(ctx, comment).Status.Conditions).To(BeEmpty())

		w.clock.Step(time.Second)
		_, err = w.incidents.Reconcile(ctx, missing)
		Expect(err).NotTo(HaveOccurred())
		Expect(refresh(ctx, comment).Status.Conditions[0].Reason).To(Equal(v1alpha1.ReasonIncidentNotFound))

		older := w.comment(ctx, "older", "late", "hello", by("alice"))
		Eventually(func() bool { // Creation times have whole seconds.
			return time.Now().Truncate(time.Second).After(older.CreationTimestamp.Time)
		}).WithTimeout(3 * time.Second).Should(BeTrue())
		incident := w.incident(ctx, "late")
		w.settle(ctx)
		Expect(refresh(ctx, older).Status.Conditions[0].Reason).To(Equal(v1alpha1.ReasonIncidentYounger))
		Expect(w.log(ctx, incident)).To(HaveLen(1))
	})

	It("starts anew for an incident that was created again under the same name", func(ctx SpecContext) {
		w := newWorld(ctx)
		first := w.incident(ctx, "inc", stamped("alice", "created"))
		w.settle(ctx)
		Expect(people.Delete(ctx, first)).To(Succeed())
		second := w.incident(ctx, "inc", stamped("bob", "created"))
		w.settle(ctx)
		Expect(told(w.log(ctx, second))).To(Equal([]string{"1 Created by bob: nothing set"}))
	})

	It("does not record what an old cache shows", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.incident(ctx, "inc", stamped("alice", "created"))
		old := refresh(ctx, incident).DeepCopy()
		w.change(ctx, incident, "alice", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" })
		w.settle(ctx)
		before := len(w.log(ctx, incident))
		_, _, err := w.incidents.journal.record(ctx, old, findings{})
		Expect(err).NotTo(HaveOccurred())
		Expect(w.log(ctx, incident)).To(HaveLen(before))
	})

	It("says that its head is missing, and the status follows all the same", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.incident(ctx, "inc", stamped("alice", "created"))
		w.settle(ctx)
		log := w.log(ctx, incident)
		Expect(people.Delete(ctx, &log[0])).To(Succeed())
		w.restart()
		w.change(ctx, incident, "alice", "name", func(i *v1alpha1.Incident) { i.Spec.Name = "Phish" })
		_, err := w.incidents.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(incident)})
		Expect(err).To(MatchError(ContainSubstring(log[0].Name + ", the head of the log in status.activity, is missing")))
		Expect(refresh(ctx, incident).Status.Name).To(Equal("Phish"))
		Expect(incident.Status.Activity).To(Equal(v1alpha1.ActivityHead{Entries: 1, Head: log[0].Spec.Hash}))
	})

	It("records actors as Unknown while the policies are missing", func(ctx SpecContext) {
		w := newWorld(ctx)
		w.incidents.journal.actorsKnown = func(context.Context) bool { return false }
		incident := w.incident(ctx, "inc", stamped("alice", "created"))
		w.settle(ctx)
		Expect(told(w.log(ctx, incident))).To(Equal([]string{"1 Created by Unknown: nothing set"}))
	})

	// Every second write is the last of its process, so that two runs kill at each of them.
	DescribeTable("is the same wherever the operator is killed", func(ctx SpecContext, position crashPosition) {
		want := story(ctx, newWorld(ctx))
		Expect(want).To(HaveLen(31))
		for _, odd := range []int{0, 1} {
			w := newWorld(ctx)
			kills := w.kill(position, func(write int) bool { return write%2 == odd })
			Expect(story(ctx, w)).To(Equal(want))
			Expect(*kills).To(BeNumerically(">", 20))
		}
	},
		Entry("before a write is sent", beforeSending),
		Entry("after it is committed, before the answer", afterCommit),
		Entry("after the answer", afterAnswer),
	)
})

// story makes 20 changes and 10 comments and returns the log in words.
func story(ctx context.Context, w *world) []string {
	GinkgoHelper()
	incident := w.incident(ctx, "inc", stamped("alice", "created"))
	for round := range 5 {
		w.change(ctx, incident, "alice", "assignee", func(i *v1alpha1.Incident) { i.Spec.Assignee = fmt.Sprintf("person-%d", round) })
		w.change(ctx, incident, "bob", "name", func(i *v1alpha1.Incident) { i.Spec.Name = fmt.Sprintf("Name %d", round) })
		w.comment(ctx, fmt.Sprintf("c-%d-1", round), "inc", "What is this?", by("alice"))
		w.comment(ctx, fmt.Sprintf("c-%d-2", round), "inc", "An attack.", by("bob"))
		w.comeToRest(ctx, incident)
		w.change(ctx, incident, "bob", "tags", func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{v1alpha1.Tag(fmt.Sprintf("tag %d", round))} })
		w.change(ctx, incident, "alice", "description", func(i *v1alpha1.Incident) { i.Spec.Description = fmt.Sprintf("Round %d", round) })
		w.comeToRest(ctx, incident)
	}
	log := w.log(ctx, incident)
	previous := ""
	for i := range log {
		Expect(log[i].Spec.PreviousHash).To(Equal(previous))
		previous = log[i].Spec.Hash
	}
	var comments v1alpha1.CommentList
	Expect(people.List(ctx, &comments, client.InNamespace(w.namespace))).To(Succeed())
	for i := range comments.Items {
		sequence := comments.Items[i].Status.Sequence
		Expect(log[sequence-1].Spec.Comment.Name).To(Equal(comments.Items[i].Name))
	}
	return told(log)
}

type crashPosition int

const (
	beforeSending crashPosition = iota
	afterCommit
	afterAnswer
)

var errKilled = errors.New("the operator was killed")

// kill kills the operator at the writes that chosen names, counted from 1: nothing that it does afterwards counts until it
// is started again. It returns the number of kills.
func (w *world) kill(position crashPosition, chosen func(write int) bool) *int {
	writes, kills := 0, 0
	w.crash = func(send func() error) error {
		if w.dead {
			return errKilled
		}
		writes++
		if !chosen(writes) {
			return send()
		}
		kills++
		w.dead = true
		if position == beforeSending {
			return errKilled
		}
		if err := send(); err != nil || position == afterAnswer {
			return err
		}
		return errKilled
	}
	return &kills
}

// comeToRest looks at an incident until nothing is written, and starts the operator again whenever it was killed.
func (w *world) comeToRest(ctx context.Context, incident *v1alpha1.Incident) {
	GinkgoHelper()
	for range 20 {
		before := w.total()
		w.clock.Step(fanOutInterval)
		_, err := w.incidents.Reconcile(ctx, ctrl.Request{NamespacedName: client.ObjectKeyFromObject(incident)})
		if w.dead {
			w.dead = false
			w.restart()
			continue
		}
		Expect(err).NotTo(HaveOccurred())
		if w.total() == before {
			return
		}
	}
	Fail("the operator does not come to rest")
}

// stamped lets admission have seen who created the incident and set groups of fields.
func stamped(person string, groups ...string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { stamp(incident, person, groups...) }
}

func stamp(object client.Object, person string, groups ...string) {
	annotations := object.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	for _, group := range groups {
		annotations[v1alpha1.EditorAnnotationPrefix+group] = fmt.Sprintf("%s@%d", person, object.GetGeneration()+1)
	}
	object.SetAnnotations(annotations)
}

// change edits an incident as a person whom admission stamps.
func (w *world) change(ctx context.Context, incident *v1alpha1.Incident, person, group string, change func(*v1alpha1.Incident)) {
	GinkgoHelper()
	edit(ctx, incident, func(i *v1alpha1.Incident) {
		stamp(i, person, group)
		change(i)
	})
}

// editAlert edits an alert as a person whom admission stamps.
func (w *world) editAlert(ctx context.Context, alert *v1alpha1.Alert, person, group string, change func(*v1alpha1.Alert)) {
	GinkgoHelper()
	edit(ctx, alert, func(a *v1alpha1.Alert) {
		stamp(a, person, group)
		change(a)
	})
}

func by(author string) func(*v1alpha1.Comment) {
	return func(comment *v1alpha1.Comment) { comment.Spec.Author = author }
}

func (w *world) comment(ctx context.Context, name, incident, text string, changes ...func(*v1alpha1.Comment)) *v1alpha1.Comment {
	GinkgoHelper()
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.Name = w.namespace, name
	comment.Spec.IncidentRef.Name, comment.Spec.Text = incident, text
	for _, change := range changes {
		change(comment)
	}
	Expect(people.Create(ctx, comment)).To(Succeed())
	return comment
}

// log returns the entries of an incident's log in order, and makes sure that it has no gap.
func (w *world) log(ctx context.Context, incident *v1alpha1.Incident) []v1alpha1.Activity {
	GinkgoHelper()
	reference := v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
	var all v1alpha1.ActivityList
	Expect(people.List(ctx, &all, client.InNamespace(w.namespace))).To(Succeed())
	var log []v1alpha1.Activity
	for i := range all.Items { // They come in the order of their names, and so of their sequence.
		if all.Items[i].Spec.IncidentRef == reference {
			log = append(log, all.Items[i])
			Expect(all.Items[i].Name).To(Equal(activity.Name(reference, int64(len(log)))))
		}
	}
	return log
}

// told is a log in words: all of it but times and what follows from them.
func told(log []v1alpha1.Activity) []string {
	var lines []string
	for i := range log {
		spec := log[i].Spec
		lines = append(lines, fmt.Sprintf("%d %s by %s: %s", spec.Sequence, spec.Type, spec.Actor, spec.Summary))
	}
	return lines
}
