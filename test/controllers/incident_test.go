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
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var _ = Describe("The incident controller", func() {
	var w *world

	BeforeEach(func(ctx SpecContext) { w = newWorld(ctx) })

	AfterEach(func(ctx SpecContext) { w.expectRest(ctx) })

	It("rolls the linked alerts up into the status", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		for i, category := range []string{"InitialAccess", "Execution"} {
			w.newAlert(ctx, fmt.Sprintf("a%d", i), "inc-1", func(alert *v1alpha1.Alert) {
				alert.Spec.Category = category
				alert.Spec.Severity = []v1alpha1.Severity{v1alpha1.SeverityLow, v1alpha1.SeverityHigh}[i]
				alert.Spec.Source.Service = "Falco"
				alert.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceNode, Name: "node-1"}}
			})
		}
		w.settle(ctx)
		status := refresh(ctx, incident).Status
		Expect(status.Name).To(Equal("Multi-stage incident involving Initial access & Execution on one endpoint"))
		Expect(status.NameSource).To(Equal(v1alpha1.NameSourceAutomatic))
		Expect(status.Severity).To(Equal(v1alpha1.SeverityHigh))
		Expect(status.Alerts.Summary).To(Equal("2/2"))
		Expect(status.Sources).To(Equal([]string{"Falco"}))
		Expect(status.Categories).To(Equal([]string{"InitialAccess", "Execution"}))
		Expect(condition(ctx, incident, v1alpha1.ConditionPropagated)).To(HavePrefix("True "))
		Expect(status.ObservedGeneration).To(Equal(incident.Generation))
	})

	It("never writes the spec of an incident", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"), inState(resolved), func(incident *v1alpha1.Incident) {
			incident.Spec.Tags = []v1alpha1.Tag{"Ransomware"}
		})
		w.newAlert(ctx, "a", "inc-1")
		spec := *refresh(ctx, incident).Spec.DeepCopy()
		w.settle(ctx)
		Expect(refresh(ctx, incident).Spec).To(Equal(spec))
		Expect(incident.Generation).To(Equal(int64(1)))
		Expect(incident.Labels).To(HaveKey(v1alpha1.TagLabelPrefix + "ransomware"))
	})

	It("writes the status at most once a second, and once in ten while its alerts are being changed", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"))
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(w.writes["Incident/status"]).To(Equal(1))
		w.newAlert(ctx, "a", "inc-1")
		edit(ctx, alice, incident, called("Phish"))
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(ctrl.Result{RequeueAfter: 10 * time.Second}))
		w.clock.Step(time.Second)
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(ctrl.Result{RequeueAfter: 9 * time.Second}), "the alert is still to be changed")
		Expect(w.writes["Incident/status"]).To(Equal(1))
		w.clock.Step(9 * time.Second)
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(w.writes["Incident/status"]).To(Equal(2))
		Expect(condition(ctx, incident, v1alpha1.ConditionPropagated)).To(HaveSuffix("1 of 1 linked alerts are still to be changed"))

		expectQuiet(w.record(ctx, "inc-1"))
		expectQuiet(w.follow(ctx, "a"))
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(ctrl.Result{RequeueAfter: time.Second}))
		w.clock.Step(time.Second)
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(w.writes["Incident/status"]).To(Equal(3))
		Expect(condition(ctx, incident, v1alpha1.ConditionPropagated)).To(HavePrefix("True "))
	})

	It("writes the status of an incident that somebody annotates meanwhile", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		expectQuiet(w.rollUp(ctx, "inc-1"))
		w.newAlert(ctx, "a", "inc-1")
		w.clock.Step(10 * time.Second)
		w.beforeWrite = func() {
			edit(ctx, alice, incident.DeepCopy(), func(incident *v1alpha1.Incident) {
				metav1.SetMetaDataAnnotation(&incident.ObjectMeta, "example.com/watched", "yes")
			})
		}
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(refresh(ctx, incident).Status.Alerts.Total).To(HaveValue(BeEquivalentTo(1)))
		Expect(incident.Annotations).To(HaveKeyWithValue("example.com/watched", "yes"))
	})

	It("writes no status over one that it has not seen, nor of a spec that changed", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		expectQuiet(w.rollUp(ctx, "inc-1"))
		w.newAlert(ctx, "a", "inc-1")
		w.clock.Step(10 * time.Second)
		before := refresh(ctx, incident).Status
		again := ctrl.Result{RequeueAfter: time.Second}

		w.beforeWrite = func() { edit(ctx, alice, incident.DeepCopy(), called("Phish")) }
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(again))
		Expect(refresh(ctx, incident).Status).To(Equal(before))

		w.freeze("Incident")
		w.thaw()
		w.beforeWrite = func() {
			other := incident.DeepCopy()
			other.Status.Alerts.Total = ptr.To[int32](7)
			Expect(users[operatorUser].Status().Patch(ctx, other, client.MergeFrom(incident))).To(Succeed())
		}
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(again))
		Expect(refresh(ctx, incident).Status.Alerts.Total).To(HaveValue(BeEquivalentTo(7)))
	})

	It("records a resolution and a re-opening at once, whatever the pace", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		expectQuiet(w.rollUp(ctx, "inc-1"))
		edit(ctx, alice, incident, inState(resolved))
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(refresh(ctx, incident).Status.ResolvedTime).NotTo(BeNil())
		Expect(incident.Status.State).To(Equal(v1alpha1.IncidentResolved))
		edit(ctx, alice, incident, inState(active))
		expectQuiet(w.rollUp(ctx, "inc-1"))
		Expect(refresh(ctx, incident).Status.ResolvedTime).To(BeNil())
	})

	It("writes the status of a tagged incident in its first look", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", assignTo("alice"), func(incident *v1alpha1.Incident) {
			incident.Spec.Tags = []v1alpha1.Tag{"Ransomware"}
		})
		Expect(w.rollUp(ctx, "inc-1")).Error().NotTo(HaveOccurred())
		Expect(refresh(ctx, incident).Status.TagSummary).To(Equal("Ransomware"))
	})

	It("recovers from a conflict without losing the other's edit", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		w.beforeWrite = func() { edit(ctx, bob, incident.DeepCopy(), assignTo("alice")) }
		Expect(w.rollUp(ctx, "inc-1")).To(Equal(ctrl.Result{RequeueAfter: time.Second}))
		w.settle(ctx)
		Expect(refresh(ctx, incident).Spec.Assignee).To(Equal("alice"))
		Expect(incident.Status.ObservedGeneration).To(Equal(incident.Generation))
	})

	It("writes a status within its bounds, however much there is to say", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1", func(incident *v1alpha1.Incident) {
			incident.Labels = map[string]string{}
			for i := range 300 {
				incident.Labels[fmt.Sprintf("%stag-%03d", v1alpha1.TagLabelPrefix, i)] = ""
			}
			for i := range 64 {
				incident.Spec.Tags = append(incident.Spec.Tags, v1alpha1.Tag(fmt.Sprintf("%03d%s", i, strings.Repeat("勒", 125))))
			}
		})
		for i := range 40 {
			w.newAlert(ctx, fmt.Sprintf("a%02d", i), "inc-1", func(alert *v1alpha1.Alert) {
				alert.Spec.Name = fmt.Sprintf("%02d%s", i, strings.Repeat("勒", 254))
				alert.Spec.Category = fmt.Sprintf("C%02d%s", i, strings.Repeat("x", 61))
				alert.Spec.Source.Service = fmt.Sprintf("%02d%s", i, strings.Repeat("勒", 126))
			})
		}
		w.settle(ctx)
		status := refresh(ctx, incident).Status
		Expect(status.Tags).To(HaveLen(256))
		Expect(status.TagCount).To(Equal(int32(364)))
		Expect(status.Sources).To(HaveLen(32))
		Expect(status.SourceCount).To(Equal(int32(40)))
		Expect(status.Categories).To(HaveLen(32))
		Expect(status.CategoryCount).To(Equal(int32(40)))
		Expect(status.TagSummary).To(HaveSuffix("…"))
	})

	It("takes the longest titles into an automatic name", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		w.newAlert(ctx, "a", "inc-1", func(alert *v1alpha1.Alert) {
			alert.Spec.Name = strings.Repeat("勒", 256)
			alert.Spec.Category = "Ransomware"
			alert.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidencePod, Name: "pod"}}
		})
		w.settle(ctx)
		Expect(refresh(ctx, incident).Status.Name).To(Equal(strings.Repeat("勒", 256) + " including Ransomware on one endpoint"))
	})

	It("lets incidents that are older than automatic names keep their own", func(ctx SpecContext) {
		older := w.newIncident(ctx, "older")
		nextSecond(older)
		w.options.AutomaticNamesSince = older.CreationTimestamp.Add(time.Second)
		younger := w.newIncident(ctx, "younger")
		w.restart(ctx)
		w.newAlert(ctx, "a", "older")
		w.newAlert(ctx, "b", "younger")
		w.settle(ctx)
		Expect(refresh(ctx, older).Status.Name).To(Equal("older"))
		Expect(older.Status.NameSource).To(Equal(v1alpha1.NameSourceRetained))
		Expect(older.Status.AutomaticName).To(Equal("Title of a"))
		Expect(refresh(ctx, younger).Status.Name).To(Equal("Title of b"))
	})

	It("stands in for a lost time of resolution with its own clock", func(ctx SpecContext) {
		incident := w.newIncident(ctx, "inc-1")
		refresh(ctx, incident)
		incident.Spec.Resolution.State = resolved
		incident.ManagedFields = []metav1.ManagedFieldsEntry{{}}
		Expect(users[alice].Update(ctx, incident)).To(Succeed())
		edit(ctx, alice, incident, func(incident *v1alpha1.Incident) { incident.ManagedFields = []metav1.ManagedFieldsEntry{{}} })
		w.settle(ctx)
		Expect(refresh(ctx, incident).Status.ResolvedTime).NotTo(BeNil())
	})
})
