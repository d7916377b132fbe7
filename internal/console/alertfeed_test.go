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
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// paging serves lists of alerts as an API server does: a page, and where the next begins. Each page but the first waits
// until gate lets it pass. A client in memory knows no pages.
func paging(gate <-chan struct{}) interceptor.Funcs {
	return interceptor.Funcs{List: func(ctx context.Context, w client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
		page, ok := list.(*v1alpha1.AlertList)
		if !ok {
			return listing(ctx, w, list, options...)
		}
		asked := (&client.ListOptions{}).ApplyOptions(options)
		all := &v1alpha1.AlertList{}
		if err := w.List(ctx, all, client.InNamespace(asked.Namespace), client.MatchingFieldsSelector{Selector: asked.FieldSelector}); err != nil {
			return err
		}
		first, _ := strconv.Atoi(asked.Continue)
		if first > 0 {
			select {
			case <-gate:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		next := min(first+int(asked.Limit), len(all.Items))
		page.Items, page.ResourceVersion = all.Items[first:next], all.ResourceVersion
		if page.Continue = ""; next < len(all.Items) {
			page.Continue = strconv.Itoa(next)
		}
		return nil
	}}
}

// chunk is how many alerts are read at once of an API server that does not stream.
const chunk = 2000

func manyAlerts(number int) []client.Object {
	objects := []client.Object{anIncident("big"), anAlert("stranger", "other")}
	for i := range number {
		objects = append(objects, anAlert(fmt.Sprintf("a-%05d", i), "big"))
	}
	return objects
}

// awaitAlerts asks until an answer is as it should be.
func awaitAlerts(w *world, query string, done func(*alertsReply) bool) *alertsReply {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(10 * time.Millisecond) {
		found := ask[*alertsReply](w, http.MethodGet, "/api/incidents/soc/big/alerts?"+query, nil)
		if done(found) {
			return found
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("never so: %d rows, page %d of %d, %d read, whole %v", len(found.Rows), found.Page, found.Pages, found.Read, found.Whole)
		}
	}
}

func TestFirstAlertsShowWhileTheRestIsRead(t *testing.T) {
	gate := make(chan struct{})
	w := newWorld(t, paging(gate), manyAlerts(4800)...)
	found := ask[*alertsReply](w, http.MethodGet, "/api/incidents/soc/big/alerts", nil)
	if len(found.Rows) != alertsPage || found.Read != chunk || found.Whole || found.Pages != 20 {
		t.Fatalf("%d rows of %d pages, %d read, whole %v", len(found.Rows), found.Pages, found.Read, found.Whole)
	}
	if scope := ask[*scopeReply](w, http.MethodGet, "/api/incidents/soc/big/scope", nil); scope.Whole || scope.Scope.Alerts != chunk {
		t.Errorf("the scope counts %d, whole %v", scope.Scope.Alerts, scope.Whole)
	}
	gate <- struct{}{}
	awaitAlerts(w, "", func(r *alertsReply) bool { return r.Read == 2*chunk && !r.Whole })
	gate <- struct{}{}
	last := awaitAlerts(w, "sort=name&page=48", func(r *alertsReply) bool { return r.Whole })
	if last.Read != 4800 || last.Matched != 4800 || len(last.Rows) != 100 || last.Rows[99].Name != "a-04799" {
		t.Errorf("%d of %d alerts, the last of %d rows is %s", last.Matched, last.Read, len(last.Rows), last.Rows[len(last.Rows)-1].Name)
	}
	if scope := ask[*scopeReply](w, http.MethodGet, "/api/incidents/soc/big/scope", nil); !scope.Whole || scope.Scope.Alerts != 4800 {
		t.Errorf("the scope counts %d, whole %v", scope.Scope.Alerts, scope.Whole)
	}
}

// What changes is known without reading all anew, and pages are told of it.
func TestAlertsAreFollowed(t *testing.T) {
	watching := make(chan struct{}, 8) // A client in memory tells nothing of before.
	w := newWorld(t, interceptor.Funcs{Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
		found, err := c.Watch(ctx, list, options...)
		if _, ok := list.(*v1alpha1.AlertList); ok {
			watching <- struct{}{}
		}
		return found, err
	}}, manyAlerts(3)...)
	awaitAlerts(w, "", func(r *alertsReply) bool { return r.Whole && r.Read == 3 })
	<-watching
	watcher := w.feed.subscribe()
	defer w.feed.unsubscribe(watcher)
	if err := w.cluster.Create(t.Context(), anAlert("new", "big")); err != nil {
		t.Fatal(err)
	}
	awaitAlerts(w, "", func(r *alertsReply) bool { return r.Read == 4 })
	for told := false; !told; {
		select {
		case <-watcher.signal:
			for _, key := range w.feed.newsFor(watcher).Alerts {
				told = told || key == "soc/big"
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no page is told")
		}
	}
	moved := &v1alpha1.Alert{}
	if err := w.cluster.Get(t.Context(), client.ObjectKey{Namespace: "soc", Name: "new"}, moved); err != nil {
		t.Fatal(err)
	}
	moved.Spec.IncidentRef.Name = "other"
	if err := w.cluster.Update(t.Context(), moved); err != nil {
		t.Fatal(err)
	}
	awaitAlerts(w, "", func(r *alertsReply) bool { return r.Read == 3 })
	if err := w.cluster.Delete(t.Context(), anAlert("a-00001", "big")); err != nil {
		t.Fatal(err)
	}
	awaitAlerts(w, "", func(r *alertsReply) bool { return r.Read == 2 })
}

// Who has lost the right to read alerts sees none, also of those that were read before.
func TestAlertsGoWithTheRight(t *testing.T) {
	feed := newAlertFeed(Cluster{}, client.ObjectKey{Namespace: "soc", Name: "big"}, NewRoom(MaxAlerts).enter(nil), func() {})
	feed.take(anAlert("a", "big"), false)
	feed.change(func() { feed.whole = true })
	away := apierrors.NewServiceUnavailable("later")
	feed.fail(away)
	if found, err := feed.known(t.Context()); err != nil || len(found.alerts) != 1 {
		t.Errorf("while the API server is away: %d alerts, %v", len(found.alerts), err)
	}
	feed.fail(apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("alerts").GroupResource(), "", nil))
	if found, err := feed.known(t.Context()); !apierrors.IsForbidden(err) || len(found.alerts) != 0 {
		t.Errorf("without the right: %d alerts, %v", len(found.alerts), err)
	}
}

// Alerts that went while nobody watched are gone once all are read anew.
func TestAlertsReadAnewReplaceWhatWasKnown(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, manyAlerts(3)...)
	feed := newAlertFeed(Cluster{Client: w.cluster}, client.ObjectKey{Namespace: "soc", Name: "big"}, NewRoom(MaxAlerts).enter(nil), func() {})
	for want := 3; want > 1; want-- {
		if _, err := feed.list(t.Context()); err != nil {
			t.Fatal(err)
		}
		if found, err := feed.known(t.Context()); err != nil || !found.whole || len(found.alerts) != want {
			t.Errorf("%d alerts, whole %v, %v, want %d", len(found.alerts), found.whole, err, want)
		}
		if err := w.cluster.Delete(t.Context(), anAlert(fmt.Sprintf("a-%05d", want-1), "big")); err != nil {
			t.Fatal(err)
		}
	}
}

