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
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/wait"
)

// conflictBackoff bounds how often a request is made again, to about five seconds in all. The operator settles an incident
// within a few writes; who meets more than that shall know.
var conflictBackoff = wait.Backoff{Steps: 10, Duration: 10 * time.Millisecond, Factor: 2, Jitter: 0.2}

// onConflict makes an attempt again while the object is not in the version that the attempt changes: the operator writes
// it as well. The attempt has to read the object anew. The functions of client-go's package retry are like this one, but
// wait without a look at the context.
func onConflict(ctx context.Context, attempt func() error) error {
	var last error
	err := wait.ExponentialBackoffWithContext(ctx, conflictBackoff, func(context.Context) (bool, error) {
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
