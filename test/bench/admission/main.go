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

// Command admission measures what a PATCH of an alert costs the API server: without anything of this project, with the
// rules of its CRDs, and with its admission policies too; by the operator, whom the policies skip, and by a person, whose
// edit they stamp and note.
//
// It starts a control plane of its own, in which three copies of the kind Alert lie side by side, and takes turns between
// them, so that whatever else the machine does falls on all of them alike:
//
//	go run ./test/bench/admission -rounds 8
//
// It needs kube-apiserver, etcd and kubectl in bin/k8s, or where KUBEBUILDER_ASSETS says.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/go-logr/logr"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

// settings are the flags.
type settings struct {
	config  string // The kustomization to measure, in which namespace and names are as shipped.
	crds    string
	rounds  int
	alerts  int
	workers int
	json    string
}

func main() { os.Exit(run()) }

func run() int {
	var s settings
	flag.StringVar(&s.config, "config", filepath.Join("config", "local"), "the kustomization that is measured")
	flag.StringVar(&s.crds, "crds", filepath.Join("config", "crd", "bases"), "the folder with the CRDs")
	flag.IntVar(&s.rounds, "rounds", 8, "how often each user patches each alert of each copy")
	flag.IntVar(&s.alerts, "alerts", 300, "how many alerts each copy has")
	flag.IntVar(&s.workers, "workers", 4, "how many requests are under way at a time")
	flag.StringVar(&s.json, "json", "", "the file that gets the results as JSON")
	flag.Parse()
	ctrllog.SetLogger(logr.Discard())

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := measure(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "admission:", err)
		return 1
	}
	return 0
}

// measure runs all rounds and prints what they say.
func measure(ctx context.Context, s settings) (err error) {
	c, err := startCluster(ctx, s)
	if err != nil {
		return err
	}
	defer func() {
		if stopErr := c.env.Stop(); err == nil && stopErr != nil {
			err = fmt.Errorf("stopping the control plane: %w", stopErr)
		}
	}()
	if err := c.populate(ctx, s); err != nil {
		return err
	}
	var all results
	// The first round warms up and does not count.
	for round := range s.rounds + 1 {
		for _, user := range []user{person, operator} {
			for _, copied := range copies {
				block, err := c.patchAll(ctx, s, copied, user, round)
				if err != nil {
					return err
				}
				if round > 0 {
					all.add(copied, user, block)
				}
			}
		}
	}
	return all.report(s)
}
