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

package query

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// Prepared is one version of an incident with what filters ask of it. To compute that costs much more than to compare it, so
// who keeps incidents prepares each version once. It may be asked from several goroutines; the incident must not be changed
// any more.
type Prepared struct {
	*v1alpha1.Incident
	// State is that of StateOf, and Tags are those of TagsOf.
	State v1alpha1.IncidentState
	Tags  []string

	// Hardly any filter asks for these, so they are computed when one does.
	compared   sync.Once
	tagKeys    []string
	sources    []string
	categories []string
	searched   sync.Once
	text       string
}

// Prepare computes what filters ask of an incident.
func Prepare(incident *v1alpha1.Incident) *Prepared {
	return &Prepared{Incident: incident, State: StateOf(incident), Tags: TagsOf(incident)}
}

// compare computes what tags, sources and categories are compared by.
func (p *Prepared) compare() {
	p.compared.Do(func() {
		p.tagKeys, p.sources, p.categories = each(p.Tags, tags.LabelKey), each(p.Status.Sources, text.Fold), each(p.Status.Categories, text.Fold)
	})
}

// mentions says whether a folded text is in what a search looks through.
func (p *Prepared) mentions(folded string) bool {
	p.searched.Do(func() {
		searched := append(slices.Clone(p.Tags), p.Name, TitleOf(p.Incident), p.Spec.Description, p.Spec.Resolution.Note)
		p.text = text.Fold(strings.Join(searched, "\n"))
	})
	return strings.Contains(p.text, folded)
}

// Question is a filter that is asked of many incidents: what it compares by is computed once. It must be spelled canonically.
type Question struct {
	filter     Filter
	tags       []string
	allTags    []string
	sources    []string
	categories []string
	search     string
}

// Question prepares the filter, which must not be changed as long as the question is asked.
func (f Filter) Question() *Question {
	q := &Question{
		filter: f, tags: each(f.Tags, tags.LabelKey), allTags: each(f.AllTags, tags.LabelKey),
		sources: each(f.Sources, text.Fold), categories: each(f.Categories, text.Fold),
	}
	if f.Search != "" {
		q.search = text.Fold(f.Search)
	}
	return q
}

// Selects says whether an incident is asked for. A last activity after now is not believed.
func (q *Question) Selects(p *Prepared, now time.Time) bool {
	return q.selectsWork(p) && q.selectsSeverity(p) && q.selectsTime(p, now) && q.selectsContent(p) &&
		(q.filter.Search == "" || p.mentions(q.search))
}

func (q *Question) selectsWork(p *Prepared) bool {
	f := &q.filter
	if len(f.States) == 0 && !f.Any && (p.State == v1alpha1.IncidentResolved || p.State == v1alpha1.IncidentRedirected) {
		return false
	}
	owned := has(f.Assignees, p.Spec.Assignee)
	if f.Unassigned {
		owned = p.Spec.Assignee == "" || (len(f.Assignees) > 0 && owned)
	}
	verdict := cmp.Or(p.Spec.Classification.Verdict, v1alpha1.VerdictNotSet)
	return owned && has(f.States, p.State) && has(f.Verdicts, verdict) && has(f.Determinations, p.Spec.Classification.Determination)
}

func (q *Question) selectsSeverity(p *Prepared) bool {
	severity := p.Status.Severity
	return has(q.filter.Severities, severity) && (q.filter.MinSeverity == "" || severity.Rank() >= q.filter.MinSeverity.Rank())
}

func (q *Question) selectsTime(p *Prepared, now time.Time) bool {
	return q.filter.Since <= 0 || !p.EffectiveLastActivity(now).Before(now.Add(-q.filter.Since))
}

func (q *Question) selectsContent(p *Prepared) bool {
	if len(q.tags)+len(q.allTags)+len(q.sources)+len(q.categories) == 0 {
		return true
	}
	p.compare()
	lacked := func(key string) bool { return !slices.Contains(p.tagKeys, key) }
	return hasOne(q.tags, p.tagKeys) && !slices.ContainsFunc(q.allTags, lacked) && hasOne(q.sources, p.sources) && hasOne(q.categories, p.categories)
}

// hasOne says whether one of the values is asked for; nothing asked for means any.
func hasOne(asked, values []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(one string) bool { return slices.Contains(values, one) })
}

func each(values []string, change func(string) string) []string {
	changed := make([]string, len(values))
	for i, value := range values {
		changed[i] = change(value)
	}
	return changed
}
