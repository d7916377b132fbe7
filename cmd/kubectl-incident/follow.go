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
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// follower shows the entries of one log as they come, each once and in order.
type follower struct {
	*timelineOptions
	client                   dynamic.Interface
	namespace, incident, uid string

	// shown is the sequence of the last entry that was shown.
	shown int64
	// pending are entries that came before their turn.
	pending map[int64]map[string]any
	// columns are those of what was shown, with which new rows are aligned.
	columns terminal.Aligned
}

// run ends without an error when it is interrupted: that is how people end it.
func (f *follower) run(ctx context.Context, shown []map[string]any) error {
	f.columns.Measure(timelineHeader)
	for _, entry := range shown {
		f.columns.Measure(entryRow(entry))
		f.shown = max(f.shown, sequenceOf(entry))
	}
	source := f.client.Resource(v1alpha1.GroupVersion.WithResource("activities")).Namespace(f.namespace)
	// Without a version, a watch begins with all that is there, so that nothing is missed between two of them.
	options := metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("spec.incidentRef.name", f.incident).String()}
	for ctx.Err() == nil {
		if err := f.once(ctx, source, options); err != nil && ctx.Err() == nil && !kube.Away(err) {
			return fmt.Errorf("following the activities: %w", err)
		}
		kube.Pause(ctx)
	}
	return nil
}

// once follows one watch to its end.
func (f *follower) once(ctx context.Context, source dynamic.ResourceInterface, options metav1.ListOptions) error {
	watcher, err := source.Watch(ctx, options)
	if err != nil {
		return kube.Restartable(err)
	}
	return f.watch(ctx, watcher)
}

// watch returns without an error where the watch ended, or was interrupted.
func (f *follower) watch(ctx context.Context, watcher watch.Interface) error {
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
				return kube.Restartable(apierrors.FromObject(event.Object))
			}
			entry, ok := event.Object.(*unstructured.Unstructured)
			if !ok || event.Type != watch.Added || logUID(entry.Object) != f.uid {
				continue
			}
			if err := f.take(ctx, entry.Object); err != nil {
				return err
			}
		}
	}
}

// take shows an entry, and those behind it that waited for it.
func (f *follower) take(ctx context.Context, entry map[string]any) error {
	if sequence := sequenceOf(entry); sequence > f.shown {
		f.pending[sequence] = entry
	}
	for {
		next, found := f.pending[f.shown+1]
		if !found {
			return nil
		}
		delete(f.pending, f.shown+1)
		f.shown++
		if err := f.showOne(ctx, next); err != nil {
			return err
		}
	}
}

func (f *follower) showOne(ctx context.Context, entry map[string]any) error {
	if f.format != "" {
		return f.printObjects([]map[string]any{entry})
	}
	row := entryRow(entry)
	f.columns.Measure(row)
	terminal.PrintLine(f.Out, f.columns.Line(row))
	if !isCommented(entry) {
		return nil
	}
	texts, err := f.comment(ctx, nested(entry, "spec", "comment", "name"))
	if err != nil {
		return err
	}
	f.printComment(entry, texts)
	return nil
}

// comment returns the text of a comment by its UID, nothing where it is gone.
func (f *follower) comment(ctx context.Context, name string) (map[string]string, error) {
	source := f.client.Resource(v1alpha1.GroupVersion.WithResource("comments")).Namespace(f.namespace)
	comment, err := source.Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the comment: %w", err)
	}
	return map[string]string{string(comment.GetUID()): nested(comment.Object, "spec", "text")}, nil
}
