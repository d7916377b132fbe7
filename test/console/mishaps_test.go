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
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// outage makes every request of a client fail for a while.
type outage struct {
	mutex   sync.Mutex
	err     error
	watches []watch.Interface
}

func (o *outage) begin(err error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.err = err
	for _, one := range o.watches {
		one.Stop()
	}
	o.watches = nil
}

func (o *outage) end() { o.begin(nil) }

func (o *outage) now() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.err
}

// before is the cluster as one reaches it through the outage.
func (o *outage) before(c client.WithWatch) client.WithWatch {
	return interceptor.NewClient(c, interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			if err := o.now(); err != nil {
				return err
			}
			return c.Get(ctx, key, object, options...)
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			if err := o.now(); err != nil {
				return err
			}
			return c.List(ctx, list, options...)
		},
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			if err := o.now(); err != nil {
				return err
			}
			return c.Create(ctx, object, options...)
		},
		Patch: func(ctx context.Context, c client.WithWatch, object client.Object, patch client.Patch, options ...client.PatchOption) error {
			if err := o.now(); err != nil {
				return err
			}
			return c.Patch(ctx, object, patch, options...)
		},
		Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
			o.mutex.Lock()
			defer o.mutex.Unlock()
			if o.err != nil {
				return nil, o.err
			}
			watcher, err := c.Watch(ctx, list, options...)
			if err == nil {
				o.watches = append(o.watches, watcher)
			}
			return watcher, err
		},
	})
}

func plain(name, title string) *v1alpha1.Incident {
	incident := &v1alpha1.Incident{}
	incident.Namespace, incident.Name, incident.UID = "default", name, types.UID("uid-"+name)
	incident.Spec.Name = title
	return incident
}

// While the API server is away, the page shows what it knew, and what somebody writes is kept; then it catches up by itself.
func TestAPIServerIsAwayForAWhile(t *testing.T) {
	o, c := &outage{}, inMemory(plain("inc-1", "One of two"), plain("inc-2", "Two of two"))
	d, w := serve(t, o.before(c)), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents?sort=name"))
	w.await(rows + " === 2 && document.querySelector('.live.on')")
	w.click("tbody button", "Manage Two of two")
	w.fill("#m-name", "Written meanwhile")
	o.begin(&url.Error{Op: "Get", URL: "https://10.0.0.1", Err: errors.New("connection refused")})
	w.awaitText("The API server does not answer")
	w.await("document.querySelector('.live.off')")
	w.await(rows + " === 2")
	w.click("dialog button", "Save")
	w.await("document.querySelector('dialog .banner.danger')?.innerText.includes('connection refused')")
	w.await("document.querySelector('#m-name').value === 'Written meanwhile'")
	w.shoot("away")
	other := plain("inc-1", "")
	update(t, c, other, func() { other.Spec.Name = "Changed meanwhile" })
	o.end()
	w.await("!document.body.innerText.includes('The API server does not answer') && document.querySelector('.live.on')")
	w.awaitText("Changed meanwhile")
	w.click("dialog button", "Save")
	w.await("!document.querySelector('dialog')")
	w.awaitText("Written meanwhile")
	w.expectProblems() // The server said that it could not ask.
}

// When credentials expire, nothing that was read is shown any more, and what somebody writes is kept.
func TestCredentialsExpireWhileSomebodyWrites(t *testing.T) {
	o := &outage{}
	d, w := serve(t, o.before(inMemory(plain("inc-1", "To write about")))), newTab(t)
	w.visit(d.link(incidentPath("default", "inc-1", "")))
	w.await("document.querySelector('.live.on')")
	w.click("button", "Manage incident")
	w.fill("#m-name", "Nearly done")
	o.begin(apierrors.NewUnauthorized("the token has expired"))
	w.awaitText("Your credentials are not taken any more")
	w.awaitText("What you have written is kept in this tab")
	w.await("!document.querySelector('h1') && document.querySelector('#m-name').value === 'Nearly done'")
	w.click("dialog button", "Save")
	w.await("document.querySelector('dialog .banner.danger')?.innerText.includes('the token has expired')")
	w.shoot("expired")
	o.end()
	w.await("document.querySelector('h1')?.innerText === 'To write about'")
	w.await("document.querySelector('#m-name').value === 'Nearly done'")
	w.click("dialog button", "Save")
	w.await("document.querySelector('h1')?.innerText === 'Nearly done' && !document.querySelector('dialog')")
	w.expectProblems() // The server said that it was not let in.
}