// A session keeps the alerts of few incidents, and lets go of those that were looked at longest ago.
func TestFewFeedsStayOpen(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{})
	key := func(i int) client.ObjectKey { return client.ObjectKey{Namespace: "soc", Name: strconv.Itoa(i)} }
	for i := range maxAlertFeeds {
		w.alerts.of(key(i))
	}
	first := w.alerts.of(key(0))
	w.alerts.of(key(maxAlertFeeds))
	if w.alerts.of(key(0)) != first {
		t.Error("what was looked at just now is not kept")
	}
	w.alerts.mutex.Lock()
	defer w.alerts.mutex.Unlock()
	if len(w.alerts.open) != maxAlertFeeds || w.alerts.open[key(1)] != nil {
		t.Errorf("%d feeds are open, the oldest among them: %v", len(w.alerts.open), w.alerts.open[key(1)] != nil)
	}
}

func TestAlertFiltersOfAnAddress(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{}, anIncident("big"),
		anAlert("a", "big", func(a *v1alpha1.Alert) { a.Spec.Assignee, a.Spec.Severity = bob, v1alpha1.SeverityHigh }),
		anAlert("b", "big", func(a *v1alpha1.Alert) {
			a.Spec.Resolution.State, a.Spec.Category = v1alpha1.ResolutionResolved, "Impact"
		}),
		anAlert("c", "big", func(a *v1alpha1.Alert) { a.Spec.Source.Service, a.Spec.Name = "Falco", "Strange" }),
	)
	for query, want := range map[string]string{
		"": "a b c", "state=Open": "a c", "state=Resolved": "b", "assignee=-": "b c", "assignee=" + bob: "a", "severity=high": "a", "tactic=impact": "b",
		"source=Falco": "c", "search=strange": "c", "title=Odd": "a b", "technique=-": "a b c", "state=Open&assignee=-": "c",
		// What is wrong is left out and told.
		"severity=Huge": "a b c !severity", "nothing=1": "a b c !nothing", "page=0": "a b c !page", "sort=luck": "a b c !sort", "group=luck": "a b c !group",
		"state=Open&state=Resolved": "a b c !state", "search=" + strings.Repeat("x", maxSearch+1): "a b c !search",
	} {
		found := ask[*alertsReply](w, http.MethodGet, "/api/incidents/soc/big/alerts?"+query, nil)
		var got []string
		for _, row := range found.Rows {
			got = append(got, row.Name)
		}
		for _, problem := range found.Problems {
			got = append(got, "!"+problem.Parameter)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %s", query, got, want)
		}
	}
}

