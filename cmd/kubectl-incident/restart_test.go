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

package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// expired is how the API server ends a watch whose version it no longer has: at once, or by an event.
func expired(byEvent bool) (watch.Interface, error) {
	err := apierrors.NewResourceExpired("too old")
	if !byEvent {
		return nil, err
	}
	watcher := watch.NewFakeWithChanSize(1, false)
	watcher.Error(&err.ErrStatus)
	return watcher, nil
}

// TestWatchGoesOnFromAFreshList has incidents changed before the watch that is to tell of it has expired.
func TestWatchGoesOnFromAFreshList(t *testing.T) {
	for _, byEvent := range []bool{false, true} {
		c := newCluster(t, anIncident("same"), anIncident("inc-1"), anIncident("leaves"), anIncident("deleted"))
		ctx, interrupt := context.WithCancel(t.Context())
		watches, begun := 0, time.Now()
		c.intercept.Watch = func(ctx context.Context, w client.WithWatch, _ client.ObjectList, _ ...client.ListOption) (watch.Interface, error) {
			watches++
			if watches > 1 {
				interrupt()
				return watch.NewFake(), nil
			}
			left := c.incident("leaves")
			left.Spec.Resolution.State, left.Status.State = v1alpha1.ResolutionResolved, v1alpha1.IncidentResolved
			for _, err := range []error{
				c.changing(func(i *v1alpha1.Incident) { i.Spec.Assignee = "bob" })(ctx, w),
				w.Update(ctx, left), w.Create(ctx, anIncident("new")), w.Delete(ctx, anIncident("deleted")),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			return expired(byEvent)
		}
		e := c.runWith(ctx, "list", "--watch", "--no-headers", "--sort-by", "name")
		var names []string
		for line := range strings.Lines(e.out) {
			names = append(names, strings.Fields(line)[0])
		}
		if got := strings.Join(names, " "); got != "deleted inc-1 leaves same inc-1 new leaves" || e.code != exitDone || watches != 2 {
			t.Errorf("code %d, %d watches: %s\n%s%s", e.code, watches, got, e.out, e.errOut)
		}
		if took := time.Since(begun); took < kube.RestartPause {
			t.Errorf("it went on after %s", took)
		}
	}
}

func TestWaitGoesOn(t *testing.T) {
	for _, byEvent := range []bool{false, true} {
		c := newCluster(t, anIncident("inc-1"))
		watches, begun := 0, time.Now()
		c.intercept.Watch = func(ctx context.Context, w client.WithWatch, _ client.ObjectList, _ ...client.ListOption) (watch.Interface, error) {
			watches++
			err := c.changing(func(i *v1alpha1.Incident) {
				i.Status.Conditions = []metav1.Condition{{Type: v1alpha1.ConditionPropagated, Status: metav1.ConditionTrue}}
			})(ctx, w)
			if err != nil {
				t.Error(err)
			}
			return expired(byEvent)
		}
		if e := c.run("start", "inc-1", "--wait"); e.code != exitDone || watches != 1 || time.Since(begun) < kube.RestartPause {
			t.Errorf("code %d, %d watches after %s\n%s", e.code, watches, time.Since(begun), e.errOut)
		}
	}
}

func TestTimelineGoesOn(t *testing.T) {
	for _, byEvent := range []bool{false, true} {
		fake, _ := newClient().(*dynamicfake.FakeDynamicClient)
		ctx, interrupt := context.WithCancel(t.Context())
		watches, begun := 0, time.Now()
		fake.PrependWatchReactor("*", func(clienttesting.Action) (bool, watch.Interface, error) {
			watches++
			if watches > 1 {
				interrupt()
				return true, watch.NewFake(), nil
			}
			watcher, err := expired(byEvent)
			return true, watcher, err
		})
		f := &follower{timelineOptions: &timelineOptions{plugin: newPlugin(genericiooptions.IOStreams{Out: &bytes.Buffer{}})}, client: fake, uid: uid}
		if err := f.run(ctx, nil); err != nil || watches != 2 || time.Since(begun) < kube.RestartPause {
			t.Errorf("%v, %d watches after %s", err, watches, time.Since(begun))
		}
	}
}

// TestWarnings of the API server are printed once, without what moves the cursor.
func TestWarnings(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Warning", "299 - \"it is old \u202e\"")
		w.Header().Add("Warning", `299 - "it goes"`)
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		_, _ = w.Write([]byte(`{"apiVersion":"incidentoperator.dev/v1alpha1","kind":"Incident","metadata":{"name":"inc-1"}}`))
	}))
	defer server.Close()
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	var errOut bytes.Buffer
	p := newPlugin(genericiooptions.IOStreams{ErrOut: &errOut})
	p.config.APIServer = &server.URL
	c, err := p.connectTyped()
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Get(t.Context(), client.ObjectKey{Namespace: "soc", Name: "inc-1"}, &v1alpha1.Incident{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := errOut.String(); got != "Warning: it is old \\u202e\nWarning: it goes\n" {
		t.Errorf("got %q", got)
	}
}
