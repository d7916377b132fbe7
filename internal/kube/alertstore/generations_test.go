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

package alertstore

import (
	"testing"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestGenerations(t *testing.T) {
	const first = "terminal-shell-0123456789abcdef0123"
	for name, want := range map[string]struct {
		first  string
		number int
		next   string
	}{
		first:                 {first, 1, first + "-2"},
		first + "-2":          {first, 2, first + "-3"},
		first + "-999999999":  {first, 999_999_999, first + "-1000000000"},
		"by-hand":             {"by-hand", 1, "by-hand-2"},
		"by-hand-7":           {"by-hand-7", 1, "by-hand-7-2"},
		first + "-02":         {first + "-02", 1, first + "-02-2"},
		first + "-x":          {first + "-x", 1, first + "-x-2"},
		first[:len(first)-1]:  {first[:len(first)-1], 1, first[:len(first)-1] + "-2"},
		"a-" + first + "-2-3": {"a-" + first + "-2-3", 1, "a-" + first + "-2-3-2"},
	} {
		gotFirst, number := generationOf(name)
		alert := &v1alpha1.Alert{}
		alert.Name = name
		if gotFirst != want.first || number != want.number || nextName(alert) != want.next {
			t.Errorf("%s: got %s, %d, %s, want %+v", name, gotFirst, number, nextName(alert), want)
		}
	}
}
