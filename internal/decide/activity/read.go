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

package activity

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	// maxSafeInteger bounds the numbers that the canonical form tells apart: above it two integers share one hash.
	maxSafeInteger = 1<<53 - 1

	// maxMembers bounds the members of one object: sorting them takes quadratic time.
	maxMembers = 1000
)

// flatten takes lists apart. The items of an ActivityList need not repeat what they are.
func flatten(objects []map[string]any) []map[string]any {
	var flat []map[string]any
	for _, object := range objects {
		kind := textOf(object["kind"])
		items, isList := object["items"].([]any)
		if !isList || (kind != "List" && kind != "ActivityList") {
			flat = append(flat, object)
			continue
		}
		for _, item := range items {
			member, _ := item.(map[string]any) // Not an object: the nil map has no kind, and so is a stray.
			flat = append(flat, typed(member, kind, object["apiVersion"]))
		}
	}
	return flat
}

func typed(member map[string]any, listKind string, listVersion any) map[string]any {
	_, hasKind := member["kind"]
	_, hasVersion := member["apiVersion"]
	if listKind != "ActivityList" || member == nil || hasKind || hasVersion {
		return member
	}
	member = maps.Clone(member)
	member["kind"], member["apiVersion"] = "Activity", listVersion
	return member
}

// readEntry returns an error where the object does not say to which log it belongs. What else is wrong becomes a fault
// of the entry.
func readEntry(object map[string]any) (entry, error) {
	metadata, _ := object["metadata"].(map[string]any)
	e := entry{name: textOf(metadata["name"])}
	if err := checkKind(object); err != nil {
		return e, err
	}
	var err error
	if e.namespace, err = identifier(metadata, "metadata", "namespace"); err != nil {
		return e, err
	}
	spec, isObject := object["spec"].(map[string]any)
	if !isObject {
		return e, wrong(object["spec"], "spec", "an object")
	}
	incident, isObject := spec["incidentRef"].(map[string]any)
	if !isObject {
		return e, wrong(spec["incidentRef"], "spec.incidentRef", "an object")
	}
	if e.incident, err = identifier(incident, "spec.incidentRef", "name"); err != nil {
		return e, err
	}
	if e.uid, err = identifier(incident, "spec.incidentRef", "uid"); err != nil {
		return e, err
	}
	e.spec = spec
	sequence, ok := integer(spec["sequence"])
	if !ok || sequence < 1 {
		e.fault = wrong(spec["sequence"], "spec.sequence", "an integer of at least 1").Error()
		return e, nil
	}
	e.sequence = sequence
	if err := checkSpec(spec); err != nil {
		e.fault = err.Error()
	}
	return e, nil
}

func checkKind(object map[string]any) error {
	if kind := textOf(object["kind"]); kind != "Activity" {
		return fmt.Errorf("kind is %q, not \"Activity\"", kind)
	}
	if version := textOf(object["apiVersion"]); version != v1alpha1.GroupVersion.String() {
		return fmt.Errorf("apiVersion is %q, not %q", version, v1alpha1.GroupVersion)
	}
	return nil
}

// identifier reads a name that the API server would accept as far as heads need it: printable ASCII without a space.
func identifier(object map[string]any, path, field string) (string, error) {
	path += "." + field
	value, isString := object[field].(string)
	if !isString || value == "" {
		return "", wrong(object[field], path, "a string that is not empty")
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", fmt.Errorf("%s is %q, which no object may be called", path, value)
	}
	return value, nil
}

// checkSpec names the first field that is not of its type.
func checkSpec(spec map[string]any) error {
	if err := checkValue("spec", spec); err != nil {
		return err
	}
	for _, field := range []string{"time", "actor", "actorKind", "type", "summary", "hash"} {
		if value, isString := spec[field].(string); !isString || value == "" {
			return wrong(spec[field], "spec."+field, "a string that is not empty")
		}
	}
	if _, err := time.Parse(time.RFC3339, textOf(spec["time"])); err != nil {
		return errors.New("spec.time must be a time such as 2026-01-31T12:00:00Z")
	}
	if _, isObject := spec["after"].(map[string]any); !isObject {
		return wrong(spec["after"], "spec.after", "an object")
	}
	encoded, err := json.Marshal(spec)
	if err != nil {
		return fmt.Errorf("spec cannot be encoded: %w", err)
	}
	err = json.Unmarshal(encoded, &v1alpha1.ActivitySpec{})
	if typeError, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("spec.%s must be %s, not %s", typeError.Field, jsonType(typeError), typeError.Value)
	}
	if err != nil {
		return fmt.Errorf("spec is not that of an Activity: %w", err)
	}
	return nil
}

func jsonType(err *json.UnmarshalTypeError) string {
	switch kind := err.Type.Kind().String(); kind {
	case "struct", "map":
		return "an object"
	case "slice":
		return "a list"
	case "int64":
		return "an integer"
	default:
		return "a " + kind
	}
}

// checkValue refuses what two different values could share a hash with.
func checkValue(path string, value any) error {
	switch value := value.(type) {
	case map[string]any:
		if len(value) > maxMembers {
			return fmt.Errorf("%s has more than %d members", path, maxMembers)
		}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if !utf8.ValidString(key) {
				return fmt.Errorf("%s has a member whose name %q is not UTF-8", path, key)
			}
			if err := checkValue(path+"."+key, value[key]); err != nil {
				return err
			}
		}
	case []any:
		for i, item := range value {
			if err := checkValue(path+"["+strconv.Itoa(i)+"]", item); err != nil {
				return err
			}
		}
	case string:
		if !utf8.ValidString(value) {
			return fmt.Errorf("%s is not UTF-8", path)
		}
	case nil, bool:
	default:
		if _, ok := integer(value); !ok {
			return fmt.Errorf("%s must be an integer from -(2^53-1) to 2^53-1", path)
		}
	}
	return nil
}

// integer reads a number as any decoder of JSON may leave it.
func integer(value any) (int64, bool) {
	var number int64
	switch value := value.(type) {
	case int64:
		number = value
	case int:
		number = int64(value)
	case float64:
		if value != math.Trunc(value) || math.Abs(value) > maxSafeInteger {
			return 0, false
		}
		number = int64(value)
	case json.Number:
		parsed, err := value.Int64()
		if err != nil {
			return 0, false
		}
		number = parsed
	default:
		return 0, false
	}
	return number, -maxSafeInteger <= number && number <= maxSafeInteger
}

func wrong(value any, path, want string) error {
	if value == nil {
		return fmt.Errorf("%s is missing", path)
	}
	return fmt.Errorf("%s must be %s", path, want)
}

func textOf(value any) string {
	s, _ := value.(string)
	return s
}
