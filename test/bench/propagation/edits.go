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
)

// editedAlerts is how many alerts a person edits, once each.
const editedAlerts = 100

// edits has alice assign alerts themselves, and counts what that costs the operator.
func (b *bench) edits(ctx context.Context) error {
	edited := side{incident: "edited", assignee: alice}
	o, err := b.pair(ctx, 0, editedAlerts, edited, side{"other", bob})
	if err != nil {
		return err
	}
	for trial := range b.trials {
		assignee := fmt.Sprintf("edit-%d@example.com", trial)
		alerts := o.all()
		before, err := b.incident(ctx, o.namespace, edited.incident)
		if err != nil {
			return err
		}
		err = b.follow(ctx, o, "edits", assigned(assignee), func() error {
			return each(ctx, len(alerts), b.workers, func(ctx context.Context, i int) error {
				_, err := b.alice.patch(ctx, alertPath(o.namespace, alerts[i].Metadata.Name), object{"spec": object{"assignee": assignee}})
				return err
			})
		})
		if err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
		after, err := b.incident(ctx, o.namespace, edited.incident)
		if err != nil {
			return err
		}
		fmt.Printf("    entries in the log of the incident: %d\n", after.Status.Activity.Entries-before.Status.Activity.Entries)
	}
	return nil
}
