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

package incident

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
	logf "sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

// decide accepts the merge that an incident asks for, or returns why it is refused. What the cache knows is enough to
// refuse. To accept takes what the API server has now, and the acceptance is written on condition that nobody changed the
// incident since. Of two incidents that ask for each other, or more in a circle, whichever is decided last sees the others
// ask, since each had asked before it was decided: so that no lock is needed.
func (r *Reconciler) decide(ctx context.Context, incident *v1alpha1.Incident) (*merge.Refusal, error) {
	_, refusal, err := r.judge(ctx, r.Client, incident)
	if err != nil || refusal != nil {
		return refusal, err
	}
	source := &v1alpha1.Incident{}
	if err := r.Live.Get(ctx, client.ObjectKeyFromObject(incident), source); err != nil {
		return nil, err
	}
	if !merge.IsAsked(source) || source.ResourceVersion != incident.ResourceVersion {
		return nil, fmt.Errorf("the incident that asks for a merge has changed: %w", operator.ErrLookAgain)
	}
	target, refusal, err := r.judge(ctx, r.Live, source)
	if err != nil || refusal != nil {
		return refusal, err
	}
	return nil, r.accept(ctx, source, target)
}

// judge asks whether an incident may be merged, by what the reader knows of the target. What was merged before is known from
// the cache: a chain that is one too long does no harm.
func (r *Reconciler) judge(ctx context.Context, reader client.Reader, source *v1alpha1.Incident) (*v1alpha1.Incident, *merge.Refusal, error) {
	target := &v1alpha1.Incident{}
	err := reader.Get(ctx, client.ObjectKey{Namespace: source.Namespace, Name: source.Spec.MergeInto.Name}, target)
	if apierrors.IsNotFound(err) {
		target, err = nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("getting the incident to merge into: %w", err)
	}
	chain, err := operator.MergeChain(ctx, r.Client, source, merge.MaxChain)
	if err != nil {
		return nil, nil, err
	}
	if refusal := merge.TooLong(source, chain); refusal != nil {
		return target, refusal, nil
	}
	return target, merge.Decide(source, target), nil
}

func (r *Reconciler) accept(ctx context.Context, source, target *v1alpha1.Incident) error {
	err := operator.PatchStatus(ctx, r.Client, kind, source, operator.Object{
		"metadata": operator.OnVersion(source),
		"status": operator.Object{
			"mergedInto":   v1alpha1.MergedInto(v1alpha1.IdentityOf(target)),
			"redirectedTo": target.Name,
			"state":        v1alpha1.IncidentRedirected,
		},
	})
	if err != nil {
		return fmt.Errorf("accepting the merge: %w", err)
	}
	logf.FromContext(ctx).Info("Accepted a merge", "into", target.Name, "uid", target.UID)
	return nil
}
