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
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	logdomain "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take on a busy machine.
const patience = 20 * time.Second

// tab is a window of a browser with a profile of its own. It notes whatever goes wrong in it.
type tab struct {
	t   testing.TB
	ctx context.Context

	mutex    sync.Mutex
	problems []string
	broken   bool
}

// startBrowser returns the browser in which each test opens windows with profiles of their own: to start one takes seconds.
func startBrowser() (context.Context, context.CancelFunc, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.WindowSize(1440, 900))
	if path := os.Getenv("CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	stop := func() {
		cancel()
		cancelAllocator()
	}
	if err := chromedp.Do(ctx); err != nil {
		return nil, stop, fmt.Errorf("starting Chromium, install it or set CHROMIUM to its path: %w", err)
	}
	return ctx, stop, nil
}

// newTab opens a window. The test fails if the page reports a breach of its policy, an error, or a failed request.
func newTab(t testing.TB) *tab {
	t.Helper()
	ctx, cancel := openWindow()
	return watched(ctx, t, cancel)
}

// another opens a window with the same profile.
func (w *tab) another() *tab {
	w.t.Helper()
	ctx, cancel := chromedp.NewContext(w.ctx)
	return watched(ctx, w.t, cancel)
}

func watched(ctx context.Context, t testing.TB, cancel context.CancelFunc) *tab {
	t.Helper()
	w := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		for _, problem := range w.problems {
			t.Error("the page reports:", problem)
		}
	})
	if err := chromedp.Listen(ctx, w.listen); err != nil {
		t.Fatalf("opening a window: %v", err)
	}
	_, err := cdp.Call(ctx, chromedp.FromContext(ctx).Target, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	w.size(1440, 900)
	return w
}

func (w *tab) listen(event any) {
	problem := ""
	switch event := event.(type) {
	case *logdomain.EventEntryAdded:
		if event.Entry.Level == "error" || event.Entry.Source == "security" || event.Entry.Source == "violation" {
			problem = event.Entry.Text + " " + event.Entry.URL
		}
	case *cdpruntime.EventExceptionThrown:
		problem = event.ExceptionDetails.Text
		if thrown := event.ExceptionDetails.Exception; thrown != nil {
			problem += " " + thrown.Description
		}
	case *cdpruntime.EventConsoleAPICalled:
		if event.Type == "error" || event.Type == "warning" || event.Type == "assert" {
			problem = fmt.Sprint("console.", event.Type)
		}
	case *network.EventLoadingFailed:
		if !event.Canceled {
			problem = "a request failed: " + event.ErrorText
		}
	}
	if problem != "" {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.broken {
			return
		}
		w.problems = append(w.problems, problem)
	}
}

// expectProblems drops what the page reported, for tests that break something.
func (w *tab) expectProblems() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.problems = nil
}

// goesOnBroken drops also what the page will report, for tests after which nothing works.
func (w *tab) goesOnBroken() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.problems, w.broken = nil, true
}

func (w *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatal(err, "\n", w.text())
	}
}

func (w *tab) size(width, height int64) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(width, height))
}

// media sets what the person prefers, such as prefers-color-scheme: dark.
func (w *tab) media(features ...string) {
	w.t.Helper()
	params := emulation.SetEmulatedMediaParams{}
	for i := 0; i < len(features); i += 2 {
		params.Features = append(params.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	_, err := cdp.Call(w.ctx, chromedp.FromContext(w.ctx).Target, emulation.SetEmulatedMedia, params)
	if err != nil {
		w.t.Fatal(err)
	}
}

// print shows the page as it looks on paper.
func (w *tab) print() {
	w.t.Helper()
	_, err := cdp.Call(w.ctx, chromedp.FromContext(w.ctx).Target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *tab) visit(url string) {
	w.t.Helper()
	w.do(chromedp.Navigate(url))
}

// goTo leads to another address of the console without loading the page anew, as its links do.
func (w *tab) goTo(path string) {
	w.t.Helper()
	eval[bool](w, fmt.Sprintf("(history.pushState(null, '', %s), window.dispatchEvent(new PopStateEvent('popstate')), true)", quote(path)))
}

// eval returns the value of an expression.
func eval[T any](w *tab, expression string) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		w.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// await waits until an expression is true.
func (w *tab) await(expression string) {
	w.t.Helper()
	deadline := time.Now().Add(patience)
	for !eval[bool](w, "Boolean("+expression+")") {
		if time.Now().After(deadline) {
			w.t.Fatalf("never true: %s\n%s", expression, w.text())
		}
		<-time.After(20 * time.Millisecond)
	}
}

// awaitText waits until the page shows a text.
func (w *tab) awaitText(text string) {
	w.t.Helper()
	w.await("document.body.innerText.includes(" + quote(text) + ")")
}

func (w *tab) text() string {
	ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body?.innerText ?? ''"))
	if err != nil {
		return err.Error()
	}
	return text
}

// find is an expression for the last visible element that a selector and a text name: dialogs come last.
func find(selector, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(%s)].filter((e) => e.checkVisibility() && (e.innerText || e.ariaLabel || '').trim().includes(%s)).at(-1)`, quote(selector), quote(text))
}

// click clicks what a selector and a text name, once it is there and enabled.
func (w *tab) click(selector, text string) {
	w.t.Helper()
	element := find(selector, text)
	w.await(fmt.Sprintf("%s && !%s.disabled", element, element))
	eval[bool](w, fmt.Sprintf("(%s.scrollIntoView({block: 'center'}), %s.click(), true)", element, element))
}

// fill puts a text into a field, as typing does.
func (w *tab) fill(selector, text string) {
	w.t.Helper()
	w.await(find(selector, ""))
	w.do(chromedp.Focus(chromedp.CSS(selector)))
	eval[bool](w, `(document.activeElement.select?.(), true)`)
	if text == "" {
		w.do(chromedp.KeyEvent("\b"))
		return
	}
	w.do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

func (w *tab) choose(selector, value string) {
	w.t.Helper()
	w.await(find(selector, ""))
	eval[bool](w, fmt.Sprintf(`((e) => { e.value = %s; e.dispatchEvent(new Event('change', {bubbles: true})); return true; })(document.querySelector(%s))`, quote(value), quote(selector)))
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(quoted)
}

// axe holds what is shown against the rules of accessibility, which the script knows.
func (w *tab) axe(script, what string) {
	w.t.Helper()
	eval[bool](w, script+"; true")
	found := eval[[]string](w, `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then((r) => r.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')))`)
	for _, violation := range found {
		w.t.Errorf("%s: %s", what, violation)
	}
}

// shoot writes a picture of the window into the folder SCREENSHOTS, if that is set.
func (w *tab) shoot(name string) {
	w.t.Helper()
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		return
	}
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(name, " ", "-")+".png"), picture, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// shootAll writes pictures of the window as it is, in both themes, wide and narrow.
func (w *tab) shootAll(name string) {
	w.t.Helper()
	if os.Getenv("SCREENSHOTS") == "" {
		return
	}
	for _, theme := range []string{"dark", "light"} {
		w.media("prefers-color-scheme", theme)
		for _, width := range []int64{390, 1440} {
			w.size(width, 900)
			w.shoot(fmt.Sprintf("%s-%s-%d", name, theme, width))
		}
	}
}
