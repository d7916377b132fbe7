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

// Command controlplane starts and stops a real Kubernetes control plane on this machine: etcd, kube-apiserver and
// kube-controller-manager on loopback ports, with authentication, RBAC, an audit log and durable storage. All that it
// writes lies in one folder, and a process is only ever found by the process id kept there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"
)

const usage = `Usage:
  controlplane start --dir DIR --assets DIR [--user NAME=CN[,GROUP...]]... [--timeout 2m] [--no-fsync]
  controlplane stop  --dir DIR [--purge]
  controlplane ports N        print N free loopback ports`

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	err := dispatch(ctx, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(os.Stderr, "controlplane:", err)
	return 1
}

func dispatch(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return misuse("a command is missing")
	}
	switch command, rest := args[0], args[1:]; command {
	case "start":
		return startCommand(ctx, rest)
	case "stop":
		return stopCommand(rest)
	case "ports":
		return portsCommand(rest)
	default:
		return misuse("unknown command " + command)
	}
}

func startCommand(ctx context.Context, args []string) error {
	var dir, assets string
	var users userList
	flags := newFlags("start", &dir)
	flags.StringVar(&assets, "assets", "bin/k8s", "folder with etcd, kube-apiserver and kube-controller-manager")
	flags.Var(&users, "user", "write NAME.kubeconfig with a client certificate of this CN and these groups; repeatable")
	timeout := flags.Duration("timeout", 2*time.Minute, "how long all processes together may take to be ready")
	noFsync := flags.Bool("no-fsync", false, "have etcd wait for no disk: faster, but its data may not outlast a failure of the machine")
	if err := parse(flags, args); err != nil {
		return err
	}
	cp, err := newControlPlane(dir, assets)
	if err != nil {
		return err
	}
	cp.noFsync = *noFsync
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	return cp.start(ctx, users)
}

func stopCommand(args []string) error {
	var dir string
	flags := newFlags("stop", &dir)
	purge := flags.Bool("purge", false, "also delete the data, certificates, logs and kubeconfigs")
	if err := parse(flags, args); err != nil {
		return err
	}
	cp, err := newControlPlane(dir, "")
	if err != nil {
		return err
	}
	return cp.stop(*purge)
}

func portsCommand(args []string) error {
	if len(args) != 1 {
		return misuse("ports takes one number")
	}
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return fmt.Errorf("reading the number of ports: %w", err)
	}
	ports, err := freePorts(n)
	if err != nil {
		return err
	}
	for _, port := range ports {
		fmt.Println(port)
	}
	return nil
}

func misuse(problem string) error {
	return fmt.Errorf("%s\n%s", problem, usage)
}

func newFlags(command string, dir *string) *flag.FlagSet {
	flags := flag.NewFlagSet("controlplane "+command, flag.ContinueOnError)
	flags.StringVar(dir, "dir", "", "folder of this control plane (required)")
	return flags
}

func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return misuse("unexpected argument " + flags.Arg(0))
	}
	if flags.Lookup("dir").Value.String() == "" {
		return misuse("--dir is missing")
	}
	return nil
}
