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

package ownership_test

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"github.com/incident-operator/incident-operator/internal/decide/ownership"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(seconds int) *metav1.Time {
	return &metav1.Time{Time: noon.Add(time.Duration(seconds) * time.Second)}
}

func owner(seconds int, fields string) metav1.ManagedFieldsEntry {
	return metav1.ManagedFieldsEntry{Time: at(seconds), FieldsV1: metav1.NewFieldsV1(fields)}
}

func TestLastSet(t *testing.T) {
	const assignee, name = `{"f:spec":{"f:assignee":{}}}`, `{"f:spec":{"f:name":{}}}`
	ofStatus := owner(1, assignee)
	ofStatus.Subresource = "status"
	for name, test := range map[string]struct {
		entries []metav1.ManagedFieldsEntry
		want    *metav1.Time
	}{
		"nobody":                 {nil, nil},
		"another field":          {[]metav1.ManagedFieldsEntry{owner(1, name)}, nil},
		"the earliest of owners": {[]metav1.ManagedFieldsEntry{owner(3, assignee), owner(2, assignee), owner(1, name)}, at(2)},
		"of a subresource":       {[]metav1.ManagedFieldsEntry{ofStatus}, nil},
		"without a time":         {[]metav1.ManagedFieldsEntry{{FieldsV1: metav1.NewFieldsV1(assignee)}}, nil},
		"unreadable":             {[]metav1.ManagedFieldsEntry{owner(1, `{"f:spec":`)}, nil},
	} {
		if got := ownership.LastSet(test.entries, fieldpath.MakePathOrDie("spec", "assignee")); !got.Equal(test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestIsLater(t *testing.T) {
	for name, test := range map[string]struct {
		one, other *metav1.Time
		want       bool
	}{
		"later":                      {at(-1), at(-2), true},
		"earlier":                    {at(-2), at(-1), false},
		"in the same second":         {at(-1), at(-1), false},
		"of a clock a bit ahead":     {at(5), at(-1), true},
		"from the future":            {at(6), at(-1), false},
		"than one that is unknown":   {at(-1), nil, false},
		"one that is unknown itself": {nil, at(-1), false},
	} {
		if got := ownership.IsLater(test.one, test.other, noon); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
