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

package options_test

import (
	"errors"
	"flag"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/incident-operator/incident-operator/internal/options"
)

func parse(args ...string) (options.Options, error) {
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return options.Parse(flags, args)
}

func defaults() options.Options {
	return options.Options{Process: process(), AlertWorkers: 8}
}

func process() options.Process {
	return options.Process{
		MetricsBindAddress:     ":8443",
		HealthProbeBindAddress: ":8081",
		LeaseDuration:          15 * time.Second,
		RenewDeadline:          10 * time.Second,
		RetryPeriod:            2 * time.Second,
	}
}

func TestParseAccepts(t *testing.T) {
	tests := map[string]struct {
		args []string
		want func(*options.Options)
	}{
		"nothing":                {nil, func(*options.Options) {}},
		"metrics at an address":  {[]string{"--metrics-bind-address=127.0.0.1:9443"}, func(o *options.Options) { o.MetricsBindAddress = "127.0.0.1:9443" }},
		"metrics turned off":     {[]string{"--metrics-bind-address", "0"}, func(o *options.Options) { o.MetricsBindAddress = "0" }},
		"probes at an address":   {[]string{"-health-probe-bind-address=:9081"}, func(o *options.Options) { o.HealthProbeBindAddress = ":9081" }},
		"leader election":        {[]string{"--leader-elect"}, func(o *options.Options) { o.LeaderElect = true }},
		"leader election at off": {[]string{"--leader-elect=false"}, func(*options.Options) {}},
		"the lease's namespace":  {[]string{"--leader-election-namespace=ops"}, func(o *options.Options) { o.LeaderElectionNamespace = "ops" }},
		"a faster lease": {
			[]string{"--leader-election-lease-duration=3s", "--leader-election-renew-deadline=2s", "--leader-election-retry-period=500ms"},
			func(o *options.Options) {
				o.LeaseDuration, o.RenewDeadline, o.RetryPeriod = 3*time.Second, 2*time.Second, 500*time.Millisecond
			},
		},
		"the fewest workers": {[]string{"--alert-workers=1"}, func(o *options.Options) { o.AlertWorkers = 1 }},
		"the most workers":   {[]string{"--alert-workers=256"}, func(o *options.Options) { o.AlertWorkers = 256 }},
		"a time of automatic naming": {
			[]string{"--automatic-names-since=2026-01-31T00:00:00Z"},
			func(o *options.Options) {
				o.AutomaticNamesSince = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
			},
		},
		"a time of automatic naming in another zone": {
			[]string{"--automatic-names-since=2026-01-31T02:00:00+02:00"},
			func(o *options.Options) {
				o.AutomaticNamesSince = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
			},
		},
		"the last of two": {[]string{"--alert-workers=2", "--alert-workers=4"}, func(o *options.Options) { o.AlertWorkers = 4 }},
		"settings of the log": {
			[]string{"--zap-log-level=debug", "--zap-devel"},
			func(*options.Options) {},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parse(test.args...)
			if err != nil {
				t.Fatal(err)
			}
			want := defaults()
			test.want(&want)
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(options.Process{}, "Log")); diff != "" {
				t.Errorf("options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const (
		workers = "--alert-workers must be 1 to 256, is "
		since   = `for flag -automatic-names-since: must be a time of RFC 3339, such as 2026-01-31T00:00:00Z`
	)
	order := func(lease, renew, retry string) string {
		return "--leader-election-lease-duration (" + lease + ") must be more than --leader-election-renew-deadline (" + renew +
			"), and that more than 1.2 times --leader-election-retry-period (" + retry + ")"
	}
	tests := map[string]struct {
		args []string
		want string
	}{
		"a flag that does not exist":      {[]string{"--workers=3"}, "flag provided but not defined: -workers"},
		"a flag without its value":        {[]string{"--alert-workers"}, "flag needs an argument: -alert-workers"},
		"an argument":                     {[]string{"start"}, `unexpected argument "start": only flags are taken`},
		"a switch's value as an argument": {[]string{"--leader-elect", "false"}, `unexpected argument "false": only flags are taken`},
		"no workers":                      {[]string{"--alert-workers=0"}, workers + "0"},
		"fewer than no workers":           {[]string{"--alert-workers=-1"}, workers + "-1"},
		"too many workers":                {[]string{"--alert-workers=257"}, workers + "257"},
		"workers that are no number":      {[]string{"--alert-workers=many"}, `invalid value "many" for flag -alert-workers: parse error`},
		"a switch that is neither":        {[]string{"--leader-elect=maybe"}, `invalid boolean value "maybe" for -leader-elect: parse error`},
		"a day of automatic naming":       {[]string{"--automatic-names-since=2026-01-31"}, `invalid value "2026-01-31" ` + since},
		"a day that does not exist":       {[]string{"--automatic-names-since=2026-02-30T00:00:00Z"}, `invalid value "2026-02-30T00:00:00Z" ` + since},
		"an empty time":                   {[]string{"--automatic-names-since="}, `invalid value "" ` + since},
		"a duration without a unit":       {[]string{"--leader-election-retry-period=2"}, `invalid value "2" for flag -leader-election-retry-period: parse error`},
		"a lease as short as the renewal": {[]string{"--leader-election-lease-duration=10s"}, order("10s", "10s", "2s")},
		"a renewal longer than the lease": {[]string{"--leader-election-renew-deadline=20s"}, order("15s", "20s", "2s")},
		"a renewal as short as the retry": {[]string{"--leader-election-renew-deadline=2s"}, order("15s", "2s", "2s")},
		"a retry at once":                 {[]string{"--leader-election-retry-period=0s"}, order("15s", "10s", "0s")},
		"a retry before that":             {[]string{"--leader-election-retry-period=-1s"}, order("15s", "10s", "-1s")},
		"all that is wrong is said at once": {
			[]string{"--alert-workers=0", "--leader-election-lease-duration=1s"},
			workers + "0\n" + order("1s", "10s", "2s"),
		},
		"a level of the log that does not exist": {
			[]string{"--zap-log-level=loud"},
			`invalid value "loud" for flag -zap-log-level: invalid log level "loud"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.args...)
			if err == nil {
				t.Fatal("it was accepted")
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHelpIsNoMistake(t *testing.T) {
	if _, err := parse("--help"); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("want %v, got %v", flag.ErrHelp, err)
	}
}
