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
	"strings"
)

const (
	heavyNamespace = "bench-heavy"
	heavyIncident  = "heavy"

	// What a few people may leave in one namespace, each object as big as admission lets it be.
	heavyAnnotated = 600
	heavyEvidence  = 150
	heavyComments  = 300
)

// heavy tells what the operator holds when a namespace has the biggest objects that people may make, and how soon it serves
// after a restart.
func (b *bench) heavy(ctx context.Context) error {
	if err := b.place.startOperator(ctx); err != nil {
		return err
	}
	before, _, err := residentMiB(b.place.operatorPID())
	if err != nil {
		return err
	}
	o, err := b.populated(ctx, smallNamespace, smallAlerts, side{incident: smallIncident})
	if err != nil {
		return err
	}
	if err := b.makeHeavy(ctx); err != nil {
		return err
	}
	if err := b.atRest(ctx, heavyAnnotated+heavyEvidence); err != nil {
		return err
	}
	resident, peak, err := residentMiB(b.place.operatorPID())
	if err != nil {
		return err
	}
	err = b.report(result{Step: "heavy", N: heavyAnnotated + heavyEvidence, Values: map[string]float64{
		"beforeMiB": before, "residentMiB": resident, "peakMiB": peak,
	}})
	if err != nil {
		return err
	}
	return b.restartOnce(ctx, o, heavyAnnotated+heavyEvidence, fmt.Sprintf("heavy-%s@example.com", b.suffix))
}

// makeHeavy creates the big objects as alice.
func (b *bench) makeHeavy(ctx context.Context) error {
	if err := b.ensureNamespace(ctx, heavyNamespace); err != nil {
		return err
	}
	if err := b.ensureIncident(ctx, heavyNamespace, heavyIncident, alice); err != nil {
		return err
	}
	for _, kind := range []struct {
		resource string
		n        int
		make     func(name string, i int) object
	}{
		{"alerts", heavyAnnotated, annotatedAlert},
		{"alerts", heavyEvidence, evidentAlert},
		{"comments", heavyComments, func(name string, _ int) object {
			return newComment(name, heavyIncident, strings.Repeat("x", 30_000))
		}},
	} {
		err := each(ctx, kind.n, b.workers, func(ctx context.Context, i int) error {
			name := fmt.Sprintf("heavy-%s-%d-%d", b.suffix, kind.n, i)
			return b.post(ctx, heavyNamespace, kind.resource, kind.make(name, i))
		})
		if err != nil {
			return fmt.Errorf("creating big %s: %w", kind.resource, err)
		}
	}
	return nil
}

// annotatedAlert has annotations of others of 210 KiB, near the bound of config/admission/metadata.yaml.
func annotatedAlert(name string, i int) object {
	alert := newAlert(name, heavyIncident, i)
	alert["metadata"].(object)["annotations"] = object{
		"bench.example.com/a": strings.Repeat("a", 70<<10),
		"bench.example.com/b": strings.Repeat("b", 70<<10),
		"bench.example.com/c": strings.Repeat("c", 70<<10),
	}
	return alert
}

// evidentAlert has as much evidence, and as long, as the API takes.
func evidentAlert(name string, i int) object {
	alert := newAlert(name, heavyIncident, i)
	evidence := make([]object, 128)
	for k := range evidence {
		evidence[k] = object{"kind": "File", "name": fmt.Sprintf("%0512d", i*len(evidence)+k), "namespace": "shop", "role": "Affected"}
	}
	alert["spec"].(object)["evidence"] = evidence
	return alert
}
