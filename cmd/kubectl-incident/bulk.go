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
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// bulkWorkers is how many requests of one command are under way at the same time.
	bulkWorkers = 8
	// interruptPatience is how long requests that are under way may still take after an interrupt.
	interruptPatience = 10 * time.Second

	unchanged = "unchanged"
	// notSelected is for what was changed by somebody else so that the filter selects it no more.
	notSelected = "no longer selected"
	// sameAgain is the rest of tasks that do nothing where they are done already.
	sameAgain = "the same command again does the rest"
)

// errIncomplete ends a command with 1 after it has printed what failed.
var errIncomplete = errors.New("not all was done")

// task is what a command does to one object.
type task struct {
	// what names the object, such as incident/inc-1.
	what string
	// rest says how to get done what was not begun before an interrupt; empty where that takes a look first.
	rest string
	// preview says what would change.
	preview func(context.Context) (string, error)
	// do does it and says what was done.
	do func(context.Context, ...client.PatchOption) (string, error)
	// wait follows what the operator does then; nil for nothing.
	wait func(context.Context, *progress) error
}

// result is how a task ended; all zero where it never began.
type result struct {
	done string
	err  error
}

// changed says whether the task changed anything.
func (r result) changed() bool {
	return r.err == nil && r.done != "" && r.done != unchanged && r.done != notSelected
}

// bulkWith does tasks, a few at the same time, and prints how each of them ended, in their order. Interrupted, it says what
// was not begun.
func (b *bulkFlags) bulkWith(ctx context.Context, p *plugin, tasks []task) error {
	if len(tasks) == 0 {
		printLine(p.ErrOut, "Nothing is selected.")
		return nil
	}
	if b.dryRun != dryRunNone {
		return b.rehearse(ctx, p, tasks)
	}
	if err := b.confirm(ctx, p, len(tasks)); err != nil {
		return err
	}
	return p.sent(b.send(ctx, p, tasks))
}

// send does tasks and waits for what follows from them.
func (b *bulkFlags) send(ctx context.Context, p *plugin, tasks []task) error {
	account := newAccount(p, tasks)
	doAll(ctx, tasks, account)
	complete := account.close()
	if !complete && ctx.Err() != nil {
		printLine(p.ErrOut, escape("Interrupted. What is listed as done is done"+restOf(tasks)+"."))
		return errIncomplete
	}
	if followed := b.follow(ctx, p, tasks, account.results); !followed || !complete {
		return errIncomplete
	}
	return nil
}

// restOf is the same for all tasks of a command.
func restOf(tasks []task) string {
	if tasks[0].rest == "" {
		return ""
	}
	return "; " + tasks[0].rest
}

// rehearse prints what would change. On the server it also asks whether the API server would take it.
func (b *bulkFlags) rehearse(ctx context.Context, p *plugin, tasks []task) error {
	failed := false
	for _, task := range tasks {
		if ctx.Err() != nil {
			failed = true
			break
		}
		text, err := task.preview(ctx)
		if err == nil && b.dryRun == dryRunServer {
			_, err = task.do(ctx, client.DryRunAll)
		}
		if err != nil {
			failed = true
			printLine(p.ErrOut, escape(task.what+": "+err.Error()))
			continue
		}
		printLine(p.Out, text)
	}
	printLine(p.Out, fmt.Sprintf("Nothing was changed (dry run, %s).", b.dryRun))
	if failed {
		return errIncomplete
	}
	return nil
}

// doAll does tasks until the context ends. What is under way then may still end by itself for a while, so that it is
// known whether it was done.
func doAll(ctx context.Context, tasks []task, account *account) {
	lasting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(interruptPatience, cancel) })()
	var group errgroup.Group
	group.SetLimit(bulkWorkers)
	for i := range tasks {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			var ended result
			if ctx.Err() == nil {
				ended.done, ended.err = tasks[i].do(lasting)
			}
			account.enter(i, ended)
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
}

func ctxEnded(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// follow waits for what the operator does after the changes, and says whether all of it is done.
func (b *bulkFlags) follow(ctx context.Context, p *plugin, tasks []task, results []result) bool {
	if !b.wait {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	bar := newProgress(p)
	problems := make([]error, len(tasks))
	var group errgroup.Group
	group.SetLimit(bulkWorkers)
	for i, result := range results {
		if !result.changed() || tasks[i].wait == nil {
			continue
		}
		group.Go(func() error {
			problems[i] = tasks[i].wait(ctx, bar)
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
	bar.end()
	return reportWaits(p, tasks, problems)
}

// reportWaits prints what was not seen to be done, and says whether there is nothing of that.
func reportWaits(p *plugin, tasks []task, problems []error) (done bool) {
	done = true
	unseen := 0
	for i, problem := range problems {
		switch {
		case problem == nil:
			continue
		case ctxEnded(problem):
			unseen++
		default:
			printLine(p.ErrOut, escape(tasks[i].what+": waiting: "+problem.Error()))
		}
		done = false
	}
	if unseen > 0 {
		printLine(p.ErrOut, fmt.Sprintf("The changes are made. For %d of them the operator was not seen to be done.", unseen))
	}
	return done
}
