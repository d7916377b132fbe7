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
)

// used suggests what incidents have, that which most have first.
func used(ctx context.Context, t *typing, count func(map[string]int, *knownIncident)) ([]suggestion, error) {
	known, err := t.incidentsInScope(ctx)
	counts := map[string]int{}
	for i := range known {
		count(counts, &known[i])
	}
	return countedSuggestions(mostUsed(counts)), err
}

func countedSuggestions(all []counted) []suggestion {
	var some []suggestion
	for _, one := range all {
		about := fmt.Sprintf("%d incidents", one.count)
		if one.count == 1 {
			about = "1 incident"
		}
		some = append(some, suggestion{text: one.text, about: about})
	}
	return some
}

// incidentsInScope are those of all namespaces where the command works on all.
func (t *typing) incidentsInScope(ctx context.Context) ([]knownIncident, error) {
	namespace, err := t.namespace()
	if err != nil {
		return nil, err
	}
	if flag := t.command.Flag("all-namespaces"); flag != nil && flag.Value.String() == "true" {
		namespace = ""
	}
	return t.knownIncidents(ctx, namespace)
}

func usedTags(ctx context.Context, t *typing) ([]suggestion, error) {
	known, err := t.incidentsInScope(ctx)
	counts := tagCounts{}
	for i := range known {
		for _, tag := range splitSummary(known[i].Tags) {
			counts.add(tag)
		}
	}
	return countedSuggestions(counts.mostUsed()), err
}

func usedSources(ctx context.Context, t *typing) ([]suggestion, error) {
	return used(ctx, t, func(counts map[string]int, incident *knownIncident) {
		for _, name := range splitSummary(incident.Sources) {
			counts[name]++
		}
	})
}

// knownAssignees begin with the user, also where the user may read no incident.
func knownAssignees(ctx context.Context, t *typing) ([]suggestion, error) {
	var all []suggestion
	me, err := t.myself(ctx)
	if err == nil {
		all = append(all, suggestion{text: me, about: "you"})
	}
	others, err := used(ctx, t, func(counts map[string]int, incident *knownIncident) {
		if incident.Assignee != "" && incident.Assignee != me {
			counts[incident.Assignee]++
		}
	})
	if err != nil && len(all) == 0 {
		return nil, err
	}
	return append(all, others...), nil
}
