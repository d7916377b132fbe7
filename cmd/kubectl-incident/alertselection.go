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

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

// alertFilterFlags are the flags that select alerts, the same for every command. Their names are those of the flags that
// select incidents.
type alertFilterFlags struct {
	query.AlertFilter
	mine, unlinked bool
	since          string
	labels, fields string
	allNamespaces  bool
	chunk          int64

	set *pflag.FlagSet
}

func (f *alertFilterFlags) addTo(flags *pflag.FlagSet) {
	f.set = pflag.NewFlagSet("filters", pflag.ContinueOnError)
	add := f.set
	add.BoolVar(&f.mine, "mine", false, "only what is assigned to you")
	add.StringSliceVar(&f.Assignees, "assignee", nil, "only what is assigned to one of these users")
	add.BoolVar(&f.Unassigned, "unassigned", false, "only what is assigned to nobody; beside --mine or --assignee, that as well")
	add.Var(input.NewTags(&f.Tags), "tag", "only what bears one of these tags")
	textsVar(add, &f.States, "state", "only what is in one of these states: Active, InProgress, Resolved")
	textsVar(add, &f.Severities, "severity", "only what has one of these severities")
	textVar(add, &f.MinSeverity, "min-severity", "only what is at least as severe: Informational, Low, Medium, High, Critical")
	textsVar(add, &f.Verdicts, "verdict", "only what is classified by one of these verdicts")
	add.StringSliceVar(&f.Sources, "source", nil, "only what one of these products reported")
	add.StringSliceVar(&f.Categories, "category", nil, "only what is of one of these categories, such as LateralMovement or \"lateral movement\"")
	add.StringSliceVar(&f.Techniques, "technique", nil, "only what names one of these techniques of ATT&CK, such as T1059, or a sub-technique of it")
	add.StringSliceVar(&f.Entities, "entity", nil, "only what has one of these things in its evidence; a host without its domain, a user or a file without what is before it will do")
	add.StringVar(&f.since, "since", "", "only what was active in this time, such as 90m, 12h or 7d")
	add.StringVar(&f.Search, "search", "", "only what has this text in its title, name, description, note, tags or evidence")
	add.StringVarP(&f.labels, "selector", "l", "", "only what this label selector selects")
	add.StringVar(&f.fields, "field-selector", "", "only what this field selector selects")
	add.BoolVar(&f.unlinked, "unlinked", false, "only alerts that belong to no incident")
	add.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "alerts of all namespaces")
	flags.AddFlagSet(add)
	flags.Int64Var(&f.chunk, "chunk-size", kube.Streamed, "how many objects one request asks for; 0 has them streamed")
}

// selects says whether a filter was given that asks for something. Where to look says nothing of what is meant.
func (f *alertFilterFlags) selects() bool {
	selects := false
	f.set.VisitAll(func(flag *pflag.Flag) {
		selects = selects || (flag.Changed && flag.Name != "all-namespaces" && flag.Value.String() != flag.DefValue)
	})
	return selects
}

// validate also refuses a filter that is empty, as that of incidents does.
func (f *alertFilterFlags) validate() error {
	problems := emptyFlags(f.set)
	if f.since != "" {
		since, err := query.ParseDuration(f.since)
		if err != nil {
			problems = append(problems, fmt.Errorf("--since %w", err))
		}
		f.Since = since
	}
	if f.chunk < 0 {
		problems = append(problems, errNegativeChunk)
	}
	return errors.Join(append(problems, f.Canonicalize())...)
}

// emptyFlags are an error for each flag that was given without a value: as if it was not there, it would select all, such
// as where a script's variable is not set.
func emptyFlags(set *pflag.FlagSet) []error {
	var problems []error
	set.VisitAll(func(flag *pflag.Flag) {
		values := []string{flag.Value.String()}
		if list, ok := flag.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		if flag.Changed && (len(values) == 0 || slices.Contains(values, "")) {
			problems = append(problems, fmt.Errorf("--%s is empty: leave it out to select by something else", flag.Name))
		}
	})
	return problems
}

// ready checks the filter and asks the cluster for what only that knows. Incidents are names; none means any.
func (f *alertFilterFlags) ready(ctx context.Context, c client.Client, namespace string, incidents []string) (*actions.AlertSelector, error) {
	if err := f.validate(); err != nil {
		return nil, err
	}
	byLabel, err := labels.Parse(f.labels)
	if err != nil {
		return nil, fmt.Errorf("--selector: %w", err)
	}
	byField, err := fields.ParseSelector(f.fields)
	if err != nil {
		return nil, fmt.Errorf("--field-selector: %w", err)
	}
	if f.allNamespaces {
		namespace = ""
	}
	return actions.AlertSelection{
		AlertFilter: f.AlertFilter, Namespace: namespace, Incidents: incidents, Unlinked: f.unlinked, Mine: f.mine,
		Labels: byLabel, Fields: byField, Chunk: f.chunk,
	}.Ready(ctx, c)
}
