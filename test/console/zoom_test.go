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
	"os"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// shownViews opens the queue and what it opens, and calls see with each.
func shownViews(t *testing.T, w *tab, url, namespace string, see func(what string)) {
	t.Helper()
	queue := url + queuePath(namespace, "")
	fresh := func() {
		t.Helper()
		w.visit(queue)
		w.await(rows + " > 5 && document.querySelector('.live.on')")
	}
	choose := func() {
		t.Helper()
		fresh()
		w.click("thead input[type=checkbox]", "")
		w.awaitText("12 selected")
	}
	fresh()
	see("queue")
	choose()
	see("selection")
	w.click(".bulk button", "State")
	w.choose("#b-select", "Resolved")
	w.awaitText("incidents change")
	see("bulk")
	w.click("dialog footer button", "Change ")
	w.awaitText("Go on?")
	see("question")
	fresh()
	w.click("tbody button", "Manage")
	w.await("document.querySelector('#m-name')")
	w.click(".segments label", "Resolved")
	w.await("document.querySelector('#m-note') && document.querySelector('.foresight details')")
	see("pane")
	fresh()
	w.do(chromedp.KeyEvent("j"))
	w.do(chromedp.KeyEvent("m"))
	w.await("document.querySelector('#g-into')")
	see("merge")
	fresh()
	w.do(chromedp.KeyEvent("?"))
	w.awaitText("Single keys do something")
	see("keys")
}

func seedViews(t *testing.T) string {
	t.Helper()
	namespace := newNamespace(t)
	seedQueue(t, namespace)
	anIncident(t, namespace, "long", 0, func(i *v1alpha1.Incident) {
		i.Spec.Name = "Somebody_wrote_a_title_without_a_single_blank_that_is_much_longer_than_any_line_of_a_narrow_window"
		i.Spec.Assignee = "somebody-with-a-rather-long-name@department.of.a.company.example.com"
		i.Spec.Tags = []v1alpha1.Tag{"a tag that is longer than the narrowest window has room for in one line"}
	})
	return namespace
}

// uncovered says of the element with the focus whether nothing lies over all of it, and whether it is within the window.
const uncovered = `(() => {
	const on = document.activeElement, box = on.getBoundingClientRect();
	if (on === document.body || box.width === 0) return '';
	const points = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]].map(([x, y]) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
	return points.some((at) => at && (on.contains(at) || at.contains(on) || at.closest('label')?.contains(on) || on.closest('label')?.contains(at))) ? '' : on.outerHTML.slice(0, 120);
})()`

// With 400 % zoom a window of 1280 by 1024 has room for 320 by 256: nothing has to be scrolled in two directions, and
// what has the focus is never hidden.
func TestZoom(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	namespace := seedViews(t)
	d, w := open(t, alice), newTab(t)
	w.size(320, 256)
	w.media("prefers-reduced-motion", "reduce")
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " > 5")
	shownViews(t, w, d.url, namespace, func(what string) {
		t.Helper()
		w.shoot("zoom-" + what)
		for _, selector := range []string{"html", ".views", ".filters", ".by-severity", "dialog[open]", "dialog[open] .inside", "dialog[open] .body"} {
			over := eval[int](w, fmt.Sprintf("((e) => (e ? e.scrollWidth - e.clientWidth : 0))(document.querySelector(%s))", quote(selector)))
			if over > 0 {
				t.Errorf("%s: %s is %d pixels too wide", what, selector, over)
			}
		}
		w.axe(string(axe), "zoom "+what)
		for range 45 {
			w.do(chromedp.KeyEvent("\t"))
			if hidden := eval[string](w, uncovered); hidden != "" {
				t.Errorf("%s: the focus is hidden on %s", what, hidden)
			}
		}
	})
}

// lined says of each kind of thing that is told apart by its ground whether a line tells it apart as well.
const lined = `(() => {
	const line = (e) => { const s = getComputedStyle(e); return ['outline', 'borderTop', 'borderBottom'].map((of) => s[of + 'Style'] + s[of + 'Width'] + s[of + 'Color']).join(); };
	return [['tbody tr.selected', 'tbody tr:not(.selected)'], ['.views [aria-current]', '.views a:not([aria-current])'], ['.segments .on', '.segments label:not(.on)']]
		.filter(([one, other]) => document.querySelector(one) && document.querySelector(other) && line(document.querySelector(one)) === line(document.querySelector(other))).map(([one]) => one);
})()`

// In the colors of the person, what is chosen is told apart by lines, and shapes do not vanish.
func TestForcedColors(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	namespace := seedViews(t)
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " > 5")
	for _, theme := range []string{"light", "dark"} {
		w.media("forced-colors", "active", "prefers-color-scheme", theme, "prefers-reduced-motion", "reduce")
		shownViews(t, w, d.url, namespace, func(what string) {
			t.Helper()
			w.shoot("forced-" + theme + "-" + what)
			for _, selector := range eval[[]string](w, lined) {
				t.Errorf("%s: no line tells %s apart", what, selector)
			}
			if drawn := eval[int](w, `[...document.querySelectorAll('.severity .shape, .overview rect[class^=fill-]')].filter((e) => getComputedStyle(e).fill !== getComputedStyle(document.documentElement).color).length`); drawn > 0 {
				t.Errorf("%s: %d shapes have a color of their own", what, drawn)
			}
			if what == "question" || what == "pane" { // Of each kind of control one.
				w.axe(string(axe), "forced "+theme+" "+what)
			}
		})
	}
}
