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

package view

import (
	"cmp"
	"maps"
	"slices"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// AlertGroup are the alerts that have something in common.
type AlertGroup struct {
	// Value is what they have, as the filter of the same name asks for it: None for alerts that have nothing of the kind.
	Value  string `json:"value"`
	Alerts int    `json:"alerts"`
}

// AlertGroups are groups, those with most alerts first.
type AlertGroups struct {
	Groups []AlertGroup `json:"groups"`
	// More is how many are left out.
	More int `json:"more"`
}

// Groupings say what an alert has of a kind, each once, by the name of the filter.
var Groupings = map[string]func(alert *v1alpha1.Alert) []string{
	"title": func(alert *v1alpha1.Alert) []string { return []string{alert.Spec.Name} },
	"technique": func(alert *v1alpha1.Alert) []string {
		var all []string
		for _, technique := range alert.Spec.Techniques {
			all = append(all, string(technique))
		}
		return all
	},
	"entity": func(alert *v1alpha1.Alert) []string {
		var all []string
		for i := range alert.Spec.Evidence {
			one := &alert.Spec.Evidence[i]
			all = append(all, EntityKey(one.Kind, one.Namespace, one.Name))
		}
		return all
	},
}

// GroupAlerts counts alerts by what they have, and keeps the largest groups. Letter case does not tell groups apart, except
// those of titles, and None comes last.
func GroupAlerts(alerts []*v1alpha1.Alert, by string, bound int) AlertGroups {
	values, counts, none := map[string]string{}, map[string]int{}, 0
	for _, alert := range alerts {
		seen := map[string]bool{}
		for _, value := range Groupings[by](alert) {
			key := value
			if by != "title" {
				key = text.Fold(value)
			}
			if seen[key] {
				continue
			}
			seen[key] = true
			counts[key]++
			if known, there := values[key]; !there || value < known {
				values[key] = value
			}
		}
		if len(seen) == 0 {
			none++
		}
	}
	keys := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	found := AlertGroups{Groups: []AlertGroup{}, More: max(0, len(keys)-bound)}
	for _, key := range keys[:min(len(keys), bound)] {
		found.Groups = append(found.Groups, AlertGroup{values[key], counts[key]})
	}
	if none > 0 {
		found.Groups = append(found.Groups, AlertGroup{None, none})
	}
	return found
}

// AlertChoices are the values that the alerts of an incident have, for people to choose from: each list by the alphabet, and
// of those with most alerts.
type AlertChoices struct {
	Assignees  []string `json:"assignees"`
	Sources    []string `json:"sources"`
	Categories []string `json:"categories"`
	// Unassigned says that some belong to nobody.
	Unassigned bool `json:"unassigned"`
}

// ChoicesOf keeps at most so many values in each list.
func ChoicesOf(alerts []*v1alpha1.Alert, bound int) AlertChoices {
	assignees, sources, categories := counts{}, counts{}, counts{}
	for _, alert := range alerts {
		assignees[alert.Spec.Assignee]++
		sources[alert.Spec.Source.Service]++
		categories[alert.Spec.Category]++
	}
	return AlertChoices{
		Assignees: assignees.choices(bound), Sources: sources.choices(bound), Categories: categories.choices(bound),
		Unassigned: assignees[""] > 0,
	}
}

func (c counts) choices(bound int) []string {
	texts := []string{}
	for _, counted := range c.most() {
		if counted.Text != "" && len(texts) < bound {
			texts = append(texts, counted.Text)
		}
	}
	slices.Sort(texts)
	return texts
}
