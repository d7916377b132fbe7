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

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/input"
	"github.com/incident-operator/incident-operator/internal/actions"
	"github.com/incident-operator/incident-operator/internal/decide/query"
	"github.com/incident-operator/incident-operator/internal/kube"
)

var errNegativeChunk = errors.New("--chunk-size must not be negative")

// filterFlags are the flags that select incidents, the same for every command.
type filterFlags struct {
	query.Filter
	mine          bool
	labels        string
	fields        string
	since         string
	entities      []string
	allNamespaces bool
	chunk         int64

	set *pflag.FlagSet
}

func (f *filterFlags) addTo(flags *pflag.FlagSet) {
	f.set = pflag.NewFlagSet("filters", pflag.ContinueOnError)
	add := f.set
	add.BoolVar(&f.mine, "mine", false, "only what is assigned to you")
	add.StringSliceVar(&f.Assignees, "assignee", nil, "only what is assigned to one of these users")
	add.BoolVar(&f.Unassigned, "unassigned", false, "only what is assigned to nobody; beside --mine or --assignee, that as well")
	add.Var(input.NewTags(&f.Tags), "tag", "only what bears one of these tags")
	add.Var(input.NewTags(&f.AllTags), "all-tags", "only what bears all of these tags")
	textsVar(add, &f.States, "state", "only what is in one of these states: Active, InProgress, Resolved, Redirected; without it, what is not finished")
	textsVar(add, &f.Severities, "severity", "only what has one of these severities")
	textVar(add, &f.MinSeverity, "min-severity", "only what is at least as severe: Informational, Low, Medium, High, Critical")
	textsVar(add, &f.Verdicts, "verdict", "only what is classified by one of these verdicts")
	textsVar(add, &f.Determinations, "determination", "only what is classified by one of these determinations")
	add.StringSliceVar(&f.Sources, "source", nil, "only what one of these products reported")
	add.StringSliceVar(&f.Categories, "category", nil, "only what has an alert of one of these categories")
	add.StringSliceVar(&f.entities, "entity", nil, "only what has one of these things in the evidence of an alert; a host without its domain, a user or a file without what is before it will do")
	add.StringVar(&f.since, "since", "", "only what was active in this time, such as 90m, 12h or 7d")
	add.StringVar(&f.Search, "search", "", "only what has this text in its title, description, note, tags or name, in one of its comments, or in an alert or its evidence")
	add.BoolVar(&f.Any, "all", false, "also what is resolved or was merged into another incident; alone it selects nothing to change")
	add.StringVarP(&f.labels, "selector", "l", "", "only what this label selector selects")
	add.StringVar(&f.fields, "field-selector", "", "only what this field selector selects")
	add.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "incidents of all namespaces")
	flags.AddFlagSet(add)
	flags.Int64Var(&f.chunk, "chunk-size", kube.Streamed, "how many objects one request asks for; 0 has them streamed")
}

// given says whether a filter was given, or where to look.
func (f *filterFlags) given() bool {
	given := false
	f.set.VisitAll(func(flag *pflag.Flag) { given = given || flag.Changed })
	return given
}

// selects says whether a filter was given that asks for something. Where to look says nothing of what is meant, --all only
// widens what another flag asks for, and a flag such as --mine=false asks for everything.
func (f *filterFlags) selects() bool {
	selects := false
	f.set.VisitAll(func(flag *pflag.Flag) {
		widens := flag.Name == "all-namespaces" || flag.Name == "all"
		selects = selects || (flag.Changed && !widens && flag.Value.String() != flag.DefValue)
	})
	return selects
}

// validateFilters also refuses a filter that is empty: as if it was not there, it would select all, such as where a
// script's variable is not set.
func (f *filterFlags) validateFilters() error {
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

// ready checks the filter and asks the cluster for what only that knows.
func (f *filterFlags) ready(ctx context.Context, c client.WithWatch, namespace string) (*actions.Selector, error) {
	if err := f.validateFilters(); err != nil {
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
	return actions.Selection{
		Filter: f.Filter, Namespace: namespace, Mine: f.mine, Labels: byLabel, Fields: byField, Entities: f.entities, Chunk: f.chunk,
	}.Ready(ctx, c)
}

func (f *filterFlags) checkSelection(names []string) error {
	if len(names) > 0 && f.given() {
		return errors.New("name incidents or select them by flags, not both")
	}
	if err := f.validateFilters(); err != nil {
		return err
	}
	if len(names) == 0 && !f.selects() {
		return errors.New("name at least one incident, or select some by flags such as --tag")
	}
	return nil
}
