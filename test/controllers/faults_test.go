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

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	incidents "github.com/incident-operator/incident-operator/controllers/incident"
)

var _ = Describe("A log that cannot be written", func() {
	It("says so in a condition, holds nothing else up, and recovers", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.newIncident(ctx, "inc")
		w.newAlert(ctx, "a", "inc")
		w.settle(ctx)
		w.crash = func(kind string, send func() error) error {
			if kind != "Activity" {
				return send()
			}
			return apierrors.NewForbidden(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "activities"}, "", nil)
		}
		edit(ctx, bob, incident, assignTo("bob"))
		w.newAlert(ctx, "b", "inc")
		for range 3 {
			w.tryAll(ctx)
		}
		Expect(condition(ctx, incident, v1alpha1.ConditionLogged)).To(And(
			HavePrefix("False "+v1alpha1.ReasonLogNotWritten), ContainSubstring("is forbidden")))
		Expect(w.theAlert(ctx, "a").Spec.Assignee).To(Equal("bob"))
		Expect(w.theAlert(ctx, "b").Spec.Assignee).To(Equal("bob"), "it waits for no log that cannot tell of it")

		w.crash = nil
		w.settle(ctx)
		Expect(condition(ctx, incident, v1alpha1.ConditionLogged)).To(BeEmpty())
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 Assigned by bob: assignee: none → bob",
			"4 AlertsLinked by alice: 1 alert",
			"5 Propagated by incident-operator: 2 alerts: assignee: none → bob",
		}))
		w.expectRest(ctx)
	})
})

// tryAll looks once at everything, whatever errors that brings.
func (w *world) tryAll(ctx context.Context) {
	w.clock.Step(incidents.FanOutInterval)
	w.hear(ctx)
	for _, look := range w.looks() {
		_, _ = look(ctx)
	}
}

var _ = Describe("Every write of a scenario", func() {
	// A single crash in a run: all that a process did before it and after it is as it was. At every other write the process
	// ends before it is sent, at those in between after it is committed; the seed says which is which.
	It("may be the last of its process, and the log is the same", func(ctx SpecContext) {
		reference := newWorld(ctx)
		reference.kill(func(string, int) (position, bool) { return 0, false })
		want := scenario(ctx, reference)
		Expect(want).NotTo(BeEmpty())
		killed := map[string]int{}
		for number := 1; ; number++ {
			w := newWorld(ctx)
			at := []position{beforeSending, afterCommit}[(int(GinkgoRandomSeed())+number)%2]
			kills := w.killOnce(at, number)
			Expect(scenario(ctx, w)).To(Equal(want), "write %d, position %d", number, at)
			w.expectRest(ctx)
			if len(*kills) == 0 {
				break
			}
			killed[(*kills)[0]]++
		}
		for _, kind := range []string{"Activity", "Alert", "Comment/status", "Incident", "Incident/status"} {
			Expect(killed).To(HaveKey(kind))
		}
	})
})

// scenario has each kind of write and returns the log in words, with what the alerts say.
func scenario(ctx context.Context, w *world) []string {
	GinkgoHelper()
	incident := w.newIncident(ctx, "inc", tagged("Ransomware"))
	other := w.newIncident(ctx, "other")
	one, two := w.newAlert(ctx, "one", "inc"), w.newAlertBy(ctx, bob, "two", "inc")
	w.settle(ctx)
	edit(ctx, carol, one, assignedTo("carol"))
	edit(ctx, alice, incident, assignTo("alice")) // It is the newer of the two, whenever a second ends.
	w.settle(ctx)
	w.comment(ctx, bob, "c", "inc", "What is this?")
	w.settle(ctx)
	edit(ctx, bob, two, movedTo("other", "same host"))
	edit(ctx, alice, incident, called("Phish"))
	edit(ctx, bob, incident, called("Phishing"))
	w.settle(ctx)
	log := append(w.told(ctx, incident), w.told(ctx, other)...)
	for _, alert := range []*v1alpha1.Alert{one, two} {
		log = append(log, refresh(ctx, alert).Name+" of "+alert.Spec.Assignee)
	}
	return log
}
