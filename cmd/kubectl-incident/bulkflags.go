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
	"fmt"
	"time"

	"github.com/spf13/pflag"
)

// bulkFlags are the flags of commands that change one object or many.
type bulkFlags struct {
	yes     bool
	dryRun  string
	wait    bool
	timeout time.Duration

	// named says that people named what is changed, one by one.
	named bool
	// takesBack is the command that undoes all of it; empty if there is none.
	takesBack string
}

const (
	dryRunNone   = "none"
	dryRunClient = "client"
	dryRunServer = "server"
)

func (b *bulkFlags) addTo(flags *pflag.FlagSet, p *plugin) {
	flags.BoolVarP(&b.yes, "yes", "y", false, "do not ask before changing many objects")
	flags.StringVar(&b.dryRun, "dry-run", dryRunNone, "print what would change on incidents and alerts: none, client, or server, which also asks the API server whether it would take it")
	flags.Lookup("dry-run").NoOptDefVal = dryRunClient
	flags.BoolVar(&b.wait, "wait", p.onTerminal(), "wait until the alerts have followed; the default on a terminal")
	flags.DurationVar(&b.timeout, "timeout", 10*time.Minute, "how long to wait at most")
}

func (b *bulkFlags) validate() error {
	switch b.dryRun {
	case dryRunNone, dryRunClient, dryRunServer:
	default:
		return fmt.Errorf("--dry-run must be none, client or server, is %q", b.dryRun)
	}
	if b.timeout <= 0 {
		return errors.New("--timeout must be more than 0")
	}
	return nil
}
