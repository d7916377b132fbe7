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
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
)

// retryConflict is how long a write that lost a race waits at most for the cache to bring the winner's, which brings the
// object back at once.
const retryConflict = time.Second

// ErrLookAgain says that the operator knew less than the API server: the next look knows more.
var ErrLookAgain = errors.New("what was known is older than what is there")

// Outcome turns what a busy cluster brings along into what is to be done about it: a conflict is tried again from fresh
// state, and an object that is gone needs nothing. Each of several joined errors is judged by itself, so that a harmless one
// hides no other. If all is well, the next look is after the given time, 0 for none.
func Outcome(next time.Duration, err error) (ctrl.Result, error) {
	var failures []error
	for _, leaf := range leaves(err) {
		switch {
		case apierrors.IsConflict(leaf), errors.Is(leaf, ErrLookAgain):
			if next == 0 || next > retryConflict {
				next = retryConflict
			}
		case apierrors.IsNotFound(leaf):
		default:
			failures = append(failures, leaf)
		}
	}
	if len(failures) > 0 {
		return ctrl.Result{}, errors.Join(failures...)
	}
	return ctrl.Result{RequeueAfter: next}, nil
}

// leaves takes joined errors apart, also those that were wrapped together.
func leaves(err error) []error {
	var found []error
	switch wrapper := err.(type) { //nolint:errorlint // It is taken apart step by step.
	case nil:
		return nil
	case interface{ Unwrap() []error }:
		for _, part := range wrapper.Unwrap() {
			found = append(found, leaves(part)...)
		}
		return found
	case interface{ Unwrap() error }:
		found = leaves(wrapper.Unwrap())
	}
	if len(found) > 1 {
		return found
	}
	return []error{err}
}
