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

package controllers

import (
	"errors"

	. "github.com/onsi/ginkgo/v2"
)

// position says where in a write the operator is killed.
type position int

const (
	beforeSending position = iota
	afterCommit
	afterAnswer
	positions int = iota
)

// atEachPosition are the entries of a table.
var atEachPosition = []TableEntry{
	Entry("before a write is sent", beforeSending),
	Entry("after it is committed, before the answer", afterCommit),
	Entry("after the answer", afterAnswer),
}

var errKilled = errors.New("the operator was killed")

// killing says whether, and where, the operator is killed at a write: the kind, and how many there were of all kinds so far,
// from 1.
type killing func(kind string, write int) (position, bool)

// kill kills the operator at chosen writes: nothing that it does afterwards counts until it is started again. It returns the
// kinds of writes at which it was killed.
func (w *world) kill(chosen killing) *[]string {
	writes, kills := 0, &[]string{}
	w.crash = func(kind string, send func() error) error {
		if w.dead {
			return errKilled
		}
		writes++
		at, deadly := chosen(kind, writes)
		if !deadly {
			return send()
		}
		*kills = append(*kills, kind)
		w.dead = true
		if at == beforeSending {
			return errKilled
		}
		if err := send(); err != nil || at == afterAnswer {
			return err
		}
		return errKilled
	}
	return kills
}

// killOnce kills the operator at its write of a number.
func (w *world) killOnce(at position, number int) *[]string {
	return w.kill(func(_ string, write int) (position, bool) { return at, write == number })
}
