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
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// linkGrace is how long the incident of a new alert may take to appear.
const linkGrace = 15 * time.Second

var _ = Describe("The alert controller", func() {
	var w *world

	BeforeEach(func(ctx SpecContext) { w = newWorld(ctx) })

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	It("gives the incident's assignee to every alert by one patch each, and takes it back", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"))
		free := w.newAlert(ctx, "free", "inc-1")
		bobs := w.newAlert(ctx, "bobs", "inc-1", assignedTo("bob"))
		other := w.newAlert(ctx, "other", "")
		w.settle(ctx)
		Expect(refresh(ctx, free).Spec.Assignee).To(Equal("alice"))
		Expect(refresh(ctx, bobs).Spec.Assignee).To(Equal("alice"))
		Expect(refresh(ctx, other).Spec.Assignee).To(BeEmpty())
		Expect(w.writes["Alert"]).To(Equal(2))

		edit(ctx, alice, incident, assignTo(""))
		w.settle(ctx)
		Expect(refresh(ctx, free).Spec.Assignee).To(BeEmpty())
		Expect(refresh(ctx, bobs).Spec.Assignee).To(Equal("bob"))
		Expect(w.writes["Alert"]).To(Equal(4))
	})

	It("keeps what a person set on the alert until the incident says something new", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, bob, alert, assignedTo("bob"))
		edit(ctx, alice, incident, inState(v1alpha1.ResolutionInProgress))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("bob"))
		edit(ctx, alice, incident, assignTo("carol"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("carol"))
	})

	It("re-opens exactly the alerts that the incident closed", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		open := w.newAlert(ctx, "open", "inc-1")
		closed := w.newAlert(ctx, "closed", "inc-1", alertIn(resolved), func(alert *v1alpha1.Alert) {
			alert.Spec.Resolution.Note = "A test of the sensor."
		})
		nextSecond(closed)
		w.settle(ctx)
		edit(ctx, alice, incident, inState(resolved))
		w.settle(ctx)
		Expect(refresh(ctx, open).Spec.Resolution.State).To(Equal(resolved))
		Expect(refresh(ctx, closed).Spec.Resolution).To(Equal(v1alpha1.Resolution{State: resolved, Note: "A test of the sensor."}))

		edit(ctx, alice, incident, inState(active))
		w.settle(ctx)
		Expect(refresh(ctx, open).Spec.Resolution.State).To(Equal(active))
		Expect(refresh(ctx, closed).Spec.Resolution).To(Equal(v1alpha1.Resolution{State: resolved, Note: "A test of the sensor."}))
	})

	It("resolves no alert before the time of the resolution is recorded", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		alert := w.newAlert(ctx, "a", "inc-1")
		nextSecond(alert)
		w.settle(ctx)
		edit(ctx, alice, incident, inState(resolved))
		expectQuiet(w.follow(ctx, "a"))
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(active))
		expectQuiet(w.rollUp(ctx, "inc-1"))
		expectQuiet(w.follow(ctx, "a"))
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(resolved))
	})

	It("gives a new owner and a resolution of the same edit by one patch", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		alert := w.newAlert(ctx, "a", "inc-1")
		nextSecond(alert)
		w.settle(ctx)
		edit(ctx, alice, incident, func(incident *v1alpha1.Incident) {
			incident.Spec.Assignee = "alice"
			incident.Spec.Resolution.State = resolved
		})
		before := w.writes["Alert"]
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("alice"))
		Expect(alert.Spec.Resolution.State).To(Equal(resolved))
		Expect(w.writes["Alert"]).To(Equal(before + 1))
	})

	It("holds an alert that arrives after the resolution, and says so once", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", inState(resolved))
		w.settle(ctx)
		alert := w.newAlert(ctx, "late", "inc-1")
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(active))
		Expect(w.events.entries).To(Equal([]string{"Warning AlertHeld Incident"}))
		Expect(condition(ctx, incident, v1alpha1.ConditionResolutionHeld)).To(HavePrefix("False " + v1alpha1.ReasonNewAlerts))
		Expect(incident.Status.Alerts.Summary).To(Equal("1/1"))

		edit(ctx, alice, alert, alertIn(resolved))
		w.settle(ctx)
		Expect(condition(ctx, incident, v1alpha1.ConditionResolutionHeld)).To(HavePrefix("True "))
		edit(ctx, alice, incident, inState(active))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(resolved), "a person resolved it, not the incident")
		Expect(condition(ctx, incident, v1alpha1.ConditionResolutionHeld)).To(BeEmpty())
	})

	resolveAt := func(ctx SpecContext, skew time.Duration) (early, late *v1alpha1.Alert) {
		incident := w.newIncident(ctx, "inc-1")
		nextSecond(incident)
		early = w.newAlert(ctx, "early", "inc-1")
		nextSecond(early)
		edit(ctx, alice, incident, inState(resolved))
		late = w.newAlert(ctx, "late", "inc-1")
		w.clock.Step(skew)
		w.settle(ctx)
		return refresh(ctx, early), refresh(ctx, late)
	}

	It("holds alerts by the server's time even if the operator's clock is an hour ahead and it was down", func(ctx SpecContext) {
		early, late := resolveAt(ctx, time.Hour)
		Expect(early.Spec.Resolution.State).To(Equal(resolved))
		Expect(late.Spec.Resolution.State).To(Equal(active))
		Expect(w.events.entries).NotTo(ContainElement("Warning ImplausibleTime Incident"))
	})

	It("believes no resolution from the future, which an hour behind looks like: it closes nothing and says so", func(ctx SpecContext) {
		early, late := resolveAt(ctx, -time.Hour)
		Expect(early.Spec.Resolution.State).To(Equal(active))
		Expect(late.Spec.Resolution.State).To(Equal(active))
		Expect(w.events.entries).To(ContainElement("Warning ImplausibleTime Incident"))
	})

	It("hands an alert over when it moves", func(ctx SpecContext) {
		w.newIncident(ctx, "inc-1", assignTo("alice"))
		w.newIncident(ctx, "inc-2", assignTo("bob"))
		alert := w.newAlert(ctx, "a", "inc-1", assignedTo("carol"))
		w.settle(ctx)
		edit(ctx, alice, alert, linkedTo("inc-2"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("bob"))
		Expect(w.writes["Alert"]).To(Equal(2))
		edit(ctx, alice, alert, linkedTo(""))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("carol"))
		Expect(alert.Annotations).NotTo(HaveKey(v1alpha1.InheritedAnnotation))
	})

	It("changes no alert when its incident is deleted, and lets a re-created one withdraw and give at once", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc-1", assignedTo("bob"))
		w.settle(ctx)
		spec := *refresh(ctx, alert).Spec.DeepCopy()
		Expect(admin.Delete(ctx, incident)).To(Succeed())
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec).To(Equal(spec))
		linked := meta.FindStatusCondition(alert.Status.Conditions, v1alpha1.ConditionLinked)
		Expect(linked).NotTo(BeNil())
		Expect(linked.Message).To(Equal(`spec.incidentRef.name must be an Incident of this namespace: there is no "inc-1"`))

		patches := w.writes["Alert"]
		w.newIncident(ctx, "inc-1", assignTo("carol"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("carol"))
		Expect(alert.Annotations[v1alpha1.InheritedAnnotation]).To(ContainSubstring(`"over":"bob"`))
		Expect(alert.Status.Conditions).To(BeEmpty())
		Expect(w.writes["Alert"]).To(Equal(patches + 1))
	})

	It("leaves an alert as it is that moves to an incident which the cache has not seen yet", func(ctx SpecContext) {
		w.newIncident(ctx, "inc-1", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc-1")
		w.settle(ctx)
		w.freeze("Incident")
		w.newIncident(ctx, "inc-2", assignTo("alice"))
		edit(ctx, alice, alert, linkedTo("inc-2"))
		expectQuiet(w.record(ctx, "inc-1"))
		before := w.total()
		expectQuiet(w.follow(ctx, "a"))
		Expect(w.total()).To(Equal(before))
		w.thaw()
		expectQuiet(w.record(ctx, "inc-2")) // Its first entry is that it was created.
		before = w.total()
		expectQuiet(w.follow(ctx, "a"))
		Expect(w.total()).To(Equal(before + 1))
	})

	It("does not call an alert dangling whose incident the cache has not seen yet", func(ctx SpecContext) {
		w.hear(ctx)
		w.freeze("Incident")
		w.newIncident(ctx, "inc-1")
		w.newAlert(ctx, "a", "inc-1")
		w.clock.Step(linkGrace)
		expectQuiet(w.follow(ctx, "a"))
		Expect(w.total()).To(BeZero())
		w.thaw()
	})

	It("gives the incident of a new alert some time to appear", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "inc-1")
		w.clock.SetTime(alert.CreationTimestamp.Add(time.Second))
		Expect(w.follow(ctx, "a")).To(Equal(ctrl.Result{RequeueAfter: linkGrace - time.Second}))
		Expect(w.total()).To(BeZero())
		w.clock.Step(linkGrace)
		expectQuiet(w.follow(ctx, "a"))
		Expect(w.writes["Alert/status"]).To(Equal(1))
	})

	It("says which incident is missing, also after another move", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "inc-1")
		w.clock.Step(linkGrace)
		w.settle(ctx)
		edit(ctx, alice, alert, linkedTo("inc-2"))
		w.settle(ctx)
		expectDangling(ctx, alert, "inc-2")
		w.newIncident(ctx, "inc-2")
		w.settle(ctx)
		Expect(refresh(ctx, alert).Status.Conditions).To(BeEmpty())
	})

	It("adds the standard conditions to an alert that an earlier version marked", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "inc-1")
		alert.Status.Conditions = []metav1.Condition{{
			Type: v1alpha1.ConditionLinked, Status: metav1.ConditionFalse, Reason: v1alpha1.ReasonIncidentNotFound,
			Message: `spec.incidentRef.name must be an Incident of this namespace: there is no "inc-1"`, LastTransitionTime: metav1.Now(),
		}}
		Expect(admin.Status().Update(ctx, alert)).To(Succeed())
		w.clock.Step(linkGrace)
		w.settle(ctx)
		expectDangling(ctx, alert, "inc-1")
		Expect(w.writes["Alert/status"]).To(Equal(1))
	})

	It("lets no alert that waits for its deletion hold up its incident", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		alert := w.newAlert(ctx, "a", "inc-1")
		edit(ctx, root, alert, func(alert *v1alpha1.Alert) { alert.Finalizers = []string{"example.com/wait"} })
		w.settle(ctx)
		Expect(admin.Delete(ctx, alert)).To(Succeed())
		edit(ctx, alice, incident, assignTo("alice"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(BeEmpty())
		Expect(condition(ctx, incident, v1alpha1.ConditionPropagated)).To(HavePrefix("True "))
	})

	It("leaves a person's value that is newer than the incident's, and replaces an older one", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"))
		older, newer := w.newAlert(ctx, "a", "inc-1"), w.newAlert(ctx, "b", "inc-1")
		w.settle(ctx)
		edit(ctx, carol, w.theAlert(ctx, "a"), assignedTo("carol"))
		laterSecond()
		edit(ctx, alice, incident, assignTo("bob"))
		laterSecond()
		edit(ctx, carol, w.theAlert(ctx, "b"), assignedTo("carol"))
		w.settle(ctx)
		Expect(refresh(ctx, older).Spec.Assignee).To(Equal("bob"))
		Expect(refresh(ctx, newer).Spec.Assignee).To(Equal("carol"))
		Expect(newer.Annotations[v1alpha1.InheritedAnnotation]).To(ContainSubstring(`"value":"bob"`))
	})

	It("loses no edit that a person makes while its patch is under way", func(ctx SpecContext) {
		w.newIncident(ctx, "inc-1", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc-1")
		expectQuiet(w.record(ctx, "inc-1"))
		w.beforeWrite = func() { edit(ctx, bob, alert.DeepCopy(), assignedTo("bob")) }
		Expect(w.follow(ctx, "a")).To(Equal(ctrl.Result{RequeueAfter: time.Second}), "a conflict is tried again, quietly")
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("bob"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Annotations[v1alpha1.InheritedAnnotation]).To(ContainSubstring(`"over":"bob"`), "the edit is remembered")
	})

	It("does not mind an alert that is deleted while its patch is under way", func(ctx SpecContext) {
		w.newIncident(ctx, "inc-1", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc-1")
		expectQuiet(w.record(ctx, "inc-1"))
		w.beforeWrite = func() { Expect(admin.Delete(ctx, alert.DeepCopy())).To(Succeed()) }
		expectQuiet(w.follow(ctx, "a"))
	})

	DescribeTable("rewrites a memory that cannot be read, and warns",
		func(ctx SpecContext, memory string) {
			incident := w.newIncident(ctx, "inc-1", assignTo("alice"))
			alert := w.newAlert(ctx, "a", "inc-1", assignedTo("alice"))
			w.settle(ctx)
			asOperator(ctx, alert, func(alert *v1alpha1.Alert) { alert.Annotations[v1alpha1.InheritedAnnotation] = memory })
			before := w.writes["Alert"]
			w.settle(ctx)
			Expect(refresh(ctx, alert).Annotations[v1alpha1.InheritedAnnotation]).To(MatchJSON(fmt.Sprintf(
				`{"incident":"inc-1","uid":%q,"assignee":{"value":"alice","over":""}}`, incident.UID)))
			Expect(w.events.entries).To(Equal([]string{"Warning MemoryDamaged Incident"}))
			Expect(w.writes["Alert"]).To(Equal(before + 1))
		},
		Entry("no JSON", "¯\\_(ツ)_/¯"),
		Entry("a former assignee that the API refuses", `{"incident":"inc-1","uid":"u","assignee":{"value":"alice","over":"`+strings.Repeat("x", 300)+`"}}`),
		Entry("a state that does not exist", `{"incident":"inc-1","uid":"u","resolution":{"value":"Resolved","over":"Closed"}}`),
	)

	It("mirrors tags as labels beside those that people set, and removes only its own", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "", func(alert *v1alpha1.Alert) {
			alert.Labels = map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}
			alert.Spec.Tags = []v1alpha1.Tag{"By-Hand", "Ransomware"}
		})
		w.settle(ctx)
		Expect(refresh(ctx, alert).Labels).To(Equal(map[string]string{
			v1alpha1.TagLabelPrefix + "by-hand": "yes", v1alpha1.TagLabelPrefix + "ransomware": "",
		}))
		edit(ctx, alice, alert, func(alert *v1alpha1.Alert) { alert.Spec.Tags = nil })
		w.settle(ctx)
		Expect(refresh(ctx, alert).Labels).To(Equal(map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}))
	})

	It("does not bring back an object that was deleted while its labels were under way", func(ctx SpecContext) {
		alert := w.newAlert(ctx, "a", "", func(alert *v1alpha1.Alert) { alert.Spec.Tags = []v1alpha1.Tag{"Ransomware"} })
		w.beforeWrite = func() { Expect(admin.Delete(ctx, alert.DeepCopy())).To(Succeed()) }
		expectQuiet(w.follow(ctx, "a"))
		Expect(apierrors.IsNotFound(admin.Get(ctx, client.ObjectKeyFromObject(alert), alert))).To(BeTrue())
	})

	It("touches nothing in another namespace", func(ctx SpecContext) {
		elsewhere := newWorld(ctx)
		elsewhere.newIncident(ctx, "inc-1", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc-1")
		w.clock.Step(linkGrace)
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(BeEmpty())
		Expect(meta.IsStatusConditionFalse(alert.Status.Conditions, v1alpha1.ConditionLinked)).To(BeTrue())
	})
})

