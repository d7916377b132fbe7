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

// Command kubectl-incident is a kubectl plugin to work on incidents and to read their activity logs: kubectl incident.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
)

func main() {
	os.Exit(interruptible(os.Args[1:]))
}

// interruptible is a function of its own since os.Exit runs no deferred calls.
func interruptible(args []string) int {
	ctx, stop := untilInterrupted(context.Background())
	defer stop()
	// The first interrupt asks for an orderly end; a second one, no longer caught, ends the process at once.
	context.AfterFunc(ctx, stop)
	streams := genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}
	return run(ctx, streams, complete.AsCompleter(os.Args[0], args))
}

// untilInterrupted returns a context that ends with the first signal. A terminal that is closed sends SIGHUP, which nohup
// has ignored: then it stays so.
func untilInterrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signal.NotifyContext(ctx, signals...)
}
