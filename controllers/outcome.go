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
	"errors"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	ctrl "sigs.k8s.io/controller-runtime"
)

// retryConflict is how long a write that lost a race waits at most for the cache to bring the winner's, which brings the
// object back at once.
const retryConflict = time.Second

// errLookAgain says that the operator knew less than the API server: the next look knows more.
var errLookAgain = errors.New("what was known is older than what is there")

// quietly turns the outcomes that a busy cluster brings along into what is to be done about them: a conflict is tried
// again from fresh state, and an object that is gone needs nothing.
func quietly(err error) (ctrl.Result, error) {
	switch {
	case apierrors.IsConflict(err), errors.Is(err, errLookAgain):
		return ctrl.Result{RequeueAfter: retryConflict}, nil
	case apierrors.IsNotFound(err):
		return ctrl.Result{}, nil
	default:
		return ctrl.Result{}, err
	}
}
