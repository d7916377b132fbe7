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
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("The activity log of an incident's alerts", func() {
	var w *world
	var incident *v1alpha1.Incident

	BeforeEach(func(ctx SpecContext) {
		w = newWorld(ctx)
		incident = w.newIncident(ctx, "inc-1")
	})

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	It("tells once which alerts were linked, by whom", func(ctx SpecContext) {
		w.newAlert(ctx, "a", "inc-1")
		w.newAlertBy(ctx, bob, "b", "inc-1")
		w.newAlert(ctx, "c", "inc-1")
		w.settle(ctx)
		Expect(w.told(ctx, incident)[1:]).To(Equal([]string{"2 AlertsLinked by alice: 2 alerts", "3 AlertsLinked by bob: 1 alert"}))
		log := w.log(ctx, incident)
		Expect(log[1].Spec.Alerts.Names).To(Equal([]string{"a", "c"}))
		Expect(log[2].Spec.After.Alerts.Total).To(BeEquivalentTo(3))
		Expect(w.writes["Alert"]).To(Equal(3))
	})

	It("batches what one person changed on many alerts, and tells a propagation once", func(ctx SpecContext) {
		var alerts []*v1alpha1.Alert
		for i := range 5 {
			alerts = append(alerts, w.newAlert(ctx, fmt.Sprintf("a-%d", i), "inc-1"))
		}
		w.settle(ctx)
		for i, alert := range alerts {
			edit(ctx, []string{bob, carol}[i%2], alert, assignedTo("dave"))
		}
		w.settle(ctx)
		edit(ctx, alice, incident, assignTo("alice"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 AlertsChanged by bob: 3 alerts: assignee: none → dave",
			"4 AlertsChanged by carol: 2 alerts: assignee: none → dave",
			"5 Assigned by alice: assignee: none → alice",
			"6 Propagated by incident-operator: 5 alerts: assignee: none → alice",
		}))
	})

	It("tells a person's edit that the operator's own patch follows at once with the right values", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, bob, alert, assignedTo("bob"))
		edit(ctx, alice, incident, assignTo("alice"))
		expectQuiet(w.follow(ctx, "a"))
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("alice"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 Assigned by alice: assignee: none → alice",
			"4 AlertsChanged by bob: 1 alert: assignee: none → bob",
			"5 Propagated by incident-operator: 1 alert: assignee: none → alice",
		}))
	})

	It("tells a move in both logs, with editor and reason", func(ctx SpecContext) {
		other := w.newIncident(ctx, "inc-2")
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, bob, alert, movedTo("inc-2", "same host"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{"3 AlertsUnlinked by bob: 1 alert to inc-2: same host"}))
		Expect(w.told(ctx, other)[1:]).To(Equal([]string{"2 AlertsLinked by bob: 1 alert from inc-1: same host"}))
		edit(ctx, bob, alert, linkedTo(""))
		w.settle(ctx)
		Expect(w.told(ctx, other)[2:]).To(Equal([]string{"3 AlertsUnlinked by bob: 1 alert"}))
	})

	It("tells an edit in the request of a move where the alert is then", func(ctx SpecContext) {
		other := w.newIncident(ctx, "inc-2")
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, bob, alert, func(alert *v1alpha1.Alert) {
			alert.Spec.IncidentRef.Name = "inc-2"
			alert.Spec.Severity = v1alpha1.SeverityHigh
		})
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{"3 AlertsUnlinked by bob: 1 alert to inc-2"}))
		Expect(w.told(ctx, other)[1:]).To(Equal([]string{"2 AlertsLinked by bob: 1 alert from inc-1: severity: none → High"}))
	})

	It("tells each of several moves and edits between two looks, in both logs", func(ctx SpecContext) {
		other := w.newIncident(ctx, "inc-2")
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, bob, alert, func(alert *v1alpha1.Alert) { alert.Spec.Severity = v1alpha1.SeverityLow })
		edit(ctx, alice, alert, linkedTo("inc-2"))
		edit(ctx, carol, alert, func(alert *v1alpha1.Alert) { alert.Spec.Severity = v1alpha1.SeverityHigh })
		edit(ctx, bob, alert, linkedTo("inc-1"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 AlertsChanged by bob: 1 alert: severity: none → Low",
			"4 AlertsUnlinked by alice: 1 alert to inc-2",
			"5 AlertsLinked by bob: 1 alert from inc-2",
		}))
		Expect(w.told(ctx, other)[1:]).To(Equal([]string{
			"2 AlertsLinked by alice: 1 alert from inc-1",
			"3 AlertsChanged by carol: 1 alert: severity: Low → High",
			"4 AlertsUnlinked by bob: 1 alert to inc-1",
		}))
	})

	It("takes the reason of a move once", func(ctx SpecContext) {
		other := w.newIncident(ctx, "inc-2")
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, alice, alert, movedTo("inc-2", "said alice"))
		w.settle(ctx)
		edit(ctx, bob, alert, linkedTo("inc-1"))
		w.settle(ctx)
		edit(ctx, carol, alert, linkedTo("inc-1"))
		w.settle(ctx)
		Expect(w.told(ctx, other)[1:]).To(Equal([]string{
			"2 AlertsLinked by alice: 1 alert from inc-1: said alice", "3 AlertsUnlinked by bob: 1 alert to inc-1",
		}))
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 AlertsUnlinked by alice: 1 alert to inc-2: said alice", "4 AlertsLinked by bob: 1 alert from inc-2",
		}))
	})

	It("counts alerts that were deleted", func(ctx SpecContext) {
		w.newAlert(ctx, "a", "inc-1")
		gone := w.newAlert(ctx, "b", "inc-1")
		w.settle(ctx)
		Expect(admin.Delete(ctx, gone)).To(Succeed())
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{"3 AlertsDeleted by Unknown: 1 alert"}))
	})

	It("does not take alerts for deleted that an older list misses", func(ctx SpecContext) {
		w.hear(ctx)
		w.freeze("Alert")
		older := w.cache.alerts
		w.thaw()
		w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		w.freeze("Alert")
		w.cache.alerts = older
		w.restart(ctx)
		for range 4 {
			w.round(ctx)
		}
		Expect(w.log(ctx, incident)).To(HaveLen(2))
		w.thaw()
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(HaveLen(2))
	})

	It("tells by whom a machine's alerts were linked, in one entry", func(ctx SpecContext) {
		for i := range 3 {
			w.newAlertBy(ctx, ingestUser, fmt.Sprintf("a-%d", i), "inc-1")
		}
		w.settle(ctx)
		Expect(w.told(ctx, incident)[1:]).To(Equal([]string{"2 AlertsLinked by " + ingestUser + ": 3 alerts"}))
		Expect(w.log(ctx, incident)[1].Spec.Alerts.Names).To(BeEmpty())
	})

	It("does not count an alert twice or never that a merge brings while the log is written", func(ctx SpecContext) {
		target := w.newIncident(ctx, "inc-2")
		w.newAlert(ctx, "slow", "inc-1")
		w.newAlert(ctx, "fast", "inc-1")
		w.settle(ctx)
		edit(ctx, alice, incident, mergeInto("inc-2"))
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(refresh(ctx, incident).Status.MergedInto.Name).To(Equal("inc-2"))
		w.beforeWrite = func() {
			expectQuiet(w.follow(ctx, "fast"))
			for range 5 {
				_, err := w.record(ctx, "inc-2")
				Expect(err).NotTo(HaveOccurred())
			}
		}
		expectQuiet(w.follow(ctx, "slow"))
		w.settle(ctx)
		Expect(w.told(ctx, target)[1:]).To(ConsistOf(
			HaveSuffix("AlertsLinked by incident-operator: 2 alerts from inc-1: merged"),
			HaveSuffix("Merged by alice: from inc-1"),
		))
	})

	It("starts anew for an incident that was created again under the name its alerts bear", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "inc-1")
		nextSecond(alert)
		w.settle(ctx)
		Expect(admin.Delete(ctx, incident)).To(Succeed())
		w.settle(ctx)
		again := w.newIncident(ctx, "inc-1")
		w.settle(ctx)
		Expect(w.told(ctx, again)).To(Equal([]string{"1 Created by alice: nothing set; 1 alert named it before it was created"}))
	})

	It("is told in the request that made an alert dangle, and of one that was linked before its incident came", func(ctx SpecContext) {
		w.newAlertBy(ctx, bob, "early", "inc-2")
		w.settle(ctx)
		late := w.newIncident(ctx, "inc-2")
		w.settle(ctx)
		Expect(w.told(ctx, late)).To(Equal([]string{"1 Created by alice: nothing set", "2 AlertsLinked by bob: 1 alert"}))
	})

	// Every second write is the last of its process, so that two runs kill at each of them.
	DescribeTable("is the same wherever the operator is killed", func(ctx SpecContext, at position) {
		want := alertStory(ctx, newWorld(ctx))
		for odd := range 2 {
			again := newWorld(ctx)
			kills := again.kill(func(_ string, write int) (position, bool) { return at, write%2 == odd })
			Expect(alertStory(ctx, again)).To(Equal(want))
			Expect(len(*kills)).To(BeNumerically(">", 10))
		}
	}, atEachPosition)
})

