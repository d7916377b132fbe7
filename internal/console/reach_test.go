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
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// grants are the rights of a person who may list incidents in some namespaces. Nothing else may be listed elsewhere.
type grants struct {
	mutex   sync.Mutex
	allowed []string
	// namespaces are those of the cluster; nil if the person may not list them.
	namespaces []string
	// remaining is how many namespaces a list leaves out.
	remaining int64
	away      error
	watches   map[string]*watch.FakeWatcher
	reviews   int
}

func (g *grants) allows(namespace string) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return slices.Contains(g.allowed, namespace)
}

// withdraw takes the right in a namespace, and ends its watch, as it ends after some time.
func (g *grants) withdraw(namespace string) {
	for done := false; !done; <-time.After(time.Millisecond) {
		g.mutex.Lock()
		if watcher := g.watches[namespace]; watcher != nil { // It begins behind the first answer.
			g.allowed = slices.DeleteFunc(g.allowed, func(one string) bool { return one == namespace })
			watcher.Stop()
			done = true
		}
		g.mutex.Unlock()
	}
}

func (g *grants) funcs() interceptor.Funcs {
	forbidden := apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("incidents").GroupResource(), "", nil)
	return interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, object client.Object, options ...client.CreateOption) error {
			review, ok := object.(*authorizationv1.SelfSubjectAccessReview)
			if !ok {
				return allowing(ctx, c, object, options...)
			}
			review.Status.Allowed = g.allows(review.Spec.ResourceAttributes.Namespace)
			g.mutex.Lock()
			defer g.mutex.Unlock()
			g.reviews++
			return g.away
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, options ...client.ListOption) error {
			asked := (&client.ListOptions{}).ApplyOptions(options)
			names, ok := list.(*metav1.PartialObjectMetadataList)
			switch {
			case ok && g.namespaces == nil, !ok && !g.allows(asked.Namespace):
				return forbidden
			case !ok:
				return listing(ctx, c, list, options...)
			}
			for _, name := range g.namespaces {
				names.Items = append(names.Items, metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: name}})
			}
			if g.remaining > 0 {
				names.Continue, names.RemainingItemCount = "more", &g.remaining
			}
			return nil
		},
		Watch: func(_ context.Context, _ client.WithWatch, _ client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
			namespace := (&client.ListOptions{}).ApplyOptions(options).Namespace
			if !g.allows(namespace) {
				return nil, forbidden
			}
			g.mutex.Lock()
			defer g.mutex.Unlock()
			if g.watches == nil {
				g.watches = map[string]*watch.FakeWatcher{}
			}
			g.watches[namespace] = watch.NewFake()
			return g.watches[namespace], nil
		},
	}
}

// in puts an object into a namespace.
func in[T client.Object](namespace string, object T) T {
	object.SetNamespace(namespace)
	return object
}

func numbered(number int) []string {
	names := make([]string, number)
	for i := range names {
		names[i] = fmt.Sprintf("team-%02d", i)
	}
	return names
}

func TestReach(t *testing.T) {
	tests := map[string]struct {
		grants *grants
		named  []string
		want   *reach
	}{
		"everywhere":                    {&grants{allowed: []string{""}}, nil, &reach{Everywhere: true, Namespaces: []string{}}},
		"some, which are found":         {&grants{allowed: []string{"d", "b"}, namespaces: []string{"a", "b", "c", "d"}}, nil, &reach{Namespaces: []string{"b", "d"}, Listed: true}},
		"the usual one":                 {&grants{allowed: []string{"soc", "hr"}}, nil, &reach{Namespaces: []string{"soc"}}},
		"one that is named":             {&grants{allowed: []string{"hr"}}, []string{"hr", "it"}, &reach{Namespaces: []string{"hr"}}},
		"nothing":                       {&grants{}, []string{"hr"}, &reach{Namespaces: []string{"soc"}}},
		"nothing that is found":         {&grants{namespaces: []string{"a"}}, nil, &reach{Namespaces: []string{"soc"}, Listed: true}},
		"more than are looked at":       {&grants{allowed: []string{"a"}, namespaces: []string{"a", "b"}, remaining: 7}, nil, &reach{Namespaces: []string{"a"}, Listed: true, More: 7}},
		"more than can be read at once": {&grants{allowed: append(numbered(60), "zoo", "soc"), namespaces: numbered(60)}, []string{"zoo"}, &reach{Namespaces: append([]string{"soc"}, append(numbered(48), "zoo")...), Listed: true, More: 12}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, interceptor.Funcs{})
			got, err := findReach(t.Context(), interceptor.NewClient(w.cluster, test.grants.funcs()), "soc", test.named)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			if test.grants.reviews > 1+maxReviewed {
				t.Errorf("%d reviews", test.grants.reviews)
			}
		})
	}
	w := newWorld(t, interceptor.Funcs{})
	away := &grants{away: apierrors.NewServiceUnavailable("later")}
	if got, err := findReach(t.Context(), interceptor.NewClient(w.cluster, away.funcs()), "soc", nil); !apierrors.IsServiceUnavailable(err) {
		t.Errorf("got %+v, %v while the API server is away", got, err)
	}
}

