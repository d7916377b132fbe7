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
	"fmt"
	"strings"
	"sync"
)

// account tells how tasks end: of each as soon as those before it have ended, so that a long command shows how far it is,
// and one that is killed has told of most of what it did.
type account struct {
	plugin *plugin
	tasks  []task
	counts map[string]int

	mutex   sync.Mutex
	results []result
	ended   []bool
	told    int
}

func newAccount(p *plugin, tasks []task) *account {
	return &account{plugin: p, tasks: tasks, counts: map[string]int{}, results: make([]result, len(tasks)), ended: make([]bool, len(tasks))}
}

// enter takes how one task ended.
func (a *account) enter(i int, ended result) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.results[i], a.ended[i] = ended, true
	for a.told < len(a.tasks) && a.ended[a.told] {
		a.tell(a.told)
		a.told++
	}
}

// close sums up where there were several tasks, and says whether all was done. Tasks that have not ended never began.
func (a *account) close() (complete bool) {
	for ; a.told < len(a.tasks); a.told++ {
		a.tell(a.told)
	}
	var summary []string
	for _, outcome := range []string{"changed", unchanged, notSelected, "failed", "interrupted", "not begun"} {
		if a.counts[outcome] > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", a.counts[outcome], outcome))
		}
	}
	if len(a.tasks) > 1 {
		printLine(a.plugin.ErrOut, strings.Join(summary, ", ")+".")
	}
	return a.counts["failed"]+a.counts["interrupted"]+a.counts["not begun"] == 0
}

func (a *account) tell(i int) {
	result, what := a.results[i], a.tasks[i].what
	outcome := "changed"
	switch {
	case result.err != nil && ctxEnded(result.err):
		outcome = "interrupted"
		printLine(a.plugin.ErrOut, escape(what+": interrupted: it may be done or not"))
	case result.err != nil:
		outcome = "failed"
		printLine(a.plugin.ErrOut, escape(what+": "+result.err.Error()))
	case result.done == "":
		outcome = "not begun"
	default:
		if !result.changed() {
			outcome = result.done
		}
		printLine(a.plugin.Out, escape(what+" "+result.done))
	}
	a.counts[outcome]++
}
