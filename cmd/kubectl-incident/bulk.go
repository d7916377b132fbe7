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
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// bulkWorkers is how many requests of one command are under way at the same time.
	bulkWorkers = 8
	// askAbove is how many objects are changed without a question.
	askAbove = 10

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

// bulk does tasks, a few at the same time, and prints how each of them ended, in their order. Interrupted, it says what
// was not begun.
func (b *bulkFlags) bulkWith(ctx context.Context, p *plugin, tasks []task) error {
	if len(tasks) == 0 {
		printLine(p.ErrOut, "Nothing is selected.")
		return nil
	}
	if b.dryRun != dryRunNone {
		return b.rehearse(ctx, p, tasks)
	}
	if err := b.confirm(p, len(tasks)); err != nil {
		return err
	}
	results := doAll(ctx, tasks)
	failed := report(p, tasks, results)
	if err := b.follow(ctx, p, tasks, results); err != nil {
		return err
	}
	if failed {
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

// confirm asks before many objects are changed.
func (b *bulkFlags) confirm(p *plugin, number int) error {
	if b.yes || number <= askAbove {
		return nil
	}
	if !p.onTerminal() {
		return fmt.Errorf("this would change %d objects: say --yes, or look first with --dry-run", number)
	}
	_, _ = fmt.Fprintf(p.ErrOut, "This changes %d objects. Go on? [y/N] ", number)
	answer, err := bufio.NewReader(p.In).ReadString('\n')
	if err != nil && answer == "" {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer != "y" && answer != "yes" {
		return errors.New("nothing was changed")
	}
	return nil
}

// doAll does tasks until the context ends. What is under way then ends by itself.
func doAll(ctx context.Context, tasks []task) []result {
	results := make([]result, len(tasks))
	var group errgroup.Group
	group.SetLimit(bulkWorkers)
	for i := range tasks {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if ctx.Err() == nil {
				results[i].done, results[i].err = tasks[i].do(ctx)
			}
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
	return results
}

// report prints how each task ended and, of several, how many ended how. It says whether anything failed.
func report(p *plugin, tasks []task, results []result) (failed bool) {
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
	return counts["failed"]+counts["interrupted"]+counts["not begun"] > 0
}

func ctxEnded(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// follow waits for what the operator does after the changes.
func (b *bulkFlags) follow(ctx context.Context, p *plugin, tasks []task, results []result) error {
	if !b.wait {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	bar := newProgress(p)
	defer bar.end()
	var group errgroup.Group
	group.SetLimit(bulkWorkers)
	var mutex sync.Mutex
	var problems []error
	for i, result := range results {
		if result.err != nil || result.done == "" || result.done == unchanged || tasks[i].wait == nil {
			continue
		}
		group.Go(func() error {
			if err := tasks[i].wait(ctx, bar); err != nil {
				mutex.Lock()
				defer mutex.Unlock()
				problems = append(problems, fmt.Errorf("waiting for the alerts of %s: %w", tasks[i].what, err))
			}
			return nil
		})
	}
	_ = group.Wait() // No task fails its group.
	return errors.Join(problems...)
}
