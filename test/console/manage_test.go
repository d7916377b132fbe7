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

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestManageSavesWhatChangedAtOnce(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "other", 0, func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"Crown Jewels", "Phishing"} })
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"old"} })
	for i := range 3 {
		anAlert(t, namespace, fmt.Sprintf("a-%d", i), "inc-1")
	}
	anAlert(t, namespace, "a-bobs", "inc-1", func(a *v1alpha1.Alert) { a.Spec.Assignee, a.Spec.Resolution.State = bob, v1alpha1.ResolutionResolved })
	before := settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "3/4" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("button", "Manage incident")
	w.fill("#m-name", "A name of ours")
	w.fill("#m-tags", "crown")
	w.await(find("[role=option]", "Crown Jewels"))
	w.click("[role=option]", "Crown Jewels")
	w.fill("#m-tags", "brand new")
	w.click("[role=option]", "(create new)")
	w.click("dialog .tag button", "Remove the tag old")
	eval[bool](w, "([...document.querySelectorAll('dialog .segments input')].at(-1).click(), true)")
	w.fill("#m-note", "Seen and done.")
	w.choose("#m-class", "TruePositive/Malware")
	w.awaitText("3 alerts change; 1 stays as it is, of bob@example.com.")
	if got := get(t, namespace, "inc-1").Generation; got != before.Generation {
		t.Fatal("a preview must write nothing")
	}
	w.shoot("manage-filled")
	w.click("dialog button", "Save")
	w.await("!document.querySelector('dialog')")
	after := get(t, namespace, "inc-1")
	want := before.Spec
	want.Name, want.Tags = "A name of ours", []v1alpha1.Tag{"Crown Jewels", "brand new"}
	want.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "Seen and done."}
	want.Classification = v1alpha1.Classification{Verdict: v1alpha1.VerdictTruePositive, Determination: v1alpha1.DeterminationMalware}
	if diff := cmp.Diff(want, after.Spec); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if after.Generation != before.Generation+1 {
		t.Errorf("it took %d requests, want 1", after.Generation-before.Generation)
	}
	w.awaitText("A name of ours")
	w.await("[...document.querySelectorAll('.marks .state')].some((s) => s.innerText.includes('Resolved'))")
}

// Two people edit the same incident in two browsers: nothing is overwritten unseen, and nothing that was written is lost.
func TestTwoPeopleAtOnce(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Before" })
	herDoor, hisDoor := open(t, alice), open(t, bob)
	hers, his := newTab(t), newTab(t)
	hers.visit(herDoor.link(incidentPath(namespace, "inc-1", "")))
	his.visit(hisDoor.link(incidentPath(namespace, "inc-1", "")))
	hers.click("button", "Manage incident")
	his.click("button", "Manage incident")
	hers.fill("#m-name", "By alice")
	his.fill("#m-name", "By bob")
	his.choose("#m-severity", "Low")
	his.click("dialog button", "Save")
	his.await("!document.querySelector('dialog')")

	// She sees it without doing anything: what she did not touch is taken over, what both changed is asked for.
	hers.await("document.querySelector('#m-severity').value === 'Low'")
	hers.awaitText("bob@example.com made it")
	hers.await("document.querySelector('.conflict').innerText.includes('By bob') && document.querySelector('.conflict').innerText.includes('By alice')")
	hers.await(find("dialog button", "Save") + ".disabled")
	hers.shoot("conflict")
	if got := get(t, namespace, "inc-1").Spec.Name; got != "By bob" {
		t.Fatalf("the name is %s", got)
	}
	hers.click(".conflict button", "Use mine")
	hers.click("dialog button", "Save")
	hers.await("!document.querySelector('dialog')")
	after := get(t, namespace, "inc-1").Spec
	if after.Name != "By alice" || after.Severity != v1alpha1.SeverityLow {
		t.Errorf("got %q and %s", after.Name, after.Severity)
	}
	his.awaitText("By alice")
}

// saveName saves an incident under a name, an expression of JavaScript, which is put into its field as by a script. It returns
// the window and the namespace of the incident, which is called inc-1.
func saveName(t *testing.T, name string) (*tab, string) {
	t.Helper()
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0)
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("button", "Manage incident")
	w.await(find("#m-name", ""))
	eval[bool](w, `((e) => { e.value = `+name+`; e.dispatchEvent(new Event('input', {bubbles: true})); return true; })(document.querySelector('#m-name'))`)
	w.click("dialog button", "Save")
	return w, namespace
}

