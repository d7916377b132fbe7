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

package kube

import (
	"context"
	"errors"
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// streaming is a client whose watch tells events, and whose list has two alerts of version 7.
type streaming struct {
	client.WithWatch
	events  []watch.Event
	refusal error
	lists   int
}

func (s *streaming) Watch(_ context.Context, _ client.ObjectList, options ...client.ListOption) (watch.Interface, error) {
	asked := (&client.ListOptions{}).ApplyOptions(options)
	if asked.Raw == nil || asked.Raw.SendInitialEvents == nil || !*asked.Raw.SendInitialEvents || !asked.Raw.AllowWatchBookmarks ||
		asked.Raw.ResourceVersionMatch != metav1.ResourceVersionMatchNotOlderThan || asked.Namespace != "soc" {
		return nil, fmt.Errorf("asked for %+v", asked)
	}
	if s.refusal != nil {
		return nil, s.refusal
	}
	watcher := watch.NewFakeWithChanSize(len(s.events), false)
	for _, event := range s.events {
		watcher.Action(event.Type, event.Object)
	}
	watcher.Stop()
	return watcher, nil
}

func (s *streaming) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	s.lists++
	list.(*v1alpha1.AlertList).Items = []v1alpha1.Alert{*named("listed-1"), *named("listed-2")}
	list.SetResourceVersion("7")
	return nil
}

func named(name string) *v1alpha1.Alert {
	return &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{Namespace: "soc", Name: name}}
}

func added(number int) []watch.Event {
	events := make([]watch.Event, 0, number+1)
	for i := range number {
		events = append(events, watch.Event{Type: watch.Added, Object: named(fmt.Sprint("streamed-", i))})
	}
	return events
}

// bookmark is at the end of what was there if last.
func bookmark(version string, last bool) watch.Event {
	mark := &v1alpha1.Alert{ObjectMeta: metav1.ObjectMeta{ResourceVersion: version}}
	if last {
		mark.Annotations = map[string]string{metav1.InitialEventsAnnotationKey: "true"}
	}
	return watch.Event{Type: watch.Bookmark, Object: mark}
}

func TestEach(t *testing.T) {
	failure := errors.New("enough")
	for name, test := range map[string]struct {
		events  []watch.Event
		refusal error
		see     error
		chunk   int64

		pages   string
		version string
		lists   int
		err     string
	}{
		"none":                {events: []watch.Event{bookmark("9", true)}, pages: "[0]", version: "9"},
		"some":                {events: append(added(3), bookmark("8", false), bookmark("9", true)), pages: "[3]", version: "9"},
		"several pages":       {events: append(added(2*DefaultChunk+1), bookmark("9", true)), pages: "[500 500 1]", version: "9"},
		"refused":             {refusal: apierrors.NewBadRequest("no"), pages: "[2]", version: "7", lists: 1},
		"fails at the start":  {events: []watch.Event{{Type: watch.Error, Object: &metav1.Status{Code: 500, Message: "no"}}}, pages: "[2]", version: "7", lists: 1},
		"ends before a page":  {events: added(3), pages: "[2]", version: "7", lists: 1},
		"tells of changes":    {events: append(added(3), watch.Event{Type: watch.Modified, Object: named("streamed-0")}, bookmark("9", true)), pages: "[2]", version: "7", lists: 1},
		"ends behind a page":  {events: added(DefaultChunk + 1), pages: "[500]", err: "the stream ended too early"},
		"asked for in chunks": {events: append(added(3), bookmark("9", true)), chunk: 2, pages: "[2]", version: "7", lists: 1},
		"who sees has enough": {events: append(added(3), bookmark("9", true)), see: failure, pages: "[3]", err: "enough"},
	} {
		t.Run(name, func(t *testing.T) {
			c, pages, names := &streaming{events: test.events, refusal: test.refusal}, []int{}, map[string]bool{}
			version, err := Each(t.Context(), c, &v1alpha1.AlertList{}, test.chunk, func(page *v1alpha1.AlertList) error {
				pages = append(pages, len(page.Items))
				for i := range page.Items {
					names[page.Items[i].Name] = true
				}
				return test.see
			}, client.InNamespace("soc"))
			if got := fmt.Sprint(err); got != test.err && (err != nil || test.err != "") {
				t.Errorf("got %v, want %q", err, test.err)
			}
			if err == nil && version != test.version || fmt.Sprint(pages) != test.pages || c.lists != test.lists {
				t.Errorf("version %q, pages of %v, %d lists", version, pages, c.lists)
			}
			sum := 0
			for _, number := range pages {
				sum += number
			}
			if len(names) != sum {
				t.Errorf("%d alerts by %d names", sum, len(names))
			}
		})
	}
}

// Who waits no longer is not answered by pages instead.
func TestStreamEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := &streaming{refusal: errors.New("cut")}
	cancel()
	if _, err := Each(ctx, c, &v1alpha1.AlertList{}, Streamed, func(*v1alpha1.AlertList) error { return nil }, client.InNamespace("soc")); err == nil || c.lists > 0 {
		t.Errorf("%v after %d lists", err, c.lists)
	}
}
