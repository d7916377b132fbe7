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
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// errDeleted is for an object that is gone since it was read, also where another one has its name now.
var errDeleted = errors.New("it was deleted meanwhile")

// make makes the change of one incident and says what was done. The incident is then as the API server has it. Every
// change is computed from what it changes, and made only of that; so the incident is read anew only where it has changed
// since it was chosen, and usually one request does.
func (o *changer) make(ctx context.Context, c client.Client, incident *v1alpha1.Incident, options []client.PatchOption) (done string, err error) {
	stale := false
	err = onConflict(ctx, func() error {
		if stale {
			selected, err := o.refresh(ctx, c, incident)
			if err != nil {
				return err
			}
			if !selected {
				done = notSelected
				return nil
			}
		}
		stale = true
		var err error
		done, err = o.patch(ctx, c, incident, options)
		return err
	})
	return done, err
}

// patch makes the change on condition that the incident is as it was read.
func (o *changer) patch(ctx context.Context, c client.Client, incident *v1alpha1.Incident, options []client.PatchOption) (string, error) {
	after := incident.DeepCopy()
	if err := o.apply(after); err != nil {
		return "", err
	}
	if len(differences(incident, after)) == 0 {
		return unchanged, nil
	}
	patch := client.MergeFromWithOptions(incident, client.MergeFromWithOptimisticLock{})
	err := c.Patch(ctx, after, patch, append(slices.Clone(options), fieldOwner)...)
	if apierrors.IsNotFound(err) {
		return "", errDeleted
	}
	if err != nil {
		return "", err
	}
	*incident = *after
	return o.done, nil
}

// refresh reads an incident anew and says whether it is still meant.
func (o *changer) refresh(ctx context.Context, c client.Client, incident *v1alpha1.Incident) (bool, error) {
	fresh := &v1alpha1.Incident{}
	if err := readAgain(ctx, c, incident, fresh); err != nil {
		return false, err
	}
	*incident = *fresh
	if o.still == nil {
		return true, nil
	}
	return o.still(incident)
}

// readAgain reads an object anew into fresh, which must be the same one: what was decided about one says nothing of
// another that was created with its name.
func readAgain(ctx context.Context, c client.Client, object, fresh client.Object) error {
	err := c.Get(ctx, client.ObjectKeyFromObject(object), fresh)
	if apierrors.IsNotFound(err) || (err == nil && fresh.GetUID() != object.GetUID()) {
		return errDeleted
	}
	return err
}
