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
	"cmp"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func isCommented(entry map[string]any) bool {
	return nested(entry, "spec", "type") == string(v1alpha1.ActivityCommented)
}

func logUID(entry map[string]any) string {
	return nested(entry, "spec", "incidentRef", "uid")
}

func sequenceOf(entry map[string]any) int64 {
	sequence, _, err := unstructured.NestedInt64(entry, "spec", "sequence")
	if err != nil {
		return 0
	}
	return sequence
}

// firstTimes orders the logs of one name by when each began.
func firstTimes(entries []map[string]any) map[string]string {
	first := map[string]string{}
	for _, entry := range entries {
		uid, time := logUID(entry), nested(entry, "spec", "time")
		if known, found := first[uid]; !found || time < known {
			first[uid] = time
		}
	}
	return first
}

// sortEntries puts the logs of one name in the order in which they began, each in its own order.
func sortEntries(entries []map[string]any) {
	first := firstTimes(entries)
	slices.SortStableFunc(entries, func(a, b map[string]any) int {
		uidA, uidB := logUID(a), logUID(b)
		return cmp.Or(
			strings.Compare(first[uidA], first[uidB]),
			strings.Compare(uidA, uidB),
			cmp.Compare(sequenceOf(a), sequenceOf(b)))
	})
}

// nested reads a string of an object, or nothing where there is none.
func nested(object map[string]any, path ...string) string {
	value, _, err := unstructured.NestedString(object, path...)
	if err != nil {
		return ""
	}
	return value
}
