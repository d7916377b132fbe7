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
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// corpus are texts that would do something if any of them became HTML, an address or a style.
var corpus = []string{
	`<script>window.broken = 1</script>`, `"><svg onload=window.broken=1>`, `<img src=x onerror=window.broken=1>`, `'-window.broken=1-'`,
	`javascript:window.broken=1`, `</textarea><script>window.broken=1</script>`, `{{constructor.constructor('window.broken=1')()}}`,
	`<a href="javascript:window.broken=1">x</a>`, `<style>body{display:none}</style>`, `&lt;script&gt;`, `\u003cscript\u003e`, `%3Cscript%3E`,
}

// Every text field of incidents, alerts, comments and activities is shown as text.
func TestTextStaysText(t *testing.T) {
	namespace := newNamespace(t)
	for n, text := range corpus {
		anIncident(t, namespace, fmt.Sprintf("inc-%d", n), 0, func(i *v1alpha1.Incident) {
			i.Spec.Name, i.Spec.Description, i.Spec.Tags, i.Spec.Assignee = text, text, []v1alpha1.Tag{v1alpha1.Tag(text)}, text
			i.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionInProgress, Note: text}
		})
	}
	all := strings.Join(corpus, " ")
	anIncident(t, namespace, "whole", 0)
	for n, text := range corpus {
		anAlert(t, namespace, fmt.Sprintf("alert-%d", n), "whole", func(a *v1alpha1.Alert) {
			a.Spec.Name, a.Spec.Description, a.Spec.Assignee = text, all, text
			a.Spec.Source = v1alpha1.AlertOrigin{Service: text, Detector: text}
			a.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceURL, Name: text}, {Kind: v1alpha1.EvidenceProcess, Name: all}}
			a.Spec.Tags = []v1alpha1.Tag{v1alpha1.Tag(text)}
		})
	}
	anIncident(t, namespace, "told", 1)
	settle(t, namespace, "told", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
	for _, text := range corpus {
		comment := &v1alpha1.Comment{}
		comment.Namespace, comment.GenerateName = namespace, "c-"
		comment.Spec.IncidentRef.Name, comment.Spec.Text = "told", text
		if err := as(t, bob).Create(t.Context(), comment); err != nil {
			t.Fatal(err)
		}
		edit(t, alice, namespace, "told", func(i *v1alpha1.Incident) {
			i.Spec.Name, i.Spec.Assignee, i.Spec.Tags, i.Spec.Resolution.Note = text, text, []v1alpha1.Tag{v1alpha1.Tag(text)}, text
			i.Spec.Resolution.State = v1alpha1.ResolutionInProgress
		})
	}
	leaving := alertNow(t, namespace, "told-0")
	left := leaving.DeepCopy()
	reason, err := json.Marshal(map[string]string{"to": "whole", "reason": corpus[0]})
	if err != nil {
		t.Fatal(err)
	}
	left.Spec.IncidentRef.Name, left.Annotations = "whole", map[string]string{v1alpha1.MoveReasonAnnotation: string(reason)}
	if err := as(t, alice).Patch(t.Context(), left, client.MergeFrom(leaving)); err != nil {
		t.Fatal(err)
	}
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "&all=true")))
	w.await(fmt.Sprintf("%s === %d", rows, len(corpus)+2))
	for _, text := range corpus {
		w.awaitText(text)
	}
	for n := range corpus {
		w.goTo(incidentPath(namespace, fmt.Sprintf("inc-%d", n), ""))
		w.await(fmt.Sprintf("document.querySelector('h1')?.innerText === %s", quote(corpus[n])))
	}
	for tab, texts := range map[string][]string{"/comments": corpus, "/activities": append(slices.Clone(corpus), "Reason: "+corpus[0])} {
		w.goTo(incidentPath(namespace, "told", tab))
		for _, text := range texts {
			w.awaitText(text)
		}
	}
	for _, tab := range []string{"", "/alerts", "/evidence", "/related", "/activities"} {
		w.visit(d.url + incidentPath(namespace, "whole", tab))
		w.await("document.querySelector('.tabs') && !document.querySelector('.skeleton')")
		if tab == "/alerts" {
			w.await(fmt.Sprintf("%s === %d", rows, len(corpus)+1))
			eval[bool](w, "(document.querySelectorAll('tbody button.title').forEach((b) => b.click()), true)")
			w.await("document.querySelector('.alert-detail')")
		}
		if eval[bool](w, "window.broken === 1") {
			t.Fatal("a text was run")
		}
		if links := eval[int](w, "[...document.querySelectorAll('a[href]')].filter((a) => a.protocol !== 'http:').length"); links > 0 {
			t.Errorf("%d links lead elsewhere than by http", links)
		}
	}
}

