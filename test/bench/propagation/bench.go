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
	"sync"
	"sync/atomic"
	"time"
)

// bench is one run against one control plane.
type bench struct {
	settings
	place *place
	// admin and alice are people. bare has the operator's own account, which the admission policies skip and which
	// priority and fairness treats as it does the operator.
	admin, alice, bare *api
	audit              auditLog

	scenario string // What is being measured.
	results  []result
	// suffix ends the names of what is used once, so that a control plane may be measured again.
	suffix string
	// baseMiB is what the operator held before there was an alert; 0 if there were some from the start.
	baseMiB float64
}

func connect(ctx context.Context, s settings, p *place) (*bench, error) {
	b := &bench{settings: s, place: p, audit: p.auditLog(), suffix: fmt.Sprintf("%x", time.Now().Unix())}
	for user, client := range map[string]**api{"admin": &b.admin, "alice": &b.alice, "operator": &b.bare} {
		var err error
		if *client, err = p.connectAs(user); err != nil {
			return nil, err
		}
	}
	alerts, err := b.countAlerts(ctx)
	if err != nil || alerts > 0 {
		return b, err
	}
	if err := b.atRest(ctx, 0); err != nil {
		return nil, err
	}
	b.baseMiB, _, err = residentMiB(p.operatorPID())
	return b, err
}

// countAlerts counts the alerts of all namespaces.
func (b *bench) countAlerts(ctx context.Context) (int, error) {
	var list struct {
		Metadata struct{ RemainingItemCount int }
		Items    []struct{}
	}
	if err := b.admin.get(ctx, group+"/alerts?limit=1", &list); err != nil {
		return 0, fmt.Errorf("counting alerts: %w", err)
	}
	return list.Metadata.RemainingItemCount + len(list.Items), nil
}

// atRest waits until the operator has written nothing but its lease for so long that it must be done with incidents of n
// alerts: it writes the status of one at most once in a second, and looks again at a big one after 100 µs an alert.
func (b *bench) atRest(ctx context.Context, n int) error {
	quiet := 4*time.Second + time.Duration(n)*200*time.Microsecond
	mark, err := b.audit.mark()
	if err != nil {
		return err
	}
	last := time.Now()
	for deadline := last.Add(patienceFor(n) + quiet); time.Since(last) < quiet; {
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
		var found counts
		if found, mark, err = b.audit.since(mark); err != nil {
			return err
		}
		if found.writes() > 0 {
			last = time.Now()
		}
		if time.Now().After(deadline) {
			return errors.New("waiting for the operator to rest: it goes on writing")
		}
	}
	return nil
}

// big is a namespace with one incident of n alerts, all of them linked, the operator at rest.
func (b *bench) big(ctx context.Context) (*observer, error) {
	if err := b.place.startOperator(ctx); err != nil {
		return nil, err
	}
	return b.populated(ctx, fmt.Sprintf("bench-%d", b.n), b.n, side{incident: bigIncident})
}

const bigIncident = "big"

// side is an incident and its owner.
type side struct{ incident, assignee string }

// populated makes a namespace with incidents, and n alerts in the first of them.
func (b *bench) populated(ctx context.Context, namespace string, n int, sides ...side) (*observer, error) {
	if err := b.ensureNamespace(ctx, namespace); err != nil {
		return nil, err
	}
	for _, s := range sides {
		if err := b.ensureIncident(ctx, namespace, s.incident, s.assignee); err != nil {
			return nil, fmt.Errorf("creating the incident %s: %w", s.incident, err)
		}
	}
	o, err := b.observe(ctx, namespace)
	if err != nil {
		return nil, err
	}
	g := o.expect(n, linked)
	if err := b.ensureAlerts(ctx, o, sides[0].incident, n); err != nil {
		return nil, fmt.Errorf("creating alerts: %w", err)
	}
	if err := o.wait(ctx, g); err != nil {
		return nil, err
	}
	return o, b.atRest(ctx, n)
}

// each calls for 0 to n-1, so many at a time, and stops at the first error.
func each(ctx context.Context, n, workers int, do func(context.Context, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var running sync.WaitGroup
	for range workers {
		running.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := do(ctx, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}
