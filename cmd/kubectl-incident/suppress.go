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
	"time"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/terminal"
	"github.com/incident-operator/incident-operator/internal/decide/suppress"
	"github.com/incident-operator/incident-operator/internal/kube"
)

type suppressOptions struct {
	*plugin
	files         []string
	dryRun        bool
	allNamespaces bool
	chunk         int64
}

func (p *plugin) suppressCommand() *cobra.Command {
	o := &suppressOptions{plugin: p}
	command := &cobra.Command{
		Use:   "suppress --dry-run -f FILE",
		Short: "Show which stored alerts suppression rules would take",
		Long: `Show which of the alerts that are stored a SuppressionRule would take if they came in now, and what would become of
them. Nothing is changed: rules only take alerts that come in after them. To put a rule in force, apply it with kubectl.

A rule takes only alerts of its own namespace. A rule in the file without a namespace is asked about that of the flag -n
or, with --all-namespaces, about all.

Exit codes: 0 done, 1 the condition of a rule fails for some alerts, 2 the command line or a rule is wrong.`,
		Example: `  # What a rule would have taken
  kubectl incident suppress --dry-run -f rule.yaml`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error { return o.run(command.Context()) },
	}
	flags := command.Flags()
	flags.StringArrayVarP(&o.files, "filename", "f", nil, "a file of SuppressionRules in YAML or JSON; - for standard input; may be given several times")
	flags.BoolVar(&o.dryRun, "dry-run", false, "required: only show what would be taken")
	flags.BoolVarP(&o.allNamespaces, "all-namespaces", "A", false, "look at the alerts of all namespaces")
	flags.Int64Var(&o.chunk, "chunk-size", kube.Streamed, "how many objects one request asks for; 0 has them streamed")
	return command
}

func (o *suppressOptions) run(ctx context.Context) error {
	switch {
	case !o.dryRun:
		return errors.New("--dry-run must be set: to put a rule in force, apply it with kubectl")
	case len(o.files) == 0:
		return errors.New("--filename must name a file of SuppressionRules")
	case o.chunk < 0:
		return errNegativeChunk
	}
	trials, err := o.readRules(time.Now())
	if err != nil {
		return err
	}
	namespace, c, err := o.cluster()
	if err != nil {
		return err
	}
	if o.allNamespaces {
		namespace = ""
	}
	rows := [][]string{{"NAMESPACE", "ALERT", "ACTION", "RULES", "INCIDENT", "TITLE"}}
	_, err = kube.Each(ctx, c, &v1alpha1.AlertList{}, o.chunk, func(page *v1alpha1.AlertList) error {
		for i := range page.Items {
			if row := trials.ask(&page.Items[i]); row != nil {
				rows = append(rows, row)
			}
		}
		return nil
	}, client.InNamespace(namespace))
	if err != nil {
		return fmt.Errorf("listing alerts: %w", err)
	}
	return o.print(trials, rows)
}

// trials are rules that are tried on alerts.
type trials struct {
	now   time.Time
	rules []*trial
}

type trial struct {
	*suppress.Rule
	namespace string
	asked     int
	taken     int
	failed    int
	failure   error
}

func (o *suppressOptions) readRules(now time.Time) (*trials, error) {
	t := &trials{now: now}
	for _, file := range o.files {
		data, err := input.Read(o.In, file, input.MaxHeads)
		if err != nil {
			return nil, err
		}
		rules, err := input.Documents[v1alpha1.SuppressionRule](data, "SuppressionRule")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for i := range rules {
			rule, err := suppress.Compile(&rules[i])
			if err != nil {
				return nil, fmt.Errorf("%s: rule %s: %w", file, rules[i].Name, err)
			}
			t.rules = append(t.rules, &trial{Rule: rule, namespace: rules[i].Namespace})
		}
	}
	return t, nil
}

// ask says what would become of an alert as a row of the table, nil if no rule takes it.
func (t *trials) ask(alert *v1alpha1.Alert) []string {
	var rules []*suppress.Rule
	for _, r := range t.rules {
		if r.namespace == "" || r.namespace == alert.Namespace {
			r.asked++
			rules = append(rules, r.Rule)
		}
	}
	verdict, troubles := suppress.Decide(rules, alert, t.now)
	for _, trouble := range troubles {
		r := t.of(trouble.Rule)
		r.failed++
		r.failure = trouble.Err
	}
	if len(verdict.Rules) == 0 {
		return nil
	}
	action, names := "", ""
	for _, rule := range verdict.Rules {
		t.of(rule).taken++
		action, names = addedTo(action, string(rule.Action)), addedTo(names, rule.Name)
	}
	return []string{alert.Namespace, alert.Name, action, names, alert.Spec.IncidentRef.Name, alert.Spec.Name}
}

func (t *trials) of(rule *suppress.Rule) *trial {
	return t.rules[slices.IndexFunc(t.rules, func(r *trial) bool { return r.Rule == rule })]
}

// addedTo adds a word to a list of words, once.
func addedTo(list, word string) string {
	switch list {
	case "":
		return word
	case word:
		return list
	default:
		return list + "," + word
	}
}

func (o *suppressOptions) print(t *trials, rows [][]string) error {
	if len(rows) > 1 {
		printRows(o.Out, rows)
		terminal.PrintLine(o.Out, "")
	}
	table := [][]string{{"RULE", "ACTION", "TAKEN", "OF"}}
	failed := false
	for _, r := range t.rules {
		table = append(table, []string{r.Name, string(r.Action), strconv.Itoa(r.taken), strconv.Itoa(r.asked)})
		if r.Expired(t.now) {
			terminal.PrintLine(o.ErrOut, terminal.Escape(r.Name+" takes nothing: its expireTime has passed"))
		}
		if r.failed > 0 {
			failed = true
			terminal.PrintLine(o.ErrOut, terminal.Escape(fmt.Sprintf("%s fails for %d alerts, which it does not take: %v", r.Name, r.failed, r.failure)))
		}
	}
	printRows(o.Out, table)
	if failed {
		return errIncomplete
	}
	return nil
}
