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
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// auditLog is what the API server recorded from a position on.
type auditLog struct{ from int }

// request is one line of the audit log, as far as the tests look at it.
type request struct {
	Verb      string
	User      struct{ Username string }
	ObjectRef struct{ Resource, Subresource, Namespace, Name string }
	Response  struct{ Code int } `json:"responseStatus"`
}

func auditPath() string { return filepath.Join(localDir, "logs", "audit.log") }

// audited are the lines of the audit log so far. Each is decoded once, since tests look again and again until something
// stands there, on the same processors as what they wait for.
var audited struct {
	sync.Mutex
	requests []request
	read     int64
}

// readAudit returns all lines that are complete.
func readAudit() []request {
	GinkgoHelper()
	audited.Lock()
	defer audited.Unlock()
	file, err := os.Open(auditPath())
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = file.Close() }()
	_, err = file.Seek(audited.read, io.SeekStart)
	Expect(err).NotTo(HaveOccurred())
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return audited.requests // What follows the last newline is still being written.
		}
		var recorded request
		Expect(json.Unmarshal(line, &recorded)).To(Succeed())
		audited.requests = append(audited.requests, recorded)
		audited.read += int64(len(line))
	}
}

// fromNow returns a log that holds what is recorded from now on.
func fromNow() auditLog {
	GinkgoHelper()
	return auditLog{from: len(readAudit())}
}

// writes returns the operator's requests that write and that keep approves.
func (l auditLog) writes(keep func(request) bool) []request {
	GinkgoHelper()
	return l.requests(func(r request) bool { return isWrite(r.Verb) && keep(r) })
}

// requests returns the operator's requests that keep approves.
func (l auditLog) requests(keep func(request) bool) []request {
	GinkgoHelper()
	return l.requestsOf(operatorUser, keep)
}

// requestsOf returns the requests of a user that keep approves.
func (l auditLog) requestsOf(user string, keep func(request) bool) []request {
	GinkgoHelper()
	var found []request
	for _, recorded := range readAudit()[l.from:] {
		if recorded.User.Username == user && keep(recorded) {
			found = append(found, recorded)
		}
	}
	return found
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
