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
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

// linkedBy lets admission have seen who linked an alert.
func linkedBy(person string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { stamp(alert, person, "incidentRef") }
}

var _ = Describe("The activity log of an incident's alerts", func() {
	var w *world
	var incident *v1alpha1.Incident

	BeforeEach(func(ctx SpecContext) {
		w = newWorld(ctx)
		incident = w.incident(ctx, "inc-1", stamped("alice", "created"))
	})

	tail := func(ctx SpecContext, of *v1alpha1.Incident, from int) []string { return told(w.log(ctx, of))[from:] }

	It("tells once which alerts were linked, by whom, and does not write again", func(ctx SpecContext) {
		w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.alert(ctx, "b", "inc-1", linkedBy("bob"))
		w.alert(ctx, "c", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		Expect(tail(ctx, incident, 1)).To(Equal([]string{"2 AlertsLinked by alice: 2 alerts", "3 AlertsLinked by bob: 1 alert"}))
		log := w.log(ctx, incident)
		Expect(log[1].Spec.Alerts.Names).To(Equal([]string{"a", "c"}))
		Expect(log[2].Spec.After.Alerts.Total).To(BeEquivalentTo(3))
		Expect(w.writes["Alert"]).To(Equal(3))
		before := w.total()
		w.restart()
		w.settle(ctx)
		Expect(w.total()).To(Equal(before))
	})

	It("batches what one person changed on many alerts, and tells a propagation once", func(ctx SpecContext) {
		var alerts []*v1alpha1.Alert
		for i := range 5 {
			alerts = append(alerts, w.alert(ctx, fmt.Sprintf("a-%d", i), "inc-1", linkedBy("alice")))
		}
		w.settle(ctx)
		for i, alert := range alerts {
			w.editAlert(ctx, alert, []string{"bob", "carol"}[i%2], "assignee", assignedTo("dave"))
		}
		w.settle(ctx)
		w.change(ctx, incident, "alice", "assignee", assignTo("alice"))
		w.settle(ctx)
		Expect(tail(ctx, incident, 2)).To(Equal([]string{
			"3 AlertsChanged by bob: 3 alerts: assignee: none → dave",
			"4 AlertsChanged by carol: 2 alerts: assignee: none → dave",
			"5 Assigned by alice: assignee: none → alice",
			"6 Propagated by incident-operator: 5 alerts: assignee: dave → alice",
		}))
	})

	It("tells a person's edit that the operator's own patch follows at once with the right values", func(ctx SpecContext) {
		alert := w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		w.editAlert(ctx, alert, "bob", "assignee", assignedTo("bob"))
		w.change(ctx, incident, "alice", "assignee", assignTo("alice"))
		w.settle(ctx)
		Expect(tail(ctx, incident, 2)).To(ConsistOf(
			HaveSuffix("AlertsChanged by bob: 1 alert: assignee: none → bob"),
			HaveSuffix("Assigned by alice: assignee: none → alice"),
			HaveSuffix("Propagated by incident-operator: 1 alert: assignee: bob → alice"),
		))
	})

	It("tells a move in both logs, with editor and reason", func(ctx SpecContext) {
		other := w.incident(ctx, "inc-2", stamped("alice", "created"))
		alert := w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		w.editAlert(ctx, alert, "bob", "incidentRef", func(alert *v1alpha1.Alert) {
			alert.Spec.IncidentRef.Name = "inc-2"
			alert.Annotations[v1alpha1.MoveReasonAnnotation] = `{"to":"inc-2","reason":"same host"}`
		})
		w.settle(ctx)
		Expect(tail(ctx, incident, 2)).To(Equal([]string{"3 AlertsUnlinked by bob: 1 alert to inc-2: same host"}))
		Expect(tail(ctx, other, 1)).To(Equal([]string{"2 AlertsLinked by bob: 1 alert from inc-1: same host"}))
		w.editAlert(ctx, alert, "bob", "incidentRef", func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "" })
		w.settle(ctx)
		Expect(tail(ctx, other, 2)).To(Equal([]string{"3 AlertsUnlinked by bob: 1 alert"}))
	})

	It("counts alerts that were deleted, and those whose trail was lost", func(ctx SpecContext) {
		w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		lost := w.alert(ctx, "b", "inc-1", linkedBy("alice"))
		gone := w.alert(ctx, "c", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		Expect(people.Delete(ctx, gone)).To(Succeed())
		w.settle(ctx)
		Expect(tail(ctx, incident, 2)).To(Equal([]string{"3 AlertsDeleted by Unknown: 1 alert"}))
		edit(ctx, lost, func(alert *v1alpha1.Alert) { alert.Annotations[v1alpha1.TrailAnnotation] = "not JSON" })
		w.settle(ctx)
		Expect(w.log(ctx, incident)).To(HaveLen(3))
	})

	It("does not take alerts for deleted that an old cache misses", func(ctx SpecContext) {
		w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		_, wait, err := w.incidents.journal.record(ctx, refresh(ctx, incident), findings{told: activity.Alerts{Incident: referenceTo(incident)}})
		Expect(err).NotTo(HaveOccurred())
		Expect(wait).To(Equal(recountInterval))
		Expect(w.log(ctx, incident)).To(HaveLen(2))
	})

	It("lets an alert that cannot be written hold up nothing but its own changes", func(ctx SpecContext) {
		poisoned := w.alert(ctx, "p", "inc-1", linkedBy("alice"))
		other := w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		w.editAlert(ctx, poisoned, "bob", "severity", func(alert *v1alpha1.Alert) {
			alert.Spec.Severity = v1alpha1.SeverityHigh
			room := 256*1024 - 2*len("example.com/padding")
			for key, value := range alert.Annotations {
				room -= len(key) + len(value)
			}
			alert.Annotations["example.com/padding"] = strings.Repeat("x", room)
		})
		for i := range 14 {
			w.editAlert(ctx, other, "bob", "assignee", assignedTo(fmt.Sprintf("person-%d", i)))
			_, _ = w.reconcile(ctx, poisoned)
			w.look(ctx, other)
			w.clock.Step(fanOutInterval)
			w.look(ctx, incident)
		}
		w.change(ctx, incident, "alice", "assignee", assignTo("alice"))
		for range 10 {
			w.clock.Step(fanOutInterval)
			_, _ = w.reconcile(ctx, poisoned)
			w.look(ctx, other)
			w.look(ctx, incident)
		}
		Expect(refresh(ctx, other).Spec.Assignee).To(Equal("alice"))
		log := tail(ctx, incident, 2)
		Expect(log).To(ContainElement(HaveSuffix("→ person-13")))
		Expect(log[len(log)-1]).To(HaveSuffix("Propagated by incident-operator: 1 alert: assignee: person-13 → alice"))
	})

	It("follows its incident also where nothing more can be noted, and does not take that for a person's edit later", func(ctx SpecContext) {
		alert := w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		for i := range 13 { // The log looks at none of it.
			w.editAlert(ctx, alert, "bob", "severity", func(alert *v1alpha1.Alert) {
				alert.Spec.Severity = []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityLow}[i%2]
			})
			w.look(ctx, alert)
		}
		w.change(ctx, incident, "alice", "assignee", assignTo("alice"))
		w.look(ctx, alert)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("alice"))
		w.settle(ctx)
		log := tail(ctx, incident, 2)
		Expect(log).NotTo(ContainElement(And(ContainSubstring("AlertsChanged"), ContainSubstring("assignee"))))
		Expect(log[len(log)-1]).To(HaveSuffix("AlertsChanged by bob: 1 alert: severity: Low → High"), "the last edit is noted once the log took some")
	})

	It("finishes the entries of one look before anything else, when it was killed among them", func(ctx SpecContext) {
		w.settle(ctx)
		for name, person := range map[string]string{"a": "alice", "b": "bob"} {
			alert := w.alert(ctx, name, "inc-1", linkedBy(person))
			w.look(ctx, alert)
			w.look(ctx, alert)
		}
		w.kill(beforeSending, func(write int) bool { return write == 2 })
		w.clock.Step(fanOutInterval)
		_, _ = w.reconcile(ctx, incident)
		Expect(w.dead).To(BeTrue())
		w.dead, w.crash = false, nil
		w.restart()
		w.change(ctx, incident, "alice", "name", func(i *v1alpha1.Incident) { i.Spec.Name = "Phish" })
		w.settle(ctx)
		Expect(tail(ctx, incident, 1)).To(Equal([]string{
			"2 AlertsLinked by alice: 1 alert", "3 AlertsLinked by bob: 1 alert", "4 Renamed by alice: name: none → Phish",
		}))
	})

	It("believes no trail that somebody else wrote", func(ctx SpecContext) {
		alert := w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		edit(ctx, alert, func(alert *v1alpha1.Alert) {
			alert.Annotations[v1alpha1.TrailAnnotation] = fmt.Sprintf(`{"incident":{"name":"inc-1","uid":%[1]q},"changes":[{"incident":`+
				`{"name":"inc-1","uid":%[1]q},"ticket":"99999999999999","type":"AlertsChanged","actor":"ceo","actorKind":"User"}]}`, incident.UID)
		})
		w.settle(ctx)
		w.editAlert(ctx, alert, "bob", "assignee", assignedTo("bob"))
		w.settle(ctx)
		Expect(tail(ctx, incident, 2)).To(Equal([]string{"3 AlertsChanged by bob: 1 alert: assignee: none → bob"}))
	})

	// What is decided before and written after another alert's change has the older ticket, and is seen later.
	It("does not pass an alert whose patch is under way, however long that takes", func(ctx SpecContext) {
		slow := w.alert(ctx, "slow", "inc-1", linkedBy("alice"))
		fast := w.alert(ctx, "fast", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		w.change(ctx, incident, "alice", "assignee", assignTo("bob"))
		w.beforeWrite = func() {
			w.look(ctx, fast)
			w.look(ctx, fast)
			w.change(ctx, incident, "alice", "assignee", assignTo(""))
			for range 3 {
				w.clock.Step(holdPatience)
				w.look(ctx, incident)
			}
		}
		w.look(ctx, slow)
		w.settle(ctx)
		Expect(tail(ctx, incident, 2)).To(ContainElement(
			HaveSuffix("Propagated by incident-operator: 2 alerts: assignee: none → bob; assignee: bob → none")))
	})

	It("does not count an alert twice or never that a merge brings while the log is written", func(ctx SpecContext) {
		target := w.incident(ctx, "inc-2", stamped("alice", "created"))
		slow := w.alert(ctx, "slow", "inc-1", linkedBy("alice"))
		fast := w.alert(ctx, "fast", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		edit(ctx, incident, mergeInto("inc-2"))
		w.clock.Step(fanOutInterval)
		w.look(ctx, incident)
		Expect(refresh(ctx, incident).Status.MergedInto.Name).To(Equal("inc-2"))
		w.beforeWrite = func() {
			w.look(ctx, fast)
			w.look(ctx, fast)
			for range 5 {
				w.clock.Step(holdPatience)
				w.look(ctx, target)
			}
		}
		w.look(ctx, slow)
		w.settle(ctx)
		Expect(tail(ctx, target, 1)).To(ConsistOf(
			HaveSuffix("AlertsLinked by incident-operator: 2 alerts from inc-1: merged"),
			HaveSuffix("Merged by Unknown: from inc-1"),
		))
	})

	It("takes the reason of a move once", func(ctx SpecContext) {
		other := w.incident(ctx, "inc-2", stamped("alice", "created"))
		alert := w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		move := func(person, to, reason string) {
			w.editAlert(ctx, alert, person, "incidentRef", func(alert *v1alpha1.Alert) {
				alert.Spec.IncidentRef.Name = to
				if reason != "" {
					alert.Annotations[v1alpha1.MoveReasonAnnotation] = fmt.Sprintf(`{"to":%q,"reason":%q}`, to, reason)
				}
			})
			w.settle(ctx)
		}
		move("alice", "inc-2", "said alice")
		move("bob", "inc-1", "")
		move("carol", "inc-2", "")
		Expect(tail(ctx, other, 1)).To(Equal([]string{
			"2 AlertsLinked by alice: 1 alert from inc-1: said alice", "3 AlertsUnlinked by bob: 1 alert to inc-1",
			"4 AlertsLinked by carol: 1 alert from inc-1",
		}))
	})

	It("starts anew for an incident that was created again under the name its alerts bear", func(ctx SpecContext) {
		w.alert(ctx, "a", "inc-1", linkedBy("alice"))
		w.settle(ctx)
		Expect(people.Delete(ctx, incident)).To(Succeed())
		again := w.incident(ctx, "inc-1", stamped("bob", "created"))
		w.settle(ctx)
		Expect(told(w.log(ctx, again))).To(Equal([]string{
			"1 Created by bob: nothing set", "2 AlertsLinked by Unknown: 1 alert",
		}))
	})

	// Every second write is the last of its process, so that two runs kill at each of them.
	DescribeTable("is the same wherever the operator is killed", func(ctx SpecContext, position crashPosition) {
		want := alertStory(ctx, newWorld(ctx))
		Expect(want).To(HaveLen(2))
		Expect(want[0]).To(HaveLen(13))
		for _, odd := range []int{0, 1} {
			w := newWorld(ctx)
			kills := w.kill(position, func(write int) bool { return write%2 == odd })
			Expect(alertStory(ctx, w)).To(Equal(want))
			Expect(*kills).To(BeNumerically(">", 10))
		}
	},
		Entry("before a write is sent", beforeSending),
		Entry("after it is committed, before the answer", afterCommit),
		Entry("after the answer", afterAnswer),
	)
})

// alertStory links, changes, moves and unlinks alerts of two incidents, and returns both logs in words.
func alertStory(ctx SpecContext, w *world) [][]string {
	GinkgoHelper()
	one := w.incident(ctx, "inc-1", stamped("alice", "created"))
	two := w.incident(ctx, "inc-2", stamped("alice", "created"))
	var alerts []*v1alpha1.Alert
	for i := range 4 {
		alerts = append(alerts, w.alert(ctx, fmt.Sprintf("a-%d", i), "inc-1", linkedBy([]string{"alice", "bob"}[i%2])))
	}
	w.settle(ctx)
	for i, alert := range alerts {
		w.editAlert(ctx, alert, []string{"alice", "bob"}[i%2], "assignee", assignedTo("carol"))
	}
	w.settle(ctx)
	w.change(ctx, one, "alice", "assignee", assignTo("alice"))
	w.settle(ctx)
	for i, alert := range alerts[:3] {
		w.editAlert(ctx, alert, []string{"alice", "bob"}[i%2], "incidentRef", func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "inc-2" })
	}
	w.settle(ctx)
	w.editAlert(ctx, alerts[0], "bob", "incidentRef", func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "inc-1" })
	w.editAlert(ctx, alerts[1], "bob", "incidentRef", func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "" })
	w.settle(ctx)
	w.change(ctx, one, "alice", "assignee", assignTo(""))
	w.settle(ctx)
	return [][]string{told(w.log(ctx, one)), told(w.log(ctx, two))}
}
