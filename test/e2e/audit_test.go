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

package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// auditLog reads what the API server recorded from a position on.
type auditLog struct{ from int64 }

// request is one line of the audit log, as far as the tests look at it.
type request struct {
	Verb      string
	User      struct{ Username string }
	ObjectRef struct{ Resource, Subresource, Namespace, Name string }
	Response  struct{ Code int } `json:"responseStatus"`
}

func auditPath() string { return filepath.Join(localDir, "logs", "audit.log") }

// fromNow returns a log that holds what is recorded from now on.
func fromNow() auditLog {
	GinkgoHelper()
	info, err := os.Stat(auditPath())
	Expect(err).NotTo(HaveOccurred())
	return auditLog{from: info.Size()}
}

// writes returns the operator's requests that write and that keep approves.
func (l auditLog) writes(keep func(request) bool) []request {
	GinkgoHelper()
	return l.requests(func(r request) bool { return isWrite(r.Verb) && keep(r) })
}

// requests returns the operator's requests that keep approves.
func (l auditLog) requests(keep func(request) bool) []request {
	GinkgoHelper()
	file, err := os.Open(auditPath())
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = file.Close() }()
	_, err = file.Seek(l.from, io.SeekStart)
	Expect(err).NotTo(HaveOccurred())

	var found []request
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return found // What follows the last newline is still being written.
		}
		var recorded request
		Expect(json.Unmarshal(line, &recorded)).To(Succeed())
		if recorded.User.Username == operatorUser && keep(recorded) {
			found = append(found, recorded)
		}
	}
}

func isWrite(verb string) bool { return verb != "get" && verb != "list" && verb != "watch" }

// ofAlerts are the requests for alerts themselves, not for their status.
func ofAlerts(namespace string) func(request) bool {
	return func(r request) bool {
		return r.ObjectRef.Namespace == namespace && r.ObjectRef.Resource == "alerts" && r.ObjectRef.Subresource == ""
	}
}

func ofIncident(namespace, name string) func(request) bool {
	return func(r request) bool {
		return r.ObjectRef.Namespace == namespace && r.ObjectRef.Resource == "incidents" && r.ObjectRef.Name == name
	}
}

// perName counts the requests that succeeded by the name of their object.
func perName(requests []request) map[string]int {
	counts := map[string]int{}
	for _, r := range requests {
		if r.Response.Code < 300 {
			counts[r.ObjectRef.Name]++
		}
	}
	return counts
}
