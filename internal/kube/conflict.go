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
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// ErrDeleted is for an object that is gone since it was read, also where another one has its name now.
var ErrDeleted = errors.New("it was deleted meanwhile")

// conflictBackoff bounds how often a request is made again, to about five seconds in all. The operator comes to rest with
// an incident within a few writes; who meets more than that shall know.
var conflictBackoff = wait.Backoff{Steps: 10, Duration: 10 * time.Millisecond, Factor: 2, Jitter: 0.2}

// OnConflict makes an attempt again while the object is not in the version that the attempt changes: others write it as
// well. Before every attempt but the first it calls refresh, which has to read the object anew and may refuse to go on.
// The functions of client-go's package retry are like this one, but wait without a look at the context.
func OnConflict(ctx context.Context, refresh, attempt func() error) error {
	var last error
	stale := false
	err := wait.ExponentialBackoffWithContext(ctx, conflictBackoff, func(context.Context) (bool, error) {
		if stale {
			if err := refresh(); err != nil {
				last = err
				return false, err
			}
		}
		stale = true
		if last = attempt(); apierrors.IsConflict(last) {
			return false, nil
		}
		return last == nil, last
	})
	if ctx.Err() == nil {
		return last
	}
	return err
}

// Reread reads an object anew into fresh, which must be the same one: what was decided about one says nothing of another
// that was created with its name.
func Reread(ctx context.Context, c client.Reader, object, fresh client.Object) error {
	err := c.Get(ctx, client.ObjectKeyFromObject(object), fresh)
	if apierrors.IsNotFound(err) || (err == nil && fresh.GetUID() != object.GetUID()) {
		return ErrDeleted
	}
	return err
}
