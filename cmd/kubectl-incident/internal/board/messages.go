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

// Package board is what a full-screen queue shows and what its keys mean: state and message give state and effects, and the
// state gives the text. It reads no cluster and no terminal, and changes nothing: its effects name commands of the plugin,
// which the process runs.
package board

import (
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/actions"
)

// Queue is the queue as it is now, sorted. Neither the slice nor the incidents may be changed afterwards.
type Queue struct {
	Incidents []*v1alpha1.Incident
	// Away is since when the API server has not answered; zero if it does.
	Away time.Time
	At   time.Time
	// Serial is that of the Read that asked for it.
	Serial int
}

// Clock says how late it is.
type Clock struct{ At time.Time }

// Known are users and tags that are not only in the list, for suggestions.
type Known struct{ Assignees, Tags []string }

// Rested says that a Wait is over.
type Rested struct{ Serial int }

// Detail is what there is to show of one incident.
type Detail struct {
	Key string
	// Incident is as it is shown; nil if it could not be read.
	Incident *v1alpha1.Incident
	// Draw returns the lines that fit a screen or, if full, all of them.
	Draw func(screen terminal.Screen, full bool) []string
	// Err says why there is nothing to show.
	Err error
}

// Said is a line of a command that is under way. It replaces the one before.
type Said struct{ Text string }

// Asked is a question of a command that is under way, which waits for an Answer.
type Asked struct{ Text string }

// Ended is a command's end.
type Ended struct {
	Order Order
	// Done says that all of it is done.
	Done bool
	// Lines are what it printed.
	Lines []string
	// Conflict is what it would have overwritten; nil if nothing was in its way.
	Conflict *actions.ConflictError
}

// Failed says why the queue cannot be read.
type Failed struct {
	Err    error
	Serial int
}

// Effect is what the process is to do.
type Effect any

// Order is a command of the plugin to run.
type Order struct {
	// Words are the command and its arguments, behind kubectl incident.
	Words []string
	// Key is the incident's namespace and name.
	Key string
	// Seen is the incident as the user saw it; nil if the command says itself what it is about.
	Seen *v1alpha1.Incident
	// Forces says that the command has the flag --force.
	Forces bool
	// Follows says that its end is worth waiting for.
	Follows bool
	// Then is what is asked for once this is done, after a question.
	Then *Order
}

// force is the order that goes on in spite of a conflict.
func (o Order) force() Order {
	o.Words = append([]string{o.Words[0], "--force"}, o.Words[1:]...)
	return o
}

// The effects.
type (
	// Do asks for a command.
	Do struct{ Order Order }
	// Answer is the answer to the question of the command that is under way.
	Answer struct{ Text string }
	// Abandon ends the command that is under way.
	Abandon struct{}
	// Read asks for another queue.
	Read struct {
		Filter Filter
		Serial int
	}
	// Show asks for the Detail of an incident.
	Show struct{ Key string }
	// Wait asks for Rested with the same serial, after a moment.
	Wait struct{ Serial int }
	// Copy asks the terminal to put a text on the clipboard.
	Copy struct{ Text string }
	// Suspend gives the terminal back for a while.
	Suspend struct{}
	// Quit ends the board.
	Quit struct{}
)
