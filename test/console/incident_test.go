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

package console

import (
	"context"
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func alertNow(t testing.TB, namespace, name string) *v1alpha1.Alert {
	t.Helper()
	alert := &v1alpha1.Alert{}
	if err := world.admin.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: name}, alert); err != nil {
		t.Fatal(err)
	}
	return alert
}

func condition(i *v1alpha1.Incident, kind string) metav1.ConditionStatus {
	for _, one := range i.Status.Conditions {
		if one.Type == kind {
			return one.Status
		}
	}
	return ""
}

func TestHeldAlerts(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Over, it seemed" })
	edit(t, bob, namespace, "inc-1", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved })
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.ResolvedTime != nil })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.awaitText("Over, it seemed")
	w.await("!" + find("button", "Resolve these"))

	// They appear while one looks.
	for i := range 7 {
		anAlert(t, namespace, fmt.Sprintf("late-%d", i), "inc-1", func(a *v1alpha1.Alert) { a.Spec.Name = fmt.Sprintf("Again %d", i) })
	}
	w.awaitText("7 alerts came after it was resolved, and stay active:")
	w.await("document.querySelectorAll('.banner .held li').length === 6 && document.querySelector('.banner .held').innerText.includes('and 2 more')")
	w.shoot("held")

	// What somebody sees to meanwhile is left to him, what comes meanwhile stays active.
	w.click("button", "Resolve these")
	w.await("document.querySelectorAll('dialog .held li').length === 7")
	before := alertNow(t, namespace, "late-0")
	after := before.DeepCopy()
	after.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "By bob."}
	if err := as(t, bob).Patch(context.Background(), after, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	anAlert(t, namespace, "later", "inc-1")
	w.fill("#h-note", "The same scanner.")
	w.click("dialog footer button", "Resolve")
	w.awaitText("6 alerts resolved; 1 somebody else saw to meanwhile")
	for i := range 7 {
		want := v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "The same scanner."}
		if i == 0 {
			want.Note = "By bob."
		}
		if got := alertNow(t, namespace, fmt.Sprintf("late-%d", i)).Spec.Resolution; got != want {
			t.Errorf("late-%d: %+v, want %+v", i, got, want)
		}
	}
	w.awaitText("1 alert came after it was resolved, and stays active:")
	w.click("button", "Look at the alerts")
	w.await(rows + " === 1")
	w.click("button", "Resolve these")
	w.click("dialog footer button", "Resolve")
	w.awaitText("1 alert resolved")
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool {
		return condition(i, v1alpha1.ConditionResolutionHeld) == metav1.ConditionTrue
	})
	w.await("!document.querySelector('.banner .held')")

	// Who looks on sees them too.
	anAlert(t, namespace, "last", "inc-1")
	hers, other := open(t, vera), newTab(t)
	other.visit(hers.link(incidentPath(namespace, "inc-1", "")))
	other.awaitText("1 alert came after it was resolved")
	other.await("!" + find("button", "Resolve these"))
}

// An API server in memory shows each step of a propagation; the real operator is done with small ones before one can look.
func TestFollowingCountsDown(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "inc-1", UID: "uid-1"}}
	say := func(status metav1.ConditionStatus, message string) {
		incident.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionPropagated, Status: status, Reason: "Test", Message: message}}
	}
	say(metav1.ConditionFalse, "4000 of 5000 linked alerts are still to be changed")
	c := inMemory(incident)
	d, w := serve(t, c), newTab(t)
	w.visit(d.link(incidentPath("default", "inc-1", "")))
	w.awaitText("4,000 of 5,000 are still to be changed")
	w.await("document.querySelector('.live.on')")
	w.await("document.querySelector('progress').value === 1000 && document.querySelector('progress').max === 5000")
	w.shoot("following")
	for _, left := range []int{2500, 1} {
		update(t, c, incident, func() {
			say(metav1.ConditionFalse, fmt.Sprintf("%d of 5000 linked alerts are still to be changed", left))
		})
		w.await(fmt.Sprintf("document.querySelector('progress')?.value === %d", 5000-left))
	}
	update(t, c, incident, func() { say(metav1.ConditionFalse, "in words of another version") })
	w.awaitText("Its alerts are following: in words of another version")
	w.await("!document.querySelector('progress')")
	update(t, c, incident, func() { say(metav1.ConditionTrue, "every linked alert carries what the incident gives it") })
	w.await("!document.body.innerText.includes('are following')")
}

// update writes an incident into a cluster in memory.
func update(t testing.TB, c client.Client, incident *v1alpha1.Incident, change func()) {
	t.Helper()
	if err := c.Get(context.Background(), client.ObjectKeyFromObject(incident), incident); err != nil {
		t.Fatal(err)
	}
	change()
	if err := c.Update(context.Background(), incident); err != nil {
		t.Fatal(err)
	}
}

