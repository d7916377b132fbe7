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

package actions

import (
	"context"
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	// Workers is how many requests of one action are under way at the same time.
	Workers = 8
	// patience is how long requests that are under way may still take after an interrupt.
	patience = 10 * time.Second
)

// DoAll does tasks, some at the same time, and returns how they ended. It calls tell with the number of each in their
// order, as soon as those before it have ended too. When the context ends, no more are begun, and those that are under way
// get some seconds to end.
func DoAll(ctx context.Context, tasks []Task, tell func(i int, result Result)) []Result {
	account := newAccount(len(tasks), tell)
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(patience, cancel) })()
	var group errgroup.Group
	group.SetLimit(Workers)
	for i := range tasks {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			ended := Result{Ending: NotBegun}
			if ctx.Err() == nil {
				ended = doOne(lasting, tasks[i])
			}
			account.enter(i, ended)
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
	return account.close()
}

func doOne(ctx context.Context, task Task) Result {
	result, err := task.Do(ctx, false)
	switch {
	case err == nil:
		return result
	case CutOff(err):
		return Result{Ending: Interrupted, Err: err}
	default:
		return Result{Ending: Failed, Err: err}
	}
}

// CutOff says whether an error says only that a context ended.
func CutOff(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// WaitAll follows what the operator does after tasks that changed something. The errors have the numbers of the tasks; nil
// is for what is done, or was not to be waited for.
func WaitAll(ctx context.Context, tasks []Task, results []Result, tell Progress) []error {
	problems := make([]error, len(tasks))
	var group errgroup.Group
	group.SetLimit(Workers)
	for i, result := range results {
		if result.Ending != Changed {
			continue
		}
		group.Go(func() error {
			problems[i] = tasks[i].Wait(ctx, tell)
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
	return problems
}

// account keeps how tasks ended, and tells of them in their order.
type account struct {
	tell func(i int, result Result)

	mutex   sync.Mutex
	results []Result
	told    int
}

func newAccount(tasks int, tell func(i int, result Result)) *account {
	return &account{tell: tell, results: make([]Result, tasks)}
}

func (a *account) enter(i int, ended Result) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.results[i] = ended
	for a.told < len(a.results) && a.results[a.told].Ending != "" {
		a.tell(a.told, a.results[a.told])
		a.told++
	}
}

// close tells of what is left, which was not begun or comes after that.
func (a *account) close() []Result {
	for ; a.told < len(a.results); a.told++ {
		if a.results[a.told].Ending == "" {
			a.results[a.told].Ending = NotBegun
		}
		a.tell(a.told, a.results[a.told])
	}
	return a.results
}
