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
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func queueOf(t *testing.T) *world {
	t.Helper()
	return newWorld(t, interceptor.Funcs{}, queued()...)
}

func queued() []client.Object {
	return []client.Object{
		anIncident("a", func(i *v1alpha1.Incident) { i.Spec.Assignee, i.Status.Severity = alice, v1alpha1.SeverityHigh }),
		anIncident("b", func(i *v1alpha1.Incident) { i.Spec.Assignee, i.Spec.Tags = bob, []v1alpha1.Tag{"HR"} }),
		anIncident("c", func(i *v1alpha1.Incident) { i.Spec.Name = "Odd <b>name</b>" }),
		anIncident("d", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }),
		anAlert("a-1", "a", func(a *v1alpha1.Alert) {
			a.Spec.Evidence = []v1alpha1.Evidence{{Kind: v1alpha1.EvidenceDevice, Name: "web-1"}}
		}),
	}
}

func TestQueueFilters(t *testing.T) {
	tests := map[string][]string{
		"":                               {"a", "b", "c"},
		"all=true":                       {"a", "b", "c", "d"},
		"state=Resolved":                 {"d"},
		"state=resolved":                 {"d"},
		"assignee=@me":                   {"a"},
		"assignee=" + bob:                {"b"},
		"assignee=@me&assignee=" + bob:   {"a", "b"},
		"unassigned=true":                {"c"},
		"unassigned=true&assignee=@me":   {"a", "c"},
		"tag=hr":                         {"b"},
		"severity=High":                  {"a"},
		"min-severity=low":               {"a"},
		"search=%3Cb%3E":                 {"c"},
		"entity=WEB-1":                   {"a"},
		"namespace=soc":                  {"a", "b", "c"},
		"namespace=other":                {},
		"sort=name&page=7":               {"a", "b", "c"},
		"sort=name&verdict=TruePositive": {},
		"category=Execution":             {},
		"source=Falco&all=true":          {},
		"determination=Malware":          {},
		"since=7d":                       {}, // They have no time at all.
	}
	w := queueOf(t)
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			found := ask[queueReply](w, http.MethodGet, "/api/incidents?"+query+"&sort=name", nil)
			if query == "sort=name&page=7" || query == "sort=name&verdict=TruePositive" {
				found = ask[queueReply](w, http.MethodGet, "/api/incidents?"+query, nil)
			}
			names := []string{}
			for _, line := range found.Lines {
				names = append(names, line.Name)
			}
			if diff := cmp.Diff(want, names); diff != "" || len(found.Problems) > 0 || found.Total != len(want) {
				t.Errorf("(-want +got)\n%s problems %v, total %d", diff, found.Problems, found.Total)
			}
		})
	}
}

func TestWrongParametersAreTold(t *testing.T) {
	w := queueOf(t)
	for query, parameter := range map[string]string{
		"state=Closed": "state", "severity=Huge": "severity", "since=yesterday": "since", "sort=size": "sort", "page=0": "page", "page=x": "page",
		"assignee=": "assignee", "all=yes": "all", "unknown=1": "unknown", "search=a&search=b": "search", "__proto__=1": "__proto__",
		"search=" + url.QueryEscape(string(make([]rune, maxSearch+1))): "search",
	} {
		t.Run(query[:min(len(query), 20)], func(t *testing.T) {
			found := ask[queueReply](w, http.MethodGet, "/api/incidents?"+query, nil)
			if len(found.Problems) != 1 || found.Problems[0].Parameter != parameter || found.Problems[0].Message == "" {
				t.Errorf("got %+v, want one about %s", found.Problems, parameter)
			}
			if found.Total != 3 {
				t.Errorf("a parameter that is wrong must be left out: got %d lines, want 3", found.Total)
			}
		})
	}
}

// A search asks for alerts too, which must not be asked of namespaces that the person may not see.
func TestSearchInTheOneNamespaceThatMayBeSeen(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			err := allowing(ctx, c, object, options...)
			if review, ok := object.(*authorizationv1.SelfSubjectAccessReview); ok {
				review.Status.Allowed = review.Spec.ResourceAttributes.Namespace == "soc"
			}
			return err
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			asked := &client.ListOptions{}
			asked.ApplyOptions(options)
			if asked.Namespace != "soc" {
				return apierrors.NewForbidden(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "alerts"}, "", nil)
			}
			return listing(ctx, c, list, options...)
		},
	}, queued()...)
	if found := ask[queueReply](w, http.MethodGet, "/api/incidents?search=odd", nil); found.Total != 2 || found.Scope != "soc" {
		t.Errorf("got %d in %q, want in soc one by its name and one by an alert", found.Total, found.Scope)
	}
}

func TestPagesOfTheQueue(t *testing.T) {
	var objects []client.Object
	for i := range pageSize + 2 {
		objects = append(objects, anIncident("inc-"+string(rune('a'+i/26))+string(rune('a'+i%26))))
	}
	w := newWorld(t, interceptor.Funcs{}, objects...)
	first := ask[queueReply](w, http.MethodGet, "/api/incidents?sort=name", nil)
	last := ask[queueReply](w, http.MethodGet, "/api/incidents?sort=name&page=99", nil)
	if len(first.Lines) != pageSize || first.Pages != 2 || first.Total != pageSize+2 {
		t.Errorf("first page: %d lines, %d pages, %d in all", len(first.Lines), first.Pages, first.Total)
	}
	if len(last.Lines) != 2 || last.Page != 2 || last.Lines[1].Name != objects[len(objects)-1].GetName() {
		t.Errorf("a page behind the last must be the last: %d lines on page %d", len(last.Lines), last.Page)
	}
}

