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

// rest looks at an operator that has n alerts and more, and nothing to do: at what it holds, and does all the same.
func (b *bench) rest(ctx context.Context) error {
	if _, err := b.big(ctx); err != nil {
		return err
	}
	mark, err := b.audit.mark()
	if err != nil {
		return err
	}
	before, err := b.place.meter()
	if err != nil {
		return err
	}
	if err := pause(ctx, b.window); err != nil {
		return err
	}
	used, foreign, err := b.place.since(before)
	if err != nil {
		return err
	}
	found, _, err := b.audit.since(mark)
	if err != nil {
		return err
	}
	alerts, err := b.countAlerts(ctx)
	if err != nil {
		return err
	}
	resident, peak, err := residentMiB(b.place.operatorPID())
	if err != nil {
		return err
	}
	values := map[string]float64{
		"writes": float64(found.writes()), "percentOfACore": round(100 * used["operator"] / b.window.Seconds()),
		"residentMiB": resident, "peakMiB": peak,
	}
	if b.baseMiB > 0 {
		values["baseMiB"] = b.baseMiB
		values["mibPer10kAlerts"] = round((resident - b.baseMiB) / float64(alerts) * 10_000)
	}
	return b.report(result{Step: "rest", N: alerts, Requests: found, CPU: used, Foreign: foreign, Values: values})
}

// restart stops the operator gracefully, changes the small incident, and starts the operator at once: when that is served,
// and what was written beside it.
func (b *bench) restart(ctx context.Context) error {
	if _, err := b.big(ctx); err != nil {
		return err
	}
	o, err := b.populated(ctx, smallNamespace, smallAlerts, side{incident: smallIncident})
	if err != nil {
		return err
	}
	alerts, err := b.countAlerts(ctx)
	if err != nil {
		return err
	}
	for trial := range b.trials {
		if err := b.restartOnce(ctx, o, alerts, fmt.Sprintf("restart-%s-%d@example.com", b.suffix, trial)); err != nil {
			return fmt.Errorf("trial %d: %w", trial+1, err)
		}
	}
	return nil
}

func (b *bench) restartOnce(ctx context.Context, o *observer, alerts int, assignee string) error {
	if err := b.place.stopOperator(ctx); err != nil {
		return err
	}
	c := assigning("restart", assignee)
	mark, err := b.audit.mark()
	if err != nil {
		return err
	}
	r, err := b.timed(ctx, o, c.step, c.match, func() error {
		if _, err := b.alice.patch(ctx, incidentPath(o.namespace, smallIncident), c.patch); err != nil {
			return err
		}
		return b.place.startOperator(ctx)
	})
	if err != nil {
		return err
	}
	if err := b.atRest(ctx, alerts); err != nil {
		return err
	}
	if r.Requests, _, err = b.audit.since(mark); err != nil {
		return err
	}
	processor, err := processorSeconds(b.place.operatorPID())
	if err != nil {
		return err
	}
	resident, peak, err := residentMiB(b.place.operatorPID())
	if err != nil {
		return err
	}
	r.N = alerts
	r.Values = map[string]float64{
		"alertsWrittenBeside": float64(r.Requests.on("alerts") - smallAlerts), "operatorSecondsUntilRest": round(processor),
		"residentMiB": resident, "peakMiB": peak,
	}
	return b.report(r)
}
