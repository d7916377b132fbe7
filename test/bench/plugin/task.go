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
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"
)

// task is a command line, of kubectl or of the plugin.
type task struct {
	kubectl bool
	args    []string
}

func (t task) String() string {
	name := "kubectl incident"
	if t.kubectl {
		name = "kubectl"
	}
	for _, arg := range t.args {
		name += " " + arg
	}
	return name
}

// big is the incident that has a tenth of the alerts.
const big = "queue-0"

// tasks are those of kubectl, each before those of the plugin that are compared with it.
func tasks() []task {
	return []task{
		{kubectl: true, args: []string{"get", "incidents"}},
		{args: []string{"list", "--all", "--limit=0"}},
		{args: []string{"list"}},
		{args: []string{"next"}},
		{kubectl: true, args: []string{"get", "alerts", "-l", "bench=" + big}},
		{args: []string{"show", big}},
		{args: []string{"alerts", big, "--limit=0"}},
	}
}

// figures are what something took in each round. Those of kubectl are what the others after them are compared with.
type figures struct {
	name    string
	kubectl bool
	seconds []float64
	peakMiB []float64
}

// measure runs a task once. Its output is read as a terminal would read it, and thrown away.
func (f *figures) measure(ctx context.Context, s settings, t task) error {
	program := filepath.Join(s.bin, "kubectl-incident")
	if t.kubectl {
		program = filepath.Join(s.bin, "k8s", "kubectl")
	}
	args := append([]string{"--kubeconfig", s.kubeconfig(), "--namespace", namespace}, t.args...)
	command := exec.CommandContext(ctx, program, args...) //nolint:gosec // The command lines are those above.
	command.Env = append(os.Environ(), "NO_COLOR=1")
	command.Stdout, command.Stderr = io.Discard, os.Stderr
	begin := time.Now()
	if err := command.Run(); err != nil {
		return fmt.Errorf("running %s: %w", t, err)
	}
	f.seconds = append(f.seconds, time.Since(begin).Seconds())
	peak, err := peakMiB(command)
	f.peakMiB = append(f.peakMiB, peak)
	return err
}

// peakMiB is the most memory that a command had which has ended.
func peakMiB(command *exec.Cmd) (float64, error) {
	usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, errors.New("this system does not say how much memory a process used")
	}
	return float64(usage.Maxrss) / 1024, nil
}

// report prints the medians, and each as a ratio to that of kubectl.
func report(all []figures) error {
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "COMMAND\tSECONDS\tRATIO\tPEAK MIB\tRATIO")
	var beside figures
	for _, f := range all {
		if f.kubectl {
			beside = f
		}
		_, _ = fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%.0f\t%.2f\n", f.name,
			median(f.seconds), median(f.seconds)/median(beside.seconds), median(f.peakMiB), median(f.peakMiB)/median(beside.peakMiB))
	}
	return table.Flush()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
