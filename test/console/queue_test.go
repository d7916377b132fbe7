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

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const rows = "document.querySelectorAll('.table-card > table > tbody tr').length"

func queuePath(namespace, more string) string {
	return "/" + clusterName + "/incidents?namespace=" + namespace + more
}

func incidentPath(namespace, name, tab string) string {
	return "/" + clusterName + "/incidents/" + namespace + "/" + name + tab
}

func TestQueueByItsAddress(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "mine", 1, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "Mine to do", alice })
	anIncident(t, namespace, "his", 0, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "His to do", bob })
	anIncident(t, namespace, "over", 0, func(i *v1alpha1.Incident) {
		i.Spec.Name, i.Spec.Resolution.State = "Long over", v1alpha1.ResolutionResolved
	})
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " === 2")
	w.awaitText("2 incidents of 3")

	w.click("nav a", "Assigned to me")
	w.await(rows + " === 1")
	w.await("location.search.includes('assignee=%40me') || location.search.includes('assignee=@me')")
	address := eval[string](w, "location.pathname + location.search")

	his, other := open(t, bob), newTab(t)
	other.visit(his.link(address))
	other.await(rows + " === 1")
	other.awaitText("His to do")

	eval[bool](w, "(history.back(), true)")
	w.await(rows + " === 2")

	w.fill("input[type=search]", "mine")
	w.await(rows + " === 1")
	w.await("location.search.includes('search=mine')")
	w.click("ul.chips button", "Reset")
	w.await("location.search === ''")

	w.visit(d.url + queuePath(namespace, "&stat=Open&severity=Huge"))
	w.awaitText("there is no filter of this name")
	w.awaitText("must be one of Informational, Low, Medium, High, Critical")
	w.await(rows + " === 2")
}

func TestQueueFollowsOthers(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "To watch" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.awaitText("To watch")
	w.await("document.querySelector('.live.on')")

	edit(t, bob, namespace, "inc-1", func(i *v1alpha1.Incident) { i.Spec.Assignee = bob })
	w.await("document.querySelector('tbody .person')?.innerText.includes('bob@example.com')")

	anIncident(t, namespace, "inc-2", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Arrives later" })
	w.await(find("button", "1 new"))
	w.await(rows + " === 1")
	w.click("button", "1 new")
	w.awaitText("Arrives later")
}

func TestPagesWithNothingToShow(t *testing.T) {
	empty, some := newNamespace(t), newNamespace(t)
	anIncident(t, some, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(empty, "")))
	w.awaitText("There are no incidents yet")
	w.visit(d.url + queuePath(some, "&tag=nobody-has-it"))
	w.awaitText("No incident matches")
	w.visit(d.url + incidentPath(some, "nowhere", ""))
	w.awaitText("It does not exist")
	w.expectProblems() // The page asked for what does not exist.
	w.visit(d.url + "/another-cluster/incidents")
	w.awaitText("This address is of another cluster")
	w.visit(d.url + "/" + clusterName + "/no/such/page/at/all")
	w.awaitText("There is no such page")
	w.expectProblems()
}

func TestNoConnection(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Stays in view" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.awaitText("Stays in view")
	w.await("document.querySelector('.live.on')")
	w.goesOnBroken()
	d.close()
	w.awaitText("The console does not answer.")
	w.awaitText("Stays in view")
	w.click("nav a", "Assigned to me")
	w.awaitText("The command kubectl incident console may have ended.")
	w.await("!document.body.innerText.includes('Stays in view')") // It is not what the address asks for.
}

func TestSeverityIsWordAndShape(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "none", 0)
	for i, severity := range v1alpha1.Severities() {
		anIncident(t, namespace, fmt.Sprintf("inc-%d", i), 0, func(i *v1alpha1.Incident) { i.Spec.Severity = severity })
	}
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " === 6")
	// Each word has a shape of its own.
	w.await(`(() => {
		const marks = [...document.querySelectorAll('tbody .severity')].map((mark) => [mark.innerText, mark.querySelector('path').getAttribute('d')]);
		return new Set(marks.map(([word]) => word)).size === 6 && new Set(marks.map(([, shape]) => shape)).size === 6 && marks.every(([word]) => word);
	})()`)
}

func TestNoRight(t *testing.T) {
	d, w := open(t, eve), newTab(t)
	w.visit(d.link("/"))
	w.awaitText("You have no right to see this")
	w.awaitText("incident-operator-viewer")
	w.expectProblems()
}

func TestLinkWorksOnce(t *testing.T) {
	d, w := open(t, alice), newTab(t)
	link := d.link("/")
	w.visit(link)
	w.await("document.querySelector('.queue')")
	if address := eval[string](w, "location.href"); address == "" || address == link {
		t.Errorf("the code stays in the address %s", address)
	}
	other := newTab(t)
	other.visit(link)
	other.awaitText("You are not signed in")
	other.awaitText("this link was used before")
	other.expectProblems()
	w.visit(d.url + "/")
	w.awaitText("You are not signed in")
	w.expectProblems()
}

func TestBulk(t *testing.T) {
	namespace := newNamespace(t)
	for i := range 4 {
		anIncident(t, namespace, fmt.Sprintf("inc-%d", i), 2, func(incident *v1alpha1.Incident) { incident.Spec.Name = fmt.Sprintf("Bulk %d", i) })
	}
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "&sort=name")))
	w.await(rows + " === 4")
	eval[bool](w, "([...document.querySelectorAll('tbody input[type=checkbox]')].slice(0, 3).forEach((box) => box.click()), true)")
	w.awaitText("3 selected")
	w.click(".bulk button", "Assign")
	w.click("dialog .link", "Assign to me")
	w.awaitText("incidents change")
	w.await("[...document.querySelectorAll('.tile')].map((tile) => tile.innerText.replace(/\\s+/g, ' ')).join().startsWith('3 incidents change,6 alerts change')")
	w.shoot("bulk")
	if got := get(t, namespace, "inc-0").Spec.Assignee; got != "" {
		t.Fatalf("a preview must change nothing, the assignee is %s", got)
	}
	w.click("dialog button", "Change 3 incidents")
	w.awaitText("3 incidents changed")
	for i, want := range []string{alice, alice, alice, ""} {
		if got := get(t, namespace, fmt.Sprintf("inc-%d", i)).Spec.Assignee; got != want {
			t.Errorf("inc-%d is assigned to %q, want %q", i, got, want)
		}
	}
	alert := &v1alpha1.Alert{}
	settle(t, namespace, "inc-0", func(*v1alpha1.Incident) bool {
		return world.admin.Get(context.Background(), client.ObjectKey{Namespace: namespace, Name: "inc-0-0"}, alert) == nil && alert.Spec.Assignee == alice
	})
}
