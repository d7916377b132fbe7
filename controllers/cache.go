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

package controllers

import (
	"context"
	"errors"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// CacheOptions returns what the manager's cache keeps of each kind. Incidents are kept whole: their managedFields hold
// the time of the resolution. Of alerts, of which there may be a hundred thousand, and of comments only what the operator looks at.
// Activities are not kept at all.
func CacheOptions() cache.Options {
	return cache.Options{ByObject: map[client.Object]cache.ByObject{
		&v1alpha1.Alert{}:   {Transform: slimAlert},
		&v1alpha1.Comment{}: {Transform: slimComment},
	}}
}

// slimAlert drops from a cached alert what no decision looks at. It is safe because alerts are only ever patched field
// by field, never written back whole. Of managedFields the entry stays that says which tag labels are the operator's.
func slimAlert(in any) (any, error) {
	alert, ok := in.(*v1alpha1.Alert)
	if !ok {
		return in, nil
	}
	var kept []metav1.ManagedFieldsEntry
	for _, entry := range alert.ManagedFields {
		if entry.Manager == tags.Manager && entry.Operation == metav1.ManagedFieldsOperationApply {
			kept = append(kept, entry)
		}
	}
	alert.ManagedFields = kept
	alert.Spec.Description = ""
	delete(alert.Annotations, corev1.LastAppliedConfigAnnotation)
	return alert, nil
}

// slimComment drops the text, which is read when the comment is recorded.
func slimComment(in any) (any, error) {
	comment, ok := in.(*v1alpha1.Comment)
	if !ok {
		return in, nil
	}
	comment.ManagedFields = nil
	comment.Spec.Text = ""
	delete(comment.Annotations, corev1.LastAppliedConfigAnnotation)
	return comment, nil
}

// incidentRefName is the index of alerts by the incident that they are linked to, and of comments by the incident whose
// log they are not in yet.
const incidentRefName = "spec.incidentRef.name"

// concernedIncident is the index of alerts by the incidents that they are linked to or may have something to tell the log
// of. One list of it sees an alert that moves exactly once.
const concernedIncident = "concernedIncident"

// mergeIntoName is the index of incidents by the one that they were merged into or ask to be.
const mergeIntoName = "spec.mergeInto.name"

func addIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	return errors.Join(
		indexer.IndexField(ctx, &v1alpha1.Alert{}, incidentRefName, incidentRefNameOf),
		indexer.IndexField(ctx, &v1alpha1.Alert{}, concernedIncident, concernedIncidentsOf),
		indexer.IndexField(ctx, &v1alpha1.Comment{}, incidentRefName, incidentRefNameOfUnrecorded),
		indexer.IndexField(ctx, &v1alpha1.Incident{}, mergeIntoName, mergeIntoNameOf),
	)
}

func concernedIncidentsOf(object client.Object) []string {
	alert := object.(*v1alpha1.Alert)
	names := sets.New(incidentRefNameOf(alert)...)
	for _, incident := range toldIncidents(alert) {
		names.Insert(incident.Name)
	}
	return names.Delete("").UnsortedList()
}

// toldIncidents are the incidents that an alert's trail names, with repetitions. A trail that cannot be read names none.
func toldIncidents(alert *v1alpha1.Alert) []v1alpha1.ActivityIncident {
	trail, err := activity.ParseTrail(alert.Annotations[v1alpha1.TrailAnnotation])
	if err != nil || trail.Incident.UID == "" && len(trail.Changes) == 0 {
		return nil
	}
	incidents := []v1alpha1.ActivityIncident{trail.Incident}
	for _, change := range trail.Changes {
		incidents = append(incidents, change.Incident)
	}
	return incidents
}

func mergeIntoNameOf(object client.Object) []string {
	if name := object.(*v1alpha1.Incident).Spec.MergeInto.Name; name != "" {
		return []string{name}
	}
	return nil
}

