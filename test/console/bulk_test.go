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
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// gate holds back each write of an incident until the test lets it pass, or fail.
type gate struct {
	mutex sync.Mutex
	begun int
	ways  map[string]chan error
}

func (g *gate) way(name string) chan error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.ways == nil {
		g.ways = map[string]chan error{}
	}
	if g.ways[name] == nil {
		g.ways[name] = make(chan error, 8)
	}
	return g.ways[name]
}

func (g *gate) number() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.begun
}

// let lets one write of an incident pass, or fail with an error.
func (g *gate) let(name string, err error) { g.way(name) <- err }

// before is the cluster behind the gate.
func (g *gate) before(c client.WithWatch) client.WithWatch {
	return interceptor.NewClient(c, interceptor.Funcs{Patch: func(
		ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption,
	) error {
		way := g.way(object.GetName())
		g.mutex.Lock()
		g.begun++
		g.mutex.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-way:
			if err != nil {
				return err
			}
			return c.Patch(ctx, object, patch, options...)
		}
	}})
}

func stateOf(t *testing.T, c client.Client, name string) v1alpha1.ResolutionState {
	t.Helper()
	incident := &v1alpha1.Incident{}
	if err := c.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: name}, incident); err != nil {
		t.Fatal(err)
	}
	return incident.Spec.Resolution.State
}

func TestBulkStopsAndRetries(t *testing.T) {
	const number = 12
	name := func(i int) string { return fmt.Sprintf("inc-%05d", i) }
	cluster, g := inMemory(manyIncidents(number)...), &gate{}
	d, w := serve(t, g.before(cluster)), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents?sort=name"))
	w.await(fmt.Sprint(rows, " === ", number))
	w.click("thead input[type=checkbox]", "")
	w.awaitText("12 selected")
	w.click(".bulk button", "State")
	w.choose("#b-select", "InProgress")
	w.click("dialog footer button", "Change 12 incidents")
	w.awaitText("This changes 12 incidents. Go on?")
	w.await("document.activeElement.innerText === 'Back'")
	w.shootAll("bulk-asks")
	w.click("dialog footer button", "Back")
	w.click("dialog footer button", "Change 12 incidents")
	if g.number() > 0 {
		t.Fatal("it must ask before it changes more than ten")
	}
	w.click("dialog footer button", "Yes, change 12 incidents")
	g.let(name(0), nil)
	g.let(name(1), nil)
	w.awaitText("2 of 12 done.")
	for deadline := time.Now().Add(patience); g.number() < 10; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d were begun, want 10: eight at the same time", g.number())
		}
	}
	w.click("dialog footer button", "Stop")
	w.awaitText("No more are begun; those under way still end.")
	w.shootAll("bulk-stopped")
	for i := 2; i < number; i++ {
		var err error
		if i == 3 {
			err = errors.New("etcd has no leader")
		}
		g.let(name(i), err)
	}
	w.awaitText("10 of 12 done. 9 changed, 1 failed, 2 not begun.")
	w.awaitText("1 failure")
	w.await("document.querySelector('.failures').innerText.includes('default/inc-00003') && document.querySelector('.failures').innerText.includes('etcd has no leader')")
	w.shootAll("bulk-failures")
	if got := stateOf(t, cluster, name(3)); got != "" {
		t.Errorf("what failed is %s", got)
	}
	g.let(name(3), nil)
	w.click(".failures button", "Retry")
	w.awaitText("10 of 12 done. 10 changed, 2 not begun.")
	w.await("!document.querySelector('.failures button') && document.querySelector('.failures').innerText.includes('changed')")
	w.await("document.querySelector('dialog').contains(document.activeElement)")
	w.click("dialog footer button", "Close")
	for i := range number {
		want := v1alpha1.ResolutionInProgress
		if i >= 10 {
			want = ""
		}
		if got := stateOf(t, cluster, name(i)); got != want {
			t.Errorf("%s is %q, want %q", name(i), got, want)
		}
	}
}

// shiftClick clicks a box as with the Shift key held.
func (w *tab) shiftClick(row int) {
	w.t.Helper()
	eval[bool](w, fmt.Sprintf("(document.querySelectorAll('tbody .c-check input')[%d].dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true, shiftKey: true})), true)", row))
}

const checked = "document.querySelectorAll('tbody .c-check input:checked').length"

