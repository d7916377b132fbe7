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

// Package ownership reads from managedFields when fields were set. Clients may write managedFields, so that whoever decides
// by them has to bound what he believes.
package ownership

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// ClockSkew is how far the API server's clock may be ahead of ours. What is said to be later than that is not believed.
const ClockSkew = 5 * time.Second

// IsLater says whether one of two times that are known is the later one, and not from the future.
func IsLater(one, other *metav1.Time, now time.Time) bool {
	return one != nil && other != nil && one.After(other.Time) && !one.After(now.Add(ClockSkew))
}

// LastSet returns when the present value of a field was set, as closely as managedFields tell: every owner of the field
// set it to its present value no later than its entry's time, so the earliest of them is the closest. It can be too late
// where the same manager changed something else before anybody looked. It is nil if nobody owns the field.
func LastSet(entries []metav1.ManagedFieldsEntry, path fieldpath.Path) *metav1.Time {
	var earliest *metav1.Time
	for _, entry := range entries {
		if !Owns(entry, path) {
			continue
		}
		if earliest == nil || entry.Time.Before(earliest) {
			earliest = entry.Time
		}
	}
	return earliest
}

// Owns says whether an entry says that a client set a field of the object itself, and when.
func Owns(entry metav1.ManagedFieldsEntry, path fieldpath.Path) bool {
	if entry.Time == nil || entry.Subresource != "" || entry.FieldsV1 == nil {
		return false
	}
	var fields fieldpath.Set
	if err := fields.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
		return false // An entry that cannot be read owns nothing that we know of.
	}
	return fields.Has(path)
}
