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

package correlate

import (
	"cmp"
	"slices"
	"time"
)

const (
	// maxRecords bounds how many alerts of one namespace are known; beyond, a tenth is forgotten: the linked ones
	// that were not active for longest. They keep their links, and tie nothing any more.
	maxRecords = 100_000
	// retireEvery is how often it is looked for what can be forgotten.
	retireEvery = time.Minute
)

// retire forgets the linked alerts that cannot tie anything any more.
func (e *Engine) retire(now time.Time) {
	if len(e.alerts) <= maxRecords && now.Sub(e.retired) < retireEvery {
		return
	}
	e.retired = now
	e.common.forget(now)
	var linked []*record
	for _, r := range e.alerts {
		if r.incident == "" {
			continue
		}
		if e.isOver(r, now) {
			e.ForgetAlert(r.name)
		} else {
			linked = append(linked, r)
		}
	}
	if len(e.alerts) <= maxRecords {
		return
	}
	over := len(e.alerts) - maxRecords*9/10
	slices.SortFunc(linked, func(a, b *record) int { return cmp.Or(a.last.Compare(b.last), cmp.Compare(a.name, b.name)) })
	for _, r := range linked[:min(over, len(linked))] {
		e.ForgetAlert(r.name)
		e.forgotten++
	}
}

// isOver says whether a linked alert cannot tie anything any more: a window has passed since it was active, and another that
// was active beside it has had as long to come in.
func (e *Engine) isOver(r *record, now time.Time) bool { return now.Sub(r.lately()) > e.reach }

// Forgotten is how many alerts were dropped since there are too many to be known at once.
func (e *Engine) Forgotten() int { return e.forgotten }
