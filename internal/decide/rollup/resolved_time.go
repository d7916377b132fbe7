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
	"github.com/incident-operator/incident-operator/internal/decide/ownership"
)

var resolutionState = fieldpath.MakePathOrDie("spec", "resolution", "state")

// resolvedTime is the time of the write that resolved the incident: once recorded it stays until the incident is
// re-opened. It is read from managedFields, so that it is the API server's time and not that of this process, which may
// have been down or have a wrong clock. If nobody owns the field, which takes a client that wiped managedFields, now stands
// in. Clients may also write the times in managedFields: one from before the incident, or from the future, which would let
// the resolution cover alerts that are still to come, is not believed; now stands in for it too.
func resolvedTime(incident *v1alpha1.Incident, now time.Time) *metav1.Time {
	if incident.Spec.Resolution.State != v1alpha1.ResolutionResolved {
		return nil
	}
	if incident.Status.ResolvedTime != nil {
		return incident.Status.ResolvedTime
	}
	if written := ownership.LastSet(incident.ManagedFields, resolutionState); written != nil && isPlausible(written.Time, incident, now) {
		return written
	}
	recorded := metav1.NewTime(later(now, incident.CreationTimestamp.Time).Truncate(time.Second))
	return &recorded
}

// ImplausibleTime returns the time at which a client claims to have resolved the incident, if it is not believed; nil if it
// is, or if there is no such claim.
func ImplausibleTime(incident *v1alpha1.Incident, now time.Time) *metav1.Time {
	written := ownership.LastSet(incident.ManagedFields, resolutionState)
	if written == nil || isPlausible(written.Time, incident, now) {
		return nil
	}
	return written
}

func isPlausible(written time.Time, incident *v1alpha1.Incident, now time.Time) bool {
	return !written.Before(incident.CreationTimestamp.Time) && !written.After(now.Add(ownership.ClockSkew))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// SlimManagedFields keeps of managedFields what resolvedTime reads, and no more of it than that: who owns the state of the
// resolution, and since when.
func SlimManagedFields(entries []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	var kept []metav1.ManagedFieldsEntry
	for _, entry := range entries {
		if !ownership.Owns(entry, resolutionState) {
			continue
		}
		kept = append(kept, metav1.ManagedFieldsEntry{
			Operation: entry.Operation, Time: entry.Time, FieldsV1: metav1.NewFieldsV1(resolutionStateOwned),
		})
	}
	return kept
}

// resolutionStateOwned says of an entry of managedFields that it owns the state of the resolution.
const resolutionStateOwned = `{"f:spec":{"f:resolution":{"f:state":{}}}}`
