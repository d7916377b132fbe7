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
	"os"
	"strings"
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// violations are what axe finds on the page.
func (w *tab) violations() []string {
	w.t.Helper()
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		w.t.Fatal(err)
	}
	eval[bool](w, string(axe)+"; true")
	return eval[[]string](w, `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((r) => r.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')))`)
}

// lost are what takes the focus and is then not in sight: outside of the window, or behind the bar at the top.
const lost = `[...(document.querySelector('dialog') ?? document.querySelector('main')).querySelectorAll('a[href], button, input, select, textarea, summary')]
	.filter((e) => e.checkVisibility() && !e.disabled).filter((e) => {
		e.focus();
		const at = e.getBoundingClientRect(), bar = document.querySelector('dialog') ? 0 : Math.max(0, document.querySelector('.top').getBoundingClientRect().bottom);
		return at.bottom <= bar || at.top >= innerHeight || at.right <= 0 || at.left >= innerWidth;
	}).map((e) => e.outerHTML.slice(0, 120))`

// attackToLookAt is an incident with something in each of its parts, and an alert of no incident.
func attackToLookAt(t testing.TB) string {
	t.Helper()
	namespace := newNamespace(t)
	stagedAttack(t, namespace, func(i *v1alpha1.Incident) {
		i.Spec.Assignee, i.Spec.Tags = alice, []v1alpha1.Tag{"Ransomware", "Crown Jewels: HR 2026"}
	})
	anIncident(t, namespace, "other", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Brute force against the VPN" })
	for _, incident := range []string{"other", ""} {
		anAlert(t, namespace, "shared-"+incident+"1", incident, func(a *v1alpha1.Alert) { a.Spec.Evidence[0].Name = "fin-ws-01" })
	}
	comment := &v1alpha1.Comment{}
	comment.Namespace, comment.GenerateName = namespace, "c-"
	comment.Spec.IncidentRef.Name, comment.Spec.Text = "staged-attack", "Isolated fin-ws-02, and reset the password of j.doe."
	if err := as(t, bob).Create(context.Background(), comment); err != nil {
		t.Fatal(err)
	}
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool {
		return i.Status.Alerts.Summary == "23/23" && i.Status.Activity.Entries > 1
	})
	return namespace
}

var parts = []string{"", "/alerts", "/evidence", "/related", "/activities", "/comments"}

// openEach opens what lies over the alerts of an incident, one after the other.
func (w *tab) openEach(look func(what string)) {
	w.t.Helper()
	w.click("button", "Manage incident")
	w.await("document.querySelector('#m-name')")
	look("manage")
	w.click("dialog footer button", "Cancel")
	w.click("button", "Link alerts")
	w.await("document.querySelectorAll('.choose li').length === 1")
	w.click(".choose input", "Choose")
	w.awaitText("1 alert changes")
	look("link")
	w.click("dialog footer button", "Cancel")
	eval[bool](w, "(document.querySelector('tbody input[type=checkbox]').click(), true)")
	w.click("button", "Move 1")
	w.click("dialog .link", "To a new incident")
	w.awaitText("1 alert changes")
	look("move")
	w.click("dialog footer button", "Cancel")
	w.await("!document.querySelector('dialog')")
}

// A window of 1280 by 1024 pixels that is zoomed to 400 % has room for 320 by 256.
func TestIncidentAtFourTimesTheSize(t *testing.T) {
	namespace := attackToLookAt(t)
	d, w := open(t, alice), newTab(t)
	w.media("prefers-reduced-motion", "reduce")
	w.size(320, 256)
	w.visit(d.link(incidentPath(namespace, "staged-attack", "")))
	w.await("document.querySelector('.tabs')")
	look := func(what string) {
		t.Helper()
		w.shoot("zoom-" + strings.ReplaceAll(what, "/", "-"))
		if wide := eval[[]string](w, `document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map((e) => e.outerHTML.slice(0, 120))`); len(wide) > 0 {
			t.Errorf("%s has to be scrolled sideways: %q", what, wide)
		}
		for _, violation := range w.violations() {
			t.Errorf("%s: %s", what, violation)
		}
		if hidden := eval[[]string](w, lost); len(hidden) > 0 {
			t.Errorf("%s: out of sight with the focus: %q", what, hidden)
		}
	}
	for _, part := range parts {
		w.visit(d.url + incidentPath(namespace, "staged-attack", part))
		w.await("document.querySelector('.tabs .badge') && !document.querySelector('.skeleton')")
		look("page" + part)
	}
	w.visit(d.url + incidentPath(namespace, "staged-attack", "/alerts"))
	w.await(rows + " === 23")
	w.openEach(look)
}

// With the few colors that the system of a person allows, what was said by a color is still there.
func TestIncidentInForcedColors(t *testing.T) {
	namespace := attackToLookAt(t)
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "staged-attack", "")))
	w.await("document.querySelector('.tabs')")
	for _, theme := range []string{"light", "dark"} {
		w.media("prefers-color-scheme", theme, "forced-colors", "active", "prefers-reduced-motion", "reduce")
		look := func(what string) {
			t.Helper()
			w.shoot("forced-" + theme + "-" + strings.ReplaceAll(what, "/", "-"))
			for _, violation := range w.violations() {
				t.Errorf("%s %s: %s", theme, what, violation)
			}
		}
		for _, part := range parts {
			w.visit(d.url + incidentPath(namespace, "staged-attack", part))
			w.await("document.querySelector('.tabs .badge') && !document.querySelector('.skeleton')")
			w.await("matchMedia('(forced-colors: active)').matches")
			look("page" + part)
			// Of the parts, one is marked as the one that is shown.
			w.await(`(() => {
				const lines = [...document.querySelectorAll('.tabs a')].map((a) => getComputedStyle(a).borderBottomColor + a.ariaCurrent);
				return new Set(lines).size === 2 && lines.filter((line) => line.endsWith('page')).length === 1 && new Set(lines.map((line) => line.replace('page', 'null'))).size === 2;
			})()`)
			// Shapes and pictures are drawn in a color of the system.
			for _, drawn := range []string{".severity .shape", ".strip rect", ".main-column .strip .track", ".graph .joins path"} {
				if wrong := eval[[]string](w, `(() => {
					const probe = document.body.appendChild(document.createElement('i'));
					const system = ['CanvasText', 'Highlight', 'GrayText', 'LinkText'].map((name) => { probe.style.color = name; return getComputedStyle(probe).color; });
					probe.remove();
					return [...document.querySelectorAll(`+quote(drawn)+`)].map((e) => getComputedStyle(e)).map((s) => (s.stroke !== 'none' ? s.stroke : s.fill)).filter((color) => !system.includes(color)).slice(0, 2);
				})()`); len(wrong) > 0 {
					t.Errorf("%s page%s: %s has the color %v", theme, part, drawn, wrong)
				}
			}
		}
		w.visit(d.url + incidentPath(namespace, "staged-attack", "/alerts"))
		w.await(rows + " === 23")
		w.openEach(look)
		// What is selected is marked by more than a ground.
		w.await("getComputedStyle(document.querySelector('tr.selected')).outlineStyle === 'solid'")
	}
}
