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

package correlation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/correlate"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// open makes sure of the incidents that alerts are to be linked to: those to be begun are created, and of the others the API
// server is asked whether they are open still, since a person may have resolved one a moment ago. It returns the names of
// those that are open.
func (r *Reconciler) open(ctx context.Context, space *namespace, begins []correlate.Begin, links []correlate.Link) (map[string]bool, error) {
	opened := map[string]bool{}
	var errs []error
	for _, link := range links {
		if _, known := opened[link.Incident]; known {
			continue
		}
		i := slices.IndexFunc(begins, func(b correlate.Begin) bool { return b.Name == link.Incident })
		var err error
		if i >= 0 {
			opened[link.Incident], err = r.begin(ctx, space, begins[i])
		} else {
			opened[link.Incident], err = r.confirm(ctx, space, link.Incident, nil)
		}
		errs = append(errs, err)
	}
	return opened, errors.Join(errs...)
}

// begin creates an incident. One of its name that is there already was created by whoever was interrupted; it will do, if it
// is open and was begun at the same alert.
func (r *Reconciler) begin(ctx context.Context, space *namespace, begin correlate.Begin) (bool, error) {
	incident := incidentOf(space.name, begin)
	err := r.Client.Create(ctx, incident, FieldOwner)
	if apierrors.IsAlreadyExists(err) {
		return r.confirm(ctx, space, begin.Name, &begin.Origin)
	}
	if err != nil {
		return false, fmt.Errorf("creating the incident %s: %w", begin.Name, err)
	}
	space.engine.Incident(incident)
	space.countsOf(begin.Policy.Name).incidents++
	r.Instruments.begun()
	logf.FromContext(ctx).Info("Began an incident", "Incident", klog.KObj(incident), "policy", begin.Policy.Name, "reason", begin.Why)
	return true, nil
}

func incidentOf(namespace string, begin correlate.Begin) *v1alpha1.Incident {
	template := begin.Policy.Incident
	description := begin.Why
	if template.Description != "" {
		description = template.Description + "\n\n" + begin.Why
	}
	return &v1alpha1.Incident{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: namespace, Name: begin.Name,
			Annotations: map[string]string{v1alpha1.CorrelatedAnnotation: begin.Origin.Annotation()},
		},
		Spec: v1alpha1.IncidentSpec{
			Triage: v1alpha1.Triage{Tags: template.Tags, Assignee: template.Assignee}, Severity: template.Severity, Description: description,
		},
	}
}

// confirm asks the API server whether an incident is open, and begun as is said if that is, and tells the engine.
func (r *Reconciler) confirm(ctx context.Context, space *namespace, name string, begun *correlate.Origin) (bool, error) {
	incident := &v1alpha1.Incident{}
	err := r.Live.Get(ctx, client.ObjectKey{Namespace: space.name, Name: name}, incident)
	if apierrors.IsNotFound(err) {
		space.engine.ForgetIncident(name)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("getting the incident %s: %w", name, err)
	}
	space.engine.Incident(incident)
	return correlate.IsOpen(incident) && (begun == nil || correlate.OriginOf(incident, r.Ingest) == *begun), nil
}

// resolve resolves the incidents of which no alert is active any more.
func (r *Reconciler) resolve(ctx context.Context, space *namespace) error {
	var errs []error
	for _, name := range space.engine.Resolvable() {
		errs = append(errs, r.resolveOne(ctx, space, name))
	}
	return errors.Join(errs...)
}

func (r *Reconciler) resolveOne(ctx context.Context, space *namespace, name string) error {
	before := &v1alpha1.Incident{}
	if err := r.Live.Get(ctx, client.ObjectKey{Namespace: space.name, Name: name}, before); err != nil {
		return fmt.Errorf("getting the incident %s: %w", name, err)
	}
	if !correlate.MayResolve(before, r.Ingest) {
		space.engine.Incident(before)
		return nil
	}
	after := before.DeepCopy()
	after.Spec.Resolution = v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "All alerts were resolved."}
	if err := kube.PatchUnchanged(ctx, r.Client, before, after, FieldOwner); err != nil {
		return fmt.Errorf("resolving the incident %s: %w", name, err)
	}
	space.engine.Incident(after)
	r.Instruments.resolved()
	logf.FromContext(ctx).Info("Resolved an incident, since all its alerts are", "Incident", klog.KObj(after))
	return nil
}

// relate lets incidents say that an alert ties them together, or merges them. It returns the alerts of those that could not
// be written: they must wait, so that it is decided again.
func (r *Reconciler) relate(ctx context.Context, space *namespace, relations []correlate.Relation) (untold map[string]bool, err error) {
	untold = map[string]bool{}
	var errs []error
	for _, relation := range relations {
		if err := r.relateTwo(ctx, space, relation); err != nil {
			untold[relation.Alert] = true
			errs = append(errs, err)
		}
	}
	return untold, errors.Join(errs...)
}

func (r *Reconciler) relateTwo(ctx context.Context, space *namespace, relation correlate.Relation) error {
	var from, into v1alpha1.Incident
	for name, incident := range map[string]*v1alpha1.Incident{relation.From: &from, relation.Into: &into} {
		if err := r.Live.Get(ctx, client.ObjectKey{Namespace: space.name, Name: name}, incident); err != nil {
			return fmt.Errorf("getting the incident %s: %w", name, err)
		}
	}
	asking := from.DeepCopy()
	note(asking, relation.Into, relation.Why)
	merges := relation.Merge && correlate.IsOpen(&from) && correlate.OriginOf(&from, r.Ingest).Policy != ""
	if merges {
		asking.Spec.MergeInto.Name = relation.Into
		merges = merge.Decide(asking, &into) == nil
	}
	if !merges {
		asking.Spec.MergeInto = from.Spec.MergeInto
	}
	other := into.DeepCopy()
	note(other, relation.From, relation.Why)
	if err := r.patchIncident(ctx, space, &into, other); err != nil {
		return err
	}
	if err := r.patchIncident(ctx, space, &from, asking); err != nil {
		return err
	}
	r.Instruments.related(merges)
	logf.FromContext(ctx).Info("Found incidents to be related", "Incident", klog.KObj(&from), "other", klog.KObj(&into), "merge", merges, "reason", relation.Why)
	return nil
}

func (r *Reconciler) patchIncident(ctx context.Context, space *namespace, before, after *v1alpha1.Incident) error {
	if before.Annotations[v1alpha1.RelatedAnnotation] != after.Annotations[v1alpha1.RelatedAnnotation] || before.Spec.MergeInto != after.Spec.MergeInto {
		if err := kube.PatchUnchanged(ctx, r.Client, before, after, FieldOwner); err != nil {
			return fmt.Errorf("relating the incident %s: %w", before.Name, err)
		}
	}
	space.engine.Incident(after)
	return nil
}

// note adds to an incident that it is related to another, and why.
func note(incident *v1alpha1.Incident, other, why string) {
	noted := correlate.Noted(incident, other, why)
	if incident.Annotations == nil {
		incident.Annotations = map[string]string{}
	}
	incident.Annotations[v1alpha1.RelatedAnnotation] = noted
}
