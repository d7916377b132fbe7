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
	"slices"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// noted makes a window note when the first row of a table shows, in milliseconds since the page began to load.
const noted = `new MutationObserver((_, look) => { if (document.querySelector('tbody tr')) { window.firstRow = performance.now(); look.disconnect(); } }).observe(document, {childList: true, subtree: true})`

// until is an expression for how many milliseconds it takes until something that is begun is true, and painted.
func until(begin, done string) string {
	return `new Promise((tell) => {
		const begun = performance.now();
		const look = () => (` + done + ` ? requestAnimationFrame(() => tell(performance.now() - begun)) : requestAnimationFrame(look));
		` + begin + `;
		look();
	})`
}

// times reports the median of times and what 95 of 100 do not exceed.
func times(b *testing.B, all []float64) {
	b.Helper()
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2], "median-ms")
	b.ReportMetric(all[(len(all)*95-1)/100], "p95-ms")
	b.ReportMetric(0, "ns/op") // It would count what the browser does besides.
}

// BenchmarkPages is how long a person waits for the pages, with 10,000 incidents and 50,000 alerts. The design bounds it for an idle
// machine of two cores: the first row 400 ms, a key 50 ms, a search 100 ms behind the pause that tells its end.
func BenchmarkPages(b *testing.B) {
	incident := plain("big", "A storm")
	number := int32(many)
	incident.Status.Alerts = v1alpha1.AlertCounts{Total: &number, Active: &number}
	gate := &atomic.Int64{}
	gate.Store(many)
	d, w := serve(b, paged(inMemory(append(manyIncidents(10_000), incident)...), storm(), gate)), newTab(b)
	if _, err := cdp.Call(w.ctx, chromedp.FromContext(w.ctx).Target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: noted}); err != nil {
		b.Fatal(err)
	}
	queue := "/" + clusterName + "/incidents"
	w.visit(d.link(queue))
	w.await("window.firstRow")
	for name, path := range map[string]string{"queue": queue, "alerts": incidentPath("default", "big", "/alerts")} {
		b.Run("first row of the "+name, func(b *testing.B) {
			var all []float64
			for b.Loop() {
				w.visit(d.url + path)
				w.await("window.firstRow")
				all = append(all, eval[float64](w, "window.firstRow"))
			}
			times(b, all)
		})
	}
	w.visit(d.url + queue)
	w.await(rows + " === 50")
	for name, run := range map[string]func(i int) string{
		"key": func(int) string {
			return until(`var before = document.activeElement; document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))`, `document.activeElement !== before`)
		},
		"search": func(i int) string {
			text := []string{"Budget 12", "Budget 99"}[i%2]
			return until(`var box = document.querySelector('input[type=search]'); box.value = `+quote(text)+`; box.dispatchEvent(new Event('input', {bubbles: true}))`,
				`location.search.includes(`+quote(text[len(text)-2:])+`) && document.querySelector('tbody a.title')?.innerText.startsWith(`+quote(text)+`)`)
		},
	} {
		b.Run(name, func(b *testing.B) {
			var all []float64
			for b.Loop() {
				if name == "key" && len(all)%40 == 39 { // Before the last row is reached.
					eval[bool](w, "(document.activeElement.blur(), true)")
				}
				all = append(all, eval[float64](w, run(len(all))))
			}
			times(b, all)
		})
	}
}