// alertStory links, changes, moves and unlinks alerts of two incidents, and returns both logs in words.
func alertStory(ctx SpecContext, w *world) [][]string {
	GinkgoHelper()
	one, two := w.newIncident(ctx, "inc-1"), w.newIncident(ctx, "inc-2")
	var alerts []*v1alpha1.Alert
	for i := range 4 {
		alerts = append(alerts, w.newAlertBy(ctx, []string{alice, bob}[i%2], fmt.Sprintf("a-%d", i), "inc-1"))
	}
	w.settle(ctx)
	for i, alert := range alerts {
		edit(ctx, []string{alice, bob}[i%2], alert, assignedTo("carol"))
	}
	w.settle(ctx)
	edit(ctx, alice, one, assignTo("alice"))
	w.settle(ctx)
	for i, alert := range alerts[:3] {
		edit(ctx, []string{alice, bob}[i%2], alert, linkedTo("inc-2"))
	}
	w.settle(ctx)
	edit(ctx, bob, alerts[0], linkedTo("inc-1"))
	edit(ctx, bob, alerts[1], linkedTo(""))
	w.settle(ctx)
	edit(ctx, alice, one, assignTo(""))
	w.settle(ctx)
	var alertsLeft v1alpha1.AlertList
	Expect(admin.List(ctx, &alertsLeft, client.InNamespace(w.namespace))).To(Succeed())
	var ends []string
	for _, alert := range alertsLeft.Items {
		ends = append(ends, fmt.Sprintf("%s in %q of %q", alert.Name, alert.Spec.IncidentRef.Name, alert.Spec.Assignee))
	}
	return [][]string{w.told(ctx, one), w.told(ctx, two), ends}
}
