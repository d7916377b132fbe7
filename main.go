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

// Command manager runs one role of the incident operator: operator, which is also what it runs if none is named, ingest,
// console, or admission.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	"github.com/incident-operator/incident-operator/internal/kube/operator"
	"github.com/incident-operator/incident-operator/internal/options"
	"github.com/incident-operator/incident-operator/internal/roles"
)

// version is set when the binary is built.
var version = "dev"

func main() {
	os.Exit(run(ctrl.SetupSignalHandler(), os.Args[1:]))
}

// role is what the process does: how its flags are read, and what is to be run then.
type role struct {
	name string
	// parse returns the settings of the log, and the function that sets up the manager.
	parse func(flags *flag.FlagSet, args []string) (*zap.Options, setup, error)
}

type setup func(ctx context.Context) (ctrl.Manager, error)

// known are the roles; the first is the one of a command line that names none.
var known = []role{
	{name: "operator", parse: func(flags *flag.FlagSet, args []string) (*zap.Options, setup, error) {
		config.RegisterFlags(flags)
		settings, err := options.Parse(flags, args)
		return &settings.Log, connected(func(ctx context.Context, restConfig *rest.Config) (ctrl.Manager, error) {
			return roles.Operator(ctx, restConfig, settings, version)
		}), err
	}},
	{name: "ingest", parse: func(flags *flag.FlagSet, args []string) (*zap.Options, setup, error) {
		config.RegisterFlags(flags)
		settings, err := options.ParseIngest(flags, args)
		return &settings.Log, connected(func(ctx context.Context, restConfig *rest.Config) (ctrl.Manager, error) {
			return roles.Ingest(ctx, restConfig, settings, version)
		}), err
	}},
	// It has no identity of its own, and so neither a kubeconfig nor a question to ask before somebody signs in.
	{name: "console", parse: func(flags *flag.FlagSet, args []string) (*zap.Options, setup, error) {
		settings, err := options.ParseConsole(flags, args)
		return &settings.Log, func(ctx context.Context) (ctrl.Manager, error) {
			return roles.Console(ctx, settings, version)
		}, err
	}},
	{name: "admission", parse: func(flags *flag.FlagSet, args []string) (*zap.Options, setup, error) {
		config.RegisterFlags(flags)
		settings, err := options.ParseAdmission(flags, args)
		return &settings.Log, connected(func(ctx context.Context, restConfig *rest.Config) (ctrl.Manager, error) {
			return roles.Admission(ctx, restConfig, settings, version)
		}), err
	}},
}

// connected sets up a role that acts on the cluster as itself.
func connected(setUp func(ctx context.Context, restConfig *rest.Config) (ctrl.Manager, error)) setup {
	return func(ctx context.Context) (ctrl.Manager, error) {
		restConfig, err := config.GetConfig()
		if err != nil {
			return nil, fmt.Errorf("finding the cluster: %w", err)
		}
		server, err := discovery.NewDiscoveryClientForConfig(restConfig)
		if err != nil {
			return nil, fmt.Errorf("connecting to the cluster: %w", err)
		}
		if err := operator.CheckKinds(server); err != nil {
			return nil, err
		}
		return setUp(ctx, restConfig)
	}
}

// pick finds the role that a command line names, and what follows it.
func pick(args []string) (role, []string, error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return known[0], args, nil
	}
	i := slices.IndexFunc(known, func(r role) bool { return r.name == args[0] })
	if i < 0 {
		return role{}, nil, fmt.Errorf("the role must be operator, ingest, console or admission, not %q", args[0])
	}
	return known[i], args[1:], nil
}

// run returns 0 after a signal, 1 after a failure and 2 for a wrong command line.
func run(ctx context.Context, args []string) int {
	role, args, err := pick(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		return 2
	}
	flags := flag.NewFlagSet("manager "+role.name, flag.ContinueOnError)
	logging, setup, err := role.parse(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "manager:", err)
		return 2
	}
	logger := options.Logger(logging)
	ctrl.SetLogger(logger)
	klog.SetLogger(logger)

	if err := start(ctx, role.name, setup); err != nil {
		logger.Error(err, "The process stopped", "role", role.name)
		return 1
	}
	return 0
}

func start(ctx context.Context, role string, setup setup) error {
	mgr, err := setup(ctx)
	if err != nil {
		return fmt.Errorf("setting up the role %s: %w", role, err)
	}
	if err := operator.AddProbes(mgr); err != nil {
		return fmt.Errorf("setting up the probes: %w", err)
	}
	mgr.GetLogger().Info("Starting", "role", role, "version", version)
	return mgr.Start(ctx)
}
