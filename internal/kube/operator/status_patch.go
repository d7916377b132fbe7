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
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// operation is one of a JSON patch.
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

// ReplaceStatus writes the fields of a status that differ from what was read. It does so on condition that those fields and
// the spec are what they were then; otherwise the error is ErrLookAgain. Changes of metadata are no conflict: somebody who
// annotates an object without end must not keep its status from being written.
func ReplaceStatus(ctx context.Context, c client.Client, kind string, read client.Object, before, after any) error {
	was, err := fieldsOf(before)
	if err != nil {
		return err
	}
	is, err := fieldsOf(after)
	if err != nil {
		return err
	}
	if len(was) == 0 { // A condition on a status that is not there yet cannot be said in a JSON patch.
		return PatchStatus(ctx, c, kind, read, Object{"metadata": OnVersion(read), "status": is})
	}
	body, err := json.Marshal(replacing(read, was, is))
	if err != nil {
		return fmt.Errorf("encoding the patch of the status: %w", err)
	}
	err = c.Status().Patch(ctx, named(kind, read), client.RawPatch(types.JSONPatchType, body), FieldOwner)
	if isFailedTest(err) {
		return fmt.Errorf("replacing the status: %w", ErrLookAgain)
	}
	return err
}

// replacing are the operations that turn one status into another: first all conditions, then the changes.
func replacing(read client.Object, was, is map[string]json.RawMessage) []operation {
	tests := []operation{
		{"test", "/metadata/uid", read.GetUID()},
		{"test", "/metadata/generation", read.GetGeneration()},
	}
	var changes []operation
	fields := maps.Clone(was)
	maps.Copy(fields, is)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		path := "/status/" + field
		value, stays := is[field]
		old, there := was[field]
		switch {
		case there && !stays:
			changes = append(changes, operation{Op: "remove", Path: path})
		case !there || !bytes.Equal(old, value):
			changes = append(changes, operation{"add", path, value})
		default:
			continue
		}
		tests = append(tests, operation{"test", path, old})
	}
	return append(tests, changes...)
}

// fieldsOf are the fields of a status as JSON.
func fieldsOf(status any) (map[string]json.RawMessage, error) {
	encoded, err := json.Marshal(status)
	if err != nil {
		return nil, fmt.Errorf("encoding the status: %w", err)
	}
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return nil, fmt.Errorf("reading the fields of the status: %w", err)
	}
	return fields, nil
}

// isFailedTest says whether a condition of a JSON patch did not hold. The API server answers so without naming an object,
// which it does if the result is not valid.
func isFailedTest(err error) bool {
	status, ok := err.(apierrors.APIStatus)
	return ok && apierrors.IsInvalid(err) && (status.Status().Details == nil || status.Status().Details.Kind == "")
}
