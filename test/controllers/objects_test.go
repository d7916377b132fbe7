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
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const (
	active   = v1alpha1.ResolutionActive
	resolved = v1alpha1.ResolutionResolved
)

// newIncident creates an incident as alice.
func (w *world) newIncident(ctx context.Context, name string, changes ...func(*v1alpha1.Incident)) *v1alpha1.Incident {
	GinkgoHelper()
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name = w.namespace, name
	for _, change := range changes {
		change(incident)
	}
	Expect(users[alice].Create(ctx, incident)).To(Succeed())
	return incident
}

// newAlert creates an alert as alice, linked to an incident unless that is empty.
func (w *world) newAlert(ctx context.Context, name, incident string, changes ...func(*v1alpha1.Alert)) *v1alpha1.Alert {
	GinkgoHelper()
	return w.newAlertBy(ctx, alice, name, incident, changes...)
}

func (w *world) newAlertBy(ctx context.Context, user, name, incident string, changes ...func(*v1alpha1.Alert)) *v1alpha1.Alert {
	GinkgoHelper()
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = w.namespace, name
	alert.Spec.Name = "Title of " + name
	alert.Spec.IncidentRef.Name = incident
	for _, change := range changes {
		change(alert)
	}
	Expect(users[user].Create(ctx, alert)).To(Succeed())
	return alert
}

func (w *world) comment(ctx context.Context, user, name, incident, text string) *v1alpha1.Comment {
	GinkgoHelper()
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.Name = w.namespace, name
	comment.Spec.IncidentRef.Name, comment.Spec.Text = incident, text
	Expect(users[user].Create(ctx, comment)).To(Succeed())
	return comment
}

// edit changes an object as a person does, from its newest state.
func edit[T client.Object](ctx context.Context, user string, object T, change func(T)) {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
	before := object.DeepCopyObject().(T)
	change(object)
	Expect(users[user].Patch(ctx, object, client.MergeFrom(before))).To(Succeed())
}

// asOperator forges what only the operator may write, which the policies let pass.
func asOperator[T client.Object](ctx context.Context, object T, change func(T)) {
	GinkgoHelper()
	edit(ctx, operatorUser, object, change)
}

// refresh reads an object's newest state.
func refresh[T client.Object](ctx context.Context, object T) T {
	GinkgoHelper()
	Expect(admin.Get(ctx, client.ObjectKeyFromObject(object), object)).To(Succeed())
	return object
}

func (w *world) theAlert(ctx context.Context, name string) *v1alpha1.Alert {
	GinkgoHelper()
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = w.namespace, name
	return refresh(ctx, alert)
}

func assignTo(name string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Assignee = name }
}

func called(name string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Name = name }
}

func inState(state v1alpha1.ResolutionState) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.Resolution.State = state }
}

func mergeInto(name string) func(*v1alpha1.Incident) {
	return func(incident *v1alpha1.Incident) { incident.Spec.MergeInto.Name = name }
}

func assignedTo(name string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { alert.Spec.Assignee = name }
}

func linkedTo(name string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { alert.Spec.IncidentRef.Name = name }
}

// movedTo is a move with its reason.
func movedTo(name, reason string) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) {
		alert.Spec.IncidentRef.Name = name
		metav1.SetMetaDataAnnotation(&alert.ObjectMeta, v1alpha1.MoveReasonAnnotation, fmt.Sprintf(`{"to":%q,"reason":%q}`, name, reason))
	}
}

func alertIn(state v1alpha1.ResolutionState) func(*v1alpha1.Alert) {
	return func(alert *v1alpha1.Alert) { alert.Spec.Resolution.State = state }
}

// nextSecond waits until the API server's clock shows a later second than the object's creation: what is resolved then
// is newer than the object.
func nextSecond(object client.Object) {
	GinkgoHelper()
	created := object.GetCreationTimestamp().Time
	Eventually(func() bool { return clock.RealClock{}.Now().Truncate(time.Second).After(created) }).
		WithTimeout(30 * time.Second).WithPolling(20 * time.Millisecond).Should(BeTrue())
}

// laterSecond waits until the API server's clock shows another second than now.
func laterSecond() {
	GinkgoHelper()
	began := clock.RealClock{}.Now().Truncate(time.Second)
	Eventually(func() bool { return clock.RealClock{}.Now().Truncate(time.Second).After(began) }).
		WithTimeout(30 * time.Second).WithPolling(20 * time.Millisecond).Should(BeTrue())
}

// linked returns the names of the alerts of an incident.
func (w *world) linked(ctx context.Context, incident string) []string {
	GinkgoHelper()
	var alerts v1alpha1.AlertList
	Expect(admin.List(ctx, &alerts, client.InNamespace(w.namespace))).To(Succeed())
	names := []string{}
	for i := range alerts.Items {
		if alerts.Items[i].Spec.IncidentRef.Name == incident {
			names = append(names, alerts.Items[i].Name)
		}
	}
	return names
}

// condition says "<status> <reason>: <message>" of an incident's condition, empty if there is none.
func condition(ctx context.Context, incident *v1alpha1.Incident, kind string) string {
	GinkgoHelper()
	found := meta.FindStatusCondition(refresh(ctx, incident).Status.Conditions, kind)
	if found == nil {
		return ""
	}
	return fmt.Sprintf("%s %s: %s", found.Status, found.Reason, found.Message)
}

// log returns the entries of an incident's log in order, and makes sure that it has no gap and that each follows the one
// before.
func (w *world) log(ctx context.Context, incident *v1alpha1.Incident) []v1alpha1.Activity {
	GinkgoHelper()
	reference := v1alpha1.ActivityIncident{Name: incident.Name, UID: string(incident.UID)}
	var all v1alpha1.ActivityList
	Expect(admin.List(ctx, &all, client.InNamespace(w.namespace))).To(Succeed())
	var log []v1alpha1.Activity
	previous := ""
	for i := range all.Items { // They come in the order of their names, and so of their sequence.
		entry := &all.Items[i]
		if entry.Spec.IncidentRef != reference {
			continue
		}
		log = append(log, *entry)
		Expect(entry.Name).To(Equal(activity.Name(reference, int64(len(log)))))
		Expect(entry.Spec.PreviousHash).To(Equal(previous))
		previous = entry.Spec.Hash
	}
	return log
}

// told is a log in words: all of it but times and what follows from them, with people by the first part of their names.
func (w *world) told(ctx context.Context, incident *v1alpha1.Incident) []string {
	GinkgoHelper()
	var lines []string
	for _, entry := range w.log(ctx, incident) {
		spec := entry.Spec
		actor := strings.TrimSuffix(spec.Actor, "@example.com")
		lines = append(lines, fmt.Sprintf("%d %s by %s: %s", spec.Sequence, spec.Type, actor, spec.Summary))
	}
	return lines
}
