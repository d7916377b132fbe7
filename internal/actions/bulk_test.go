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
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// instant is a task that ends as its function says.
type instant func(context.Context) (Result, error)

func (i instant) Preview(context.Context) (Preview, error)       { return Preview{}, nil }
func (i instant) Do(ctx context.Context, _ bool) (Result, error) { return i(ctx) }
func (i instant) Wait(context.Context, Progress) error           { return errors.New("waited") }
func changing(context.Context) (Result, error)                   { return Result{Ending: Changed, Done: "done"}, nil }
func tellNobody(int, Result)                                     {}
func tellNothing(string, int, int)                               {}

// TestDoAllTellsInOrder has tasks end in another order than they begin.
func TestDoAllTellsInOrder(t *testing.T) {
	var told []string
	account := newAccount(5, func(i int, result Result) { told = append(told, fmt.Sprintf("%d %s", i, result.Ending)) })
	for _, step := range []struct {
		index int
		want  []string
	}{
		{1, nil},
		{0, []string{"0 changed", "1 changed"}},
		{3, []string{"0 changed", "1 changed"}},
		{2, []string{"0 changed", "1 changed", "2 changed", "3 changed"}},
	} {
		account.enter(step.index, Result{Ending: Changed})
		if !slices.Equal(told, step.want) {
			t.Errorf("after %d: told %q, want %q", step.index, told, step.want)
		}
	}
	if results := account.close(); results[4].Ending != NotBegun || told[4] != "4 not begun" {
		t.Errorf("got %v, told %q", results, told)
	}
}

// TestInterruptedTasks has the context end while tasks are under way: one that does not end in time is cut off.
func TestInterruptedTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		var begun sync.WaitGroup
		begun.Add(2)
		quick := instant(func(context.Context) (Result, error) {
			begun.Done()
			return Result{Ending: Changed}, nil
		})
		hanging := instant(func(ctx context.Context) (Result, error) {
			begun.Done()
			<-ctx.Done()
			return Result{}, fmt.Errorf("cut: %w", ctx.Err())
		})
		slow := instant(func(ctx context.Context) (Result, error) {
			begun.Wait()
			interrupt()
			time.Sleep(patience / 2)
			return Result{Ending: Changed}, ctx.Err()
		})
		tasks := []Task{quick, hanging, slow}
		var got []Ending
		for _, result := range DoAll(ctx, tasks, tellNobody) {
			got = append(got, result.Ending)
		}
		if want := []Ending{Changed, Interrupted, Changed}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestFailedTasks(t *testing.T) {
	broken := errors.New("broken")
	results := DoAll(t.Context(), []Task{instant(func(context.Context) (Result, error) { return Result{}, broken })}, tellNobody)
	if results[0].Ending != Failed || !errors.Is(results[0].Err, broken) || !results[0].Ending.Incomplete() {
		t.Errorf("got %+v", results[0])
	}
}

// TestWaitAll waits only for what was changed.
func TestWaitAll(t *testing.T) {
	tasks := []Task{instant(changing), instant(changing)}
	problems := WaitAll(t.Context(), tasks, []Result{{Ending: Unchanged}, {Ending: Changed}}, tellNothing)
	if problems[0] != nil || problems[1] == nil {
		t.Errorf("got %v", problems)
	}
}
