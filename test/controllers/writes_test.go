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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("The operator's writes", func() {
	const alerts = 40

	var w *world
	var incident, other *v1alpha1.Incident

	BeforeEach(func(ctx SpecContext) {
		w = newWorld(ctx)
		incident, other = w.newIncident(ctx, "inc-1"), w.newIncident(ctx, "inc-2")
		for i := range alerts {
			w.newAlert(ctx, name(i), "inc-1")
		}
		nextSecond(w.theAlert(ctx, name(alerts-1)))
		w.settle(ctx)
		clear(w.writes)
	})

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	DescribeTable("are one patch for each alert, and no more",
		func(ctx SpecContext, request func(ctx context.Context)) {
			request(ctx)
			w.settle(ctx)
			Expect(w.writes["Alert"]).To(Equal(alerts))
			Expect(w.writes).NotTo(HaveKey("Alert/status"))
			Expect(w.writes).NotTo(HaveKey("Incident"))
			Expect(w.writes["Incident/status"]).To(BeNumerically("<=", 5))
		},
		Entry("of an incident that is assigned", func(ctx context.Context) { edit(ctx, alice, incident, assignTo("alice")) }),
		Entry("of an incident that is resolved", func(ctx context.Context) { edit(ctx, alice, incident, inState(resolved)) }),
		Entry("that people move", func(ctx context.Context) {
			for i := range alerts {
				edit(ctx, bob, w.theAlert(ctx, name(i)), movedTo("inc-2", "same host"))
			}
		}),
	)

	It("are one patch for each of more alerts that people move than a log remembers, and few entries", func(ctx SpecContext) {
		const many = 250
		for i := range many {
			w.newAlert(ctx, fmt.Sprintf("more-%d", i), "inc-1")
		}
		w.settle(ctx)
		clear(w.writes)
		for i := range many {
			edit(ctx, bob, w.theAlert(ctx, fmt.Sprintf("more-%d", i)), movedTo("inc-2", "same host"))
			if i%25 == 24 {
				w.round(ctx)
			}
		}
		w.settle(ctx)
		Expect(w.writes["Alert"]).To(Equal(many))
		Expect(w.writes["Activity"]).To(BeNumerically("<=", 2*many/25+2), "one for each look at each log")
		Expect(refresh(ctx, other).Status.Alerts.Total).To(HaveValue(BeEquivalentTo(many)))
	})

	It("are one patch for each alert of a merge, and no more", func(ctx SpecContext) {
		edit(ctx, alice, incident, mergeInto("inc-2"))
		w.settle(ctx)
		Expect(w.writes["Alert"]).To(Equal(alerts))
		Expect(w.writes["Incident"]).To(Equal(1), "the list of merged incidents")
		Expect(w.writes["Incident/status"]).To(BeNumerically("<=", 10), "5 for each of the two")
		Expect(refresh(ctx, other).Status.Alerts.Total).To(HaveValue(BeEquivalentTo(alerts)))
	})

	It("for the deletion of an incident touch no alert but to say that its link dangles", func(ctx SpecContext) {
		Expect(admin.Delete(ctx, incident)).To(Succeed())
		w.settle(ctx)
		Expect(w.writes).To(Equal(map[string]int{"Alert/status": alerts}))
	})

	It("are not sent again while the watch has still to bring a patch, and go on after that", func(ctx SpecContext) {
		edit(ctx, alice, incident, assignTo("alice"))
		w.hear(ctx)
		w.freeze("Alert")
		for range 3 {
			_, err := w.follow(ctx, name(0))
			Expect(err).NotTo(HaveOccurred())
		}
		Expect(w.writes["Alert"]).To(Equal(1))
		w.thaw()
		edit(ctx, alice, incident, assignTo("bob"))
		_, err := w.follow(ctx, name(0))
		Expect(err).NotTo(HaveOccurred())
		Expect(w.writes["Alert"]).To(Equal(2))
		w.settle(ctx)
	})

	It("of one alert are at most one for 8 edits by people", func(ctx SpecContext) {
		alert := w.theAlert(ctx, name(0))
		for i := range 96 {
			edit(ctx, []string{alice, bob, carol}[i%3], alert, assignedTo(fmt.Sprintf("person-%d", i)))
			w.settle(ctx)
		}
		Expect(w.writes["Alert"]).To(BeNumerically("<=", 12))
		told := 0
		for _, entry := range w.log(ctx, incident) {
			if entry.Spec.Type == v1alpha1.ActivityAlertsChanged {
				told++
			}
		}
		Expect(told).To(Equal(96))
	})
})

var _ = Describe("100 people's edits of 100 alerts", func() {
	It("cost at most 113 writes of alerts", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.newIncident(ctx, "inc-1")
		for i := range 100 {
			w.newAlert(ctx, name(i), "inc-1")
		}
		w.settle(ctx)
		clear(w.writes)
		for i := range 100 {
			edit(ctx, []string{alice, bob, carol}[i%3], w.theAlert(ctx, name(i)), assignedTo(fmt.Sprintf("person-%d", i)))
			if i%10 == 9 {
				w.round(ctx)
			}
		}
		w.settle(ctx)
		Expect(w.writes["Alert"]).To(BeNumerically("<=", 113))
		told := map[string]int{}
		for _, entry := range w.log(ctx, incident) {
			if entry.Spec.Type == v1alpha1.ActivityAlertsChanged {
				Expect(entry.Spec.Alerts.Names).To(HaveLen(1))
				told[entry.Spec.Alerts.Names[0]]++
			}
		}
		Expect(told).To(HaveLen(100))
		w.expectRest(ctx)
	})
})

func name(i int) string { return fmt.Sprintf("a-%03d", i) }