// Two tabs are one session: what is done in one is seen in the other, and signing out ends both.
func TestSecondTab(t *testing.T) {
	d, w := serve(t, inMemory(plain("inc-1", "In two tabs"))), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents"))
	w.awaitText("In two tabs")
	other := w.another()
	other.visit(d.url + incidentPath("default", "inc-1", ""))
	other.awaitText("In two tabs")
	other.await("document.querySelector('.live.on')")
	w.click("tbody button", "Manage")
	w.fill("#m-name", "Seen in both")
	w.click("dialog button", "Save")
	other.await("document.querySelector('h1')?.innerText === 'Seen in both'")
	other.click("button", "Manage incident")
	other.fill("#m-name", "Of the second tab alone")
	w.click("button.account", "")
	w.click("button", "Sign out")
	w.awaitText("You are not signed in")
	other.awaitText("You are not signed in")
	other.await("!document.body.innerText.includes('Seen in both')")
	other.await("Object.values(sessionStorage).some((kept) => kept.includes('Of the second tab alone'))")
	w.expectProblems()
	other.expectProblems() // Streams ended.
}

// clock puts the clock of a window forward, or back.
func (w *tab) clock(by time.Duration) {
	w.t.Helper()
	script := fmt.Sprintf(`(() => { const Real = Date, by = %d; Date = class extends Real { constructor(...at) { if (at.length) super(...at); else super(Real.now() + by); } static now() { return Real.now() + by; } }; })()`, by.Milliseconds())
	_, err := cdp.Call(w.ctx, chromedp.FromContext(w.ctx).Target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Whose clock is wrong reads right times all the same.
func TestClocksAnHourApart(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 0, func(i *v1alpha1.Incident) { i.Spec.Name = "Of just now" })
	d := open(t, alice)
	for _, by := range []time.Duration{time.Hour, -time.Hour} {
		w := newTab(t)
		w.clock(by)
		w.visit(d.link(queuePath(namespace, "")))
		w.awaitText("Of just now")
		w.await("document.querySelectorAll('tbody time').length > 0 && [...document.querySelectorAll('tbody time')].every((time) => time.innerText === 'just now' || time.innerText === '1m ago' || time.innerText === '2m ago')")
		w.click("a.title", "Of just now")
		w.await("document.querySelector('.facts time')?.innerText.match(/^(just now|[12]m ago)$/)")
	}
}

// Texts that are longer than anybody writes, and more of everything, break no page.
func TestMoreThanAnybodyWrites(t *testing.T) {
	long := plain("long", strings.Repeat("W", 10_000))
	long.Spec.Description = strings.Repeat("Unbroken", 600)
	long.Spec.Assignee = strings.Repeat("somebody.", 25) + "@example.com"
	long.Status.AutomaticName = strings.Repeat("automatic ", 1000)
	for i := range 64 {
		long.Spec.Tags = append(long.Spec.Tags, v1alpha1.Tag(fmt.Sprintf("%02d %s", i, strings.Repeat("t", 120))))
	}
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = "default", "a-long-one"
	alert.Spec.Name, alert.Spec.IncidentRef.Name, alert.Spec.Severity = strings.Repeat("A title of an alert, ", 500), "long", v1alpha1.SeverityHigh
	for i := range 128 {
		alert.Spec.Evidence = append(alert.Spec.Evidence, v1alpha1.Evidence{Kind: v1alpha1.EvidenceURL, Name: fmt.Sprintf("https://%03d.example.com/%s", i, strings.Repeat("p", 480)), Role: v1alpha1.EvidenceAttacker})
	}
	turned := plain("turned", "مرحبا بالعالم (ransomware) שלום")
	turned.Spec.Assignee, turned.Spec.Tags = "עליזה@example.com", []v1alpha1.Tag{"تجربة", "a\u202egnp.exe"}
	d, w := serve(t, inMemory(long, turned, alert)), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents?sort=name"))
	w.await(rows + " === 2")
	fits := func(what string) {
		t.Helper()
		if wide := eval[[]string](w, `document.scrollingElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *, dialog *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map((e) => e.outerHTML.slice(0, 100))`); len(wide) > 0 {
			t.Errorf("%s has to be scrolled sideways: %q", what, wide)
		}
	}
	for _, width := range []int64{1440, 390} {
		w.size(width, 900)
		w.goTo("/" + clusterName + "/incidents?sort=name")
		w.await(rows + " === 2")
		fits("the queue")
		if high := eval[int](w, "Math.max(...[...document.querySelectorAll('tbody tr')].map((row) => row.offsetHeight))"); high > 360 {
			t.Errorf("a row of the queue is %d pixels high in a window of %d", high, width)
		}
		w.shoot(fmt.Sprintf("long-queue-%d", width))
		// Letters of two directions do not mix with what stands beside them, and what turns them is shown by its number.
		w.await(`[...document.querySelectorAll('tbody .tag')].some((tag) => tag.innerText === 'a\\u202egnp.exe')`)
		w.await(`[...document.querySelectorAll('tbody a.title, tbody .tag, tbody .name')].every((e) => e.matches('bdi') || e.querySelector('bdi'))`)
		for _, tab := range parts {
			w.goTo(incidentPath("default", "long", tab))
			w.await("document.querySelector('.tabs [aria-current]') && !document.querySelector('.skeleton')")
			if tab == "/alerts" {
				w.click("tbody button.title", "A title of an alert")
				w.await("document.querySelector('.alert-detail details')")
				w.click(".alert-detail summary", "116 more")
				// All of the evidence is there, and none of it can be taken for a link.
				w.await("document.querySelectorAll('.alert-detail .technique').length === 128 && [...document.querySelectorAll('.alert-detail .technique')].every((e) => e.innerText.startsWith('hxxps://'))")
			}
			fits("the page" + tab)
			w.shoot(fmt.Sprintf("long%s-%d", strings.ReplaceAll(tab, "/", "-"), width))
		}
		w.click("button", "Manage incident")
		w.await("document.querySelectorAll('dialog .tag').length === 64")
		fits("the pane")
		w.shoot(fmt.Sprintf("long-pane-%d", width))
		w.click("dialog button", "Cancel")
		w.await("!document.querySelector('dialog')")
	}
}

// A title that the API server does not take is refused at its field, and is still there to be mended.
func TestTitleThatIsTooLong(t *testing.T) {
	// A field takes no more than it may; a script, or a page of another version, might.
	w, namespace := saveName(t, "'x'.repeat(10000)")
	w.awaitText("at most 256")
	w.await("document.querySelector('#m-name').value.length === 10000")
	if got := get(t, namespace, "inc-1").Spec.Name; got != "" {
		t.Errorf("the name has %d characters", len(got))
	}
	w.expectProblems() // The server said no.
}

// refusals drops what says only that the server said no.
func (w *tab) refusals() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	left := w.problems[:0]
	for _, problem := range w.problems {
		if !strings.HasPrefix(problem, "Failed to load resource: the server responded") {
			left = append(left, problem)
		}
	}
	w.problems = left
}

