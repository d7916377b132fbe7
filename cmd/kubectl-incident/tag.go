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
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/internal/actions"
)

func (p *plugin) tagCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "tag TAG[,TAG...] [INCIDENT...]",
		Short:             "Tag incidents",
		ValidArgsFunction: complete.Args(complete.ListOf(p.usedTags), p.openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident tag "Crown Jewels: HR 2026" inc-1

  # Two tags on everything of a source that is new today
  kubectl incident tag Falco,triaged --source Falco --since 1d`,
	}, func(_ context.Context, args []string) (actions.Change, []string, error) {
		named, err := splitTags(args[0])
		return actions.Tag(named...), args[1:], err
	})
}

func (p *plugin) untagCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "untag TAG[,TAG...] [INCIDENT...]",
		Short:             "Take tags away, those that are only labels too",
		ValidArgsFunction: complete.Args(complete.ListOf(p.usedTags), p.openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident untag triaged inc-1

  # From all that bear it
  kubectl incident untag triaged --tag triaged --all`,
	}, func(_ context.Context, args []string) (actions.Change, []string, error) {
		named, err := splitTags(args[0])
		return actions.Untag(named...), args[1:], err
	})
}

// splitTags reads tags that are separated by commas, as --tag does: one that has commas itself is put in double quotes.
func splitTags(text string) ([]string, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("tags must be in one line, are %q", text)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.LazyQuotes = true // Tags may have quotes too.
	named, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the tags: %w", err)
	}
	if len(named) == 0 {
		named = []string{""}
	}
	var all []string
	for _, tag := range named {
		if tag = strings.TrimSpace(tag); tag == "" {
			return nil, errors.New("a tag is empty: separate tags by single commas")
		}
		if err := actions.AtMost(fmt.Sprintf("the tag %q", tag), tag, actions.MaxTag); err != nil {
			return nil, err
		}
		all = append(all, tag)
	}
	return all, nil
}