// heap is how many bytes are in use.
func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// An alert of the usual size, of 50,000 that differ as those of a storm do, is kept in less than a kilobyte.
func TestAlertsAreKeptSmall(t *testing.T) {
	const number = 5000
	read := func(i int) *v1alpha1.Alert {
		alert := anAlert(fmt.Sprintf("falco-3b1f9c-%05d", i), "big", func(a *v1alpha1.Alert) {
			a.Spec.Name, a.Spec.Description = "Suspicious PowerShell command line", strings.Repeat("What was seen. ", 60)
			a.Spec.Techniques, a.Spec.Category = []v1alpha1.Technique{"T1059.001"}, "Execution"
			a.Annotations = map[string]string{v1alpha1.InheritedAnnotation: `{"incident":"big","uid":"u","assignee":{"value":"alice","over":""}}`}
			for n := range 4 {
				a.Spec.Evidence = append(a.Spec.Evidence, v1alpha1.Evidence{Kind: v1alpha1.EvidenceDevice, Name: fmt.Sprintf("host-%d", (i+n)%900), Role: v1alpha1.EvidenceAffected})
			}
		})
		encoded, err := json.Marshal(alert)
		if err != nil {
			t.Fatal(err)
		}
		decoded := &v1alpha1.Alert{} // As it comes from the API server: each text for itself.
		if err := json.Unmarshal(encoded, decoded); err != nil {
			t.Fatal(err)
		}
		return decoded
	}
	feed := newAlertFeed(Cluster{}, client.ObjectKey{Namespace: "soc", Name: "big"}, NewRoom(MaxAlerts).enter(nil), func() {})
	for i := range number {
		feed.take(read(i), false)
	}
	if _, err := feed.known(t.Context()); err != nil || len(feed.alerts) != number {
		t.Errorf("%d are kept, %v", len(feed.alerts), err)
	}
	with := heap()
	runtime.KeepAlive(feed) // Not any longer.
	without := heap()       // Right after the other: other tests left behind what goes on.
	each := (max(with, without) - without) / number
	t.Logf("%d bytes an alert", each)
	if each > 1024 {
		t.Errorf("an alert needs %d bytes, at most 1024 are to be", each)
	}
}
