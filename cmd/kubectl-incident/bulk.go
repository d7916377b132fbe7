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
	"strings"
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
)

// errIncomplete ends a command with 1 after it has printed what failed.
var errIncomplete = errors.New("not all was done")

// task is what a command does to one object.
type task struct {
	// what names the object, such as incident/inc-1.
	what string
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
	results := doAll(ctx, tasks)
	complete := report(p, tasks, results)
	if ctx.Err() != nil {
		printLine(p.ErrOut, "Interrupted. What is listed as done is done; the same command again does the rest.")
		return errIncomplete
	}
	if followed := b.follow(ctx, p, tasks, results); !followed || !complete {
		return errIncomplete
	}
	return nil
}

func (o *changer) bulk(ctx context.Context, tasks []task) error {
	return o.bulkWith(ctx, o.plugin, tasks)
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
func doAll(ctx context.Context, tasks []task) []result {
	results := make([]result, len(tasks))
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
			if ctx.Err() == nil {
				results[i].done, results[i].err = tasks[i].do(lasting)
			}
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
	return results
}

// report prints how each task ended and, of several, how many ended how. It says whether all was done.
func report(p *plugin, tasks []task, results []result) (complete bool) {
	counts := map[string]int{}
	for i, result := range results {
		switch {
		case result.err != nil && ctxEnded(result.err):
			counts["interrupted"]++
			printLine(p.ErrOut, escape(tasks[i].what+": interrupted: it may be done or not"))
		case result.err != nil:
			counts["failed"]++
			printLine(p.ErrOut, escape(tasks[i].what+": "+result.err.Error()))
		case result.done == "":
			counts["not begun"]++
		case result.done == unchanged:
			counts[unchanged]++
			printLine(p.Out, escape(tasks[i].what+" "+result.done))
		default:
			counts["changed"]++
			printLine(p.Out, escape(tasks[i].what+" "+result.done))
		}
	}
	var summary []string
	for _, outcome := range []string{"changed", unchanged, "failed", "interrupted", "not begun"} {
		if counts[outcome] > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", counts[outcome], outcome))
		}
	}
	if len(tasks) > 1 {
		printLine(p.ErrOut, strings.Join(summary, ", ")+".")
	}
	return counts["failed"]+counts["interrupted"]+counts["not begun"] == 0
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
		if result.err != nil || result.done == "" || result.done == unchanged || tasks[i].wait == nil {
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