func TestRefusalStandsAtItsField(t *testing.T) {
	w, namespace := saveName(t, `'turned \u202e around'`)
	w.await("document.querySelector('.field .error')?.innerText.length > 10")
	w.await("document.querySelector('#m-name').value.includes('\\u202e')")
	if got := get(t, namespace, "inc-1").Spec.Name; got != "" {
		t.Errorf("the name is %q", got)
	}
}

func TestViewerSeesAndMayNot(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "To look at" })
	d, w := open(t, vera), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " === 1")
	w.await("!document.querySelector('tbody input[type=checkbox]')")
	w.click("tbody button", "Manage")
	w.awaitText("You may look at incidents in " + namespace)
	w.await("!document.querySelector('dialog input, dialog select, dialog textarea')")
	w.visit(d.url + incidentPath(namespace, "inc-1", "/comments"))
	w.awaitText("You may read comments here, and not write any.")
	w.await("!" + find("button", "Manage incident"))
}

func TestClosingWithUnsavedTextAsks(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0)
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("button", "Manage incident")
	w.fill("#m-name", "Not saved")
	eval[bool](w, "(window.confirm = (text) => { window.asked = text; return false; }, true)")
	w.click("dialog button", "Cancel")
	w.await("window.asked && document.querySelector('dialog')")
	w.await("document.querySelector('#m-name').value === 'Not saved'")
}

// A session that ends while somebody writes loses nothing: the draft is there after the next sign-in.
func TestDraftOutlivesItsSession(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Before" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("button", "Manage incident")
	w.fill("#m-name", "Written and not saved")
	w.await("Object.keys(sessionStorage).some((key) => key.startsWith('incident-console-draft-'))")
	eval[bool](w, "(localStorage.setItem('incident-console-session', 'ended'), true)")
	w.click("dialog button", "Save")
	w.awaitText("You are not signed in")
	w.visit("about:blank") // Until then the page may go on asking, and the server says that it does not know the session.
	w.expectProblems()
	w.visit(d.link(incidentPath(namespace, "inc-1", "")))
	w.click("button", "Manage incident")
	w.await("document.querySelector('#m-name')?.value === 'Written and not saved'")
	w.click("dialog button", "Save")
	w.await("!document.querySelector('dialog')")
	if got := get(t, namespace, "inc-1").Spec.Name; got != "Written and not saved" {
		t.Errorf("the name is %q", got)
	}
}

func TestMove(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "from", 2, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "From here", alice })
	anIncident(t, namespace, "to", 0, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "To there", bob })
	d, w := open(t, alice), newTab(t)
	settle(t, namespace, "from", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "2/2" })
	w.visit(d.link(incidentPath(namespace, "from", "/alerts")))
	w.await(rows + " === 2")
	eval[bool](w, "(document.querySelector('tbody input[type=checkbox]').click(), true)")
	w.click("button", "Move 1")
	w.fill("#v-to", "there")
	w.click("[role=option]", "To there")
	w.fill("#v-reason", "It belongs there.")
	w.awaitText("1 alert changes")
	w.await("document.querySelector('.outcomes').innerText.includes('bob@example.com')")
	w.shoot("move")
	w.click("dialog button", "Move")
	w.awaitText("1 alert moved to")
	w.await(rows + " === 1")
	settle(t, namespace, "to", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
	w.visit(d.url + incidentPath(namespace, "to", "/activities"))
	w.awaitText("It belongs there.")
}

func TestMerge(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "source", 2, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Tags = "Merge me", []v1alpha1.Tag{"along"} })
	anIncident(t, namespace, "target", 1, func(i *v1alpha1.Incident) { i.Spec.Name, i.Spec.Assignee = "Into me", bob })
	anIncident(t, namespace, "closed", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Closed soon" })
	d, w := open(t, alice), newTab(t)
	settle(t, namespace, "source", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "2/2" })
	w.visit(d.link(incidentPath(namespace, "source", "")))
	w.click("button", "Merge")
	w.fill("#g-into", "closed")
	w.await(find("[role=option]", "Closed soon"))
	edit(t, bob, namespace, "closed", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved })
	w.click("[role=option]", "Closed soon")
	w.awaitText("TargetResolved")
	w.expectProblems() // The server said no.
	w.fill("#g-into", "target")
	w.click("[role=option]", "Into me")
	w.awaitText("A merge cannot be undone.")
	w.awaitText("2 alerts change")
	w.await(find("dialog button", "Merge") + ".disabled")
	w.fill("#g-confirm", "target")
	w.shoot("merge")
	w.click("dialog footer button", "Merge")
	w.awaitText("This incident was merged.")
	w.click("button", "Open target")
	w.awaitText("Into me")
	// The old link goes on to lead there.
	w.visit(d.url + incidentPath(namespace, "source", ""))
	w.awaitText("This incident was merged.")
}