func TestCommentsAndHistory(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Talked about" })
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.GenerateName = namespace, "c-"
	comment.Spec.IncidentRef.Name, comment.Spec.Text = "inc-1", "Called the owner."
	if err := as(t, bob).Create(context.Background(), comment); err != nil {
		t.Fatal(err)
	}
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("a", "Comments and history")
	w.await("location.pathname.endsWith('/activities') && document.querySelector('.tabs [aria-current]').innerText.startsWith('Activities')")
	w.await("document.querySelector('.timeline .entry-commented')?.innerText.includes('Called the owner.')")
	w.await("document.querySelector('.timeline .entry-created')")
}

func TestLink(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "Takes them in", bob })
	anIncident(t, namespace, "other", 1)
	for i := range 3 {
		anAlert(t, namespace, fmt.Sprintf("free-%d", i), "", func(a *v1alpha1.Alert) { a.Spec.Name = fmt.Sprintf("Of no incident %d", i) })
	}
	settle(t, namespace, "other", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "/alerts")))
	w.click(".empty button", "Link alerts")
	w.await("document.querySelectorAll('.choose li').length === 3") // That of the other incident is not there.
	w.fill("#l-text", "incident 1")
	w.await("document.querySelectorAll('.choose li').length === 1")
	w.click(".choose input", "Choose Of no incident 1")
	w.fill("#l-text", "incident 2")
	w.await("document.querySelector('.choose').innerText.includes('Of no incident 2')")
	w.awaitText("1 more chosen")
	w.click(".choose input", "Choose Of no incident 2")
	w.awaitText("2 alerts change")
	w.await("document.querySelector('.outcomes').innerText.includes('bob@example.com')")
	w.fill("#l-reason", "Seen together.")
	w.shoot("link")
	if got := alertNow(t, namespace, "free-1").Spec.IncidentRef.Name; got != "" {
		t.Fatalf("a preview must change nothing, the alert is in %s", got)
	}
	w.click("dialog footer button", "Link 2")
	w.awaitText("2 alerts linked")
	w.await(rows + " === 2")
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "2/2" })
	if got := alertNow(t, namespace, "free-0").Spec.IncidentRef.Name; got != "" {
		t.Errorf("what was not chosen is in %s", got)
	}
	w.click(".toolbar button", "Link alerts")
	w.await("document.querySelectorAll('.choose li').length === 1")
	// What somebody else links meanwhile is not taken from there.
	w.click(".choose input", "Choose Of no incident 0")
	w.awaitText("1 alert changes")
	before := alertNow(t, namespace, "free-0")
	after := before.DeepCopy()
	after.Spec.IncidentRef.Name = "other"
	if err := as(t, bob).Patch(context.Background(), after, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	w.click("dialog footer button", "Link 1")
	w.awaitText("alert free-0 is in other now")
	w.expectProblems() // The server said no.
	w.visit(d.url + incidentPath(namespace, "inc-1", "/activities"))
	w.awaitText("Seen together.")
}

func TestMoveToANewIncident(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "from", 3, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "Two stories in one", bob })
	settle(t, namespace, "from", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "3/3" })
	settle(t, namespace, "from", func(i *v1alpha1.Incident) bool {
		return condition(i, v1alpha1.ConditionPropagated) == metav1.ConditionTrue
	})
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "from", "/alerts")))
	w.await(rows + " === 3")
	eval[bool](w, "([...document.querySelectorAll('tbody input[type=checkbox]')].slice(0, 2).forEach((box) => box.click()), true)")
	w.click("button", "Move 2")
	w.click("dialog .link", "To a new incident")
	w.await("document.activeElement.id === 'v-title'")
	w.awaitText("2 alerts change")
	w.await("document.querySelector('.outcomes').innerText.includes('(new incident)') && document.querySelector('.outcomes').innerText.includes('nobody')")
	w.fill("#v-title", "The second story")
	w.fill("#v-reason", "Another host.")
	w.await("document.querySelector('.outcomes')")
	w.shoot("move-new")
	list := &v1alpha1.IncidentList{}
	if err := world.admin.List(context.Background(), list, client.InNamespace(namespace)); err != nil || len(list.Items) != 1 {
		t.Fatalf("a preview must create nothing, there are %d incidents, %v", len(list.Items), err)
	}
	w.click("dialog footer button", "Create and move")
	w.awaitText("2 alerts moved to a new incident")
	w.await(rows + " === 1")
	w.click(".toast button", "Open it")
	w.await("document.querySelector('h1')?.innerText === 'The second story'")
	name := eval[string](w, "location.pathname.split('/').at(-1)")
	settle(t, namespace, name, func(i *v1alpha1.Incident) bool {
		return i.Status.Alerts.Summary == "2/2" && i.Spec.Name == "The second story"
	})
	// Both logs tell it, and the alerts gave back what they had.
	for _, incident := range []string{"from", name} {
		w.visit(d.url + incidentPath(namespace, incident, "/activities"))
		w.awaitText("Another host.")
	}
	alerts := &v1alpha1.AlertList{}
	if err := world.admin.List(context.Background(), alerts, client.InNamespace(namespace), client.MatchingFields{"spec.incidentRef.name": name}); err != nil {
		t.Fatal(err)
	}
	for i := range alerts.Items {
		if got := alerts.Items[i].Spec.Assignee; got != "" {
			t.Errorf("%s still belongs to %s", alerts.Items[i].Name, got)
		}
	}
}
