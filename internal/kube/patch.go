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

package kube

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// PatchUnchanged makes after of before, on condition that the object is still in the version of before. It sends only what
// the two differ in. Then after is as the API server has it.
func PatchUnchanged(ctx context.Context, c client.Writer, before, after client.Object, options ...client.PatchOption) error {
	err := c.Patch(ctx, after, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}), options...)
	if apierrors.IsNotFound(err) {
		return ErrDeleted
	}
	return err
}

// DryRun are the options of a request that the API server is only to check.
func DryRun(dryRun bool) (patch []client.PatchOption, create []client.CreateOption) {
	if !dryRun {
		return nil, nil
	}
	return []client.PatchOption{client.DryRunAll}, []client.CreateOption{client.DryRunAll}
}

// WithFieldOwner has a client write everything as one field manager.
func WithFieldOwner(c client.WithWatch, owner string) client.WithWatch {
	return owned{WithWatch: c, writer: client.WithFieldOwner(c, owner)}
}

type owned struct {
	client.WithWatch
	writer client.Client
}

func (o owned) Create(ctx context.Context, object client.Object, options ...client.CreateOption) error {
	return o.writer.Create(ctx, object, options...)
}

func (o owned) Update(ctx context.Context, object client.Object, options ...client.UpdateOption) error {
	return o.writer.Update(ctx, object, options...)
}

func (o owned) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.PatchOption) error {
	return o.writer.Patch(ctx, object, patch, options...)
}
