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
	"errors"
	"slices"

	"github.com/spf13/pflag"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/complete"
	"github.com/incident-operator/incident-operator/cmd/kubectl-incident/internal/saved"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/naming"
	"github.com/incident-operator/incident-operator/internal/decide/query"
)

// flagSources are what flags take, by their names.
func (p *plugin) flagSources() map[string]complete.Source {
	states := complete.Words(v1alpha1.IncidentActive, v1alpha1.IncidentInProgress, v1alpha1.IncidentResolved, v1alpha1.IncidentRedirected)
	return map[string]complete.Source{
		"tag": p.usedTags, "all-tags": p.usedTags, "add": p.usedTags, "remove": p.usedTags, "assignee": p.knownAssignees, "source": p.usedSources,
		"state": states, "severity": complete.Words(classify.Severities...), "min-severity": complete.Words(classify.Severities...),
		"verdict": complete.Words(classify.Verdicts...), "determination": determinationsOfFlag, "classify": classifications,
		"since": complete.Words("1h", "12h", "1d", "7d", "30d"), "sort-by": complete.Words(query.Keys...),
		"dry-run": complete.Words(dryRunNone, dryRunClient, dryRunServer),
		"into":    p.openIncidents, "to": p.openIncidents, "from": p.allIncidents, "incident": p.openIncidents,
		"category": complete.Words(append(naming.Tactics(), "Malware", "Ransomware", "SuspiciousActivity")...),
		"save":     savedQueries, "namespace": p.namespaces, "context": p.contexts,
	}
}

// incidents suggests those of the namespace in two groups: first those that are wanted, and only where none of them fits
// what was typed, the rest.
func (p *plugin) incidents(ctx context.Context, t *complete.Typing, wanted func(*complete.Incident) bool) ([]complete.Suggestion, error) {
	if selectsByFlags(t) {
		return nil, nil // Naming one besides is refused.
	}
	namespace, err := p.namespace()
	if err != nil {
		return nil, err
	}
	known, err := p.known().Incidents(ctx, namespace)
	if err != nil {
		return nil, err
	}
	var first, rest []complete.Suggestion
	for i := range known {
		if wanted(&known[i]) {
			first = append(first, suggestionOf(&known[i]))
		} else {
			rest = append(rest, suggestionOf(&known[i]))
		}
	}
	if first = t.Fitting(first); len(first) > 0 {
		return first, nil
	}
	return rest, nil
}

// orIncidents suggests the values of a command, and the incidents in front of which they may stand as well.
func (p *plugin) orIncidents(values complete.Source) complete.Source {
	return func(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
		all, err := values(ctx, t)
		named, problem := p.openIncidents(ctx, t)
		if problem != nil && len(all) == 0 {
			return nil, errors.Join(err, problem)
		}
		return append(all, named...), nil
	}
}

// incidentsOr suggests incidents and, if the first argument is one, the values of a command as well: these stand behind.
func (p *plugin) incidentsOr(values complete.Source) complete.Source {
	return func(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
		all, err := p.openIncidents(ctx, t)
		known, problem := p.incidentsInScope(ctx, t)
		first := slices.ContainsFunc(known, func(i complete.Incident) bool { return len(t.Args) > 0 && i.Name == t.Args[0] })
		if err != nil || problem != nil || !first {
			return all, err
		}
		behind, err := values(ctx, t)
		return append(all, behind...), err
	}
}

func suggestionOf(i *complete.Incident) complete.Suggestion {
	about := i.Title
	if i.Finished() {
		about += " (" + string(i.State) + ")"
	}
	return complete.Suggestion{Text: i.Name, About: about}
}

func (p *plugin) openIncidents(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	return p.incidents(ctx, t, func(i *complete.Incident) bool { return !i.Finished() })
}

func (p *plugin) resolvedIncidents(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	return p.incidents(ctx, t, func(i *complete.Incident) bool { return i.State == v1alpha1.IncidentResolved })
}

func (p *plugin) allIncidents(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	return p.incidents(ctx, t, func(*complete.Incident) bool { return true })
}

// selectsByFlags says that incidents were selected already.
func selectsByFlags(t *complete.Typing) bool {
	var filters filterFlags
	filters.addTo(pflag.NewFlagSet("", pflag.ContinueOnError))
	selects := false
	t.Command.LocalFlags().VisitAll(func(flag *pflag.Flag) {
		selects = selects || (flag.Changed && filters.set.Lookup(flag.Name) != nil)
	})
	return selects
}

func (p *plugin) knownAlerts(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	if flag := t.Command.Flag("from"); flag != nil && flag.Changed {
		return nil, nil
	}
	namespace, err := p.namespace()
	if err != nil {
		return nil, err
	}
	known, err := p.known().Alerts(ctx, namespace)
	var all []complete.Suggestion
	for _, alert := range known {
		all = append(all, complete.Suggestion{Text: alert.Name, About: alert.Title + " (" + cmp.Or(alert.Incident, "in no incident") + ")"})
	}
	return all, err
}

func savedQueries(_ context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	_, known, err := saved.Load(t.Command.Flag("queries").Value.String(), saveableNames())
	var all []complete.Suggestion
	for _, name := range known.Names() {
		all = append(all, complete.Suggestion{Text: name, About: known.Queries[name].String()})
	}
	return all, err
}

func (p *plugin) namespaces(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	known, err := p.known().Namespaces(ctx)
	if err != nil {
		return nil, err
	}
	return complete.Words(known...)(ctx, t)
}

func (p *plugin) contexts(ctx context.Context, t *complete.Typing) ([]complete.Suggestion, error) {
	raw, err := p.config.ToRawKubeConfigLoader().RawConfig()
	if err != nil {
		return nil, err
	}
	var all []string
	for name := range raw.Contexts {
		all = append(all, name)
	}
	slices.Sort(all)
	return complete.Words(all...)(ctx, t)
}

var fileFlags = []string{
	"filename", "heads", "policy", "truth", "queries", "template", "kubeconfig", "certificate-authority", "client-certificate", "client-key", "cache-dir",
}
