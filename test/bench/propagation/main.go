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

// Command propagation measures how close the operator comes to the limit of its API server: how long alerts take to
// follow their incident, beside a bare client that makes the same writes on the same server. It brings its own observer,
// its own load and its own bare client, and counts requests in the audit log: nothing it tells comes from the operator.
//
// It starts a control plane of its own in a temporary folder, and takes it down again, unless --local names one that
// runs:
//
//	go run ./test/bench/propagation --scenario fanout,edits --n 10000 --trials 5
//
// It needs what 'make build k8s bin/controlplane' builds. docs/measuring.md says what the figures mean.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// scenarios are what can be measured, by name.
var scenarios = map[string]func(*bench, context.Context) error{
	"fanout":  (*bench).fanout,
	"small":   (*bench).small,
	"move":    (*bench).move,
	"merge":   (*bench).merge,
	"delete":  (*bench).deletion,
	"edits":   (*bench).edits,
	"flood":   (*bench).flood,
	"heavy":   (*bench).heavy,
	"rest":    (*bench).rest,
	"restart": (*bench).restart,
	"storm":   (*bench).storm,
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	s, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "propagation:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := measureAll(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "propagation:", err)
		return 1
	}
	return 0
}

// measureAll runs the scenarios one after the other. What was measured before one of them failed is told all the same.
func measureAll(ctx context.Context, s settings) (err error) {
	p, err := openPlace(ctx, s.root, s.local)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	b, err := connect(ctx, s, p)
	if err != nil {
		return err
	}
	for _, name := range s.scenarios {
		b.scenario = name
		if scenarioErr := scenarios[name](b, ctx); scenarioErr != nil {
			err = fmt.Errorf("measuring %s: %w", name, scenarioErr)
			break
		}
	}
	return errors.Join(err, b.summarize(os.Stdout))
}
