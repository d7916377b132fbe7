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
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// download returns the content of a file that a click saves.
func (w *tab) download(name string, click func()) string {
	w.t.Helper()
	folder := w.t.TempDir()
	_, err := cdp.Call(w.ctx, chromedp.FromContext(w.ctx).Browser, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: folder, BrowserContextID: chromedp.FromContext(w.ctx).BrowserContextID,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	click()
	for deadline := time.Now().Add(patience); ; <-time.After(20 * time.Millisecond) {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil && len(content) > 0 {
			return string(content)
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s was never saved: %v", name, err)
		}
	}
}

func TestExport(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "formula", 0, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "=1+1", alice })
	anIncident(t, namespace, "other", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Not asked for" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "&assignee=@me")))
	w.await(rows + " === 1")
	content := w.download("incidents.csv", func() { w.click("button", "Export") })
	table, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\ufeff"))).ReadAll()
	if err != nil || len(table) != 2 {
		t.Fatalf("got %v, %v", table, err)
	}
	cells := map[string]string{}
	for i, head := range table[0] {
		cells[head] = table[1][i]
	}
	created := get(t, namespace, "formula").CreationTimestamp.UTC().Format(time.RFC3339)
	if cells["NAME"] != "formula" || cells["TITLE"] != "'=1+1" || cells["CREATED"] != created {
		t.Errorf("got %v", cells)
	}
}

// What is copied leads to the same: the link in another browser, the command in a shell.
func TestCopies(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Tags = "Tagged", []v1alpha1.Tag{"It's ours"} })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "&tag=It%27s+ours&assignee=@me&unassigned=true")))
	w.await(rows + " === 1")
	eval[bool](w, "(navigator.clipboard.writeText = async (text) => { window.copied = text; }, true)")
	w.click("button", "Copy link")
	w.await("window.copied === location.href")
	w.click("button", "Copy as kubectl")
	want := `kubectl incident list -n ` + namespace + ` '--tag=It'\''s ours' --mine --unassigned`
	w.await("window.copied !== location.href")
	if got := eval[string](w, "window.copied"); got != want && got != strings.ReplaceAll(want, `'--tag=It'\''s ours'`, `--tag='It'\''s ours'`) {
		t.Errorf("got %s, want %s", got, want)
	}
}

const headings = `[...document.querySelectorAll('.grid thead th:not(.c-more)')].map((th) => th.innerText.trim()).filter(Boolean).join()`

func TestColumns(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0)
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(headings + " === 'Severity,Incident,State,Assignee,Alerts,Tactics,Last activity,Age'")
	w.await("document.querySelector('th.c-activity').ariaSort === 'descending' && document.querySelectorAll('th[aria-sort]').length === 1")
	w.click("th button", "Assignee")
	w.await("document.querySelector('th.c-assignee').ariaSort === 'ascending'")

	w.click("button", "Columns")
	w.click("#columns label", "Classification")
	w.await(headings + ".endsWith('Age,Classification')")
	w.awaitText("Not set")
	// By keyboard: the focus stays where it is, so that the next press goes on.
	eval[bool](w, `(document.querySelector('#columns [aria-label="Move State later"]').focus(), true)`)
	w.do(chromedp.KeyEvent("\r"))
	w.await(headings + ".startsWith('Severity,Incident,Assignee,State,')")
	w.do(chromedp.KeyEvent("\r"))
	w.await(headings + ".startsWith('Severity,Incident,Assignee,Alerts,State,')")
	w.click("#columns label", "Tactics")
	w.await("!document.querySelector('th.c-tactics')")

	w.visit(d.url + queuePath(namespace, ""))
	w.await(headings + " === 'Severity,Incident,Assignee,Alerts,State,Last activity,Age,Classification'")
}

func TestTimeZone(t *testing.T) {
	namespace := newNamespace(t)
	stagedAttack(t, namespace)
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "staged-attack", "")))
	w.await("document.querySelector('.story .axis .end')?.innerText.length > 8")
	before := eval[string](w, "document.querySelector('.story .axis .end').innerText")
	w.click("button.account", "")
	w.await("document.querySelectorAll('.zone option').length > 50")
	w.choose(".zone select", "Pacific/Kiritimati")
	w.await("document.querySelector('.story .axis .end').innerText !== " + quote(before))
	// A time shows the zone that was chosen, the local one, and UTC.
	w.await(`document.querySelector('time').title.split('\n').length === 3 && document.querySelector('time').title.includes('GMT+14') && document.querySelector('time').title.endsWith('Z')`)
	w.visit(d.url + incidentPath(namespace, "staged-attack", "/alerts"))
	w.await("document.querySelector('tbody time')?.title.includes('GMT+14')")
}

