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
	"io"
	"strings"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// waitForAlerts follows an incident until its alerts carry what it gives them.
func waitForAlerts(ctx context.Context, c client.WithWatch, incident *v1alpha1.Incident, bar *progress) error {
	return watchUntil(ctx, c, incident, &v1alpha1.IncidentList{}, func(object client.Object) bool {
		seen, ok := object.(*v1alpha1.Incident)
		if !ok {
			return false
		}
		bar.show(seen)
		return seen.Status.ObservedGeneration >= incident.Generation && meta.IsStatusConditionTrue(seen.Status.Conditions, v1alpha1.ConditionPropagated)
	})
}

// watchUntil follows an object until it is as wished. list is an empty list of its kind.
func watchUntil(ctx context.Context, c client.WithWatch, object client.Object, list client.ObjectList, done func(client.Object) bool) error {
	for {
		// A watch says nothing of what was deleted before it began.
		current, _ := object.DeepCopyObject().(client.Object)
		if err := c.Get(ctx, client.ObjectKeyFromObject(object), current); err != nil || done(current) {
			return err
		}
		watcher, err := c.Watch(ctx, list, client.InNamespace(object.GetNamespace()),
			client.MatchingFieldsSelector{Selector: fields.OneTermEqualSelector("metadata.name", object.GetName())})
		if err != nil {
			return err
		}
		if ended, err := watched(ctx, watcher, done); ended || err != nil {
			return err
		}
	}
}

// watched returns false where the watch ended too early: a new one begins with the present state.
func watched(ctx context.Context, watcher watch.Interface, done func(client.Object) bool) (bool, error) {
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
				return false, apierrors.FromObject(event.Object)
			}
			if event.Type == watch.Deleted {
				return false, errors.New("it was deleted")
			}
			if done(seen) {
				return true, nil
			}
		}
	}
}

const barWidth = 30

// progress shows how far alerts have followed, on a terminal.
type progress struct {
	out   io.Writer
	mutex sync.Mutex
	shown bool
}

func newProgress(p *plugin) *progress {
	if !p.onTerminal() {
		return &progress{out: io.Discard}
	}
	return &progress{out: p.ErrOut}
}

// show draws the bar of one incident over the one before.
func (b *progress) show(incident *v1alpha1.Incident) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	propagated := meta.FindStatusCondition(incident.Status.Conditions, v1alpha1.ConditionPropagated)
	if propagated == nil {
		return
	}
	var pending, total int
	if _, err := fmt.Sscanf(propagated.Message, "%d of %d", &pending, &total); err != nil {
		pending, total = 0, 1
	}
	filled := barWidth * (total - pending) / max(total, 1)
	_, _ = fmt.Fprintf(b.out, "\r\x1b[K%s [%s%s] %s", incident.Name, strings.Repeat("#", filled), strings.Repeat(".", barWidth-filled), escape(propagated.Message))
	b.shown = true
}

// end takes the bar away.
func (b *progress) end() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.shown {
		_, _ = io.WriteString(b.out, "\r\x1b[K")
	}
}
