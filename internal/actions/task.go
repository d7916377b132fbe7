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

	"github.com/incident-operator/incident-operator/internal/decide/preview"
)

// Task is what an action does to one object.
type Task interface {
	// Preview says what it would do, and does nothing.
	Preview(ctx context.Context) (Preview, error)
	// Do does it. With dryRun, the API server only says whether it would take it.
	Do(ctx context.Context, dryRun bool) (Result, error)
	// Wait follows what the operator does then, and tells how far that is; it returns when it is done.
	Wait(ctx context.Context, tell Progress) error
}

// Progress is told of an object's alerts: how many of them have followed, and how many there are. It may be told of
// several objects at the same time.
type Progress func(object string, followed, total int)

// Preview is what a task would do.
type Preview struct {
	// Fields are those of the object that would change.
	Fields []Difference
	// Alerts are what the alerts say before and after.
	Alerts []preview.Outcome
	// Tags are those that would come along to the incident into which another is merged.
	Tags []string
}

// Result is how a task ended.
type Result struct {
	Ending Ending
	// Done says in the past what was done, such as "assigned to bob"; empty unless the ending is Changed.
	Done string
	// Replaced are the fields of which something was lost, with what was there before.
	Replaced []Difference
	// Err is why the task failed.
	Err error
}

// Ending is the kind of an end.
type Ending string

// The endings of tasks.
const (
	// Changed means that it is done.
	Changed Ending = "changed"
	// Unchanged means that there was nothing to do.
	Unchanged Ending = "unchanged"
	// NotSelected means that somebody changed the object, so that the selection leaves it out now.
	NotSelected Ending = "no longer selected"
	// Failed means that an error says why it is not done.
	Failed Ending = "failed"
	// Interrupted means that the request was cut off: it may be done or not.
	Interrupted Ending = "interrupted"
	// NotBegun means that nothing was asked for before the interrupt.
	NotBegun Ending = "not begun"
)

// Endings are all endings, in the order in which people are told of them.
var Endings = []Ending{Changed, Unchanged, NotSelected, Failed, Interrupted, NotBegun}

// Incomplete says whether what was asked for is not there, as far as is known.
func (e Ending) Incomplete() bool { return e == Failed || e == Interrupted || e == NotBegun }

// RefusedError says why something cannot be done as the objects are. Any other error says that something could not be read
// or written.
type RefusedError struct{ Reason error }

// Error implements error.
func (e *RefusedError) Error() string { return e.Reason.Error() }

// Unwrap implements errors.Unwrap.
func (e *RefusedError) Unwrap() error { return e.Reason }

func refuse(reason string) error { return &RefusedError{errors.New(reason)} }
