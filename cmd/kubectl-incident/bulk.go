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

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// sameAgain is the rest of tasks that do nothing where they are done already.
const sameAgain = "the same command again does the rest"

// errIncomplete ends the command with 1 after it has printed what is not done.
var errIncomplete = errors.New("not all was done")

// task is what a command does to one object.
type task struct {
	actions.Task
	// title names the object, such as incident/inc-1.
	title string
	// rest says how to get done what was not begun before an interrupt; empty where that takes a look first.
	rest string
	// reaches is how many alerts follow what is done to an incident, at most.
	reaches int
	// describe puts a preview into words.
	describe func(actions.Preview) string
	// overwrites says that the command has the flags that advice names.
	overwrites bool
}

// advice says which flag of the command goes on in spite of an error.
func (t *task) advice(err error) string {
	if !t.overwrites {
		return ""
	}
	return advice(err)
}

// bulkWith does the tasks, or with --dry-run says what they would do.
func (b *bulkFlags) bulkWith(ctx context.Context, p *plugin, tasks []task) error {
	if len(tasks) == 0 {
		terminal.PrintLine(p.ErrOut, "Nothing is selected.")
		return nil
	}
	if b.dryRun != dryRunNone {
		return b.rehearse(ctx, p, tasks)
	}
	if err := b.confirm(ctx, p, tasks); err != nil {
		return err
	}
	return p.sent(b.send(ctx, p, tasks))
}

// send does the tasks and prints how each ended. What is under way at an interrupt gets some seconds to end, so that it is
// known whether it is done.
func (b *bulkFlags) send(ctx context.Context, p *plugin, tasks []task) error {
	told := account{plugin: p, tasks: tasks, counts: map[actions.Ending]int{}}
	all := make([]actions.Task, 0, len(tasks))
	for _, t := range tasks {
		all = append(all, t.Task)
	}
	results := actions.DoAll(ctx, all, told.tell)
	complete := told.sum()
	if told.counts[actions.Changed] > 1 && b.takesBack != "" {
		terminal.PrintLine(p.ErrOut, terminal.Escape("To undo all of it: "+b.takesBack))
	}
	if !complete && ctx.Err() != nil {
		terminal.PrintLine(p.ErrOut, terminal.Escape("Interrupted. What is listed as done is done"+restOf(tasks)+"."))
		return errIncomplete
	}
	if followed := b.follow(ctx, p, tasks, all, results); !followed || !complete {
		return errIncomplete
	}
	return nil
}

func restOf(tasks []task) string {
	if tasks[0].rest == "" {
		return ""
	}
	return "; " + tasks[0].rest
}

// rehearse prints what would change.
func (b *bulkFlags) rehearse(ctx context.Context, p *plugin, tasks []task) error {
	failed := false
	for _, task := range tasks {
		if ctx.Err() != nil {
			failed = true
			break
		}
		found, err := task.Preview(ctx)
		if err == nil && b.dryRun == dryRunServer {
			_, err = task.Do(ctx, true)
		}
		if err != nil {
			failed = true
			terminal.PrintLine(p.ErrOut, terminal.Escape(task.title+": "+err.Error()+task.advice(err)))
			continue
		}
		terminal.PrintLine(p.Out, task.describe(found))
	}
	terminal.PrintLine(p.Out, fmt.Sprintf("Nothing was changed (dry run, %s).", b.dryRun))
	if failed {
		return errIncomplete
	}
	return nil
}

// follow waits for what the operator does after the changes, and says whether all of it is done.
func (b *bulkFlags) follow(ctx context.Context, p *plugin, tasks []task, all []actions.Task, results []actions.Result) bool {
	if !b.wait {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, b.timeout)
	defer cancel()
	bar := terminal.NewBar(p.ErrOut, p.onTerminal())
	problems := p.waiting(ctx, bar, func() []error { return actions.WaitAll(ctx, all, results, bar.Show) })
	bar.End()
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
		case actions.CutOff(problem):
			unseen++
		default:
			terminal.PrintLine(p.ErrOut, terminal.Escape(tasks[i].title+": waiting: "+problem.Error()))
		}
		done = false
	}
	if unseen > 0 {
		terminal.PrintLine(p.ErrOut, fmt.Sprintf("The changes are made. For %d of them the operator was not seen to be done.", unseen))
	}
	return done
}

// account prints how tasks ended, and counts them.
type account struct {
	plugin *plugin
	tasks  []task
	counts map[actions.Ending]int
}

func (a *account) tell(i int, result actions.Result) {
	a.counts[result.Ending]++
	title := a.tasks[i].title
	switch result.Ending {
	case actions.Changed:
		terminal.PrintLine(a.plugin.Out, terminal.Escape(title+" "+result.Done+before(result.Replaced)))
	case actions.Unchanged, actions.NotSelected:
		terminal.PrintLine(a.plugin.Out, title+" "+string(result.Ending))
	case actions.Interrupted:
		terminal.PrintLine(a.plugin.ErrOut, terminal.Escape(title+": interrupted: it may be done or not"))
	case actions.Failed:
		if a.plugin.heard != nil {
			a.plugin.heard(result.Err)
		}
		terminal.PrintLine(a.plugin.ErrOut, terminal.Escape(title+": "+result.Err.Error()+a.tasks[i].advice(result.Err)))
	case actions.NotBegun: // The sum says how many.
	}
}

// sum prints how many tasks ended how, and says whether all was done.
func (a *account) sum() (complete bool) {
	complete = true
	var summary []string
	for _, ending := range actions.Endings {
		if a.counts[ending] > 0 {
			summary = append(summary, fmt.Sprintf("%d %s", a.counts[ending], ending))
			complete = complete && !ending.Incomplete()
		}
	}
	if len(a.tasks) > 1 {
		terminal.PrintLine(a.plugin.ErrOut, strings.Join(summary, ", ")+".")
	}
	return complete
}

// sent ends a command that has sent changes. Where its output could not be written, the changes may be made, which is not
// what the exit code of other failures says.
func (p *plugin) sent(err error) error {
	out, remembers := p.Out.(*terminal.Output)
	if !remembers || out.Err == nil {
		return err
	}
	terminal.PrintLine(p.ErrOut, terminal.Escape(program+": the changes were sent, but writing the output failed: "+out.Err.Error()))
	out.Err = errors.Join(errIncomplete, out.Err)
	return errIncomplete
}

// refuse prints why a command does nothing.
func (p *plugin) refuse(why string) error {
	terminal.PrintLine(p.ErrOut, terminal.Escape(why))
	return errIncomplete
}