// A selection spans pages, in ranges, one by one, or as all that match but for some; the exceptions stay untouched.
func TestSelectionAcrossPages(t *testing.T) {
	cluster := inMemory(manyIncidents(120)...)
	d, w := serve(t, cluster), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents?sort=name"))
	w.await(rows + " === 50")
	box := func(row int) string { return fmt.Sprintf("document.querySelectorAll('tbody .c-check input')[%d]", row) }
	click := func(row int) { t.Helper(); eval[bool](w, "("+box(row)+".click(), true)") }
	click(2)
	w.shiftClick(5)
	w.awaitText("4 selected")
	w.click("a.button", "Older")
	w.await("location.search.includes('page=2') && document.querySelector('tbody .mono').innerText.includes('inc-00050')")
	w.awaitText("4 selected")
	w.shiftClick(9) // From nowhere on this page, so only this one.
	w.awaitText("5 selected")
	w.click("thead input[type=checkbox]", "")
	w.awaitText("54 selected")
	w.click("a.button", "Newer")
	w.await("document.querySelector('tbody .mono').innerText.includes('inc-00000') && " + checked + " === 4")
	w.awaitText("54 selected")

	w.click(".bulk button", "Select all 120 that match")
	w.awaitText("120 selected")
	w.await(checked + " === 50")
	click(7)
	w.awaitText("119 selected")
	w.click("a.button", "Older")
	w.await("document.querySelector('tbody .mono').innerText.includes('inc-00050') && " + checked + " === 50")
	eval[bool](w, "(document.querySelectorAll('tbody a.title')[3].focus(), true)")
	w.do(chromedp.KeyEvent("x"))
	w.awaitText("118 selected")
	w.shootAll("bulk-all-but-two")
	w.click(".bulk button", "State")
	w.choose("#b-select", "InProgress")
	w.click("dialog footer button", "Change 118 incidents")
	w.click("dialog footer button", "Yes, change 118 incidents")
	w.awaitText("118 incidents changed")
	for i := range 120 {
		name, want := fmt.Sprintf("inc-%05d", i), v1alpha1.ResolutionInProgress
		if i == 7 || i == 53 {
			want = ""
		}
		if got := stateOf(t, cluster, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// What a person changes is shown at once. If it is refused, what was there comes back, with the reason.
func TestShownBeforeItIsSaved(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "inc-1", UID: "uid-1"}}
	incident.Spec.Name = "Before"
	g := &gate{}
	d, w := serve(t, g.before(inMemory(incident))), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents"))
	w.await(rows + " === 1")
	owner := func(name string) {
		t.Helper()
		w.await("document.querySelector('tbody .person').innerText.includes(" + quote(name) + ")")
	}
	w.do(chromedp.KeyEvent("j"))
	w.do(chromedp.KeyEvent("i"))
	owner(alice)
	w.await("document.querySelector('tbody tr').innerText.includes('Saving…')")
	w.shootAll("saving")
	g.let("inc-1", errors.New("the disk is full"))
	owner("Unassigned")
	w.awaitText("the disk is full")
	w.await("!document.querySelector('tbody tr').innerText.includes('Saving…')")

	w.click("tbody button", "Manage")
	w.fill("#m-name", "After")
	w.click("dialog footer button", "Save")
	w.await("document.querySelector('tbody a.title').innerText === 'After'")
	g.let("inc-1", errors.New("no space is left"))
	w.await("document.querySelector('dialog .banner')?.innerText.includes('no space is left')")
	w.await("document.querySelector('tbody a.title').innerText === 'Before' && document.querySelector('#m-name').value === 'After'")
	w.click("dialog footer button", "Save")
	w.await("document.querySelector('tbody a.title').innerText === 'After'")
	g.let("inc-1", nil)
	w.await("!document.querySelector('dialog')")
	w.await("document.querySelector('tbody a.title').innerText === 'After' && !document.querySelector('tbody tr').ariaBusy?.includes('true')")
}

// The toast offers a way back for ten seconds; the key does from then on.
func TestToastOffersUndoForTenSeconds(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "To take" })
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Activity.Entries > 0 })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.await(rows + " === 1")
	eval[bool](w, `((real) => { window.after = []; window.setTimeout = (call, time) => (time === 10000 ? window.after.push(call) : real(call, time)); return true; })(window.setTimeout)`)
	w.do(chromedp.KeyEvent("j"))
	w.do(chromedp.KeyEvent("i"))
	w.await(find(".toast button", "Undo"))
	if !eval[bool](w, "(window.after.forEach((call) => call()), window.after.length === 1)") {
		t.Error("no toast goes after ten seconds")
	}
	w.await("!document.querySelector('.toast')")
	w.do(chromedp.KeyEvent("u"))
	w.awaitText("This reverts entry")
	w.click("dialog footer button", "Undo")
	w.await("!document.querySelector('dialog')")
	w.await("document.querySelector('tbody .person').innerText.includes('Unassigned')")
	if got := get(t, namespace, "inc-1").Spec.Assignee; got != "" {
		t.Errorf("the assignee is %s", got)
	}
}
