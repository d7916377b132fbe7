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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/activity"
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
		_, err := w.incidents.journal.record(ctx, refresh(ctx, incident), &activity.Alerts{Incident: referenceTo(incident)}, 0)
		Expect(err).To(MatchError(errLookAgain))
		Expect(w.log(ctx, incident)).To(HaveLen(2))
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
		Expect(want[0]).To(HaveLen(12))
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
