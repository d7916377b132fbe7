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

// Package query selects and sorts incidents as people ask for them.
package query

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// Filter says which incidents are asked for: those that match every field that is set. Of a field with several values an
// incident needs one, unless the field says otherwise. Letter case counts only for assignees, and for tags outside of ASCII;
// how Unicode composes letters never does. States, severities, verdicts and determinations are spelled as the API spells
// them, which Canonicalize sees to.
type Filter struct {
	Assignees      []string                 `json:"assignees,omitempty"`
	Unassigned     bool                     `json:"unassigned,omitempty"`
	Tags           []string                 `json:"tags,omitempty"`
	AllTags        []string                 `json:"allTags,omitempty"`
	States         []v1alpha1.IncidentState `json:"states,omitempty"`
	Severities     []v1alpha1.Severity      `json:"severities,omitempty"`
	MinSeverity    v1alpha1.Severity        `json:"minSeverity,omitempty"`
	Verdicts       []v1alpha1.Verdict       `json:"verdicts,omitempty"`
	Determinations []v1alpha1.Determination `json:"determinations,omitempty"`
	Sources        []string                 `json:"sources,omitempty"`
	Categories     []string                 `json:"categories,omitempty"`
	// Since selects incidents whose last activity is not longer ago; 0 for any.
	Since time.Duration `json:"since,omitempty"`
	// Search is looked for in the title, the description, the note, the tags and the object's name.
	Search string `json:"search,omitempty"`
	// Any also lets through what the queue leaves out where no state is asked for: resolved and merged incidents.
	Any bool `json:"any,omitempty"`
}

// Selectors returns what the API server can select already. It may let through too much, never too little.
func (f Filter) Selectors() (labels.Selector, fields.Selector) {
	var terms []fields.Selector
	equal := func(path string, values ...string) {
		if len(values) == 1 {
			terms = append(terms, fields.OneTermEqualSelector(path, values[0]))
		}
	}
	switch {
	case !f.Unassigned:
		equal("spec.assignee", f.Assignees...)
	case len(f.Assignees) == 0:
		equal("spec.assignee", "")
	}
	equal("spec.classification.verdict", texts(f.Verdicts)...)
	equal("spec.classification.determination", texts(f.Determinations)...)
	equal("status.severity", texts(f.Severities)...)
	terms = append(terms, f.stateTerms()...)
	return f.labelSelector(), fields.AndSelectors(terms...)
}

// labelSelector selects by the labels that mirror tags. They follow the tags a moment later, so that an incident that was
// tagged just now may be missed; so is one that bears a tag only as a label in capitals, which no tag is mirrored by.
func (f Filter) labelSelector() labels.Selector {
	selector := labels.NewSelector()
	wanted := f.AllTags
	if len(f.Tags) == 1 {
		wanted = append(slices.Clone(wanted), f.Tags[0])
	}
	for _, tag := range wanted {
		requirement, err := labels.NewRequirement(tags.LabelKey(tag), selection.Exists, nil)
		if err == nil && !mayBeLabel(tag) { // What cannot be selected by a label is looked for in the objects.
			selector = selector.Add(*requirement)
		}
	}
	return selector
}

// mayBeLabel says whether a label that people set may be this tag, though it is not the one that mirrors it.
func mayBeLabel(tag string) bool {
	key := v1alpha1.TagLabelPrefix + strings.ToLower(tag)
	_, err := labels.NewRequirement(key, selection.Exists, nil)
	return err == nil && key != tags.LabelKey(tag)
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

// Matches says whether an incident is asked for. Who asks of many incidents, or often, prepares both: see Question.
func (f Filter) Matches(incident *v1alpha1.Incident, now time.Time) bool {
	return f.Question().Selects(Prepare(incident), now)
}

// has says whether a value is among those asked for; nothing asked for means any.
func has[T comparable](asked []T, value T) bool {
	return len(asked) == 0 || slices.Contains(asked, value)
}

func overlap(asked, values []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(a string) bool { return containsFold(values, a) })
}

func hasTag(asked, tagged []string) bool {
	return len(asked) == 0 || slices.ContainsFunc(asked, func(tag string) bool { return containsTag(tagged, tag) })
}

// containsTag compares tags as their labels do: letter case counts only outside of ASCII.
func containsTag(tagged []string, asked string) bool {
	key := tags.LabelKey(asked)
	return slices.ContainsFunc(tagged, func(tag string) bool { return tags.LabelKey(tag) == key })
}

func containsFold(values []string, asked string) bool {
	folded := text.Fold(asked)
	return slices.ContainsFunc(values, func(value string) bool { return text.Fold(value) == folded })
}

// StateOf is the word to show for an incident; what the operator has not seen yet follows from its spec.
func StateOf(incident *v1alpha1.Incident) v1alpha1.IncidentState {
	if incident.Status.State == v1alpha1.IncidentRedirected {
		return v1alpha1.IncidentRedirected
	}
	return v1alpha1.IncidentState(cmp.Or(incident.Spec.Resolution.State, v1alpha1.ResolutionActive))
}

// TitleOf is the name to show for an incident.
func TitleOf(incident *v1alpha1.Incident) string {
	return cmp.Or(incident.Spec.Name, incident.Status.Name, incident.Name)
}

// TagsOf are the texts of the tags of an incident, those that are only labels among them.
func TagsOf(incident *v1alpha1.Incident) []string {
	all := tags.Of(incident)
	found := make([]string, 0, len(all))
	for _, tag := range all {
		found = append(found, tag.Tag)
	}
	return found
}

// ParseDuration reads a duration of Go, or a number of days such as 7d.
func ParseDuration(word string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(word, "d"); ok {
		number, err := strconv.Atoi(days)
		if err == nil && number > 0 && number <= maxDays {
			return time.Duration(number) * 24 * time.Hour, nil
		}
	}
	duration, err := time.ParseDuration(word)
	if err != nil || duration <= 0 {
		return 0, fmt.Errorf("must be a time such as 90m, 12h or 7d, is %q", word)
	}
	return duration, nil
}

// maxDays is what fits into a duration.
const maxDays = 100_000
