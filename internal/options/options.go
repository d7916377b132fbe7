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

// Package options holds the command lines of the roles.
package options

import (
	"errors"
	"flag"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// Process are the settings that every role has, one field a flag.
type Process struct {
	// MetricsBindAddress is where metrics are served over TLS to those who may read them; "0" turns them off.
	MetricsBindAddress string
	// HealthProbeBindAddress is where /healthz and /readyz are served over plain HTTP.
	HealthProbeBindAddress string
	// LeaderElect makes replicas agree on one that works.
	LeaderElect bool
	// LeaderElectionNamespace is the namespace of the lease; empty means the namespace the operator runs in.
	LeaderElectionNamespace string
	// LeaseDuration, RenewDeadline and RetryPeriod time the lease.
	LeaseDuration, RenewDeadline, RetryPeriod time.Duration
	// Log are the settings of the log.
	Log zap.Options
}

// Options are the settings of the operator, one field a flag.
type Options struct {
	Process
	// AlertWorkers is the number of alerts that are changed at the same time, 1 to 256.
	AlertWorkers int
	// AutomaticNamesSince is when automatic naming was switched on; zero means that every incident is named.
	AutomaticNamesSince time.Time
}

// Parse reads the flags. The error names the flag at fault and says what it must be.
func Parse(flags *flag.FlagSet, args []string) (Options, error) {
	options := Options{}
	options.bind(flags)
	flags.IntVar(&options.AlertWorkers, "alert-workers", 8,
		"Number of alerts that are changed at the same time, 1 to 256. An API server of two cores serves no more than 8 any faster.")
	flags.Func("automatic-names-since",
		"Time, as 2026-01-31T00:00:00Z, at which automatic naming was switched on: incidents created earlier keep the name they had. Unset means that every incident is named.",
		timeInto(&options.AutomaticNamesSince))
	if err := parse(flags, args); err != nil {
		return options, err
	}
	return options, options.validate()
}

// bind adds the flags that every role has.
func (o *Process) bind(flags *flag.FlagSet) {
	addresses(flags, &o.MetricsBindAddress, &o.HealthProbeBindAddress)
	flags.BoolVar(&o.LeaderElect, "leader-elect", false,
		"Make replicas elect a leader, which alone works.")
	flags.StringVar(&o.LeaderElectionNamespace, "leader-election-namespace", "",
		"Namespace of the leader election's lease. Empty means the namespace that the operator runs in.")
	flags.DurationVar(&o.LeaseDuration, "leader-election-lease-duration", 15*time.Second,
		"Time after which a leader that fell silent is replaced.")
	flags.DurationVar(&o.RenewDeadline, "leader-election-renew-deadline", 10*time.Second,
		"Time within which a leader must renew its lease or give up. Must be less than the lease duration.")
	flags.DurationVar(&o.RetryPeriod, "leader-election-retry-period", 2*time.Second,
		"Time between two attempts to get or renew the lease. The renew deadline must be more than 1.2 times this.")
	o.Log.BindFlags(flags)
}

// addresses adds the flags of where every role says how it is.
func addresses(flags *flag.FlagSet, metrics, probes *string) {
	flags.StringVar(metrics, "metrics-bind-address", ":8443",
		"Address at which metrics are served over TLS, to those who may GET /metrics. 0 turns them off.")
	flags.StringVar(probes, "health-probe-bind-address", ":8081",
		"Address at which /healthz and /readyz are served.")
}

// parse takes flags and nothing else.
func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: only flags are taken", flags.Arg(0))
	}
	return nil
}

func timeInto(target *time.Time) func(string) error {
	return func(value string) error {
		parsed, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return errors.New("must be a time of RFC 3339, such as 2026-01-31T00:00:00Z")
		}
		*target = parsed
		return nil
	}
}

func (o Options) validate() error {
	var problems []error
	if o.AlertWorkers < 1 || o.AlertWorkers > 256 {
		problems = append(problems, fmt.Errorf("--alert-workers must be 1 to 256, is %d", o.AlertWorkers))
	}
	return errors.Join(append(problems, o.Process.validate())...)
}

func (o *Process) validate() error {
	var problems []error
	if o.LeaseDuration < time.Second {
		problems = append(problems, fmt.Errorf("--leader-election-lease-duration must be at least 1s, is %s", o.LeaseDuration))
	}
	if longestRetry := o.RetryPeriod * 6 / 5; o.RetryPeriod <= 0 || o.RenewDeadline <= longestRetry || o.LeaseDuration <= o.RenewDeadline {
		problems = append(problems, fmt.Errorf(
			"--leader-election-lease-duration (%s) must be more than --leader-election-renew-deadline (%s), and that more than 1.2 times --leader-election-retry-period (%s)",
			o.LeaseDuration, o.RenewDeadline, o.RetryPeriod))
	}
	return errors.Join(problems...)
}
