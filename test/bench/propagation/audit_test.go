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
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func auditLine(user, agent, resource, code string) string {
	return `{"verb":"patch","userAgent":"` + agent + `","user":{"username":"` + user + `"},"objectRef":{"resource":"` +
		strings.Replace(resource, "/", `","subresource":"`, 1) + `"},"responseStatus":{"code":` + code + "}}\n"
}

func TestAuditLogCountsOneUser(t *testing.T) {
	lines := auditLine(operatorUser, "manager", "alerts", "200") +
		auditLine(operatorUser, "manager", "alerts", "409") +
		auditLine(operatorUser, "manager", "incidents/status", "200") +
		auditLine(operatorUser, userAgent, "alerts", "200") +
		auditLine("alice@example.com", "kubectl", "alerts", "200")
	half := `{"verb":"patch","user"`
	path := filepath.Join(t.TempDir(), "audit.log")
	if err := os.WriteFile(path, []byte(lines+half), 0o600); err != nil {
		t.Fatal(err)
	}
	got, mark, err := auditLog{path: path, user: operatorUser}.since(0)
	if err != nil {
		t.Fatal(err)
	}
	want := counts{"patch alerts": 1, "patch alerts 409": 1, "patch incidents/status": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	of, _, err := auditLog{path: path, user: operatorUser}.of("alice@example.com").since(0)
	if diff := cmp.Diff(counts{"patch alerts": 1}, of); err != nil || diff != "" {
		t.Errorf("of another user (-want +got): %v\n%s", err, diff)
	}
	if mark != int64(len(lines)) {
		t.Errorf("the next mark is %d, want %d, before the line that is still being written", mark, len(lines))
	}
}

func TestCounts(t *testing.T) {
	found := counts{
		"patch alerts": 5, "patch alerts/status": 2, "patch incidents": 1, "patch incidents/status 409": 1,
		"get incidents": 3, "list alerts": 1, "watch alerts": 4, "update leases": 9,
	}
	got := [4]int{found.writes(), found.on("alerts"), found.on("incidents"), found.reads()}
	if want := [4]int{9, 7, 2, 4}; got != want {
		t.Errorf("writes, on alerts, on incidents, reads = %v, want %v", got, want)
	}
}
