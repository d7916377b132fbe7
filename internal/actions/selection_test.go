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

package actions

import (
	"testing"

	"k8s.io/apimachinery/pkg/fields"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// TestFieldSelector has no comma too many where one of the selectors selects everything.
func TestFieldSelector(t *testing.T) {
	bobs, anyone := query.Filter{Assignees: []string{"bob"}, Any: true}, query.Filter{Any: true}
	for name, test := range map[string]struct {
		filter query.Filter
		given  string
		want   string
	}{
		"the filter alone": {bobs, "", "spec.assignee=bob"},
		"both":             {bobs, "metadata.name=one", "spec.assignee=bob,metadata.name=one"},
		"a comma too many": {bobs, "metadata.name!=one,", "spec.assignee=bob,metadata.name!=one"},
		"nothing":          {anyone, "", ""},
		"the fields alone": {anyone, "metadata.name=one", "metadata.name=one"},
	} {
		t.Run(name, func(t *testing.T) {
			given, err := fields.ParseSelector(test.given)
			if err != nil {
				t.Fatal(err)
			}
			selector, err := Selection{Filter: test.filter, Fields: given, Namespace: "soc"}.Ready(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			all := client.ListOptions{}
			all.ApplyOptions(selector.ListOptions())
			if got := all.AsListOptions().FieldSelector; got != test.want || all.Namespace != "soc" {
				t.Errorf("got %q in %q, want %q", got, all.Namespace, test.want)
			}
		})
	}
	if !allOf(fields.Everything(), nil).Matches(fields.Set{}) {
		t.Error("nothing but everything does not select everything")
	}
}
