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
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestFieldManager has everything written by one manager, whose name Flux lets alone.
func TestFieldManager(t *testing.T) {
	managers := map[string]int{}
	c := newCluster(t, anIncident("inc-1"), anIncident("inc-2"), anAlert("a", "inc-1"))
	c.intercept.Patch = func(ctx context.Context, w client.WithWatch, object client.Object, p client.Patch, options ...client.PatchOption) error {
		all := client.PatchOptions{}
		all.ApplyOptions(options)
		managers[all.FieldManager]++
		return w.Patch(ctx, object, p, options...)
	}
	c.intercept.Create = func(ctx context.Context, w client.WithWatch, object client.Object, options ...client.CreateOption) error {
		if _, asks := object.(*authenticationv1.SelfSubjectReview); asks {
			return w.Create(ctx, object, options...)
		}
		all := client.CreateOptions{}
		all.ApplyOptions(options)
		managers[all.FieldManager]++
		return w.Create(ctx, object, options...)
	}
	for _, args := range [][]string{
		{"assign", "bob", "inc-1"},
		{"move", "a", "--new=inc-3"},
		{"merge", "inc-2", "--into", "inc-1", "--yes", "--wait=false"},
		{"comment", "inc-1", "x"},
		{"create", "incident", "inc-4"},
		{"create", "alert", "b", "--title", "x"},
	} {
		c.done(args...)
	}
	if managers["incident-cli"] != 7 || len(managers) != 1 {
		t.Errorf("written by %v", managers)
	}
}