func TestForbiddenQueue(t *testing.T) {
	resource := schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "incidents"}
	w := newWorld(t, interceptor.Funcs{List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
		return apierrors.NewForbidden(resource, "", nil)
	}}, anIncident("a"))
	answer := w.do(w.request(http.MethodGet, "/api/incidents", nil))
	if answer.Code != http.StatusForbidden {
		t.Errorf("got %d %s, want 403", answer.Code, answer.Body)
	}
}

func TestFeedFollows(t *testing.T) {
	watching := make(chan struct{})
	begun := sync.OnceFunc(func() { close(watching) })
	w := newWorld(t, interceptor.Funcs{
		Watch: func(ctx context.Context, c client.WithWatch, list client.ObjectList, _ ...client.ListOption) (watch.Interface, error) {
			defer begun()
			return c.Watch(ctx, list)
		},
	}, queued()...)
	<-watching
	before := ask[queueReply](w, http.MethodGet, "/api/incidents", nil)
	watcher := w.feed.subscribe()
	defer w.feed.unsubscribe(watcher)
	incident := w.incidentNow("a")
	incident.Spec.Assignee = bob
	if err := w.cluster.Update(t.Context(), incident); err != nil {
		t.Fatal(err)
	}
	if err := w.cluster.Delete(t.Context(), anIncident("b")); err != nil {
		t.Fatal(err)
	}
	lines, gone := map[string]string{}, []string{}
	for len(lines) == 0 || len(gone) == 0 {
		select {
		case <-time.After(10 * time.Second):
			t.Fatal("nothing came")
		case <-watcher.signal:
			told := eventOf(w.feed.newsFor(watcher))
			for _, line := range told.Lines {
				lines[line.Name] = line.Assignee
			}
			gone = append(gone, told.Gone...)
		}
	}
	after := ask[queueReply](w, http.MethodGet, "/api/incidents", nil)
	if lines["a"] != bob || gone[0] != "soc/b" || after.Version <= before.Version || after.Total != before.Total-1 {
		t.Errorf("lines %v, gone %v, version %d to %d, %d lines", lines, gone, before.Version, after.Version, after.Total)
	}
}

func TestSuggestions(t *testing.T) {
	w := newWorld(t, interceptor.Funcs{},
		anIncident("a", func(i *v1alpha1.Incident) { i.Spec.Tags, i.Spec.Assignee = []v1alpha1.Tag{"HR", "Phishing"}, bob }),
		anIncident("b", func(i *v1alpha1.Incident) { i.Spec.Tags = []v1alpha1.Tag{"Phishing"} }))
	w.feed.waitReady(t.Context())
	for path, want := range map[string][]suggestion{
		"kind=tag":                     {{Value: "Phishing", Count: 2}, {Value: "HR", Count: 1}},
		"kind=tag&text=h":              {{Value: "Phishing", Count: 2}, {Value: "HR", Count: 1}},
		"kind=tag&text=hr":             {{Value: "HR", Count: 1}},
		"kind=tag&namespace=elsewhere": {},
		"kind=assignee":                {{Value: alice, About: "me"}, {Value: bob, Count: 1}},
	} {
		got := ask[[]suggestion](w, http.MethodGet, "/api/suggest?"+path, nil)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", path, diff)
		}
	}
}

// An open watch goes on after its right is gone. Once it ends, nothing that was read is shown any more.
func TestWithdrawnRightEmptiesTheFeed(t *testing.T) {
	forbidden := apierrors.NewForbidden(schema.GroupResource{Group: v1alpha1.GroupVersion.Group, Resource: "incidents"}, "", nil)
	var withdrawn atomic.Bool
	watcher := watch.NewFake()
	w := newWorld(t, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			if withdrawn.Load() {
				return forbidden
			}
			return c.List(ctx, list, options...)
		},
		Watch: func(_ context.Context, _ client.WithWatch, _ client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
			asked := &client.ListOptions{}
			asked.ApplyOptions(options)
			if seconds := asked.Raw.TimeoutSeconds; seconds == nil || *seconds > 300 {
				t.Errorf("the watch has no end: %v", seconds)
			}
			if withdrawn.Load() {
				return nil, forbidden
			}
			return watcher, nil
		},
	}, anIncident("a"))
	if found := ask[queueReply](w, http.MethodGet, "/api/incidents", nil); found.Total != 1 {
		t.Fatalf("%d lines", found.Total)
	}
	told := w.feed.subscribe()
	defer w.feed.unsubscribe(told)
	withdrawn.Store(true)
	watcher.Stop()
	<-told.signal
	if answer := w.do(w.request(http.MethodGet, "/api/incidents", nil)); answer.Code != http.StatusForbidden {
		t.Errorf("got %d %s, want 403", answer.Code, answer.Body)
	}
}
