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
	"slices"
	"strconv"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/activity"
)

const (
	outputTable = "table"
	outputHeads = "heads"
)

type verifyOptions struct {
	*plugin
	file, heads, output string
	allNamespaces       bool
}

func (p *plugin) verifyCommand() *cobra.Command {
	options := &verifyOptions{plugin: p}
	command := &cobra.Command{
		Use:               "verify [INCIDENT...]",
		Short:             "Check that activity logs are as they were written",
		ValidArgsFunction: complete.Args(p.allIncidents),
		Long: `Check that the activity logs of all incidents of the namespace, or of those named, are as they were written:
that no entry was changed, removed, added, renamed or put elsewhere.

A log that was hashed anew as a whole, or cut at its end, looks intact unless its head was kept where those who could
do so cannot write. See docs/activity-log.md.

Exit codes: 0 all are intact, 1 something is not, 2 the command line is wrong or the input cannot be read.`,
		Example: `  # Keep the heads, and compare with them later
  kubectl incident verify -A -o heads > heads.txt
  kubectl incident verify -A --heads heads.txt

  # Without a cluster
  kubectl incident verify -f activities.yaml`,
		RunE: func(command *cobra.Command, args []string) error {
			incidents, err := input.Names(input.Incident, args)
			if err != nil {
				return err
			}
			return options.run(command.Context(), incidents)
		},
	}
	flags := command.Flags()
	flags.StringVarP(&options.file, "filename", "f", "", "read the activities from this file, or from standard input for -, not from the cluster")
	flags.StringVar(&options.heads, "heads", "", "compare with the heads kept in this file")
	flags.StringVarP(&options.output, "output", "o", outputTable, "table, or heads to print what --heads reads")
	complete.Flag(command, "output", complete.Words(outputTable, outputHeads))
	flags.BoolVarP(&options.allNamespaces, "all-namespaces", "A", false, "check the incidents of all namespaces")
	return command
}

func (o *verifyOptions) run(ctx context.Context, incidents []string) error {
	if err := o.validate(incidents); err != nil {
		return err
	}
	namespace, err := o.scope()
	if err != nil {
		return err
	}
	heads, err := o.readHeads()
	if err != nil {
		return err
	}
	objects, err := o.read(ctx, namespace, incidents)
	if err != nil {
		return err
	}
	result := activity.Verify(objects, heads)
	// Kept heads cover more than what was asked for, and so may a file.
	result.Logs = slices.DeleteFunc(result.Logs, func(log activity.LogReport) bool {
		return (namespace != "" && log.Namespace != namespace) ||
			(len(incidents) > 0 && !slices.Contains(incidents, log.Incident))
	})
	absent := absentOf(incidents, result.Logs)
	o.print(result, absent)
	if !result.Intact() || len(absent) > 0 {
		return errNotIntact
	}
	return nil
}

func (o *verifyOptions) validate(incidents []string) error {
	if o.output != outputTable && o.output != outputHeads {
		return fmt.Errorf("--output is %q, not %s or %s", o.output, outputTable, outputHeads)
	}
	if slices.Contains(incidents, "") {
		return errors.New("the name of an incident is empty")
	}
	if o.file == "-" && o.heads == "-" {
		return errors.New("--filename and --heads cannot both be standard input")
	}
	if o.allNamespaces && o.namespaceFlag() != "" {
		return errors.New("--namespace and --all-namespaces exclude each other")
	}
	return nil
}

func (o *verifyOptions) namespaceFlag() string {
	if o.config.Namespace == nil {
		return ""
	}
	return *o.config.Namespace
}

// scope returns the namespace to check, or nothing for all: a file is checked as a whole unless -n says otherwise.
func (o *verifyOptions) scope() (string, error) {
	switch {
	case o.allNamespaces:
		return metav1.NamespaceAll, nil
	case o.file != "":
		return o.namespaceFlag(), nil
	default:
		return o.namespace()
	}
}

func (o *verifyOptions) readHeads() ([]activity.Head, error) {
	if o.heads == "" {
		return nil, nil
	}
	data, err := input.Read(o.In, o.heads, input.MaxHeads)
	if err != nil {
		return nil, err
	}
	heads, err := input.Heads(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.heads, err)
	}
	return heads, nil
}

func (o *verifyOptions) read(ctx context.Context, namespace string, incidents []string) ([]map[string]any, error) {
	if o.file != "" {
		data, err := input.Read(o.In, o.file, input.MaxObjects)
		if err != nil {
			return nil, err
		}
		objects, err := input.Objects(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.file, err)
		}
		return objects, nil
	}
	client, err := o.connect()
	if err != nil {
		return nil, err
	}
	if len(incidents) == 0 {
		return list(ctx, client, "activities", namespace, "")
	}
	var objects []map[string]any
	for _, incident := range slices.Compact(slices.Sorted(slices.Values(incidents))) {
		entries, err := list(ctx, client, "activities", namespace, incident)
		if err != nil {
			return nil, err
		}
		objects = append(objects, entries...)
	}
	return objects, nil
}

// absentOf returns the incidents that were asked for and have no log.
func absentOf(incidents []string, logs []activity.LogReport) []string {
	var absent []string
	for _, incident := range slices.Compact(slices.Sorted(slices.Values(incidents))) {
		if !slices.ContainsFunc(logs, func(log activity.LogReport) bool { return log.Incident == incident }) {
			absent = append(absent, incident)
		}
	}
	return absent
}

func (o *verifyOptions) print(result activity.Result, absent []string) {
	rows := [][]string{{"NAMESPACE", "INCIDENT", "UID", "ENTRIES", "HEAD", "RESULT"}}
	for _, log := range result.Logs {
		if o.output == outputTable {
			rows = append(rows, rowOf(log))
			continue
		}
		if log.Intact() {
			terminal.PrintLine(o.Out, fmt.Sprintf("%s %s %s %d %s", log.Namespace, log.Incident, log.UID, log.Entries, log.Head))
		} else {
			terminal.PrintLine(o.ErrOut, terminal.Escape(fmt.Sprintf("%s/%s: %s", log.Namespace, log.Incident, log.Finding.Reason)))
		}
	}
	if o.output == outputTable && len(result.Logs) > 0 {
		for _, line := range terminal.AlignRows(rows) {
			terminal.PrintLine(o.Out, line)
		}
	}
	for _, stray := range result.Strays {
		terminal.PrintLine(o.ErrOut, terminal.Escape(fmt.Sprintf("object %d (%q): %s", stray.Position, stray.Object, stray.Reason)))
	}
	for _, incident := range absent {
		terminal.PrintLine(o.ErrOut, terminal.Escape(incident+": has no activity log here"))
	}
	if len(result.Logs) == 0 && len(result.Strays) == 0 && len(absent) == 0 {
		terminal.PrintLine(o.ErrOut, "No activities found.")
	}
}

func rowOf(log activity.LogReport) []string {
	head, outcome := log.Head, "intact"
	if !log.Intact() {
		head, outcome = "-", log.Finding.Reason
	}
	return []string{log.Namespace, log.Incident, log.UID, strconv.Itoa(log.Entries), head, outcome}
}
