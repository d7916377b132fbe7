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

import "testing"

func TestTags(t *testing.T) {
	c := queueToComplete(t)
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "TAG                INCIDENTS\nVIP                3\nCrown Jewels: HR   1\n"},
		{[]string{"--no-headers"}, "VIP                3\nCrown Jewels: HR   1\n"},
		{[]string{"-o", "name"}, "VIP\nCrown Jewels: HR\n"},
		{[]string{"-A", "-o", "name"}, "VIP\nCrown Jewels: HR\nElsewhere\n"},
	} {
		if got := c.done(append([]string{"tags"}, test.args...)...); got != test.want {
			t.Errorf("%v: %s", test.args, got)
		}
	}
	if e := newCluster(t).run("tags"); e.code != exitDone || e.out != "" || e.errOut != "No tags found in namespace soc.\n" {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	c.refused(exitFailed, "--output must be name", "tags", "-o", "json")
}
