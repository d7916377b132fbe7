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

package rollup_test

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

const (
	stateField    = `{"f:spec":{"f:resolution":{".":{},"f:state":{}}}}`
	assigneeField = `{"f:spec":{"f:assignee":{},"f:resolution":{"f:note":{}}}}`
)

func owner(when *metav1.Time, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{
		Manager: "kubectl-edit", Operation: metav1.ManagedFieldsOperationUpdate, Time: when,
		FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(fields),
	}
}

func ownedBy(entries ...metav1.ManagedFieldsEntry) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		for k := range entries {
			entries[k].Manager = fmt.Sprintf("manager-%d", k)
		}
		i.ManagedFields = entries
	}
}

func subresource(entry metav1.ManagedFieldsEntry) metav1.ManagedFieldsEntry {
	entry.Subresource = "status"
	return entry
}

func TestResolvedTime(t *testing.T) {
	// The operator's own clock, an hour later, and with more digits than the API keeps.
	clock := noon.Add(time.Hour + 123*time.Millisecond)
	clockSecond := metav1.NewTime(noon.Add(time.Hour))
	tests := map[string]struct {
		incident *v1alpha1.Incident
		want     *metav1.Time
	}{
		"not resolved":             {incident: incident(ownedBy(owner(minutes(1), stateField)))},
		"the only owner's time":    {incident: incident(resolvedAt(nil), ownedBy(owner(minutes(1), stateField))), want: minutes(1)},
		"not that of other fields": {incident: incident(resolvedAt(nil), ownedBy(owner(minutes(0), assigneeField), owner(minutes(3), stateField), owner(minutes(1), assigneeField))), want: minutes(3)},
		"the earliest of several owners, first": {
			incident: incident(resolvedAt(nil), ownedBy(owner(minutes(1), stateField), owner(minutes(2), stateField))),
			want:     minutes(1),
		},
		"the earliest of several owners, last": {
			incident: incident(resolvedAt(nil), ownedBy(owner(minutes(3), stateField), owner(minutes(2), stateField), owner(minutes(1), stateField))),
			want:     minutes(1),
		},
		"a write of the status resolves nothing": {
			incident: incident(resolvedAt(nil), ownedBy(subresource(owner(minutes(1), stateField)), owner(minutes(2), stateField))),
			want:     minutes(2),
		},
		"an entry that can't be read": {
			incident: incident(resolvedAt(nil), ownedBy(owner(minutes(1), `{"f:spec":`), owner(minutes(2), stateField))),
			want:     minutes(2),
		},
		"an entry without a time": {
			incident: incident(resolvedAt(nil), ownedBy(owner(nil, stateField), owner(minutes(2), stateField))),
			want:     minutes(2),
		},
		"an entry without fields": {
			incident: incident(resolvedAt(nil), ownedBy(metav1.ManagedFieldsEntry{Time: minutes(1)}, owner(minutes(2), stateField))),
			want:     minutes(2),
		},
		"managedFields were wiped": {incident: incident(resolvedAt(nil)), want: &clockSecond},
		"no entry can be read":     {incident: incident(resolvedAt(nil), ownedBy(owner(minutes(1), `[]`))), want: &clockSecond},
		"nobody owns the field":    {incident: incident(resolvedAt(nil), ownedBy(owner(minutes(1), assigneeField))), want: &clockSecond},
		"a field of the same name elsewhere": {
			incident: incident(resolvedAt(nil), ownedBy(owner(minutes(1), `{"f:status":{"f:resolution":{"f:state":{}}}}`))),
			want:     &clockSecond,
		},
		"once recorded it stays, also where the owner writes again": {
			incident: incident(resolvedAt(minutes(1)), ownedBy(owner(minutes(9), stateField))),
			want:     minutes(1),
		},
		"once recorded it stays, also without managedFields": {incident: incident(resolvedAt(minutes(1))), want: minutes(1)},
		"dropped when re-opened": {
			incident: incident(ownedBy(owner(minutes(9), stateField)), func(i *v1alpha1.Incident) { i.Status.ResolvedTime = minutes(1) }),
		},
		"dropped when in progress again": {
			incident: incident(func(i *v1alpha1.Incident) {
				i.Spec.Resolution.State = inProgress
				i.Status.ResolvedTime = minutes(1)
			}),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := look(rollup.Subject{Incident: test.incident}, nil, clock, rollup.Options{}).Status.ResolvedTime
			expect(t, "resolvedTime", test.want, got)
		})
	}
}
