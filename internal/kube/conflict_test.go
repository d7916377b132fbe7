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
	"slices"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestOnConflict(t *testing.T) {
	usual := conflictBackoff
	defer func() { conflictBackoff = usual }()
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "incidents"}, "a", errors.New("changed"))
	other := errors.New("other")
	for name, test := range map[string]struct {
		errs  []error
		tries int
		want  error
	}{
		"at once":        {nil, 1, nil},
		"after two":      {[]error{conflict, conflict}, 3, nil},
		"never":          {slices.Repeat([]error{conflict}, 20), 10, conflict},
		"something else": {[]error{conflict, other, conflict}, 2, other},
		// That of a request is not that of the command.
		"a timeout": {[]error{conflict, context.DeadlineExceeded}, 2, context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			conflictBackoff.Duration, conflictBackoff.Factor = time.Millisecond, 1
			tries := 0
			refreshed := 0
			err := OnConflict(t.Context(), func() error { refreshed++; return nil }, func() error {
				tries++
				if tries <= len(test.errs) {
					return test.errs[tries-1]
				}
				return nil
			})
			if tries != test.tries || refreshed != tries-1 || !errors.Is(err, test.want) {
				t.Errorf("got %v after %d, read %d times", err, tries, refreshed)
			}
		})
	}
	conflictBackoff.Duration = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := OnConflict(ctx, func() error { return nil }, func() error { return conflict }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("interrupted: got %v", err)
	}
}

// TestRefreshRefuses ends the attempts with the error of reading anew.
func TestRefreshRefuses(t *testing.T) {
	conflict := apierrors.NewConflict(schema.GroupResource{Resource: "incidents"}, "a", errors.New("changed"))
	tries := 0
	err := OnConflict(t.Context(), func() error { return ErrDeleted }, func() error {
		tries++
		return conflict
	})
	if tries != 1 || !errors.Is(err, ErrDeleted) {
		t.Errorf("got %v after %d", err, tries)
	}
}
