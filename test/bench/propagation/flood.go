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
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	floodedNamespace = "bench-flood"
	floodedIncident  = "flooded"
)

// floods are what somebody may do to one namespace as fast as he can; each sends the i-th request of one.
var floods = map[string]func(b *bench, ctx context.Context, i int) error{
	"alerts": func(b *bench, ctx context.Context, i int) error {
		return b.post(ctx, "alerts", newAlert(fmt.Sprintf("flood-%s-%d", b.suffix, i), floodedIncident, i))
	},
	"comments": func(b *bench, ctx context.Context, i int) error {
		return b.post(ctx, "comments", object{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Comment",
			"metadata": object{"name": fmt.Sprintf("flood-%s-%d", b.suffix, i)},
			"spec":     object{"incidentRef": object{"name": floodedIncident}, "text": fmt.Sprintf("flood %d", i)},
		})
	},
	"edits": func(b *bench, ctx context.Context, i int) error {
		_, err := b.alice.patch(ctx, incidentPath(floodedNamespace, floodedIncident), object{"spec": object{
			"assignee": fmt.Sprintf("flood-%d@example.com", i), "tags": []string{fmt.Sprintf("flood %d", i)},
		}})
		return err
	},
}

func (b *bench) post(ctx context.Context, resource string, value object) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = b.alice.send(ctx, http.MethodPost, group+"/namespaces/"+floodedNamespace+"/"+resource, "application/json", body)
	return err
}

// flood measures how long an incident of five alerts takes while somebody floods another namespace with n requests of a
// kind, and what the operator writes and holds meanwhile.
func (b *bench) flood(ctx context.Context) error {
	if err := b.place.startOperator(ctx); err != nil {
		return err
	}
	o, err := b.populated(ctx, smallNamespace, smallAlerts, side{incident: smallIncident})
	if err != nil {
		return err
	}
	if err := b.ensureNamespace(ctx, floodedNamespace); err != nil {
		return err
	}
	if err := b.ensureIncident(ctx, floodedNamespace, floodedIncident, alice); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(floods)) {
		if err := b.floodWith(ctx, o, kind); err != nil {
			return fmt.Errorf("flooding with %s: %w", kind, err)
		}
		if err := b.atRest(ctx, b.n); err != nil {
			return err
		}
	}
	return nil
}

// floodWith samples from the first request of a flood until the operator has nothing left of it to do.
func (b *bench) floodWith(ctx context.Context, o *observer, kind string) error {
	mark, err := b.audit.mark()
	if err != nil {
		return err
	}
	before, err := b.place.meter()
	if err != nil {
		return err
	}
	sent := make(chan error, 1)
	go func() {
		sent <- each(ctx, b.n, b.workers, func(ctx context.Context, i int) error { return floods[kind](b, ctx, i) })
	}()
	s, step := b.sampler(o), besideFlood(kind)
	var took []float64
	for flooding := true; flooding || len(took) < b.samples; {
		sample, err := s.sample(ctx, s.next(step, step))
		if err != nil {
			return err
		}
		took = append(took, sample)
		select {
		case err := <-sent:
			if err != nil {
				return err
			}
			flooding = false
		default:
		}
	}
	used, foreign, err := b.place.since(before)
	if err != nil {
		return err
	}
	found, _, err := b.audit.since(mark)
	if err != nil {
		return err
	}
	resident, peak, err := residentMiB(b.place.operatorPID())
	if err != nil {
		return err
	}
	return b.report(result{
		Step: step, N: b.n, Samples: took, Requests: found, CPU: used, Foreign: foreign,
		Values: map[string]float64{
			"writesForEachRequest": round(float64(found.writes()) / float64(b.n)), "residentMiB": resident, "peakMiB": peak,
			"ownRequestP50Ms": percentile(s.asked, 0.5), "ownRequestP99Ms": percentile(s.asked, 0.99),
		},
	})
}

func besideFlood(kind string) string { return "beside a flood of " + kind }