// awaitQueue asks for the queue until it has the incidents.
func awaitQueue(w *world, query, want string) *queueReply {
	w.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; <-time.After(10 * time.Millisecond) {
		found := ask[*queueReply](w, http.MethodGet, "/api/incidents?sort=name&"+query, nil)
		var names []string
		for _, line := range found.Lines {
			names = append(names, line.Namespace+"/"+line.Name)
		}
		if got := strings.Join(names, " "); got == want {
			return found
		} else if time.Now().After(deadline) {
			w.t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// Who may list the incidents of some namespaces sees those as one queue: filters, export and changes are of them alone.
func TestQueueOfSomeNamespaces(t *testing.T) {
	g := &grants{allowed: []string{"soc", "hr"}, namespaces: []string{"hr", "it", "soc"}}
	w := newWorld(t, g.funcs(), anIncident("a"), in("hr", anIncident("b")), in("it", anIncident("c")), in("hr", anAlert("b-1", "b", func(a *v1alpha1.Alert) { a.Spec.Name = "Strange" })))
	if found := awaitQueue(w, "", "hr/b soc/a"); found.Scope != "" || !found.Ready || found.There != 2 {
		t.Errorf("scope %q, ready %v, %d there", found.Scope, found.Ready, found.There)
	}
	awaitQueue(w, "namespace=hr", "hr/b")
	awaitQueue(w, "search=strange", "hr/b")
	me := ask[*meReply](w, http.MethodGet, "/api/me", nil)
	if diff := cmp.Diff(&reach{Namespaces: []string{"hr", "soc"}, Listed: true}, me.Reach); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	csv := w.do(w.request(http.MethodGet, "/api/incidents.csv", nil)).Body.String()
	if !strings.HasPrefix(csv, "\ufeffNAMESPACE,") || !strings.Contains(csv, "\nhr,") || !strings.Contains(csv, "\nsoc,") || strings.Contains(csv, "\nit,") {
		t.Errorf("exported %q", csv)
	}
	all := ""
	answer := w.do(w.request(http.MethodPost, "/api/changes", changeRequest{chosen: chosen{Query: &all}, Edit: edit{Assignee: wanted(bob)}}))
	for key, want := range map[client.ObjectKey]string{{Namespace: "soc", Name: "a"}: bob, {Namespace: "hr", Name: "b"}: bob, {Namespace: "it", Name: "c"}: ""} {
		incident := &v1alpha1.Incident{}
		if err := w.cluster.Get(t.Context(), key, incident); err != nil || incident.Spec.Assignee != want {
			t.Errorf("%s is assigned to %q, %v, want %q; answered %s", actions.KeyOf(incident), incident.Spec.Assignee, err, want, answer.Body)
		}
	}

	// A right that ends takes its namespace along, and nothing else.
	g.withdraw("hr")
	awaitQueue(w, "", "soc/a")
	if answer := w.do(w.request(http.MethodGet, "/api/incidents?namespace=hr", nil)); answer.Code != http.StatusForbidden {
		t.Errorf("got %d %s, want 403", answer.Code, answer.Body)
	}
}

// Who may not list namespaces names them in addresses; one without rights is told apart from one without incidents.
func TestNamespacesAreNamedInAddresses(t *testing.T) {
	g := &grants{allowed: []string{"soc", "hr"}}
	w := newWorld(t, g.funcs(), anIncident("a"), in("hr", anIncident("b")), in("it", anIncident("c")))
	if found := awaitQueue(w, "", "soc/a"); found.Scope != "soc" {
		t.Errorf("the scope is %q", found.Scope)
	}
	if found := ask[*queueReply](w, http.MethodGet, "/api/incidents?namespace=hr", nil); len(found.Lines) != 1 || !found.Ready {
		t.Errorf("the first answer has %d lines, ready %v", len(found.Lines), found.Ready)
	}
	awaitQueue(w, "", "hr/b soc/a")
	answer := w.do(w.request(http.MethodGet, "/api/incidents?namespace=it", nil))
	if answer.Code != http.StatusForbidden || !strings.Contains(answer.Body.String(), `you may not list them in the namespace \"it\"`) {
		t.Errorf("got %d %s", answer.Code, answer.Body)
	}
	for _, wrong := range []string{"..%2F..", "A%20B", "x%00", strings.Repeat("x", 64)} {
		if found := ask[*queueReply](w, http.MethodGet, "/api/incidents?namespace="+wrong, nil); len(found.Problems) != 1 {
			t.Errorf("%s: %v", wrong, found.Problems)
		}
	}
}