// Whatever an address asks for, the page shows something, says what it left out, and runs nothing.
func TestHostileAddresses(t *testing.T) {
	namespace := newNamespace(t)
	anIncident(t, namespace, "inc-1", 1, func(i *v1alpha1.Incident) { i.Spec.Name = "Stays in view" })
	settle(t, namespace, "inc-1", func(i *v1alpha1.Incident) bool { return i.Status.Alerts.Summary == "1/1" })
	d, w := open(t, alice), newTab(t)
	w.visit(d.link(queuePath(namespace, "")))
	w.awaitText("Stays in view")
	shows := func(path, text string) {
		t.Helper()
		w.visit(d.url + path)
		w.awaitText(text)
		if eval[bool](w, "window.broken === 1 || Object.prototype.polluted !== undefined") {
			t.Errorf("%s was run", path)
		}
		w.refusals()
	}
	chips := func(query string, wrong int) {
		t.Helper()
		shows(queuePath(namespace, query), "Stays in view")
		if got := eval[int](w, "document.querySelectorAll('.chip.wrong').length"); got != wrong {
			t.Errorf("%s: %d chips say that something is wrong, want %d: %s", query, got, wrong, eval[string](w, "document.querySelector('.chips')?.innerText ?? ''"))
		}
	}
	for query, wrong := range map[string]int{
		"&sort=name&sort=age": 2, "&nothing=1&nothing=2": 2, "&page=0": 1, "&page=99999999999999999999": 1, "&search=": 1, "&__proto__=x&constructor=y&toString=z": 3,
		"&__proto__[polluted]=1": 1, "&%3Cscript%3Ewindow.broken=1%3C/script%3E=x": 1, "&severity=High%00": 1, "&since=-5m": 1, "&since=99999999y": 1,
		"&assignee=" + strings.Repeat("x", 3000) + "&unassigned=true": 0, "&state=Active&state=Active": 0, "&search=" + strings.Repeat("x", 300): 1, "&all=false": 1,
	} {
		chips(query, wrong)
	}
	for _, name := range []string{"__proto__", "constructor", "toString"} {
		shows(queuePath(namespace, "&"+name+"=x"), name+": x")
	}
	for path, text := range map[string]string{
		"/" + clusterName + "/incidents?namespace=..%2F..%2Fsecrets":                                    "must be the name of a namespace",
		incidentPath(namespace, "..%2F..%2Fsecrets", ""):                                                "It does not exist",
		incidentPath("%00", "inc-1", ""):                                                                "It does not exist",
		incidentPath(namespace, "%E0%A4", ""):                                                           "It does not exist",
		incidentPath(namespace, strings.Repeat("x", 3000), ""):                                          "It does not exist",
		incidentPath(namespace, "%3Cimg%20src=x%20onerror=window.broken=1%3E", ""):                      "It does not exist",
		incidentPath(namespace, "inc-1", "/no-such-part"):                                               "Attack story",
		incidentPath(namespace, "inc-1", "/alerts?group=__proto__&sort=constructor&page=-1&entity=%00"): "No alert matches",
		"/__proto__/incidents":                                                                          "This address is of another cluster",
		"//evil.example.com/incidents":                                                                  "This address is of another cluster",
		"/" + clusterName + "/incidents/a/b/c/d":                                                        "There is no such page",
		"/" + clusterName + "/incidents#code=xyz":                                                       "this link is no longer valid",
	} {
		shows(path, text)
	}
}
