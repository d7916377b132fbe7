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

package input

import (
	"encoding/json"
	"errors"
	"fmt"

	strictjson "sigs.k8s.io/json"
)

// Documents reads documents of YAML or JSON that are all objects of one kind of this project. Fields that the kind does not have
// are refused, like documents of another kind and files without any.
func Documents[T any](data []byte, kind string) ([]T, error) {
	objects, err := Objects(data)
	if err != nil {
		return nil, err
	}
	var found []T
	for i, object := range objects {
		if object["kind"] != kind {
			return nil, fmt.Errorf("object %d: kind must be %s, not %v", i+1, kind, object["kind"])
		}
		raw, err := json.Marshal(object)
		if err != nil {
			return nil, fmt.Errorf("object %d: %w", i+1, err)
		}
		var one T
		strict, err := strictjson.UnmarshalStrict(raw, &one)
		if err := errors.Join(append(strict, err)...); err != nil {
			return nil, fmt.Errorf("object %d: %w", i+1, err)
		}
		found = append(found, one)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("must hold at least one %s", kind)
	}
	return found, nil
}
