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

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// waitForAlerts follows an incident until its alerts carry what it gives them.
func waitForAlerts(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, bar *progress) error {
	return watchUntil(ctx, c, incident, &v1alpha1.IncidentList{}, func(object client.Object) (bool, error) {
		seen, ok := object.(*v1alpha1.Incident)
		if !ok {
			return false, nil
		}
		done, total := followed(seen, incident.Generation)
		bar.show(seen.Name, done, total)
		return seen.Status.ObservedGeneration >= incident.Generation && meta.IsStatusConditionTrue(seen.Status.Conditions, v1alpha1.ConditionPropagated), nil
	})
}

// followed is how many of an incident's alerts carry what a generation of it gives them, and how many there are. How many
// do not is nowhere but in the message of the condition.
func followed(incident *v1alpha1.Incident, generation int64) (done, total int) {
	total = int(ptr.Deref(incident.Status.Alerts.Total, 0))
	propagated := meta.FindStatusCondition(incident.Status.Conditions, v1alpha1.ConditionPropagated)
	switch {
	case incident.Status.ObservedGeneration < generation || propagated == nil:
		return 0, total
	case propagated.Status == metav1.ConditionTrue:
		return total, total
	}
	var pending, linked int
	if _, err := fmt.Sscanf(propagated.Message, "%d of %d", &pending, &linked); err != nil {
		return 0, total
	}
	return linked - pending, linked
}

// watchUntil follows an object until it is as wished, or until it is clear that it never will be. list is an empty list of
// its kind.
func watchUntil(
	ctx context.Context, c client.WithWatch, object client.Object, list client.ObjectList, done func(client.Object) (bool, error),
) error {
	for {
		// A watch says nothing of what was deleted before it began.
		current, _ := object.DeepCopyObject().(client.Object)
		if err := c.Get(ctx, client.ObjectKeyFromObject(object), current); err != nil {
			return err
		}
		if ended, err := done(current); ended || err != nil {
			return err
		}
		if ended, err := watchOnce(ctx, c, object, list, done); ended || err != nil {
			return err
		}
		pause(ctx)
	}
}

// watchOnce returns false where the watch ended too early: a new one begins with the present state.
func watchOnce(
	ctx context.Context, c client.WithWatch, object client.Object, list client.ObjectList, done func(client.Object) (bool, error),
) (bool, error) {
	watcher, err := c.Watch(ctx, list, client.InNamespace(object.GetNamespace()),
		client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", object.GetName())})
	if err != nil {
		return false, endOf(err)
	}
	return watched(ctx, watcher, done)
}

// watched returns false where the watch ended too early.
func watched(ctx context.Context, watcher watch.Interface, done func(client.Object) (bool, error)) (bool, error) {
	defer watcher.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("it is not done yet: %w", ctx.Err())
		case event, open := <-watcher.ResultChan():
			if !open {
				return false, nil
			}
			seen, ok := event.Object.(client.Object)
			if !ok {
				return false, endOf(apierrors.FromObject(event.Object))
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
