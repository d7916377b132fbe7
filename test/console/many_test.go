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
	"fmt"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/console"
)

const many = 50_000

// storm are the alerts of an incident in which a detector repeats itself: the last one is the latest.
func storm() []v1alpha1.Alert {
	alerts := make([]v1alpha1.Alert, many)
	severities, began := v1alpha1.Severities(), time.Now().Add(-many*time.Second).Truncate(time.Second)
	for i := range alerts {
		alert, at := &alerts[i], metav1.NewTime(began.Add(time.Duration(i)*time.Second))
		alert.Namespace, alert.Name, alert.CreationTimestamp = "default", fmt.Sprintf("storm-%05d", i), at
		alert.Spec.Name, alert.Spec.Severity, alert.Spec.Category = fmt.Sprintf("Shell in a container of team %d", i%40), severities[i%4], "Execution"
		alert.Spec.IncidentRef.Name, alert.Spec.Source.Service, alert.Spec.Description = "big", "Falco", "What was seen."
		alert.Spec.FirstActivityTime, alert.Spec.LastActivityTime = &at, &at
		alert.Spec.Evidence = []v1alpha1.Evidence{
			{Kind: v1alpha1.EvidencePod, Name: fmt.Sprintf("api-%d", i%3000), Namespace: "prod"}, {Kind: v1alpha1.EvidenceNode, Name: fmt.Sprintf("node-%d", i%60)},
		}
	}
	alerts[7].Spec.Name, alerts[7].Spec.Severity = "The one that matters", v1alpha1.SeverityCritical
	return alerts
}

// paged serves the alerts page by page, as an API server does. A page behind those that gate lets pass waits.
func paged(c client.WithWatch, alerts []v1alpha1.Alert, gate *atomic.Int64) client.WithWatch {
	return interceptor.NewClient(c, interceptor.Funcs{
		List: func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			page, ok := list.(*v1alpha1.AlertList)
			if !ok {
				return w.List(ctx, list, options...)
			}
			asked := (&client.ListOptions{}).ApplyOptions(options)
			if asked.FieldSelector != nil && !asked.FieldSelector.Matches(fields.Set{"spec.incidentRef.name": "big"}) {
				return nil
			}
			first, _ := strconv.Atoi(asked.Continue)
			for int64(first) > gate.Load() {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(5 * time.Millisecond):
				}
			}
			next := min(first+int(asked.Limit), len(alerts))
			page.Items = slices.Clone(alerts[first:next])
			if page.Continue = ""; next < len(alerts) {
				page.Continue = strconv.Itoa(next)
			}
			return nil
		},
		Get: func(ctx context.Context, w client.WithWatch, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
			alert, ok := object.(*v1alpha1.Alert)
			if !ok {
				return w.Get(ctx, key, object, options...)
			}
			i := slices.IndexFunc(alerts, func(a v1alpha1.Alert) bool { return a.Name == key.Name })
			if i < 0 {
				return apierrors.NewNotFound(v1alpha1.GroupVersion.WithResource("alerts").GroupResource(), key.Name)
			}
			alerts[i].DeepCopyInto(alert)
			return nil
		},
	})
}