func incidentRefNameOfUnrecorded(object client.Object) []string {
	comment := object.(*v1alpha1.Comment)
	if isMarked(comment) {
		return nil
	}
	return []string{comment.Spec.IncidentRef.Name}
}

// isMarked reports whether a comment says where it stands in the log, or that it never will.
func isMarked(comment *v1alpha1.Comment) bool {
	return meta.FindStatusCondition(comment.Status.Conditions, v1alpha1.ConditionRecorded) != nil
}

// unrecordedComments lists the comments that say nothing yet of where they stand in the log of their incident. They are
// not copies: nobody may change them.
func unrecordedComments(ctx context.Context, reader client.Reader, incident client.ObjectKey) ([]v1alpha1.Comment, error) {
	var comments v1alpha1.CommentList
	err := reader.List(ctx, &comments, client.InNamespace(incident.Namespace),
		client.MatchingFields{incidentRefName: incident.Name}, client.UnsafeDisableDeepCopy)
	return comments.Items, err
}

func incidentRefNameOf(object client.Object) []string {
	if name := object.(*v1alpha1.Alert).Spec.IncidentRef.Name; name != "" {
		return []string{name}
	}
	return nil
}

// linkedAlerts lists the alerts of an incident from the cache. They are not copies: nobody may change them.
func linkedAlerts(ctx context.Context, reader client.Reader, incident client.ObjectKey) ([]v1alpha1.Alert, error) {
	var alerts v1alpha1.AlertList
	err := reader.List(ctx, &alerts, client.InNamespace(incident.Namespace),
		client.MatchingFields{incidentRefName: incident.Name}, client.UnsafeDisableDeepCopy)
	return alerts.Items, err
}

// alertsConcerning lists the alerts that are linked to an incident, and those that are not but may have something to tell
// its log. They are not copies: nobody may change them.
func alertsConcerning(ctx context.Context, reader client.Reader, incident client.ObjectKey) (linked, departed []v1alpha1.Alert, err error) {
	var alerts v1alpha1.AlertList
	err = reader.List(ctx, &alerts, client.InNamespace(incident.Namespace),
		client.MatchingFields{concernedIncident: incident.Name}, client.UnsafeDisableDeepCopy)
	items, border := alerts.Items, 0
	for i := range items {
		if items[i].Spec.IncidentRef.Name == incident.Name {
			items[i], items[border] = items[border], items[i]
			border++
		}
	}
	return items[:border], items[border:], err
}

// askingIncidents lists the incidents that were merged into the one of a name or ask to be. They are not copies.
func askingIncidents(ctx context.Context, reader client.Reader, target client.ObjectKey) ([]v1alpha1.Incident, error) {
	var incidents v1alpha1.IncidentList
	err := reader.List(ctx, &incidents, client.InNamespace(target.Namespace),
		client.MatchingFields{mergeIntoName: target.Name}, client.UnsafeDisableDeepCopy)
	return incidents.Items, err
}

// mergeSources lists the incidents that were merged into an incident. They are not copies.
func mergeSources(ctx context.Context, reader client.Reader, target *v1alpha1.Incident) ([]v1alpha1.Incident, error) {
	asking, err := askingIncidents(ctx, reader, client.ObjectKeyFromObject(target))
	return slices.DeleteFunc(asking, func(incident v1alpha1.Incident) bool {
		return incident.Status.MergedInto.UID != string(target.UID)
	}), err
}

// mergeTarget returns the incident that another was merged into, nil where it was not, or where that is gone.
func mergeTarget(ctx context.Context, reader client.Reader, source *v1alpha1.Incident) (*v1alpha1.Incident, error) {
	into := source.Status.MergedInto
	if into.UID == "" {
		return nil, nil
	}
	target := &v1alpha1.Incident{}
	err := reader.Get(ctx, client.ObjectKey{Namespace: source.Namespace, Name: into.Name}, target, client.UnsafeDisableDeepCopy)
	if apierrors.IsNotFound(err) || (err == nil && string(target.UID) != into.UID) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("getting the incident %s: %w", into.Name, err)
	}
	return target, nil
}
