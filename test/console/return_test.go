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
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// Whoever comes back from an incident stands where they left the queue: as far down, and with the focus on its name.
func TestBackLeadsToWhereOneWas(t *testing.T) {
	d, w := serve(t, inMemory(manyIncidents(60)...)), newTab(t)
	w.size(1280, 700)
	w.visit(d.link("/" + clusterName + "/incidents?min-severity=Low&sort=name"))
	w.await(rows + " > 40")
	eval[bool](w, "(document.querySelectorAll('a.title')[30].focus(), true)")
	w.await("scrollY > 300")
	down, link := eval[int](w, "Math.round(scrollY)"), eval[string](w, "document.activeElement.href")
	w.do(chromedp.KeyEvent("\r"))
	w.await("document.querySelector('.tabs') && location.href === " + quote(link))
	w.await("scrollY === 0")
	eval[bool](w, "(history.back(), true)")
	w.await(rows + " > 40")
	w.await("document.activeElement.href === " + quote(link))
	if got := eval[int](w, "Math.round(scrollY)"); got != down {
		t.Errorf("it is %d pixels down, was %d", got, down)
	}
	// Also if the queue itself only shows something else meanwhile.
	eval[bool](w, "(document.querySelector('th.c-title button').focus({preventScroll: true}), document.querySelector('th.c-title button').click(), scrollTo(0, 0), true)")
	w.await("location.search.includes('sort=title') && document.querySelector('th.c-title').ariaSort === 'ascending'")
	eval[bool](w, "(history.back(), true)")
	w.await("location.search.includes('sort=name')")
	w.await("Math.round(scrollY) > 300")
}

func TestClearedNameComesBack(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "By hand" })
	automatic := settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool {
		return i.Status.Alerts.Summary == "1/1" && i.Status.AutomaticName != ""
	}).Status.AutomaticName
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("button", "Manage incident")
	w.awaitText("Cleared, it becomes " + automatic + " again.")
	w.fill("#m-name", "")
	w.awaitText("It becomes " + automatic + ", the automatic name")
	w.await("document.querySelector('#m-name').placeholder === " + quote(automatic))
	w.click("dialog button", "Save")
	w.await("document.querySelector('h1').innerText === " + quote(automatic))
}

// At an entity stand the other open incidents that have it; a click on its name leads to its alerts.
func TestEntitiesOfOtherIncidents(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "own", 2)
	anIncident(t, namespace, "other", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "Also there" })
	anIncident(t, namespace, "closed", 1, func(i *v1alpha1.Incident) {
		i.Spec.Name, i.Spec.Resolution.State = "Long closed", v1alpha1.ResolutionResolved
	})
	anAlert(t, namespace, "alone", "own", func(a *v1alpha1.Alert) {
		a.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceUser, Name: "j.doe"}}
	})
	settle(t, namespace, "own", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "3/3" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "own", "/evidence")))
	w.await("[...document.querySelectorAll('td.c-elsewhere')].map((e) => e.innerText.trim()).sort().join() === 'Also there,None'")
	w.shootAll("entities")
	w.click(".grid a.mono", "web-1")
	w.await("location.pathname.endsWith('/alerts') && location.search.includes('entity=Device')")
	w.await(rows + " === 2")
	eval[bool](w, "(history.back(), true)")
	w.click("td.c-elsewhere a", "Also there")
	w.await("location.pathname.endsWith('/other')")
}