func TestKeys(t *testing.T) {
	namespace := newNamespace(t)
	for _, name := range []string{"a", "b", "c"} {
		anIncident(t, namespace, name, 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Title " + name })
	}
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "&sort=name")))
	w.await(rows + " === 3")
	press := func(keys string) { t.Helper(); w.do(chromedp.KeyEvent(keys)) }
	focused := func(title string) { t.Helper(); w.await("document.activeElement.innerText === " + quote(title)) }
	press("j")
	focused("Title a")
	press("j")
	focused("Title b")
	press("k")
	focused("Title a")
	press("x")
	w.awaitText("1 selected")
	press("i")
	w.awaitText("It is yours")
	if got := get(t, namespace, "a").Spec.Assignee; got != alice {
		t.Errorf("a is assigned to %q", got)
	}
	for key, field := range map[string]string{"a": "m-assignee", "t": "m-tags", "c": "m-comment", "r": "m-note"} {
		press(key)
		w.await("document.activeElement.id === " + quote(field))
		press("x") // A letter in a field is a letter.
		w.await("document.activeElement.value.endsWith('x')")
		eval[bool](w, "(window.confirm = () => true, true)")
		w.click("dialog button", "Cancel")
		w.await("!document.querySelector('dialog')")
		focused("Title a")
	}
	press("e")
	w.await("document.querySelector('dialog .subtitle')?.innerText.includes('Title a')")
	w.await("document.querySelector('#m-name')")
	press("]")
	w.await("document.querySelector('dialog .subtitle')?.innerText.includes('Title b') && document.querySelector('#m-name')")
	press("[")
	w.await("document.querySelector('dialog .subtitle')?.innerText.includes('Title a') && document.querySelector('#m-name')")
	w.click("dialog button", "Cancel")
	w.await("!document.querySelector('dialog')")

	press("gm")
	w.await("location.search === '?assignee=%40me'")
	press("gi")
	w.await("location.search === ''")
	press("/")
	w.await("document.activeElement.type === 'search'")
	eval[bool](w, "(document.activeElement.blur(), true)")
	press("?")
	w.awaitText("Single keys do something")
	w.click("dialog label", "Single keys do something")
	w.click("dialog button", "Close")
	w.await("!document.querySelector('dialog')")
	press("?")
	press("/")
	w.await("document.activeElement.type !== 'search' && !document.querySelector('dialog')")
}

func TestUndoOfAToast(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "To take" })
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Activity.Entries > 0 })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	for _, undo := range []func(){
		func() { w.click(".toast button", "Undo") },
		func() { w.do(chromedp.KeyEvent("u")) },
	} {
		w.click("button", "Assign to me")
		w.awaitText("It is yours")
		w.await("document.querySelector('.marks .person').innerText.includes('alice')")
		undo()
		w.awaitText("This reverts entry")
		w.click("dialog footer button", "Undo")
		w.await("!document.querySelector('dialog')")
		w.await("document.querySelector('.marks .person').innerText.includes('Unassigned')")
		eval[bool](w, "(document.querySelectorAll('.toast [aria-label=Dismiss]').forEach((b) => b.click()), true)")
		w.await("!document.querySelector('.toast')")
	}
}

func TestPrint(t *testing.T) {
	namespace := newNamespace(t)
	stagedAttack(t, namespace, func(i *v1alpha1.Incident) { i.Spec.Assignee = bob })
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool {
		return i.Status.Alerts.Summary == "23/23" && i.Status.Activity.Entries > 1
	})
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "staged-attack", "/alerts")))
	w.await(rows + " === 23")
	w.await("document.querySelector('.tabs .badge')")
	w.print()
	// The page is drawn within the event: what stands there then is what the browser prints.
	printed := eval[string](w, `(() => { window.dispatchEvent(new Event('beforeprint')); return document.querySelector('main').innerText; })()`)
	for _, part := range []string{"Attack story", "Most severe alerts", "Properties", "Alerts linked", "Created"} {
		if !strings.Contains(printed, part) {
			t.Errorf("%q is not printed in\n%s", part, printed)
		}
	}
	if shown := eval[int](w, "[...document.querySelectorAll('button, input, select, .tabs a')].filter((e) => e.checkVisibility()).length"); shown > 0 {
		t.Errorf("%d controls are printed", shown)
	}
	if times := eval[int](w, `[...document.querySelectorAll('main time')].filter((e) => !/^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(e.innerText)).length`); times > 0 {
		t.Errorf("%d times are not in UTC", times)
	}
	if closed := eval[int](w, "document.querySelectorAll('.timeline details:not([open])').length"); closed > 0 {
		t.Errorf("%d details are closed", closed)
	}
	w.shoot("print")
	eval[bool](w, "(window.dispatchEvent(new Event('afterprint')), true)")
	w.await(rows + " === 23")
}

// A log of which somebody took the first entry away is found out. No API server lets that happen, but a backup may.
func TestBrokenChainIsNamed(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "inc-1", UID: "uid-1"}}
	entry := &v1alpha1.Activity{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "inc-1-00000002"}}
	entry.Spec.IncidentRef.Name, entry.Spec.IncidentRef.UID = "inc-1", "uid-1"
	entry.Spec.Sequence, entry.Spec.Type, entry.Spec.Summary = 2, v1alpha1.ActivityCommented, "What is left."
	d, w := serve(t, inMemory(incident, entry)), newTab(t)
	w.visit(d.link(incidentPath("default", "inc-1", "/activities")))
	w.awaitText("What is left.")
	w.awaitText("The chain is broken")
	w.await("document.querySelector('.toolbar .bad').innerText.includes('1')")
}
