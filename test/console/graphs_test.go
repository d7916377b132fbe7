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
	"fmt"
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestOverview(t *testing.T) {
	namespace := newNamespace(t)
	for i, severity := range []v1alpha1.Severity{v1alpha1.SeverityHigh, v1alpha1.SeverityHigh, v1alpha1.SeverityLow, v1alpha1.SeverityLow} {
		anIncident(t, namespace, fmt.Sprintf("inc-%d", i), 0, func(incident *v1alpha1.Incident) {
			if incident.Spec.Severity = severity; i == 3 {
				incident.Spec.Resolution.State = v1alpha1.ResolutionResolved
			}
		})
	}
	settle(t, namespace, "inc-3", func(i *v1alpha1.Incident) bool { return i.Status.ResolvedTime != nil })
	settle(t, namespace, "inc-0", func(i *v1alpha1.Incident) bool { return i.Status.Severity == v1alpha1.SeverityHigh })
	settle(t, namespace, "inc-2", func(i *v1alpha1.Incident) bool { return i.Status.Severity == v1alpha1.SeverityLow })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await("document.querySelector('.days > svg')?.getAttribute('aria-label') === '4 incidents opened and 1 resolved in 14 days'")
	w.await("document.querySelectorAll('.days > svg g').length === 14")
	// The numbers stand beside the picture, today first.
	w.click(".numbers summary", "Numbers")
	w.await("document.querySelector('.numbers tbody tr').textContent.endsWith('41')")
	w.awaitText("Days are of UTC.")
	w.click(".numbers summary", "Numbers")
	w.await(`[...document.querySelectorAll('.by-severity a')].map((a) => a.querySelector('b').innerText + a.querySelector('.age').textContent.replace(/.*: /, ' ')).join() === '0none,2 2 under 4 hours,0none,1 1 under 4 hours,0none'`)

	w.click(".by-severity a", "High")
	w.await(rows + " === 2")
	w.await("location.search.includes('severity=High') && document.querySelector('.by-severity a[aria-current]')")
	w.await("document.querySelector('.days > svg').getAttribute('aria-label').startsWith('2 incidents opened and 0 resolved')")

	w.click("button", "Overview")
	w.await("!document.querySelector('.overview')")
	w.visit(d.url + queuePath(namespace, ""))
	w.await(rows + " === 3")
	w.await("!document.querySelector('.overview')")
	w.click("button", "Overview")
	w.await("document.querySelector('.overview')")
}

func TestEntityGraph(t *testing.T) {
	namespace := newNamespace(t)
	stagedAttack(t, namespace)
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "23/23" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "staged-attack", "/evidence")))
	w.await("document.querySelectorAll('.graph a.node').length > 10 && document.querySelectorAll('.graph a.node').length <= 60")
	// Titles stand in the order of the attack.
	w.await(`[...document.querySelectorAll('.graph .ends')][0].innerText.startsWith('Suspicious sign-in') || [...document.querySelectorAll('.graph .ends')][0].innerText.includes('Suspicious sign-in from an anonymous address')`)
	w.await("document.querySelectorAll('.graph .joins path').length > 20")
	// The table says the same: as many pairs as lines.
	w.await(`[...document.querySelectorAll('.graph details tbody tr')].reduce((sum, row) => sum + row.cells[2].textContent.split('), ').length, 0) === document.querySelectorAll('.graph .joins path').length`)

	eval[bool](w, `(document.querySelector('.graph a.node').focus(), true)`)
	w.await("document.querySelectorAll('.graph .joins .on').length > 0 && document.querySelectorAll('.graph .joins .off').length > 0")
	w.click(".graph a.node", "fin-ws-01")
	w.await("location.pathname.endsWith('/alerts') && location.search.includes('entity=')")
	w.await(rows + " > 0 && " + rows + " < 23")
	w.awaitText("Device fin-ws-01")
	w.click(".chips button", "Remove the filter")
	w.await(rows + " === 23")
	eval[bool](w, "(history.back(), true)")
	w.click(".graph a.node", "Remote service created over SMB")
	w.await(rows + " === 5")
}

func TestRelatedIncidents(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "source", 2, func(i *v1alpha1.Incident) { i.Spec.Name = "Looked at" })
	anIncident(t, namespace, "target", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "Shares a host" })
	anIncident(t, namespace, "over", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "Over and done" })
	anIncident(t, namespace, "stranger", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Has nothing in common" })
	anAlert(t, namespace, "stranger-1", "stranger", func(a *v1alpha1.Alert) { a.Spec.Evidence[0].Name = "elsewhere" })
	edit(t, bob, namespace, "over", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved })
	settle(t, namespace, "source", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "2/2" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "source", "/related")))
	w.await("document.querySelectorAll('.neighbor').length === 2")
	w.awaitText("web-1")
	w.await("!document.body.innerText.includes('Has nothing in common')")
	// Only what is open can be merged into.
	w.await("document.querySelectorAll('.neighbor button').length === 1")
	w.click(".neighbor button", "Merge")
	w.await("document.querySelector('#g-into')?.value === 'target'")
	w.awaitText("A merge cannot be undone.")
	w.awaitText("2 alerts change")
	w.shoot("related-merge")
	w.fill("#g-confirm", "target")
	w.click("dialog footer button", "Merge")
	w.awaitText("This incident was merged.")
}
