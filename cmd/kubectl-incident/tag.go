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
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
)

func (p *plugin) tagCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "tag TAG[,TAG...] [INCIDENT...]",
		Short:             "Tag incidents",
		ValidArgsFunction: p.completeArgs(listOf(usedTags), openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident tag "Crown Jewels: HR 2026" inc-1

  # Two tags on everything of a source that is new today
  kubectl incident tag Falco,triaged --source Falco --since 1d`,
	}, func(_ context.Context, args []string) (change, []string, error) {
		named, err := splitTags(args[0])
		return change{done: "tagged", apply: func(incident *v1alpha1.Incident) error {
			for _, tag := range named {
				addTag(incident, tag)
			}
			return nil
		}}, args[1:], err
	})
}

func (p *plugin) untagCommand() *cobra.Command {
	return p.changeCommand(&cobra.Command{
		Use:               "untag TAG[,TAG...] [INCIDENT...]",
		Short:             "Take tags away, those that are only labels too",
		ValidArgsFunction: p.completeArgs(listOf(usedTags), openIncidents),
		Args:              cobra.MinimumNArgs(1),
		Example: `  kubectl incident untag triaged inc-1

  # From all that bear it
  kubectl incident untag triaged --tag triaged --all`,
	}, func(_ context.Context, args []string) (change, []string, error) {
		named, err := splitTags(args[0])
		return change{done: "untagged", apply: func(incident *v1alpha1.Incident) error {
			for _, tag := range named {
				removeTag(incident, tag)
			}
			return nil
		}}, args[1:], err
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
		if err := atMost(fmt.Sprintf("the tag %q", tag), tag, maxTag); err != nil {
			return nil, err
		}
		all = append(all, tag)
	}
	return all, nil
}

// addTag does nothing where the incident bears the tag, also where that is only a label.
func addTag(incident *v1alpha1.Incident, tag string) {
	if !slices.ContainsFunc(tags.Of(incident), func(b v1alpha1.IncidentTag) bool { return isTag(b, tag) }) {
		incident.Spec.Tags = append(incident.Spec.Tags, v1alpha1.Tag(tag))
	}
}

// removeTag also takes away the labels by which people set the tag. The operator's own label is left to the operator,
// which takes it away once the tag is gone.
func removeTag(incident *v1alpha1.Incident, tag string) {
	key := tags.LabelKey(tag) // The same for tags that differ only in the case of ASCII letters.
	people := tags.List(nil, incident.Labels, tags.Ours(incident, incident.Spec.Tags))
	incident.Spec.Tags = slices.DeleteFunc(incident.Spec.Tags, func(t v1alpha1.Tag) bool { return tags.LabelKey(string(t)) == key })
	for _, borne := range people {
		if isTag(borne, tag) {
			delete(incident.Labels, borne.Label)
		}
	}
}

// isTag compares a tag with one that an incident bears. The label of the latter tells where it mirrors a text; its name
// does where a person set the label: those may have capital letters, which labels that mirror a text never have.
func isTag(borne v1alpha1.IncidentTag, tag string) bool {
	key := tags.LabelKey(tag)
	return borne.Label == key || tags.LabelKey(borne.Tag) == key
}
