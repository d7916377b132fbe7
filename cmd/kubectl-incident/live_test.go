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
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

func watchedList(t *testing.T, c *cluster) *listOptions {
	t.Helper()
	o := &listOptions{plugin: newPlugin(c.streams()), sortBy: query.ByUrgency}
	o.formatFlags.addTo(&cobra.Command{})
	var err error
	if o.selector, err = (actions.Selection{Namespace: "soc"}).Ready(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return o
}

// TestLiveListFollows has the API server go away between two watches.
func TestLiveListFollows(t *testing.T) {
	c := newCluster(t, anIncident("b"), anIncident("leaves"))
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	watches := 0
	forbidden := apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("incidents").GroupResource(), "", errors.New("no"))
	watching := c.WithWatch
	source := watch.NewFakeWithChanSize(10, false)
	c.intercept.Watch = func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
		watches++
		if watches == 1 {
			return nil, &url.Error{Op: "Get", URL: "https://192.0.2.1", Err: errors.New("connection refused")}
		}
		if watches == 2 { // It is back, and does not know yet who may do what.
			return nil, forbidden
		}
		source.Modify(anIncident("leaves", func(i *v1alpha1.Incident) { i.Spec.Resolution.State = v1alpha1.ResolutionResolved }))
		source.Add(anIncident("a"))
		source.Modify(anIncident("b", func(i *v1alpha1.Incident) { i.Status.Severity = v1alpha1.SeverityHigh }))
		source.Delete(anIncident("unknown"))
		return source, nil
	}
	var frames []string
	l := &liveList{listOptions: watchedList(t, c), client: c.intercepted(watching), draw: func(incidents []*v1alpha1.Incident, away time.Time) {
		var names []string
		for i := range incidents {
			names = append(names, incidents[i].Name)
		}
		frame := strings.Join(names, " ")
		if !away.IsZero() {
			frame += " away"
		}
		frames = append(frames, frame)
		if frame == "b a" {
			interrupt()
		}
	}}
	if err := l.run(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b leaves", "b leaves away", "b leaves", "b leaves", "b a"}, frames); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestLiveListThatIsRefused ends: the rights are gone, and not the API server.
func TestLiveListThatIsRefused(t *testing.T) {
	c := newCluster(t, anIncident("a"))
	c.intercept.Watch = func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) (watch.Interface, error) {
		return nil, apierrors.NewForbidden(v1alpha1.GroupVersion.WithResource("incidents").GroupResource(), "", errors.New("no"))
	}
	l := &liveList{listOptions: watchedList(t, c), client: c.intercepted(c.WithWatch), draw: func([]*v1alpha1.Incident, time.Time) {}}
	if err := l.run(t.Context()); !apierrors.IsForbidden(err) {
		t.Errorf("got %v", err)
	}
}

func TestFrame(t *testing.T) {
	o := watchedList(t, newCluster(t))
	o.utc = true
	incidents := []*v1alpha1.Incident{anIncident("a"), anIncident("b"), anIncident("c")}
	got := o.frame(incidents, terminal.Screen{Columns: 40, Rows: 5}, noon.Add(-time.Minute), noon)
	want := "\x1b[H" + strings.Join([]string{
		"NAME  STATE   TITLE", "a     Active  a", "b     Active  b", "2 of 3 incidents shown, 12:00:00 UTC; t…", "",
	}, "\x1b[K\n") + "\x1b[J"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
