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
	"errors"
	"flag"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// settings are the flags.
type settings struct {
	root, local, out string
	scenarios        []string
	n                int
	trials           int
	samples          int
	workers          int
	patience         time.Duration // How long to wait for a calm machine.
	foreign          float64       // How many cores others may use on a calm machine.
	window           time.Duration
	timeout          time.Duration
}

// The bounds keep a mistyped number from filling the disk or the day.
const (
	maxAlerts  = 100_000
	maxTrials  = 50
	maxSamples = 1000
	maxWorkers = 256
)

func parse(args []string) (settings, error) {
	var s settings
	var list string
	flags := flag.NewFlagSet("propagation", flag.ContinueOnError)
	flags.StringVar(&s.root, "root", ".", "the checkout whose hack/local.sh and bin/manager are used")
	flags.StringVar(&s.local, "local", "", "the folder of a control plane that runs, as 'make up' starts it; unset: start one and take it down")
	flags.StringVar(&s.out, "out", filepath.Join("bin", "propagation.jsonl"), "the file to which results are appended as JSON lines")
	flags.StringVar(&list, "scenario", "fanout,move,merge,small,rest", "what to measure, separated by commas: "+strings.Join(scenarioNames(), ", "))
	flags.IntVar(&s.n, "n", 1000, "number of alerts of an incident")
	flags.IntVar(&s.trials, "trials", 1, "trials; the operator and the bare client take turns in each")
	flags.IntVar(&s.samples, "samples", 20, "samples of each latency of a small incident")
	flags.IntVar(&s.workers, "workers", 16, "requests under way at a time, of the bare client and of people")
	flags.DurationVar(&s.patience, "calm", 30*time.Second, "how long to wait, before each step, for others to leave the processors alone")
	flags.Float64Var(&s.foreign, "foreign", 0.2, "how many cores others may use for that")
	flags.DurationVar(&s.window, "window", time.Minute, "how long the scenario rest looks")
	flags.DurationVar(&s.timeout, "timeout", 30*time.Minute, "the whole run ends after this time")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 {
		return s, fmt.Errorf("unexpected argument %q: only flags are taken", flags.Arg(0))
	}
	s.scenarios = strings.Split(list, ",")
	var err error
	if s.root, err = filepath.Abs(s.root); err != nil {
		return s, fmt.Errorf("finding --root: %w", err)
	}
	return s, s.validate()
}

func (s settings) validate() error {
	var problems []error
	for _, name := range s.scenarios {
		if scenarios[name] == nil {
			problems = append(problems, fmt.Errorf("--scenario must be of %s, is %q", strings.Join(scenarioNames(), ", "), name))
		}
	}
	for _, number := range []struct {
		flag       string
		value, max int
	}{{"n", s.n, maxAlerts}, {"trials", s.trials, maxTrials}, {"samples", s.samples, maxSamples}, {"workers", s.workers, maxWorkers}} {
		if number.value < 1 || number.value > number.max {
			problems = append(problems, fmt.Errorf("--%s must be 1 to %d, is %d", number.flag, number.max, number.value))
		}
	}
	if s.window < time.Second {
		problems = append(problems, fmt.Errorf("--window must be at least 1s, is %s", s.window))
	}
	if s.timeout <= 0 {
		problems = append(problems, fmt.Errorf("--timeout must be more than 0, is %s", s.timeout))
	}
	return errors.Join(problems...)
}

func scenarioNames() []string { return slices.Sorted(maps.Keys(scenarios)) }
