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
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// streamPatience is how long a stream may stand still before it counts as broken.
const streamPatience = 30 * time.Second

// EachSelected sees the alerts that a field selects, page by page, and returns the version as of which they are: what changes
// after it can be watched. The API server streams them from its memory. For pages it would look at all alerts of the namespace
// again and again, and read them from etcd if nothing has changed for some minutes: seconds for each page beside 100,000 alerts.
// It is asked for pages only if it does not stream. What is to be kept of a page must be copied.
func EachSelected(ctx context.Context, c client.WithWatch, see func(*v1alpha1.AlertList) error, options ...client.ListOption) (version string, err error) {
	begun := false
	version, err = stream(ctx, c, func(page *v1alpha1.AlertList) error {
		begun = true
		return see(page)
	}, options...)
	if err == nil || begun || ctx.Err() != nil {
		return version, err
	}
	// API servers that cannot stream say so in many ways, and one that fails will tell why once more.
	err = EachPage(ctx, c, &v1alpha1.AlertList{}, selectedChunk, func(page *v1alpha1.AlertList) error {
		version = page.ResourceVersion
		return see(page)
	}, options...)
	return version, err
}

// selectedChunk is how many alerts are asked for at once of an API server that does not stream.
const selectedChunk = 2000

func stream(ctx context.Context, c client.WithWatch, see func(*v1alpha1.AlertList) error, options ...client.ListOption) (string, error) {
	initial := true
	asked := &client.ListOptions{Raw: &metav1.ListOptions{
		SendInitialEvents: &initial, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, AllowWatchBookmarks: true,
	}}
	watcher, err := c.Watch(ctx, &v1alpha1.AlertList{}, append([]client.ListOption{asked}, options...)...)
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	page := &v1alpha1.AlertList{}
	for {
		event, err := nextOf(ctx, watcher)
		if err != nil {
			return "", err
		}
		alert, ok := event.Object.(*v1alpha1.Alert)
		switch {
		case !ok:
			return "", apierrors.FromObject(event.Object)
		case event.Type == watch.Added:
			page.Items = append(page.Items, *alert)
		case event.Type != watch.Bookmark:
			return "", fmt.Errorf("a stream of what is there told of %s", event.Type)
		}
		whole := alert.Annotations[metav1.InitialEventsAnnotationKey] == "true" && event.Type == watch.Bookmark
		if whole || len(page.Items) == DefaultChunk {
			if err := see(page); err != nil {
				return "", err
			}
			page = &v1alpha1.AlertList{}
		}
		if whole {
			return alert.ResourceVersion, nil
		}
	}
}

// nextOf waits for an event.
func nextOf(ctx context.Context, watcher watch.Interface) (watch.Event, error) {
	timer := time.NewTimer(streamPatience)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return watch.Event{}, context.Cause(ctx)
	case <-timer.C:
		return watch.Event{}, fmt.Errorf("nothing came for %s", streamPatience)
	case event, open := <-watcher.ResultChan():
		if !open {
			return event, errors.New("the stream ended too early")
		}
		return event, nil
	}
}
