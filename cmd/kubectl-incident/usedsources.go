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
	"fmt"

	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
)

// used suggests what incidents have, that which most have first.
func (p *plugin) used(ctx context.Context, t *complete.Typing, count func(map[string]int, *complete.Incident)) ([]complete.Suggestion, error) {
	known, err := p.incidentsInScope(ctx, t)
	counts := map[string]int{}
	for i := range known {
		count(counts, &known[i])
	}
	return countedSuggestions(mostUsed(counts)), err
}

func countedSuggestions(all []counted) []complete.Suggestion {
	var some []complete.Suggestion
	for _, one := range all {
		about := fmt.Sprintf("%d incidents", one.count)
		if one.count == 1 {
			about = "1 incident"
		}
		some = append(some, complete.Suggestion{Text: one.text, About: about})
	}
	return some
}

// incidentsInScope are those of all namespaces where the command works on all.
func (p *plugin) incidentsInScope(ctx context.Context, t *complete.Typing) ([]complete.Incident, error) {
	namespace, err := p.namespace()
	if err != nil {
		return nil, err
	}
	if flag := t.Command.Flag("all-namespaces"); flag != nil && flag.Value.String() == "true" {
		namespace = ""
	}
	return p.known().Incidents(ctx, namespace)
}

func (p *plugin) usedTags(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	known, err := p.incidentsInScope(ctx, t)
	counts := tagCounts{}
	for i := range known {
		for _, tag := range complete.SplitSummary(known[i].Tags) {
			counts.add(tag)
		}
	}
	return countedSuggestions(counts.mostUsed()), err
}

func (p *plugin) usedSources(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	return p.used(ctx, t, func(counts map[string]int, incident *complete.Incident) {
		for _, name := range complete.SplitSummary(incident.Sources) {
			counts[name]++
		}
	})
}

// knownAssignees begin with the user, also where the user may read no incident.
func (p *plugin) knownAssignees(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	var all []complete.Suggestion
	me, err := p.myself(ctx)
	if err == nil {
		all = append(all, complete.Suggestion{Text: me, About: "you"})
	}
	others, err := p.used(ctx, t, func(counts map[string]int, incident *complete.Incident) {
		if incident.Assignee != "" && incident.Assignee != me {
			counts[incident.Assignee]++
		}
	})
	if err != nil && len(all) == 0 {
		return nil, err
	}
	return append(all, others...), nil
}
