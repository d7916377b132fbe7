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
	"cmp"
	"context"
	"slices"

	"github.com/spf13/pflag"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// flagSources are what flags take, by their names.
func flagSources() map[string]source {
	states := words(v1alpha1.IncidentActive, v1alpha1.IncidentInProgress, v1alpha1.IncidentResolved, v1alpha1.IncidentRedirected)
	return map[string]source{
		"tag": usedTags, "all-tags": usedTags, "assignee": knownAssignees, "source": usedSources,
		"state": states, "severity": words(severities...), "min-severity": words(severities...),
		"verdict": words(classify.Verdicts...), "determination": determinationsOfFlag, "classify": classifications,
		"since": words("1h", "12h", "1d", "7d", "30d"), "sort-by": words(query.Keys...),
		"dry-run": words(dryRunNone, dryRunClient, dryRunServer),
		"into":    openIncidents, "to": openIncidents, "from": allIncidents, "incident": openIncidents,
		"save": savedQueries, "namespace": namespaces, "context": contexts,
	}
}

// words are always the same.
func words[T ~string](all ...T) source {
	return func(context.Context, *typing) ([]suggestion, error) {
		var some []suggestion
		for _, word := range all {
			some = append(some, suggestion{text: string(word)})
		}
		return some, nil
	}
}

func nothing(context.Context, *typing) ([]suggestion, error) { return nil, nil }

// incidents suggests those of the namespace in two groups: first those that are wanted, and only where none of them fits
// what was typed, the rest.
func incidents(ctx context.Context, t *typing, wanted func(*knownIncident) bool) ([]suggestion, error) {
	if t.selectsByFlags() {
		return nil, nil // Naming one besides is refused.
	}
	namespace, err := t.namespace()
	if err != nil {
		return nil, err
	}
	known, err := t.knownIncidents(ctx, namespace)
	if err != nil {
		return nil, err
	}
	var first, rest []suggestion
	for i := range known {
		if wanted(&known[i]) {
			first = append(first, known[i].suggestion())
		} else {
			rest = append(rest, known[i].suggestion())
		}
	}
	if first = t.fitting(first); len(first) > 0 {
		return first, nil
	}
	return rest, nil
}

func (i *knownIncident) suggestion() suggestion {
	about := i.Title
	if i.finished() {
		about += " (" + string(i.State) + ")"
	}
	return suggestion{text: i.Name, about: about}
}

func openIncidents(ctx context.Context, t *typing) ([]suggestion, error) {
	return incidents(ctx, t, func(i *knownIncident) bool { return !i.finished() })
}

func resolvedIncidents(ctx context.Context, t *typing) ([]suggestion, error) {
	return incidents(ctx, t, func(i *knownIncident) bool { return i.State == v1alpha1.IncidentResolved })
}

func allIncidents(ctx context.Context, t *typing) ([]suggestion, error) {
	return incidents(ctx, t, func(*knownIncident) bool { return true })
}

// selectsByFlags says that incidents were selected already.
func (t *typing) selectsByFlags() bool {
	var filters filterFlags
	filters.addTo(pflag.NewFlagSet("", pflag.ContinueOnError))
	selects := false
	t.command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		selects = selects || (flag.Changed && filters.set.Lookup(flag.Name) != nil)
	})
	return selects
}

func knownAlerts(ctx context.Context, t *typing) ([]suggestion, error) {
	if flag := t.command.Flag("from"); flag != nil && flag.Changed {
		return nil, nil
	}
	namespace, err := t.namespace()
	if err != nil {
		return nil, err
	}
	known, err := t.knownAlerts(ctx, namespace)
	var all []suggestion
	for _, alert := range known {
		all = append(all, suggestion{text: alert.Name, about: alert.Title + " (" + cmp.Or(alert.Incident, "in no incident") + ")"})
	}
	return all, err
}

func savedQueries(_ context.Context, t *typing) ([]suggestion, error) {
	_, saved, err := loadQueries(t.command.Flag("queries").Value.String())
	var all []suggestion
	for _, name := range saved.Names() {
		all = append(all, suggestion{text: name, about: saved.Queries[name].String()})
	}
	return all, err
}

func namespaces(ctx context.Context, t *typing) ([]suggestion, error) {
	known, err := t.knownNamespaces(ctx)
	if err != nil {
		return nil, err
	}
	return words(known...)(ctx, t)
}

func contexts(ctx context.Context, t *typing) ([]suggestion, error) {
	raw, err := t.config.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return nil, err
	}
	var all []string
	for name := range raw.Contexts {
		all = append(all, name)
	}
	slices.Sort(all)
	return words(all...)(ctx, t)
}