// A page of another port of this machine reaches nothing, even while a person is signed in.
func TestPageOfAnotherPort(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Private" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.awaitText("Private")

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	evil := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintln(w, "<!doctype html><title>evil</title><body>evil</body>")
	})}
	go func() { _ = evil.Serve(listener) }()
	t.Cleanup(func() { _ = evil.Close() })
	w.visit("http://" + listener.Addr().String())
	w.awaitText("evil")
	for name, attempt := range map[string]string{
		"reading":           fmt.Sprintf("fetch(%s).then((r) => r.text())", quote(d.url+"/api/incidents")),
		"reading the shell": fmt.Sprintf("fetch(%s).then((r) => r.text())", quote(d.url+"/")),
		"posting":           fmt.Sprintf("fetch(%s, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{}'}).then((r) => r.text())", quote(d.url+"/api/comments")),
		"posting blindly":   fmt.Sprintf("fetch(%s, {method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}'}).then((r) => r.type === 'opaque' ? Promise.reject('opaque') : r.text())", quote(d.url+"/api/comments")),
		"framing":           fmt.Sprintf("new Promise((yes, no) => { const f = document.createElement('iframe'); f.src = %s; f.onload = () => { try { f.contentDocument.body ? yes(f.contentDocument.body.innerText || 'framed') : no('closed') } catch (e) { no(e) } }; document.body.append(f); })", quote(d.url+"/")),
		"running a script":  fmt.Sprintf("new Promise((yes, no) => { const s = document.createElement('script'); s.src = %s; s.onload = () => yes('ran'); s.onerror = no; document.body.append(s); })", quote(d.url+"/static/app.js")),
	} {
		if got := eval[string](w, "("+attempt+").then((text) => 'reached: ' + text, () => 'refused')"); got != "refused" {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.expectProblems()
}

func TestAccessibility(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	namespace := newNamespace(t)
	seedQueue(t, namespace)
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool {
		return i.Status.Alerts.Summary == "23/23" && i.Status.Activity.Entries > 0
	})
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " > 5")
	check := func(what string) { t.Helper(); w.axe(string(axe), what) }
	for _, theme := range []string{"light", "dark"} {
		w.media("prefers-color-scheme", theme, "prefers-reduced-motion", "reduce")
		for _, page := range []string{
			queuePath(namespace, ""), queuePath(namespace, "&tag=none&severity=Huge"), incidentPath(namespace, "staged-attack", ""), incidentPath(namespace, "staged-attack", "/alerts"),
			incidentPath(namespace, "staged-attack", "/evidence"), incidentPath(namespace, "staged-attack", "/related"), incidentPath(namespace, "staged-attack", "/activities"), incidentPath(namespace, "staged-attack", "/comments"),
		} {
			w.visit(d.url + page)
			w.await("(document.querySelector('.tabs') || document.querySelector('.queue .grid, .queue .empty')) && !document.querySelector('.skeleton')")
			check(theme + " " + page)
		}
		w.click("button", "Manage incident")
		w.fill("#m-tags", "a")
		w.await(find("[role=option]", ""))
		check(theme + " manage")
		w.visit(d.url + queuePath(namespace, ""))
		w.await(rows + " > 5")
		eval[bool](w, "(document.querySelector('tbody input[type=checkbox]').click(), true)")
		w.click(".bulk button", "State")
		w.choose("#b-select", "Resolved")
		w.awaitText("incidents change")
		check(theme + " bulk")
	}
}
