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
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

func TestCompletionOfLists(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	c := newCluster(t,
		anIncident("one", func(i *v1alpha1.Incident) { i.Status.TagSummary = "VIP, a,b, $(reboot)" }),
		anIncident("two", func(i *v1alpha1.Incident) { i.Status.TagSummary, i.Spec.Assignee = "VIP, x\ny, it's, ünı 1", "`id`" }))
	for typed, want := range map[string][]string{
		"":         {"VIP\t2 incidents", "\"a,b\"\t1 incident", "ünı 1\t1 incident"},
		`"a`:       {"\"a,b\"\t1 incident"},
		`"a,`:      {"\"a,b\"\t1 incident"},
		`"a,b",`:   {"\"a,b\",VIP\t2 incidents", "\"a,b\",ünı 1\t1 incident"},
		`VIP,`:     {"VIP,\"a,b\"\t1 incident", "VIP,ünı 1\t1 incident"},
		`VIP,"a,b`: {"VIP,\"a,b\"\t1 incident"},
	} {
		for _, typedWords := range [][]string{{"tag", "--add", typed}, {"list", "--tag", typed}} {
			if diff := cmp.Diff(want, c.suggested(typedWords...), equateEmpty); diff != "" {
				t.Errorf("%q: %s", typedWords, diff)
			}
		}
	}
	if got := c.suggested("assign", "--to", ""); len(got) != 0 {
		t.Errorf("assignees: %q", got)
	}
}
