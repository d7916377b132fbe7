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

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/tags"
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

func addIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	return errors.Join(
		indexer.IndexField(ctx, &v1alpha1.Alert{}, incidentRefName, incidentRefNameOf),
		indexer.IndexField(ctx, &v1alpha1.Comment{}, incidentRefName, incidentRefNameOfUnrecorded),
	)
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
