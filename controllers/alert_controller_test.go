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
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	active   = v1alpha1.ResolutionActive
	resolved = v1alpha1.ResolutionResolved
)

func assignTo(name string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Assignee = name }
}

func inState(state v1alpha1.ResolutionState) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Resolution.State = state }
}

func assignedTo(name string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { alert.Spec.Assignee = name }
}

func stateOfAlert(state v1alpha1.ResolutionState) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { alert.Spec.Resolution.State = state }
}

// nextSecond waits until the API server's clock shows a later second than the object's creation: what is resolved then
// is newer than the object.
func nextSecond(object client.Object) {
	GinkgoHelper()
	created := object.GetCreationTimestamp().Time
	Eventually(func() bool { return clock.RealClock{}.Now().Truncate(time.Second).After(created) }).
		WithTimeout(3 * time.Second).WithPolling(20 * time.Millisecond).Should(BeTrue())
}

// notInCache is a cache that has not seen an incident yet.
func notInCache(name string) func(client.ObjectKey, client.Object) error {
	return func(key client.ObjectKey, object client.Object) error {
		if _, isIncident := object.(*v1alpha1.Incident); isIncident && key.Name == name {
			return apierrors.NewNotFound(schema.GroupResource{Resource: "incidents"}, name)
		}
		return nil
	}
}

