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

// merge merges an incident of n alerts into another. The bare client then brings them to a third, link and memory in one
// write each, as a merge does.
func (b *bench) merge(ctx context.Context) error {
	from, into, third := side{"source", alice}, side{"target", alice}, side{"third", alice}
	for trial := range b.trials {
		o, err := b.pair(ctx, trial, b.n, from, into)
		if err != nil {
			return err
		}
		if err := b.ensureIncident(ctx, o.namespace, third.incident, third.assignee); err != nil {
			return err
		}
		err = b.follow(ctx, o, "merge", under(into.incident, into.assignee), func() error {
			_, err := b.alice.patch(ctx, incidentPath(o.namespace, from.incident), object{"spec": object{"mergeInto": object{"name": into.incident}}})
			return err
		})
		if err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
		err = b.bareRun(ctx, o, under(third.incident, third.assignee),
			func() ([]write, error) {
				source, err := b.source(ctx, o.namespace, third.incident)
				if err != nil {
					return nil, err
				}
				return writesUnder(o, source, true)
			},
			func(writes []write) error { return b.sendAll(ctx, writes) })
		if err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
	}
	return nil
}
