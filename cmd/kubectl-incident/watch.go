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
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// follow prints incidents as they change, until it is interrupted.
func (o *listOptions) follow(ctx context.Context, c client.WithWatch, sink sink[*v1alpha1.Incident], seen listed) error {
	behind := false
	for {
		var err error
		if behind {
			err = o.catchUp(ctx, c, sink, &seen)
		}
		if err == nil {
			err = o.watchOnce(ctx, c, sink, &seen)
		}
		switch {
		case ctx.Err() != nil: // Whoever interrupts a watch has seen enough.
			return nil //nolint:nilerr // The error is that of the interrupted request.
		case kube.Away(err): // It may be back in a moment.
		case kube.Restartable(err) != nil:
			return fmt.Errorf("watching incidents: %w", err)
		}
		behind = err != nil
		kube.Pause(ctx)
	}
}

func (o *listOptions) watchOnce(
	ctx context.Context, c client.WithWatch, sink sink[*v1alpha1.Incident], seen *listed,
) error {
	from := client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: seen.resourceVersion, AllowWatchBookmarks: true}}
	watcher, err := c.Watch(ctx, &v1alpha1.IncidentList{}, append([]client.ListOption{&from}, o.selector.ListOptions()...)...)
	if err != nil {
		return err
	}
	return o.printChanges(ctx, c, watcher, sink, seen)
}

// printChanges returns without an error where the API server ended the watch, as it does now and then.
func (o *listOptions) printChanges(
	ctx context.Context, c client.Client, watcher watch.Interface, sink sink[*v1alpha1.Incident], seen *listed,
) error {
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case event, open := <-watcher.ResultChan():
			if !open {
				return nil
			}
			if event.Type == watch.Error {
				return apierrors.FromObject(event.Object)
			}
			incident, ok := event.Object.(*v1alpha1.Incident)
			if !ok {
				return errors.New("the server sent something else")
			}
			seen.resourceVersion = incident.ResourceVersion
			if event.Type != watch.Bookmark && o.concerns(event.Type, incident, seen) {
				if err := printChange(ctx, c, event.Type, incident, sink); err != nil {
					return err
				}
			}
		}
	}
}

// printChange prints an incident as it is now. Of one that left what the server selects, the event has what it was before.
func printChange(ctx context.Context, c client.Client, change watch.EventType, incident *v1alpha1.Incident, sink sink[*v1alpha1.Incident]) error {
	rows := []*v1alpha1.Incident{incident}
	if change == watch.Deleted {
		left, err := departed(ctx, c, map[string]string{actions.KeyOf(incident): ""}, nil)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			rows = left
		}
	}
	return sink.page(rows, time.Now())
}

// concerns says whether a change is to be printed: of what the filter selects, and once more when it selects it no more.
func (o *listOptions) concerns(change watch.EventType, incident *v1alpha1.Incident, seen *listed) bool {
	key := actions.KeyOf(incident)
	_, before := seen.versions[key]
	if change != watch.Deleted && o.selector.MatchesListed(incident, time.Now()) {
		seen.versions[key] = incident.ResourceVersion
		return true
	}
	delete(seen.versions, key)
	return before
}
