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
	"time"
)

// follow times an action until the alerts are as they should be, and counts what the operator asks for until it rests.
func (b *bench) follow(ctx context.Context, o *observer, step string, match func(*alert) bool, act func() error) error {
	n := len(o.all())
	mark, err := b.audit.mark()
	if err != nil {
		return err
	}
	r, err := b.timed(ctx, o, step, match, act)
	if err != nil {
		return err
	}
	if err := b.atRest(ctx, n); err != nil {
		return err
	}
	if r.Requests, _, err = b.audit.since(mark); err != nil {
		return err
	}
	return b.report(r)
}

// timed times an action, on a calm machine, until all alerts are as they should be.
func (b *bench) timed(ctx context.Context, o *observer, step string, match func(*alert) bool, act func() error) (result, error) {
	n := len(o.all())
	r := result{Step: step, N: n}
	if err := b.calm(ctx); err != nil {
		return r, err
	}
	g := o.expect(n, match)
	if g.have == n {
		return r, fmt.Errorf("%s: all alerts are so already: there is nothing to measure", step)
	}
	before, err := b.place.meter()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	if err := act(); err != nil {
		return r, fmt.Errorf("%s: %w", step, err)
	}
	if err := o.wait(ctx, g); err != nil {
		return r, fmt.Errorf("%s: %w", step, err)
	}
	r.Seconds, r.First = inSeconds(g.last.Sub(begin)), inSeconds(g.first.Sub(begin))
	r.CPU, r.Foreign, err = b.place.since(before)
	return r, err
}
