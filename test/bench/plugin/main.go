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

// Command plugin measures how long the kubectl plugin and its console take on a large queue, and how much memory, beside
// kubectl itself:
//
//	make up
//	go run ./test/bench/plugin --local .local --incidents 10000 --alerts 100000
//
// It fills the namespace bench-queue once, which takes many minutes: the first incident has a tenth of the alerts, the others
// share the rest. An operator that runs follows them meanwhile; hack/local.sh operator-stop keeps it away.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

const namespace = "bench-queue"

// settings are the flags.
type settings struct {
	local, bin        string
	incidents, alerts int
	rounds            int
	workers           int
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "plugin:", err)
		os.Exit(1)
	}
}

func run() error {
	var s settings
	flag.StringVar(&s.local, "local", ".local", "the folder of a control plane that runs, as 'make up' starts it")
	flag.StringVar(&s.bin, "bin", "bin", "the folder that holds kubectl-incident, and kubectl in k8s")
	flag.IntVar(&s.incidents, "incidents", 10000, "how many incidents there are to be")
	flag.IntVar(&s.alerts, "alerts", 100000, "how many alerts")
	flag.IntVar(&s.rounds, "rounds", 5, "how often each command is run, by turns")
	flag.IntVar(&s.workers, "workers", 16, "how many objects are created at a time")
	flag.Parse()
	if s.incidents < 1 || s.alerts < 1 || s.rounds < 1 || s.workers < 1 {
		return errors.New("--incidents, --alerts, --rounds and --workers must be 1 or more")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := fill(ctx, s); err != nil {
		return err
	}
	all, commands := []figures{}, tasks()
	for _, task := range commands {
		all = append(all, figures{name: task.String(), kubectl: task.kubectl})
	}
	for _, page := range consolePages() {
		all = append(all, figures{name: page})
	}
	for range s.rounds {
		for i, task := range commands {
			if err := all[i].measure(ctx, s, task); err != nil {
				return err
			}
		}
		if err := measureConsole(ctx, s, all[len(commands):]); err != nil {
			return err
		}
	}
	return report(all)
}

// kubeconfig is that of an administrator, whom the API server's priority and fairness lets pass.
func (s settings) kubeconfig() string { return filepath.Join(s.local, "admin.kubeconfig") }
