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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

var _ = Describe("An upgrade from a version without notes", func() {
	It("goes on with the log, tells nothing that it told already, and removes what that version left with its next write", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.newIncident(ctx, "inc", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc", assignedTo("alice"))
		free := w.newAlert(ctx, "b", "inc")
		w.ofEarlierVersion(ctx, incident, alert, free)
		w.settle(ctx)
		old := []string{"1 Created by alice: assignee: none → alice", "2 AlertsLinked by alice: 2 alerts"}
		Expect(w.told(ctx, incident)).To(Equal(old))
		edit(ctx, bob, incident, called("Phish"))
		edit(ctx, carol, alert, func(alert *v1alpha1.Alert) { alert.Spec.Severity = v1alpha1.SeverityHigh })
		w.settle(ctx)
		edit(ctx, bob, incident, assignTo("bob"))
		w.settle(ctx)
		Expect(w.told(ctx, incident)).To(Equal(append(old,
			"3 Renamed by bob: name: none → Phish",
			"4 AlertsChanged by carol: 1 alert: severity: none → High",
			"5 Assigned by bob: assignee: alice → bob",
			"6 Propagated by incident-operator: 2 alerts: assignee: alice → bob",
		)))
		for _, upgraded := range []*v1alpha1.Alert{alert, free} {
			Expect(refresh(ctx, upgraded).Annotations).NotTo(HaveKey(v1alpha1.TrailAnnotation))
			Expect(upgraded.Annotations[v1alpha1.LeftAnnotation]).To(Equal("uid-of-a-merged-one"))
		}
		w.expectRest(ctx)
	})

	It("tells once what was changed between the two", func(ctx SpecContext) {
		w := newWorld(ctx)
		incident := w.newIncident(ctx, "inc", assignTo("alice"))
		alert := w.newAlert(ctx, "a", "inc", assignedTo("alice"))
		w.ofEarlierVersion(ctx, incident, alert)
		edit(ctx, bob, incident, called("Phish"))
		edit(ctx, carol, alert, linkedTo(""))
		w.settle(ctx)
		Expect(w.told(ctx, incident)[2:]).To(Equal([]string{
			"3 Renamed by bob: name: none → Phish", "4 AlertsUnlinked by carol: 1 alert",
		}))
		w.expectRest(ctx)
	})
})

// ofEarlierVersion makes objects, and a log of two entries, as a version without notes left them.
func (w *world) ofEarlierVersion(ctx context.Context, incident *v1alpha1.Incident, alerts ...*v1alpha1.Alert) {
	GinkgoHelper()
	asOperator(ctx, incident, func(i *v1alpha1.Incident) { delete(i.Annotations, v1alpha1.NotesAnnotation) })
	for _, alert := range alerts {
		asOperator(ctx, alert, func(a *v1alpha1.Alert) {
			delete(a.Annotations, v1alpha1.NotesAnnotation)
			a.Annotations[v1alpha1.TrailAnnotation] = `{"incident":{"name":"inc","uid":"` + string(incident.UID) + `"},"left":["uid-of-a-merged-one"]}`
			a.Annotations[v1alpha1.InheritedAnnotation] = `{"incident":"inc","uid":"` + string(incident.UID) + `","assignee":{"value":"alice","over":""}}`
			a.Spec.Assignee = "alice"
		})
	}
	refresh(ctx, incident)
	after := v1alpha1.ActivityRecord{
		Generation: ptr.To(incident.Generation), ResourceVersion: incident.ResourceVersion,
		Fields: []v1alpha1.ActivityField{
			{Field: "spec.assignee", Value: "alice"},
			{Field: "spec.classification.verdict", Value: "NotSet"},
			{Field: "spec.resolution.state", Value: "Active"},
		},
		Stamps: []v1alpha1.ActivityStamp{{Group: "assignee", Editor: "alice@example.com@1"}},
	}
	log := activity.Log{Ref: v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}}
	created := v1alpha1.ActivitySpec{
		Type: v1alpha1.ActivityCreated, Summary: "assignee: none → alice", CoversGenerations: incident.Generation, After: after,
		Changes: []v1alpha1.ActivityChange{{Field: "spec.assignee", To: "alice"}},
	}
	linked := v1alpha1.ActivitySpec{Type: v1alpha1.ActivityAlertsLinked, Summary: "2 alerts", After: *after.DeepCopy()}
	linked.Alerts.Count = int64(len(alerts))
	linked.After.Alerts = v1alpha1.ActivityAlertRecord{Total: int64(len(alerts)), Recorded: incident.ResourceVersion}
	for _, draft := range []v1alpha1.ActivitySpec{created, linked} {
		draft.Actor, draft.ActorKind, draft.Time = alice, v1alpha1.ActorUser, ptr.To(incident.CreationTimestamp)
		spec, err := log.Append(draft)
		Expect(err).NotTo(HaveOccurred())
		entry := &v1alpha1.Activity{Spec: spec}
		entry.Namespace, entry.Name = w.namespace, activity.Name(spec.IncidentRef, spec.Sequence)
		entry.OwnerReferences = []metav1.OwnerReference{{
			APIVersion: v1alpha1.GroupVersion.String(), Kind: "Incident", Name: incident.Name, UID: incident.UID,
		}}
		Expect(users[operatorUser].Create(ctx, entry)).To(Succeed())
		log.End = activity.EndOf(&spec)
	}
	before := incident.DeepCopy()
	incident.Status.Activity = v1alpha1.ActivityHead{Entries: 2, Head: log.End.Hash}
	Expect(users[operatorUser].Status().Patch(ctx, incident, client.MergeFrom(before))).To(Succeed())
}
