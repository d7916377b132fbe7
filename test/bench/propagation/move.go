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

// move has alice move all alerts of one incident to another and back; the operator gives each its new owner.
func (b *bench) move(ctx context.Context) error {
	here, there := side{"here", alice}, side{"there", bob}
	for trial := range b.trials {
		o, err := b.pair(ctx, trial, b.n, here, there)
		if err != nil {
			return err
		}
		for _, to := range []side{there, here} {
			err := b.follow(ctx, o, "move", under(to.incident, to.assignee), func() error {
				return b.moveAll(ctx, o, to.incident)
			})
			if err != nil {
				return fmt.Errorf("trial %d: %w", trial+1, err)
			}
		}
		if err := b.bareMove(ctx, o, there); err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
	}
	return nil
}

// pair makes a namespace for one trial, with two incidents, and n alerts in the first.
func (b *bench) pair(ctx context.Context, trial, n int, first, second side) (*observer, error) {
	if err := b.place.startOperator(ctx); err != nil {
		return nil, err
	}
	return b.populated(ctx, fmt.Sprintf("bench-%s-%d-%s-%d", b.scenario, n, b.suffix, trial), n, first, second)
}

// moveAll moves every alert as alice.
func (b *bench) moveAll(ctx context.Context, o *observer, to string) error {
	alerts := o.all()
	return each(ctx, len(alerts), b.workers, func(ctx context.Context, i int) error {
		_, err := b.alice.patch(ctx, alertPath(o.namespace, alerts[i].Metadata.Name), linking(to))
		return err
	})
}

func linking(incident string) object {
	return object{"spec": object{"incidentRef": object{"name": incident}}}
}

// bareMove does both writes of a move for each alert: alice's, and then the operator's.
func (b *bench) bareMove(ctx context.Context, o *observer, to side) error {
	return b.bareRun(ctx, o, under(to.incident, to.assignee),
		func() ([]write, error) {
			source, err := b.source(ctx, o.namespace, to.incident)
			if err != nil {
				return nil, err
			}
			return writesUnder(o, source, false)
		},
		func(writes []write) error {
			return each(ctx, len(writes), b.workers, func(ctx context.Context, i int) error {
				version, err := b.alice.patch(ctx, writes[i].path, linking(to.incident))
				if err != nil {
					return err
				}
				writes[i].patch["metadata"].(object)["resourceVersion"] = version
				_, err = b.bare.patch(ctx, writes[i].path, writes[i].patch)
				return err
			})
		})
}
