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
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const operatorUser = "system:serviceaccount:incident-operator-system:incident-operator"

// auditLog is the record that the API server keeps of requests: each one to the operator's API, each write of anything. The
// requests of one user are counted.
type auditLog struct{ path, user string }

func (p *place) auditLog() auditLog {
	return auditLog{path: filepath.Join(p.folder, "logs", "audit.log"), user: operatorUser}
}

// of is the same log, asked about another user.
func (l auditLog) of(user string) auditLog {
	l.user = user
	return l
}

type auditEvent struct {
	Verb      string
	UserAgent string
	User      struct{ Username string }
	ObjectRef struct{ Resource, Subresource string }
	Response  struct{ Code int } `json:"responseStatus"`
}

// counts are requests of a user by "verb resource/subresource code"; a code of less than 300 is left out.
type counts map[string]int

// mark returns the present end of the log.
func (l auditLog) mark() (int64, error) {
	info, err := os.Stat(l.path)
	if err != nil {
		return 0, fmt.Errorf("finding the audit log: %w", err)
	}
	return info.Size(), nil
}

// since counts what the user asked for since a mark, and returns the next mark.
func (l auditLog) since(mark int64) (counts, int64, error) {
	file, err := os.Open(l.path)
	if err != nil {
		return nil, mark, fmt.Errorf("reading the audit log: %w", err)
	}
	defer func() { _ = file.Close() }()
	if _, err := file.Seek(mark, io.SeekStart); err != nil {
		return nil, mark, fmt.Errorf("reading the audit log: %w", err)
	}
	found := counts{}
	reader := bufio.NewReaderSize(file, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return found, mark, nil // What follows the last line feed is still being written.
		}
		if err != nil {
			return nil, mark, fmt.Errorf("reading the audit log: %w", err)
		}
		mark += int64(len(line))
		var event auditEvent
		if err := json.Unmarshal(line, &event); err != nil {
			return nil, mark, fmt.Errorf("reading the audit log: %w", err)
		}
		if event.User.Username == l.user {
			found.add(event)
		}
	}
}

// add counts a request, but not one of the bare client, which has the same account.
func (c counts) add(event auditEvent) {
	if strings.HasPrefix(event.UserAgent, userAgent) {
		return
	}
	key := event.Verb + " " + event.ObjectRef.Resource
	if event.ObjectRef.Subresource != "" {
		key += "/" + event.ObjectRef.Subresource
	}
	if event.Response.Code >= 300 {
		key += " " + strconv.Itoa(event.Response.Code)
	}
	c[key]++
}

func (c counts) sum(keep func(verb, resource string) bool) int {
	n := 0
	for key, count := range c {
		verb, resource, _ := strings.Cut(key, " ")
		if keep(verb, resource) {
			n += count
		}
	}
	return n
}

func isWrite(verb string) bool { return verb != "get" && verb != "list" && verb != "watch" }

// writes are all writes but those of leases.
func (c counts) writes() int {
	return c.sum(func(verb, resource string) bool { return isWrite(verb) && !strings.HasPrefix(resource, "leases") })
}

// on are the writes of one kind and of its status.
func (c counts) on(resource string) int {
	return c.sum(func(verb, what string) bool { return isWrite(verb) && strings.HasPrefix(what, resource) })
}

// reads are GETs and LISTs of the operator's kinds.
func (c counts) reads() int {
	return c.sum(func(verb, _ string) bool { return verb == "get" || verb == "list" })
}
