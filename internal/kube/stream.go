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
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// streamPatience is how long a stream may stand still before it counts as broken.
const streamPatience = 30 * time.Second

// Streamed is the chunk of Each for objects that are not asked for in chunks.
const Streamed = 0

// fallbackChunk is how many objects are asked for at once of an API server that does not stream.
const fallbackChunk = 2000

// Each sees the objects of a list, page by page, and returns the version as of which they are: what changes after it can be
// watched. The pages are read into the same list: what is to be kept must be copied. Objects are never seen twice.
//
// The API server streams them from its memory. Asked for pages, it would read each but the first from etcd if nothing has
// changed for some minutes, and if a field selects, it would look at all of the namespace for each: seconds for a page beside
// 100,000 alerts. It is asked for pages only if it does not stream, or if chunk says of how many objects.
func Each[L client.ObjectList](ctx context.Context, c client.WithWatch, list L, chunk int64, see func(L) error, options ...client.ListOption) (version string, err error) {
	if chunk > Streamed {
		return eachPage(ctx, c, list, chunk, see, options...)
	}
	begun := false
	version, err = stream(ctx, c, list, func(page L) error {
		begun = true
		return see(page)
	}, options...)
	if err == nil || begun || ctx.Err() != nil {
		return version, err
	}
	// API servers that cannot stream say so in many ways, and one that fails will tell why once more.
	return eachPage(ctx, c, list, fallbackChunk, see, options...)
}

func stream[L client.ObjectList](ctx context.Context, c client.WithWatch, list L, see func(L) error, options ...client.ListOption) (string, error) {
	initial := true
	asked := &client.ListOptions{Raw: &metav1.ListOptions{
		SendInitialEvents: &initial, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, AllowWatchBookmarks: true,
	}}
	watcher, err := c.Watch(ctx, list, append([]client.ListOption{asked}, options...)...)
	if err != nil {
		return "", err
	}
	defer watcher.Stop()
	var page []runtime.Object
	for {
		event, err := nextOf(ctx, watcher)
		if err != nil {
			return "", err
		}
		object, ok := event.Object.(client.Object)
		switch {
		case !ok:
			return "", apierrors.FromObject(event.Object)
		case event.Type == watch.Added:
			page = append(page, object)
		case event.Type != watch.Bookmark:
			return "", fmt.Errorf("a stream of what is there told of %s", event.Type)
		}
		whole := event.Type == watch.Bookmark && object.GetAnnotations()[metav1.InitialEventsAnnotationKey] == "true"
		if whole || len(page) == DefaultChunk {
			if err := meta.SetList(list, page); err != nil {
				return "", err
			}
			if err := see(list); err != nil {
				return "", err
			}
			page = page[:0]
		}
		if whole {
			return object.GetResourceVersion(), nil
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
