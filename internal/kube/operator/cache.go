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

package operator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

// CacheOptions returns what the manager's cache keeps of each kind: of each object what the operator decides with, and
// nothing else. It is safe to drop the rest because objects are only ever patched field by field, never written back whole.
// Activities are not kept at all.
func CacheOptions() cache.Options {
	return cache.Options{ByObject: map[client.Object]cache.ByObject{
		&v1alpha1.Alert{}:    {Transform: slim(slimAlert)},
		&v1alpha1.Incident{}: {Transform: slim(slimIncident)},
		&v1alpha1.Comment{}:  {Transform: slim(slimComment)},
	}}
}

func slim[T client.Object](drop func(T)) func(any) (any, error) {
	return func(in any) (any, error) {
		if object, ok := in.(T); ok {
			slimMeta(object)
			drop(object)
		}
		return in, nil
	}
}

// slimMeta keeps the annotations and labels of this project, and of managedFields the entries that tell when a person set a
// field, or which tag labels an earlier version of the operator set.
func slimMeta(object client.Object) {
	annotations := object.GetAnnotations()
	maps.DeleteFunc(annotations, func(key, _ string) bool { return !isOurs(key) })
	object.SetAnnotations(annotations)
	labels := object.GetLabels()
	maps.DeleteFunc(labels, func(key, _ string) bool { return !strings.HasPrefix(key, v1alpha1.TagLabelPrefix) })
	object.SetLabels(labels)
	object.SetOwnerReferences(nil)
}

func isOurs(key string) bool {
	domain, _, _ := strings.Cut(key, "/")
	return domain == v1alpha1.GroupVersion.Group || strings.HasSuffix(domain, "."+v1alpha1.GroupVersion.Group)
}

// slimAlert keeps of evidence what is counted.
func slimAlert(alert *v1alpha1.Alert) {
	alert.ManagedFields = appliedLabels(alert)
	alert.Spec.Description, alert.Spec.URL, alert.Spec.Fingerprint, alert.Spec.Techniques = "", "", "", nil
	alert.Spec.Resolution.Note = ""
	var counted []v1alpha1.Evidence
	for _, evidence := range alert.Spec.Evidence {
		if evidence.Kind.IsEndpoint() || evidence.Kind.IsUser() {
			counted = append(counted, v1alpha1.Evidence{Kind: evidence.Kind, Name: evidence.Name, Namespace: evidence.Namespace})
		}
	}
	alert.Spec.Evidence = counted
}

// slimIncident keeps of managedFields what tells the time of the resolution, and its labels of an earlier version.
func slimIncident(incident *v1alpha1.Incident) {
	applied := appliedLabels(incident)
	incident.ManagedFields = append(rollup.SlimManagedFields(incident.ManagedFields), applied...)
}

// appliedLabels are the entries of managedFields that say which labels an earlier version of the operator applied, as long
// as the object does not list its labels itself.
func appliedLabels(object client.Object) []metav1.ManagedFieldsEntry {
	_, listed := object.GetAnnotations()[v1alpha1.LabelsAnnotation]
	if listed || len(object.GetLabels()) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(object.GetManagedFields()), func(entry metav1.ManagedFieldsEntry) bool {
		return entry.Manager != tags.AppliedManager || entry.Operation != metav1.ManagedFieldsOperationApply
	})
}

// slimComment drops the text, which is read when the comment is recorded.
func slimComment(comment *v1alpha1.Comment) {
	comment.ManagedFields = nil
	comment.Spec.Text = ""
}

const (
	// unrecordedOf is the index of comments by the incident whose log they are not in yet.
	unrecordedOf = "unrecorded.spec.incidentRef.name"
	// mergeIntoName is the index of incidents by the one that they were merged into or ask to be.
	mergeIntoName = "spec.mergeInto.name"
)

// AddIndexes adds what the functions below list by.
func AddIndexes(ctx context.Context, indexer client.FieldIndexer) error {
	return errors.Join(
		indexer.IndexField(ctx, &v1alpha1.Comment{}, unrecordedOf, IndexUnrecorded),
		indexer.IndexField(ctx, &v1alpha1.Incident{}, mergeIntoName, indexMergeInto),
	)
}

// Indexes are the functions behind the indexes by the names of these, for tests whose reader is no cache.
func Indexes() map[string]client.IndexerFunc {
	return map[string]client.IndexerFunc{unrecordedOf: IndexUnrecorded, mergeIntoName: indexMergeInto}
}

func indexMergeInto(object client.Object) []string {
	if name := object.(*v1alpha1.Incident).Spec.MergeInto.Name; name != "" {
		return []string{name}
	}
	return nil
}

// IndexUnrecorded returns the incident whose log a comment is not in yet, none if it says that it is, or never will be.
func IndexUnrecorded(object client.Object) []string {
	comment := object.(*v1alpha1.Comment)
	if IsMarked(comment) {
		return nil
	}
	return []string{comment.Spec.IncidentRef.Name}
}

// IsMarked reports whether a comment says where it stands in the log, or that it never will.
func IsMarked(comment *v1alpha1.Comment) bool {
	return meta.FindStatusCondition(comment.Status.Conditions, v1alpha1.ConditionRecorded) != nil
}

// UnrecordedComments lists the comments that say nothing yet of where they stand in the log of their incident. They are
// not copies: nobody may change them.
func UnrecordedComments(ctx context.Context, reader client.Reader, incident client.ObjectKey) ([]v1alpha1.Comment, error) {
	var comments v1alpha1.CommentList
	err := reader.List(ctx, &comments, client.InNamespace(incident.Namespace),
		client.MatchingFields{unrecordedOf: incident.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("listing the comments on the incident: %w", err)
	}
	return comments.Items, nil
}

// AskingIncidents lists the incidents that were merged into the one of a name or ask to be. They are not copies.
func AskingIncidents(ctx context.Context, reader client.Reader, target client.ObjectKey) ([]v1alpha1.Incident, error) {
	var incidents v1alpha1.IncidentList
	err := reader.List(ctx, &incidents, client.InNamespace(target.Namespace),
		client.MatchingFields{mergeIntoName: target.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("listing the incidents that name another one to merge into: %w", err)
	}
	return incidents.Items, nil
}

// MergeSources lists the incidents that were merged into an incident. They are not copies.
func MergeSources(ctx context.Context, reader client.Reader, target *v1alpha1.Incident) ([]v1alpha1.Incident, error) {
	asking, err := AskingIncidents(ctx, reader, client.ObjectKeyFromObject(target))
	return slices.DeleteFunc(asking, func(incident v1alpha1.Incident) bool {
		return incident.Status.MergedInto.UID != string(target.UID)
	}), err
}

// MergeTarget returns the incident that another was merged into, nil if it was not, or if that is gone.
func MergeTarget(ctx context.Context, reader client.Reader, source *v1alpha1.Incident) (*v1alpha1.Incident, error) {
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

// MergeChain is how many merges led to an incident one after the other, counted up to a limit.
func MergeChain(ctx context.Context, reader client.Reader, incident *v1alpha1.Incident, limit int) (int, error) {
	if limit == 0 {
		return 0, nil
	}
	sources, err := MergeSources(ctx, reader, incident)
	longest := 0
	for i := range sources {
		chain, err := MergeChain(ctx, reader, &sources[i], limit-1)
		if err != nil {
			return 0, err
		}
		longest = max(longest, 1+chain)
	}
	return longest, err
}