var _ = Describe("The alert controller", func() {
	var w *world

	BeforeEach(func(ctx context.Context) { w = newWorld(ctx) })

	// Whatever a test did, the operator must come to rest, and rest.
	AfterEach(func(ctx context.Context) {
		w.beforeRead = nil
		w.settle(ctx)
		before := w.total()
		w.settle(ctx)
		Expect(w.total()).To(Equal(before), "writes at rest")
	})

	It("gives the incident's assignee to every alert by one patch each, and takes it back", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1", assignTo("alice"))
		free := w.alert(ctx, "free", "inc-1")
		bobs := w.alert(ctx, "bobs", "inc-1", assignedTo("bob"))
		other := w.alert(ctx, "other", "")
		w.settle(ctx)
		Expect(refresh(ctx, free).Spec.Assignee).To(Equal("alice"))
		Expect(refresh(ctx, bobs).Spec.Assignee).To(Equal("alice"))
		Expect(refresh(ctx, other).Spec.Assignee).To(BeEmpty())
		Expect(w.writes["Alert"]).To(Equal(2))

		edit(ctx, incident, assignTo(""))
		w.settle(ctx)
		Expect(refresh(ctx, free).Spec.Assignee).To(BeEmpty())
		Expect(refresh(ctx, bobs).Spec.Assignee).To(Equal("bob"))
		Expect(w.writes["Alert"]).To(Equal(4))
	})

	It("keeps what a person set on the alert until the incident says something new", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1", assignTo("alice"))
		alert := w.alert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, alert, assignedTo("bob"))
		edit(ctx, incident, inState(v1alpha1.ResolutionInProgress))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("bob"))
		edit(ctx, incident, assignTo("carol"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("carol"))
	})

	It("re-opens exactly the alerts that the incident closed", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1")
		open := w.alert(ctx, "open", "inc-1")
		closed := w.alert(ctx, "closed", "inc-1", stateOfAlert(resolved), func(alert *v1alpha1.Alert) {
			alert.Spec.Resolution.Note = "A test of the sensor."
		})
		nextSecond(closed)
		w.settle(ctx)
		edit(ctx, incident, inState(resolved))
		w.settle(ctx)
		Expect(refresh(ctx, open).Spec.Resolution.State).To(Equal(resolved))
		Expect(refresh(ctx, closed).Spec.Resolution).To(Equal(v1alpha1.Resolution{State: resolved, Note: "A test of the sensor."}))

		edit(ctx, incident, inState(active))
		w.settle(ctx)
		Expect(refresh(ctx, open).Spec.Resolution.State).To(Equal(active))
		Expect(refresh(ctx, closed).Spec.Resolution).To(Equal(v1alpha1.Resolution{State: resolved, Note: "A test of the sensor."}))
	})

	It("resolves no alert before the time of the resolution is recorded", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1")
		alert := w.alert(ctx, "a", "inc-1")
		nextSecond(alert)
		w.settle(ctx)
		edit(ctx, incident, inState(resolved))
		w.look(ctx, alert)
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(active))
		w.look(ctx, incident)
		w.look(ctx, alert)
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(resolved))
	})

	It("gives a new owner and a resolution of the same edit by one patch", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1")
		alert := w.alert(ctx, "a", "inc-1")
		nextSecond(alert)
		w.settle(ctx)
		edit(ctx, incident, func(incident *v1alpha1.Incident) {
			incident.Spec.Assignee = "alice"
			incident.Spec.Resolution.State = resolved
		})
		before := w.writes["Alert"]
		w.look(ctx, alert)
		w.look(ctx, incident)
		w.look(ctx, alert)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("alice"))
		Expect(alert.Spec.Resolution.State).To(Equal(resolved))
		Expect(w.writes["Alert"]).To(Equal(before + 1))
	})

	It("holds an alert that arrives after the resolution, and says so once", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1", inState(resolved))
		w.settle(ctx)
		alert := w.alert(ctx, "late", "inc-1")
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(active))
		Expect(w.events.entries).To(Equal([]string{"Warning AlertHeld Incident"}))
		held := meta.FindStatusCondition(refresh(ctx, incident).Status.Conditions, v1alpha1.ConditionResolutionHeld)
		Expect(held).NotTo(BeNil())
		Expect(held.Reason).To(Equal(v1alpha1.ReasonNewAlerts))
		Expect(incident.Status.Alerts.Summary).To(Equal("1/1"))

		edit(ctx, alert, stateOfAlert(resolved))
		w.settle(ctx)
		Expect(meta.IsStatusConditionTrue(refresh(ctx, incident).Status.Conditions, v1alpha1.ConditionResolutionHeld)).To(BeTrue())
		edit(ctx, incident, inState(active))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Resolution.State).To(Equal(resolved), "a person resolved it, not the incident")
		Expect(meta.FindStatusCondition(refresh(ctx, incident).Status.Conditions, v1alpha1.ConditionResolutionHeld)).To(BeNil())
	})

	It("holds alerts by the server's time even when the operator's clock is an hour wrong and it was down", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1")
		early := w.alert(ctx, "early", "inc-1")
		nextSecond(early)
		edit(ctx, incident, inState(resolved))
		late := w.alert(ctx, "late", "inc-1")
		w.clock.Step(-time.Hour)
		w.settle(ctx)
		Expect(refresh(ctx, early).Spec.Resolution.State).To(Equal(resolved))
		Expect(refresh(ctx, late).Spec.Resolution.State).To(Equal(active))
	})

	It("hands an alert over when it moves", func(ctx context.Context) {
		w.incident(ctx, "inc-1", assignTo("alice"))
		w.incident(ctx, "inc-2", assignTo("bob"))
		alert := w.alert(ctx, "a", "inc-1", assignedTo("carol"))
		w.settle(ctx)
		edit(ctx, alert, func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "inc-2" })
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("bob"))
		Expect(w.writes["Alert"]).To(Equal(2))
		edit(ctx, alert, func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "" })
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("carol"))
		Expect(alert.Annotations).NotTo(HaveKey(v1alpha1.InheritedAnnotation))
	})

	It("changes no alert when its incident is deleted, and lets a re-created one withdraw and give at once", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1", assignTo("alice"))
		alert := w.alert(ctx, "a", "inc-1", assignedTo("bob"))
		w.settle(ctx)
		spec := *refresh(ctx, alert).Spec.DeepCopy()
		Expect(people.Delete(ctx, incident)).To(Succeed())
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec).To(Equal(spec))
		linked := meta.FindStatusCondition(alert.Status.Conditions, v1alpha1.ConditionLinked)
		Expect(linked).NotTo(BeNil())
		Expect(linked.Message).To(Equal(`spec.incidentRef.name must be an Incident of this namespace: there is no "inc-1"`))

		patches := w.writes["Alert"]
		w.incident(ctx, "inc-1", assignTo("carol"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("carol"))
		Expect(alert.Annotations[v1alpha1.InheritedAnnotation]).To(ContainSubstring(`"over":"bob"`))
		Expect(alert.Status.Conditions).To(BeEmpty())
		Expect(w.writes["Alert"]).To(Equal(patches + 1))
	})

	It("leaves an alert as it is that moves to an incident which the cache has not seen yet", func(ctx context.Context) {
		w.incident(ctx, "inc-1", assignTo("alice"))
		alert := w.alert(ctx, "a", "inc-1")
		w.settle(ctx)
		w.incident(ctx, "inc-2", assignTo("alice"))
		edit(ctx, alert, func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "inc-2" })
		before := w.total()
		w.beforeRead = notInCache("inc-2")
		w.look(ctx, alert)
		Expect(w.total()).To(Equal(before))
		w.beforeRead = nil
		w.look(ctx, alert)
		Expect(w.total()).To(Equal(before + 1))
	})

	It("gives the incident of a new alert some time to appear", func(ctx context.Context) {
		alert := w.alert(ctx, "a", "inc-1")
		w.clock.SetTime(alert.CreationTimestamp.Add(time.Second))
		Expect(w.look(ctx, alert).RequeueAfter).To(Equal(linkGrace - time.Second))
		Expect(w.total()).To(BeZero())
		w.clock.Step(linkGrace)
		w.look(ctx, alert)
		Expect(w.writes).To(Equal(map[string]int{"Alert/status": 1}))
	})

	It("says which incident is missing, also after another move", func(ctx context.Context) {
		alert := w.alert(ctx, "a", "inc-1")
		w.settle(ctx)
		edit(ctx, alert, func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = "inc-2" })
		w.settle(ctx)
		Expect(refresh(ctx, alert).Status.Conditions).To(HaveLen(1))
		Expect(alert.Status.Conditions[0].Message).To(HaveSuffix(`there is no "inc-2"`))
	})

	It("lets no alert that waits for its deletion hold up its incident", func(ctx context.Context) {
		incident := w.incident(ctx, "inc-1")
		alert := w.alert(ctx, "a", "inc-1", func(alert *v1alpha1.Alert) { alert.Finalizers = []string{"example.com/wait"} })
		w.settle(ctx)
		Expect(people.Delete(ctx, alert)).To(Succeed())
		edit(ctx, incident, assignTo("alice"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(BeEmpty())
		Expect(meta.IsStatusConditionTrue(refresh(ctx, incident).Status.Conditions, v1alpha1.ConditionPropagated)).To(BeTrue())
	})

	It("does not call an alert dangling whose incident the cache has not seen yet", func(ctx context.Context) {
		w.incident(ctx, "inc-1")
		alert := w.alert(ctx, "a", "inc-1")
		w.beforeRead = notInCache("inc-1")
		w.look(ctx, alert)
		Expect(w.total()).To(BeZero())
	})

	It("loses no edit that a person makes while its patch is under way", func(ctx context.Context) {
		w.incident(ctx, "inc-1", assignTo("alice"))
		alert := w.alert(ctx, "a", "inc-1")
		w.beforeWrite = func() {
			edit(ctx, alert.DeepCopy(), func(alert *v1alpha1.Alert) { alert.Spec.Assignee = "bob" })
		}
		result := w.look(ctx, alert)
		Expect(result.RequeueAfter).To(Equal(retryConflict), "a conflict is tried again, quietly")
		Expect(refresh(ctx, alert).Spec.Assignee).To(Equal("bob"))
		w.settle(ctx)
		Expect(refresh(ctx, alert).Annotations[v1alpha1.InheritedAnnotation]).To(ContainSubstring(`"over":"bob"`), "the edit is remembered")
	})

	It("does not mind an alert that is deleted while its patch is under way", func(ctx context.Context) {
		w.incident(ctx, "inc-1", assignTo("alice"))
		alert := w.alert(ctx, "a", "inc-1")
		w.beforeWrite = func() { Expect(people.Delete(ctx, alert.DeepCopy())).To(Succeed()) }
		Expect(w.look(ctx, alert)).To(Equal(ctrl.Result{}))
	})

	DescribeTable("rewrites a memory that cannot be read, and warns",
		func(ctx context.Context, memory string) {
			w.incident(ctx, "inc-1", assignTo("alice"))
			alert := w.alert(ctx, "a", "inc-1", func(alert *v1alpha1.Alert) {
				alert.Spec.Assignee = "alice"
				alert.Annotations = map[string]string{v1alpha1.InheritedAnnotation: memory}
			})
			w.settle(ctx)
			incident := &v1alpha1.Incident{}
			Expect(people.Get(ctx, client.ObjectKey{Namespace: w.namespace, Name: "inc-1"}, incident)).To(Succeed())
			Expect(refresh(ctx, alert).Annotations[v1alpha1.InheritedAnnotation]).To(MatchJSON(fmt.Sprintf(
				`{"incident":"inc-1","uid":%q,"assignee":{"value":"alice","over":""}}`, incident.UID)))
			Expect(w.events.entries).To(Equal([]string{"Warning MemoryDamaged Incident"}))
			Expect(w.writes["Alert"]).To(Equal(1))
		},
		Entry("no JSON", "¯\\_(ツ)_/¯"),
		Entry("a former assignee that the API refuses", `{"incident":"inc-1","uid":"u","assignee":{"value":"alice","over":"`+strings.Repeat("x", 300)+`"}}`),
		Entry("a state that does not exist", `{"incident":"inc-1","uid":"u","resolution":{"value":"Resolved","over":"Closed"}}`),
	)

	It("mirrors tags as labels beside those that people set, and removes only its own", func(ctx context.Context) {
		alert := w.alert(ctx, "a", "", func(alert *v1alpha1.Alert) {
			alert.Labels = map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}
			alert.Spec.Tags = []v1alpha1.Tag{"By-Hand", "Ransomware"}
		})
		w.settle(ctx)
		Expect(refresh(ctx, alert).Labels).To(Equal(map[string]string{
			v1alpha1.TagLabelPrefix + "by-hand": "yes", v1alpha1.TagLabelPrefix + "ransomware": "",
		}))
		edit(ctx, alert, func(alert *v1alpha1.Alert) { alert.Spec.Tags = nil })
		w.settle(ctx)
		Expect(refresh(ctx, alert).Labels).To(Equal(map[string]string{v1alpha1.TagLabelPrefix + "by-hand": "yes"}))
	})

	It("does not bring back an object that was deleted while its labels were under way", func(ctx context.Context) {
		alert := w.alert(ctx, "a", "", func(alert *v1alpha1.Alert) { alert.Spec.Tags = []v1alpha1.Tag{"Ransomware"} })
		w.beforeWrite = func() { Expect(people.Delete(ctx, alert.DeepCopy())).To(Succeed()) }
		w.look(ctx, alert)
		Expect(apierrors.IsNotFound(people.Get(ctx, client.ObjectKeyFromObject(alert), alert))).To(BeTrue())
	})

	It("touches nothing in another namespace", func(ctx context.Context) {
		elsewhere := newWorld(ctx)
		elsewhere.incident(ctx, "inc-1", assignTo("alice"))
		alert := w.alert(ctx, "a", "inc-1")
		w.settle(ctx)
		Expect(refresh(ctx, alert).Spec.Assignee).To(BeEmpty())
		Expect(meta.IsStatusConditionFalse(alert.Status.Conditions, v1alpha1.ConditionLinked)).To(BeTrue())
	})
})
