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

package cluster

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Request is one line of the audit log, as far as the tests look at it.
type Request struct {
	Verb      string
	User      struct{ Username string }
	ObjectRef struct{ Resource, Subresource, Namespace, Name string }
	Response  struct{ Code int } `json:"responseStatus"`
}

// IsWrite reports whether the request is to change something.
func (r Request) IsWrite() bool { return r.Verb != "get" && r.Verb != "list" && r.Verb != "watch" }

// Resource is the resource that is asked for, with its subresource as in alerts/status.
func (r Request) Resource() string {
	if r.ObjectRef.Subresource == "" {
		return r.ObjectRef.Resource
	}
	return r.ObjectRef.Resource + "/" + r.ObjectRef.Subresource
}

// recorded are the lines of the audit log so far. Each is decoded once, since tests look again and again until something
// stands there, on the same processors as what they wait for.
type recorded struct {
	sync.Mutex
	requests []Request
	read     int64
}

// AuditLog is what the API server recorded from a position on. It is written behind the answer.
type AuditLog struct {
	cluster *Cluster
	from    int
}

// Audit is all that was recorded.
func (c *Cluster) Audit() AuditLog { return AuditLog{cluster: c} }

// FromNow returns a log that holds what is recorded from now on.
func (c *Cluster) FromNow() AuditLog {
	GinkgoHelper()
	return AuditLog{cluster: c, from: len(c.readAudit())}
}

// readAudit returns all lines that are complete.
func (c *Cluster) readAudit() []Request {
	GinkgoHelper()
	c.audited.Lock()
	defer c.audited.Unlock()
	file, err := os.Open(c.Log("audit"))
	Expect(err).NotTo(HaveOccurred())
	defer func() { _ = file.Close() }()
	_, err = file.Seek(c.audited.read, io.SeekStart)
	Expect(err).NotTo(HaveOccurred())
	reader := bufio.NewReader(file)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return c.audited.requests // What follows the last newline is still being written.
		}
		var request Request
		Expect(json.Unmarshal(line, &request)).To(Succeed())
		c.audited.requests = append(c.audited.requests, request)
		c.audited.read += int64(len(line))
	}
}

// Writes returns the operator's requests that write and that keep approves.
func (l AuditLog) Writes(keep func(Request) bool) []Request {
	GinkgoHelper()
	return l.RequestsOf(OperatorUser, func(r Request) bool { return r.IsWrite() && keep(r) })
}

// RequestsOf returns the requests of a user that keep approves.
func (l AuditLog) RequestsOf(user string, keep func(Request) bool) []Request {
	GinkgoHelper()
	var found []Request
	for _, request := range l.cluster.readAudit()[l.from:] {
		if request.User.Username == user && keep(request) {
			found = append(found, request)
		}
	}
	return found
}

// OfAlerts approves the requests for the alerts of a namespace themselves, not for their status.
func OfAlerts(namespace string) func(Request) bool {
	return func(r Request) bool { return r.ObjectRef.Namespace == namespace && r.Resource() == "alerts" }
}

// InNamespace approves the requests for anything in a namespace.
func InNamespace(namespace string) func(Request) bool {
	return func(r Request) bool { return r.ObjectRef.Namespace == namespace }
}
