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
	"errors"
	"fmt"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
)

const (
	smallNamespace = "bench-small"
	smallIncident  = "five"
	smallAlerts    = 5

	// between two samples the operator rests, or gets on with the big incident.
	between = 600 * time.Millisecond

	idleAssign, busyAssign   = "assign, idle", "assign, beside a fan-out"
	idleResolve, busyResolve = "resolve, idle", "resolve, beside a fan-out"
	bareAssign               = "assign, bare"
)

// small measures how long an incident of five alerts takes: while nothing else happens, by the bare client, and while an
// incident of n alerts is being followed.
func (b *bench) small(ctx context.Context) error {
	if err := b.place.startOperator(ctx); err != nil {
		return err
	}
	o, err := b.populated(ctx, smallNamespace, smallAlerts, side{incident: smallIncident})
	if err != nil {
		return err
	}
	active := resolving("", v1alpha1.ResolutionActive)
	if _, err := b.admin.patch(ctx, incidentPath(o.namespace, smallIncident), active.patch); err != nil {
		return err
	}
	if err := b.atRest(ctx, smallAlerts); err != nil {
		return err
	}
	rounds := (b.samples + 1) / 2 * 4 // Whole ones, so that it is active and both steps have their samples.
	if err := b.sampler(o).idle(ctx, rounds, idleAssign, idleResolve); err != nil {
		return err
	}
	if err := b.smallBare(ctx, o); err != nil {
		return err
	}
	return b.sampler(o).busy(ctx)
}

// sampler changes the small incident as alice, again and again.
type sampler struct {
	*bench
	o       *observer
	turn    int
	samples map[string][]float64
	// asked are how long alice's own requests took, in milliseconds.
	asked []float64
}

func (b *bench) sampler(o *observer) *sampler {
	return &sampler{bench: b, o: o, samples: map[string][]float64{}}
}

// next is assigned, resolved, assigned, re-opened and so on.
func (s *sampler) next(assign, resolve string) change {
	defer func() { s.turn++ }()
	switch s.turn % 4 {
	case 1:
		return resolving(resolve, v1alpha1.ResolutionResolved)
	case 3:
		return resolving(resolve, v1alpha1.ResolutionActive)
	default:
		return assigning(assign, fmt.Sprintf("small-%s-%d@example.com", s.suffix, s.turn))
	}
}

// sample makes a change, and returns in how many milliseconds the alerts followed.
func (s *sampler) sample(ctx context.Context, c change) (float64, error) {
	g := s.o.expect(smallAlerts, c.match)
	begin := time.Now()
	if _, err := s.alice.patch(ctx, incidentPath(s.o.namespace, smallIncident), c.patch); err != nil {
		return 0, err
	}
	s.asked = append(s.asked, milliseconds(time.Since(begin)))
	if err := s.o.wait(ctx, g); err != nil {
		return 0, fmt.Errorf("%s: %w", c.step, err)
	}
	return milliseconds(g.last.Sub(begin)), nil
}

// idle takes so many samples, each after a pause in which nothing happens, and reports them.
func (s *sampler) idle(ctx context.Context, n int, assign, resolve string) error {
	for range n {
		if err := s.settle(ctx); err != nil {
			return err
		}
		c := s.next(assign, resolve)
		took, err := s.sample(ctx, c)
		if err != nil {
			return err
		}
		s.samples[c.step] = append(s.samples[c.step], took)
	}
	return s.reportSamples(smallAlerts, s.samples)
}

func (b *bench) settle(ctx context.Context) error {
	if err := pause(ctx, between); err != nil {
		return err
	}
	return b.calm(ctx)
}

// smallBare measures the limit: alice's request, and then the five writes of the operator at a time.
func (b *bench) smallBare(ctx context.Context, o *observer) error {
	if err := b.place.stopOperator(ctx); err != nil {
		return err
	}
	leave, err := b.informer(ctx)
	if err != nil {
		return err
	}
	defer leave()
	source, err := b.source(ctx, o.namespace, smallIncident)
	if err != nil {
		return err
	}
	var samples []float64
	for i := range b.samples {
		if err := b.settle(ctx); err != nil {
			return err
		}
		source.Assignee = fmt.Sprintf("bare-%s-%d@example.com", b.suffix, i)
		writes, err := writesUnder(o, source, false)
		if err != nil {
			return err
		}
		g := o.expect(smallAlerts, assigned(source.Assignee))
		begin := time.Now()
		if _, err := b.alice.patch(ctx, incidentPath(o.namespace, smallIncident), assigning(bareAssign, source.Assignee).patch); err != nil {
			return err
		}
		if err := b.sendAll(ctx, writes); err != nil {
			return err
		}
		if err := o.wait(ctx, g); err != nil {
			return err
		}
		samples = append(samples, milliseconds(g.last.Sub(begin)))
	}
	if err := b.reportSamples(smallAlerts, map[string][]float64{bareAssign: samples}); err != nil {
		return err
	}
	return b.place.startOperator(ctx)
}

// busy starts a fan-out of n alerts after another, until there are samples enough.
func (s *sampler) busy(ctx context.Context) error {
	big, err := s.big(ctx)
	if err != nil {
		return err
	}
	want := 2 * s.bench.samples
	for round, taken := 0, 0; taken < want; round++ {
		if round > want {
			err = fmt.Errorf("a fan-out of %d alerts is over too soon to measure beside it: --n must be more", s.n)
			break
		}
		more, err := s.round(ctx, big, round)
		if err != nil {
			return err
		}
		taken += more
	}
	return errors.Join(err, s.reportSamples(s.n, s.samples))
}

// round makes one fan-out, and returns how many samples were taken meanwhile.
func (s *sampler) round(ctx context.Context, big *observer, number int) (int, error) {
	c := assigning("the fan-out beside it", fmt.Sprintf("busy-%s-%d@example.com", s.suffix, number))
	g := big.expect(s.n, c.match)
	begin := time.Now()
	if _, err := s.alice.patch(ctx, incidentPath(big.namespace, bigIncident), c.patch); err != nil {
		return 0, err
	}
	taken, err := s.beside(ctx, g)
	if err != nil {
		return taken, err
	}
	r := result{Step: c.step, N: s.n, Seconds: inSeconds(g.last.Sub(begin)), First: inSeconds(g.first.Sub(begin))}
	if err := s.report(r); err != nil {
		return taken, err
	}
	return taken, s.atRest(ctx, s.n)
}

// beside samples until a fan-out is over, and returns how many samples were taken. The last one, which may have outlived
// it, does not count.
func (s *sampler) beside(ctx context.Context, fanout *goal) (int, error) {
	for begin, taken := time.Now(), 0; ; taken++ {
		if err := pause(ctx, between); err != nil {
			return taken, err
		}
		c := s.next(busyAssign, busyResolve)
		took, err := s.sample(ctx, c)
		if err != nil {
			return taken, err
		}
		select {
		case <-fanout.reached:
			return taken, nil
		default:
			s.samples[c.step] = append(s.samples[c.step], took)
		}
		if time.Since(begin) > patienceFor(s.n) {
			return taken, fmt.Errorf("the fan-out of %d alerts does not end", s.n)
		}
	}
}

func (b *bench) reportSamples(n int, samples map[string][]float64) error {
	for _, step := range sortedKeys(samples) {
		if err := b.report(result{Step: step, N: n, Samples: samples[step]}); err != nil {
			return err
		}
	}
	return nil
}