// expectQuiet expects a look that neither failed nor wants another one.
func expectQuiet(result ctrl.Result, err error) {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	Expect(result).To(BeZero())
}

// expectDangling makes sure that all conditions of an alert say that its incident is missing.
func expectDangling(ctx context.Context, alert *v1alpha1.Alert, incident string) {
	GinkgoHelper()
	Expect(refresh(ctx, alert).Status.Conditions).To(ConsistOf(
		And(HaveField("Type", v1alpha1.ConditionLinked), HaveField("Status", metav1.ConditionFalse)),
		And(HaveField("Type", v1alpha1.ConditionReady), HaveField("Status", metav1.ConditionFalse)),
		And(HaveField("Type", v1alpha1.ConditionStalled), HaveField("Status", metav1.ConditionTrue)),
	))
	Expect(alert.Status.Conditions).To(HaveEach(HaveField("Message", HaveSuffix(fmt.Sprintf("there is no %q", incident)))))
}

// expectRest expects, whatever a test did, that the operator comes to rest, and rests, also after a restart.
func (w *world) expectRest(ctx context.Context) {
	GinkgoHelper()
	w.settle(ctx)
	before := w.total()
	w.restart(ctx)
	w.settle(ctx)
	Expect(w.total()).To(Equal(before), "writes at rest")
	Expect(w.process.alerts.Roster.Recount()).To(BeZero(), "tallies that differ from a recount")
}
