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
	"strings"
	"testing"
)

func TestParseNamesTheFlagAtFault(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string // Empty if the flags are right.
	}{
		"none":               {nil, ""},
		"several scenarios":  {[]string{"--scenario", "edits,rest"}, ""},
		"unknown scenario":   {[]string{"--scenario", "fanout,tempest"}, `--scenario must be of`},
		"no alerts":          {[]string{"--n", "0"}, "--n must be 1 to 100000, is 0"},
		"too many trials":    {[]string{"--trials", "51"}, "--trials must be 1 to 50, is 51"},
		"too many samples":   {[]string{"--samples", "1001"}, "--samples must be 1 to 1000, is 1001"},
		"no workers":         {[]string{"--workers", "0"}, "--workers must be 1 to 256, is 0"},
		"no window":          {[]string{"--window", "0s"}, "--window must be at least 1s, is 0s"},
		"no time":            {[]string{"--timeout", "0s"}, "--timeout must be more than 0, is 0s"},
		"an argument beside": {[]string{"fanout"}, `unexpected argument "fanout"`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.args)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("parse(%q) says %v, want %q", test.args, err, test.want)
			}
		})
	}
}
