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
	"io"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// RestartPause is how long a watch waits before it begins anew, so that one which ends at once does not flood the API
// server.
const RestartPause = time.Second

// Restartable is no error where the API server only ended a watch, or no longer has the version to begin it with: then a
// new one begins with the present state. Any other error it returns as it is.
func Restartable(err error) error {
	if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
		return nil
	}
	return err
}

// Away says that an error only says that the API server could not be reached, or was not ready: whoever follows something
// may try again. It is for those who have reached it before; to others the error tells what is wrong.
func Away(err error) bool {
	var asked *url.Error
	return err != nil && !errors.Is(err, context.Canceled) &&
		(errors.As(err, &asked) || errors.Is(err, io.ErrUnexpectedEOF) || apierrors.IsServiceUnavailable(err) ||
			apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err))
}

// Pause waits before a watch begins anew, or ends with the context.
func Pause(ctx context.Context) {
	timer := time.NewTimer(RestartPause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// WatchUntil follows an object until done says so, or returns an error since it never will be. list is an empty list of
// its kind.
func WatchUntil[T client.Object](ctx context.Context, c client.WithWatch, object T, list client.ObjectList, done func(T) (bool, error)) error {
	for {
		// A watch says nothing of what was deleted before it began.
		current, ok := object.DeepCopyObject().(T)
		if !ok {
			return fmt.Errorf("a copy of a %T is of another type", object)
		}
		if err := c.Get(ctx, client.ObjectKeyFromObject(object), current); err != nil {
			return err
		}
		if ended, err := done(current); ended || err != nil {
			return err
		}
		if ended, err := watchOnce(ctx, c, object, list, done); ended || err != nil {
			return err
		}
		Pause(ctx)
	}
}

// watchOnce returns false where the watch ended too early: a new one begins with the present state.
func watchOnce[T client.Object](ctx context.Context, c client.WithWatch, object T, list client.ObjectList, done func(T) (bool, error)) (bool, error) {
	watcher, err := c.Watch(ctx, list, client.InNamespace(object.GetNamespace()),
		client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", object.GetName())})
	if err != nil {
		return false, Restartable(err)
	}
	return watched(ctx, watcher, done)
}

// watched returns false where the watch ended too early.
func watched[T client.Object](ctx context.Context, watcher watch.Interface, done func(T) (bool, error)) (bool, error) {
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("it is not done yet: %w", ctx.Err())
		case event, open := <-watcher.ResultChan():
			if !open {
				return false, nil
			}
			seen, ok := event.Object.(T)
			if !ok {
				return false, Restartable(apierrors.FromObject(event.Object))
			}
			if event.Type == watch.Deleted {
				return false, errors.New("it was deleted")
			}
			if ended, err := done(seen); ended || err != nil {
				return ended, err
			}
		}
	}
}
