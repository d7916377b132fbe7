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
	"cmp"
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/kube"
)

// watchTimeout bounds a watch: the API server goes on to serve one that is open after its right was withdrawn.
const watchTimeout = 4 * time.Minute

// followFrom takes what changes of the objects of a list since a version. It ends with the context, or if the changes since
// cannot be had any more: then the objects must be read anew.
func followFrom[T client.Object](
	ctx context.Context, cluster Cluster, list client.ObjectList, version string, take func(object T, deleted bool), options ...client.ListOption,
) error {
	seconds := int64(cmp.Or(cluster.WatchTimeout, watchTimeout) / time.Second)
	for {
		since := &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: version, TimeoutSeconds: &seconds, AllowWatchBookmarks: true}}
		watcher, err := cluster.Client.Watch(ctx, list, append([]client.ListOption{since}, options...)...)
		if err != nil {
			return kube.Restartable(err)
		}
		if version, err = drain(ctx, watcher, version, take); err != nil || ctx.Err() != nil {
			return kube.Restartable(err)
		}
		kube.Pause(ctx)
	}
}

// drain takes changes until the watch ends, and returns where the next one begins.
func drain[T client.Object](ctx context.Context, watcher watch.Interface, version string, take func(object T, deleted bool)) (string, error) {
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return version, nil
		case event, open := <-watcher.ResultChan():
			if !open {
				return version, nil
			}
			object, ok := event.Object.(T)
			if !ok {
				return version, apierrors.FromObject(event.Object)
			}
			version = object.GetResourceVersion()
			if event.Type != watch.Bookmark {
				take(object, event.Type == watch.Deleted)
			}
		}
	}
}
