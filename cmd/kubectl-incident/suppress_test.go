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

const shellRule = `apiVersion: incidentoperator.dev/v1alpha1
kind: SuppressionRule
metadata: {name: shells}
spec:
  when: alert.spec.name == "Shell"
  reason: the backup opens shells
  forever: true
  action: Drop
`

func TestSuppressDryRun(t *testing.T) {
	shell := anAlert("a-1", "inc-1")
	shell.Spec.Name = "Shell"
	c := newCluster(t, shell, anAlert("a-2", ""))
	c.stdin = shellRule
	out := c.done("suppress", "--dry-run", "-f", "-")
	for _, want := range []string{"a-1", "Drop", "shells   Drop     1       2"} {
		if !strings.Contains(out, want) {
			t.Errorf("does not say %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "a-2") || c.patches > 0 {
		t.Errorf("%d patches\n%s", c.patches, out)
	}
}

func TestSuppressSaysWhatFails(t *testing.T) {
	c := newCluster(t, anAlert("a-1", "inc-1"))
	c.stdin = strings.Replace(shellRule, `alert.spec.name == "Shell"`, `alert.metadata.labels["none"] == ""`, 1)
	e := c.run("suppress", "--dry-run", "-f", "-")
	if e.code != exitIncomplete || !strings.Contains(e.errOut, "shells fails for 1 alerts") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
	c.stdin = strings.Replace(shellRule, "forever: true", `expireTime: "2020-01-01T00:00:00Z"`, 1)
	if e := c.run("suppress", "--dry-run", "-f", "-"); e.code != exitDone || !strings.Contains(e.errOut, "its expireTime has passed") {
		t.Errorf("code %d\n%s%s", e.code, e.out, e.errOut)
	}
}

func TestSuppressRefuses(t *testing.T) {
	c := newCluster(t)
	c.refused(exitFailed, "--dry-run must be set", "suppress", "-f", "-")
	c.refused(exitFailed, "--filename must name", "suppress", "--dry-run")
	c.stdin = strings.Replace(shellRule, "forever: true", "", 1)
	c.refused(exitFailed, "either expireTime or forever", "suppress", "--dry-run", "-f", "-")
	c.stdin = strings.Replace(shellRule, "alert.spec.name", "alert.spec.title", 1)
	c.refused(exitFailed, "undefined field 'title'", "suppress", "--dry-run", "-f", "-")
}