func TestDropOnAnIncident(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "from", 2)
	anIncident(t, namespace, "to", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "To there" })
	settle(t, namespace, "from", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "2/2" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "from", "/alerts")))
	w.await(rows + " === 2")
	eval[bool](w, "(document.querySelector('tbody tr').dispatchEvent(new DragEvent('dragstart', {bubbles: true})), true)")
	w.await(find(".targets li", "To there"))
	if !eval[bool](w, "!"+find(".targets li", "To there")+".dispatchEvent(new DragEvent('dragover', {bubbles: true, cancelable: true}))") {
		t.Error("nothing can be dropped there")
	}
	eval[bool](w, "("+find(".targets li", "To there")+".dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true})), true)")
	w.await("document.querySelector('#v-to')?.value === 'to' && !document.querySelector('.targets')")
	w.awaitText("1 alert changes")
	w.click("dialog footer button", "Move")
	w.awaitText("1 alert moved to")
	settle(t, namespace, "to", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
}

func TestUnlink(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 2)
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "2/2" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "/alerts")))
	w.await(rows + " === 2")
	eval[bool](w, "(document.querySelector('tbody input[type=checkbox]').click(), true)")
	w.await(find("button", "Move 1"))
	w.do(chromedp.KeyEvent("m"))
	w.click("dialog .link", "To none: unlink")
	w.awaitText("1 alert changes")
	w.click("dialog footer button", "Unlink")
	w.awaitText("1 alert unlinked")
	w.await(rows + " === 1")
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
}

func TestAlertFilters(t *testing.T) {
	namespace := newNamespace(t)
	stagedAttack(t, namespace)
	anAlert(t, namespace, "his", "staged-attack", func(a *v1alpha1.Alert) {
		a.Spec.Name, a.Spec.Assignee, a.Spec.Resolution.State = "Closed by bob", bob, v1alpha1.ResolutionResolved
	})
	settle(t, namespace, "staged-attack", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "23/24" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "staged-attack", "/alerts")))
	w.await(rows + " === 24")
	for query, want := range map[string]int{
		"": 24, "state=Open": 23, "state=Resolved": 1, "severity=Critical": 1, "assignee=" + bob: 1, "assignee=-": 23, "source=Falco": 3, "tactic=Persistence": 2,
		"search=lsass": 4, "severity=High&tactic=LateralMovement": 5, "entity=Device::fin-ws-01&severity=High": 3, "title=Nothing": 0,
	} {
		w.goTo(incidentPath(namespace, "staged-attack", "/alerts?"+query))
		w.await(fmt.Sprintf("document.querySelector('.toolbar [role=status]')?.innerText.startsWith('%d alert')", want))
		w.await(fmt.Sprintf("%s === %d", rows, want))
	}
	w.choose(".toolbar select", "Resolved")
	w.await("location.search.includes('state=Resolved')")
	// Groups are closed at first, the largest is above.
	for group, want := range map[string]string{"title": "Suspicious PowerShell command line", "technique": "T1059.001", "entity": "Process powershell.exe"} {
		w.goTo(incidentPath(namespace, "staged-attack", "/alerts?state=Open&group="+group))
		w.await("document.querySelector('.group button')?.innerText.startsWith(" + quote(want) + ")")
		before := eval[int](w, rows)
		w.click(".group button", want)
		w.await(rows + " > " + fmt.Sprint(before))
	}
}

func TestCommentsAndUndo(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "To undo" })
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(incidentPath(namespace, "inc-1", "/comments")))
	w.fill("#comment", "<img src=x onerror=alert(1)>")
	w.click("form button", "Comment")
	w.await("document.querySelector('.said .bubble')?.innerText === '<img src=x onerror=alert(1)>'")
	w.await("document.querySelector('.said .number')")

	edit(t, alice, namespace, "inc-1", func(i *v1alpha1.Incident) { i.Spec.Assignee = bob })
	w.visit(d.url + incidentPath(namespace, "inc-1", "/activities"))
	w.awaitText("Assigned")
	w.awaitText("The chain of its entries is intact")
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
	w.click("button", "Undo the last change")
	w.awaitText("This reverts entry")
	w.click("dialog footer button", "Undo")
	w.await("!document.querySelector('dialog')")
	if got := get(t, namespace, "inc-1").Spec.Assignee; got != "" {
		t.Errorf("the assignee is %s", got)
	}
}
