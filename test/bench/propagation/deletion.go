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
	"net/http"
	"slices"
	"time"
)

// linkGrace is a little more than how long the operator lets the incident of a new alert be missing.
const linkGrace = 16 * time.Second

// deletion deletes an incident of n alerts, which then say that their link leads nowhere.
func (b *bench) deletion(ctx context.Context) error {
	for trial := range b.trials {
		o, err := b.pair(ctx, trial, b.n, side{"gone", alice}, side{"other", bob})
		if err != nil {
			return err
		}
		if err := pause(ctx, linkGrace); err != nil {
			return err
		}
		err = b.follow(ctx, o, "delete", dangling, func() error {
			_, err := b.admin.send(ctx, http.MethodDelete, incidentPath(o.namespace, "gone"), "", nil)
			return err
		})
		if err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
		err = b.bareRun(ctx, o, saysReason(bareReason),
			func() ([]write, error) { return conditionWrites(o), nil },
			func(writes []write) error { return b.sendAll(ctx, writes) })
		if err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
	}
	return nil
}

// bareReason tells the bare client's condition from the operator's; both are of one length.
const bareReason = "IncidentNotFounD"

func saysReason(reason string) func(*alert) bool {
	return func(a *alert) bool {
		return len(a.Status.Conditions) > 0 && !slices.ContainsFunc(a.Status.Conditions, func(c condition) bool { return c.Reason != reason })
	}
}

// conditionWrites write the condition of each alert again, with another reason.
func conditionWrites(o *observer) []write {
	now := time.Now().UTC().Format(time.RFC3339)
	alerts := o.all()
	writes := make([]write, 0, len(alerts))
	for _, a := range alerts {
		conditions := make([]object, 0, len(a.Status.Conditions))
		for _, c := range a.Status.Conditions {
			conditions = append(conditions, object{
				"type": c.Type, "status": c.Status, "reason": bareReason, "message": c.Message, "lastTransitionTime": now,
			})
		}
		writes = append(writes, write{
			path:  alertPath(o.namespace, a.Metadata.Name) + "/status?fieldManager=incident-operator",
			patch: object{"metadata": object{"resourceVersion": a.Metadata.ResourceVersion}, "status": object{"conditions": conditions}},
		})
	}
	return writes
}
