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

package rollup

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

var resolutionState = fieldpath.MakePathOrDie("spec", "resolution", "state")

// resolvedTime is the time of the write that resolved the incident: once recorded it stays until the incident is
// re-opened. It is read from managedFields, so that it is the API server's time and not that of this process, which may
// have been down or have a wrong clock. Where nobody owns the field, which takes a client that wiped managedFields, now
// stands in.
func resolvedTime(incident *v1alpha1.Incident, now time.Time) *metav1.Time {
	if incident.Spec.Resolution.State != v1alpha1.ResolutionResolved {
		return nil
	}
	if incident.Status.ResolvedTime != nil {
		return incident.Status.ResolvedTime
	}
	if written := lastSet(incident.ManagedFields, resolutionState); written != nil {
		return written
	}
	recorded := metav1.NewTime(now.Truncate(time.Second))
	return &recorded
}

// lastSet returns when the present value of a field was set, as closely as managedFields tell: every owner of the field
// set it to its present value no later than its entry's time, so the earliest of them is the closest. It can be too late
// where the same manager changed something else before anybody looked.
func lastSet(entries []metav1.ManagedFieldsEntry, path fieldpath.Path) *metav1.Time {
	var earliest *metav1.Time
	for _, entry := range entries {
		if entry.Time == nil || entry.Subresource != "" || !owns(entry, path) {
			continue
		}
		if earliest == nil || entry.Time.Before(earliest) {
			earliest = entry.Time
		}
	}
	return earliest
}

func owns(entry metav1.ManagedFieldsEntry, path fieldpath.Path) bool {
	if entry.FieldsV1 == nil {
		return false
	}
	var fields fieldpath.Set
	if err := fields.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
		return false // An entry that cannot be read owns nothing that we know of.
	}
	return fields.Has(path)
}
