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
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	floodedNamespace = "bench-flood"
	floodedIncident  = "flooded"
	otherIncident    = "flooded-too"

	beforeFloods, afterFloods = "before the floods", "after the floods"
)

// floods are what somebody may do to one namespace as fast as he can, in this order: each sends the i-th request of one.
var floods = []struct {
	kind string
	send func(b *bench, ctx context.Context, i int) error
}{
	{"alerts", func(b *bench, ctx context.Context, i int) error {
		return b.post(ctx, floodedNamespace, "alerts", newAlert(b.floodName(i), floodedIncident, i))
	}},
	{"comments", func(b *bench, ctx context.Context, i int) error {
		return b.post(ctx, floodedNamespace, "comments", newComment(b.floodName(i), floodedIncident, fmt.Sprintf("flood %d", i)))
	}},
	{"edits", func(b *bench, ctx context.Context, i int) error {
		return b.editFlooded(ctx, object{
			"assignee": fmt.Sprintf("flood-%d@example.com", i), "tags": []string{fmt.Sprintf("flood %d", i)},
		})
	}},
	{"resolutions", func(b *bench, ctx context.Context, i int) error {
		states := []v1alpha1.ResolutionState{v1alpha1.ResolutionResolved, v1alpha1.ResolutionActive}
		return b.editFlooded(ctx, object{"resolution": object{"state": states[i%len(states)]}})
	}},
	{"moves", func(b *bench, ctx context.Context, i int) error {
		_, err := b.alice.patch(ctx, alertPath(floodedNamespace, b.floodName(i)), linking(otherIncident))
		return err
	}},
	{"merges", func(b *bench, ctx context.Context, i int) error {
		return b.post(ctx, floodedNamespace, "incidents", object{
			"apiVersion": v1alpha1.GroupVersion.String(), "kind": "Incident",
			"metadata": object{"name": b.floodName(i)},
			"spec":     object{"mergeInto": object{"name": floodedIncident}},
		})
	}},
}

// floodName is the name of the i-th object of each kind.
func (b *bench) floodName(i int) string { return fmt.Sprintf("flood-%s-%d", b.suffix, i) }

func (b *bench) editFlooded(ctx context.Context, spec object) error {
	_, err := b.alice.patch(ctx, incidentPath(floodedNamespace, floodedIncident), object{"spec": spec})
	return err
}

// post creates an object as alice.
func (b *bench) post(ctx context.Context, namespace, resource string, value object) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = b.alice.send(ctx, http.MethodPost, group+"/namespaces/"+namespace+"/"+resource, "application/json", body)
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
	for _, incident := range []string{floodedIncident, otherIncident} {
		if err := b.ensureIncident(ctx, floodedNamespace, incident, alice); err != nil {
			return err
		}
	}
	if err := b.sampler(o).idle(ctx, b.samples, beforeFloods, beforeFloods); err != nil {
		return err
	}
	for _, flood := range floods {
		err := b.floodWith(ctx, o, flood.kind, func(ctx context.Context, i int) error { return flood.send(b, ctx, i) })
		if err != nil {
			return fmt.Errorf("flooding with %s: %w", flood.kind, err)
		}
	}
	return b.sampler(o).idle(ctx, b.samples, afterFloods, afterFloods)
}

// floodWith samples from the first request of a flood until the operator has nothing left of it to do.
func (b *bench) floodWith(ctx context.Context, o *observer, kind string, send func(context.Context, int) error) error {
	mark, err := b.audit.mark()
	if err != nil {
		return err
	}
	before, err := b.place.meter()
	if err != nil {
		return err
	}
	sent, refused := make(chan error, 1), atomic.Int64{}
	go func() {
		sent <- each(ctx, b.n, b.workers, func(ctx context.Context, i int) error {
			err := send(ctx, i)
			if _, answered := errors.AsType[*statusError](err); answered { // Who floods does not mind.
				refused.Add(1)
				return nil
			}
			return err
		})
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
	if err := b.atRest(ctx, b.n); err != nil {
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
			"refused":         float64(refused.Load()),
			"ownRequestP50Ms": percentile(s.asked, 0.5), "ownRequestP99Ms": percentile(s.asked, 0.99),
		},
	})
}

func besideFlood(kind string) string { return "beside a flood of " + kind }