func TestManyAlerts(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "big", UID: "uid-big"}}
	incident.Spec.Name = "A storm"
	number := int32(many)
	incident.Status.Alerts = v1alpha1.AlertCounts{Total: &number, Active: &number}
	gate := &atomic.Int64{}
	d, w := serve(t, paged(inMemory(incident), storm(), gate)), newTab(t)
	begun := time.Now()
	w.visit(d.link(incidentPath("default", "big", "/alerts")))
	w.await(rows + " === 100")
	t.Logf("the first rows after %s", time.Since(begun))
	w.awaitText("2,000 alerts of 50,000 are read. Until the rest is, filters, groups and the order cover these.")
	w.await("document.querySelector('.tabs [aria-current] .badge').innerText === '50,000'")
	w.shoot("many-reading")
	begun = time.Now()
	gate.Store(many)
	w.await("!document.body.innerText.includes('are read. Until')")
	t.Logf("all of them after %s more", time.Since(begun))
	w.await("document.querySelector('.toolbar [role=status]').innerText === '50,000 alerts'")
	// All of them are there, the latest first, page by page.
	first := "document.querySelector('tbody .sub .mono')?.innerText"
	w.await(first + " === 'storm-49999'")
	w.awaitText("Page 1 of 500")
	w.click(".pages button", "Next")
	w.await(first + " === 'storm-49899' && location.search === '?page=2'")
	w.goTo(incidentPath("default", "big", "/alerts?page=500"))
	w.await(first + " === 'storm-00099' && " + rows + " === 100")
	w.await(find(".pages button", "Next") + ".disabled")
	// The order and the filters reach what is not on the page.
	w.click("th button", "Severity")
	w.await("document.querySelector('th.c-severity').ariaSort === 'descending' && document.querySelectorAll('th[aria-sort]').length === 1")
	w.await("document.querySelector('tbody .title').innerText === 'The one that matters'")
	w.fill(".toolbar input[type=search]", "team 13")
	w.await("document.querySelector('.toolbar [role=status]').innerText === '1,250 alerts of 50,000'")
	w.click("tbody .title", "team 13")
	w.await("document.querySelector('.alert-detail')?.innerText.includes('What was seen.')")
	w.goTo(incidentPath("default", "big", "/alerts?group=entity"))
	w.await("document.querySelectorAll('.group').length === 200")
	w.awaitText("2,860 smaller groups are left out.")
	w.await("document.querySelector('.group button').innerText.startsWith('Node node-') && document.querySelector('.group .badge').innerText === '834'")
	w.click(".group button", "node-0")
	w.awaitText("734 more alerts")
	// What is chosen on one page stays chosen on the next.
	w.goTo(incidentPath("default", "big", "/alerts"))
	w.await(rows + " === 100")
	eval[bool](w, "(document.querySelector('tbody input[type=checkbox]').click(), true)")
	w.click(".pages button", "Next")
	w.await(first + " === 'storm-49899'")
	eval[bool](w, "(document.querySelector('tbody input[type=checkbox]').click(), true)")
	w.await(find("button", "Move 2"))
	w.shoot("many")
	for what, bound := range map[string]struct {
		expression string
		most       int
	}{
		"nodes":      {"document.querySelectorAll('*').length", 2500},
		"MB of heap": {"Math.round(performance.memory.usedJSHeapSize / 1048576)", 40},
	} {
		got := eval[int](w, bound.expression)
		t.Logf("%s: %d of %d", what, got, bound.most)
		if got > bound.most {
			t.Errorf("%s: %d, at most %d are to be", what, got, bound.most)
		}
	}
	// The pictures count all, and name no more than a page holds.
	w.goTo(incidentPath("default", "big", ""))
	w.awaitText("All 50,000 alerts")
	w.awaitText("The one that matters")
	w.goTo(incidentPath("default", "big", "/evidence"))
	w.awaitText("and 2,800 more, which fewer alerts have.")
}

// While alerts are read, the summary says that it covers a part.
func TestSummaryWhileAlertsAreRead(t *testing.T) {
	incident := &v1alpha1.Incident{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "big", UID: "uid-big"}}
	number := int32(4800)
	incident.Status.Alerts = v1alpha1.AlertCounts{Total: &number, Active: &number}
	gate := &atomic.Int64{}
	d, w := serve(t, paged(inMemory(incident), storm()[:4800], gate)), newTab(t)
	w.visit(d.link(incidentPath("default", "big", "")))
	w.awaitText("2,000 alerts of 4,800 are read.")
	gate.Store(4800)
	w.await("!document.body.innerText.includes('are read.')")
	w.awaitText("All 4,800 alerts")
}

// Without room for all alerts, a page says how many it shows, and why; with room again, it catches up by itself.
func TestAlertsWithoutRoom(t *testing.T) {
	incident := plain("big", "A storm")
	number := int32(4800)
	incident.Status.Alerts = v1alpha1.AlertCounts{Total: &number, Active: &number}
	gate := &atomic.Int64{}
	gate.Store(many)
	d, w := serve(t, paged(inMemory(incident), storm()[:4800], gate), func(c *console.Cluster) { c.Room = console.NewRoom(2800) }), newTab(t)
	w.visit(d.link(incidentPath("default", "big", "/alerts")))
	w.await(rows + " === 100")
	w.awaitText("2,000 alerts of 4,800 are shown, as they were just now: the console keeps at most 2800 alerts for all people together")
	w.awaitText("kubectl incident alerts big -n default lists all; here it is tried again by itself.")
	w.shoot("no-room")
	w.goTo(incidentPath("default", "big", ""))
	w.awaitText("2,000 alerts of 4,800 are shown")
	w.awaitText("All 4,800 alerts")
}

// A search that takes long goes on while incidents change: all alerts are read for it once.
func TestSlowSearchIsReadOnce(t *testing.T) {
	reads, goOn := &atomic.Int64{}, make(chan struct{})
	c := interceptor.NewClient(inMemory(plain("inc-1", "Needle"), plain("inc-2", "Hay")), interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			if _, alerts := list.(*v1alpha1.AlertList); !alerts {
				return c.List(ctx, list, options...)
			}
			reads.Add(1)
			select {
			case <-goOn:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	})
	d, w := serve(t, c), newTab(t)
	w.visit(d.link("/" + clusterName + "/incidents"))
	w.await(rows + " === 2 && document.querySelector('.live.on')")
	w.fill(".search input", "needle")
	for deadline := time.Now().Add(patience); reads.Load() == 0; <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing is searched")
		}
	}
	other := plain("inc-2", "")
	update(t, c, other, func() { other.Spec.Name = "Changed meanwhile" })
	w.awaitText("Changed meanwhile")
	// The queue is read anew a moment after a change, while the search still goes on.
	for deadline := time.Now().Add(2 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		if n := reads.Load(); n != 1 {
			t.Fatalf("all alerts are read %d times", n)
		}
	}
	close(goOn)
	w.await(rows + " === 1")
	w.awaitText("Needle")
}
