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

package operator_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/incident-operator/incident-operator/internal/kube/operator"
)

func TestOutcome(t *testing.T) {
	resource := schema.GroupResource{Resource: "alerts"}
	conflict, gone := apierrors.NewConflict(resource, "a", nil), apierrors.NewNotFound(resource, "a")
	broken, worse := errors.New("broken"), errors.New("worse")
	for name, test := range map[string]struct {
		next time.Duration
		err  error
		want time.Duration
		real []error
	}{
		"all is well":                         {},
		"all is well until later":             {next: time.Hour, want: time.Hour},
		"a conflict":                          {err: conflict, want: time.Second},
		"a conflict, and later something":     {next: time.Hour, err: conflict, want: time.Second},
		"a conflict, and soon something":      {next: time.Millisecond, err: conflict, want: time.Millisecond},
		"a wrapped conflict":                  {err: fmt.Errorf("patching: %w", conflict), want: time.Second},
		"it is gone":                          {next: time.Hour, err: fmt.Errorf("patching: %w", gone), want: time.Hour},
		"less is known than is there":         {err: fmt.Errorf("the entry exists: %w", operator.ErrLookAgain), want: time.Second},
		"several harmless ones":               {err: errors.Join(gone, conflict, nil), want: time.Second},
		"an error":                            {next: time.Hour, err: broken, real: []error{broken}},
		"a conflict hides no error":           {next: time.Hour, err: errors.Join(conflict, broken), real: []error{broken}},
		"nor does one that comes after":       {err: errors.Join(broken, conflict), real: []error{broken}},
		"nor does what is gone":               {err: errors.Join(gone, broken), real: []error{broken}},
		"nor does one of several":             {err: errors.Join(conflict, errors.Join(gone, broken), worse), real: []error{broken, worse}},
		"all of them join, far down":          {err: errors.Join(errors.Join(errors.Join(conflict), nil), errors.Join(errors.Join(worse))), real: []error{worse}},
		"joined harmless ones under one word": {err: fmt.Errorf("both: %w", conflict), want: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			result, err := operator.Outcome(test.next, test.err)
			if result.RequeueAfter != test.want {
				t.Errorf("next look after %v, want %v", result.RequeueAfter, test.want)
			}
			if (err != nil) != (len(test.real) > 0) || apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
				t.Errorf("got the error %v", err)
			}
			for _, want := range test.real {
				if !errors.Is(err, want) {
					t.Errorf("%v is hidden by %v", want, err)
				}
			}
		})
	}
}

// A join that was wrapped is one error: what real ones are in it is kept, whatever is beside them.
func TestOutcomeOfAWrappedJoin(t *testing.T) {
	broken := errors.New("broken")
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "alerts"}, "a", nil)
	for name, err := range map[string]error{
		"the conflict first": fmt.Errorf("writing: %w", errors.Join(conflict, broken)),
		"the error first":    fmt.Errorf("writing: %w", errors.Join(broken, conflict)),
		"two in one":         fmt.Errorf("%w, and %w", conflict, broken),
	} {
		if _, got := operator.Outcome(0, err); !errors.Is(got, broken) {
			t.Errorf("%s: the error is hidden, got %v", name, got)
		}
	}
}
