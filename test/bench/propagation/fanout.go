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
	"fmt"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

// change is one change of an incident that its alerts have to follow.
type change struct {
	step  string
	patch object
	match func(*alert) bool
}

func assigning(step, assignee string) change {
	return change{step, object{"spec": object{"assignee": assignee}}, assigned(assignee)}
}

func resolving(step string, state v1alpha1.ResolutionState) change {
	return change{step, object{"spec": object{"resolution": object{"state": state}}}, inState(state)}
}

// changes are a trial; the bare client has its turn where there is no patch.
var changes = []change{
	assigning("assign", alice),
	assigning("reassign", bob),
	{step: bareStep},
	resolving("resolve", v1alpha1.ResolutionResolved),
	resolving("reopen", v1alpha1.ResolutionActive),
	{step: bareStep},
	assigning("unassign", ""),
}

// fanout changes an incident of n alerts, the operator and the bare client by turns.
func (b *bench) fanout(ctx context.Context) error {
	o, err := b.big(ctx)
	if err != nil {
		return err
	}
	for trial := range b.trials {
		for turn, c := range changes {
			if c.step == bareStep {
				err = b.bareAssign(ctx, o, fmt.Sprintf("bare-%s-%d-%d@example.com", b.suffix, trial, turn))
			} else {
				err = b.follow(ctx, o, c.step, c.match, func() error {
					_, err := b.alice.patch(ctx, incidentPath(o.namespace, bigIncident), c.patch)
					return err
				})
			}
			if err != nil {
				return fmt.Errorf("trial %d: %w", trial+1, err)
			}
		}
	}
	return nil
}

// bareAssign assigns the incident while the operator is stopped, and has the bare client do to its alerts what the
// operator would.
func (b *bench) bareAssign(ctx context.Context, o *observer, assignee string) error {
	return b.bareRun(ctx, o, assigned(assignee),
		func() ([]write, error) {
			if _, err := b.admin.patch(ctx, incidentPath(o.namespace, bigIncident), object{"spec": object{"assignee": assignee}}); err != nil {
				return nil, fmt.Errorf("assigning the incident: %w", err)
			}
			source, err := b.source(ctx, o.namespace, bigIncident)
			if err != nil {
				return nil, err
			}
			return writesUnder(o, source, false)
		},
		func(writes []write) error { return b.sendAll(ctx, writes) })
}
