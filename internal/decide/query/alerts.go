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
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/fields"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/tags"
	"github.com/incident-operator/incident-operator/internal/decide/text"
)

// AlertFilter says which alerts are asked for, as Filter does for incidents. Severities, states and verdicts are spelled as
// the API spells them, which Canonicalize sees to.
type AlertFilter struct {
	Assignees   []string                   `json:"assignees,omitempty"`
	Unassigned  bool                       `json:"unassigned,omitempty"`
	Tags        []string                   `json:"tags,omitempty"`
	States      []v1alpha1.ResolutionState `json:"states,omitempty"`
	Severities  []v1alpha1.Severity        `json:"severities,omitempty"`
	MinSeverity v1alpha1.Severity          `json:"minSeverity,omitempty"`
	Verdicts    []v1alpha1.Verdict         `json:"verdicts,omitempty"`
	Sources     []string                   `json:"sources,omitempty"`
	// Categories may be written in words: "lateral movement" is LateralMovement.
	Categories []string `json:"categories,omitempty"`
	// Techniques also select their sub-techniques.
	Techniques []string `json:"techniques,omitempty"`
	// Entities are names of which one must be in the evidence: see Involves.
	Entities []string `json:"entities,omitempty"`
	// Since selects alerts whose last activity is not longer ago; 0 for any.
	Since time.Duration `json:"since,omitempty"`
	// Search is looked for in what MentionedIn says.
	Search string `json:"search,omitempty"`
}

// Canonicalize gives the values of a filter the spelling of the API, as that of Filter does.
func (f *AlertFilter) Canonicalize() error {
	spelled := *f
	err := errors.Join(
		respell("state", &spelled.States, ParseResolution),
		respell("severity", &spelled.Severities, ParseSeverity),
		respell("verdict", &spelled.Verdicts, classify.ParseVerdict),
	)
	if f.MinSeverity != "" {
		severity, problem := ParseSeverity(string(f.MinSeverity))
		if problem != nil {
			err = errors.Join(err, fmt.Errorf("min-severity %w", problem))
		}
		spelled.MinSeverity = severity
	}
	if err == nil {
		*f = spelled
	}
	return err
}

// ParseResolution reads the state of an alert as ParseSeverity reads a severity.
func ParseResolution(word string) (v1alpha1.ResolutionState, error) {
	return parse(word, []v1alpha1.ResolutionState{v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved})
}

// Selector returns what the API server can select already. It may let through too much, never too little.
func (f AlertFilter) Selector() fields.Selector {
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
	equal("spec.severity", texts(f.Severities)...)
	equal("spec.resolution.state", texts(f.States)...)
	return fields.AndSelectors(terms...)
}

// Matches says whether an alert is asked for.
func (f AlertFilter) Matches(alert *v1alpha1.Alert, now time.Time) bool {
	return f.matchesWork(alert) && f.matchesContent(alert) && f.matchesTime(alert, now) &&
		(f.Search == "" || MentionedIn(alert, f.Search))
}

func (f AlertFilter) matchesWork(alert *v1alpha1.Alert) bool {
	owned := has(f.Assignees, alert.Spec.Assignee)
	if f.Unassigned {
		owned = alert.Spec.Assignee == "" || (len(f.Assignees) > 0 && owned)
	}
	return owned &&
		has(f.States, cmp.Or(alert.Spec.Resolution.State, v1alpha1.ResolutionActive)) &&
		has(f.Verdicts, cmp.Or(alert.Spec.Classification.Verdict, v1alpha1.VerdictNotSet)) &&
		hasTag(f.Tags, alertTags(alert))
}

func (f AlertFilter) matchesContent(alert *v1alpha1.Alert) bool {
	spec := &alert.Spec
	return has(f.Severities, spec.Severity) && spec.Severity.Rank() >= f.MinSeverity.Rank() &&
		overlap(f.Sources, []string{spec.Source.Service}) &&
		(len(f.Categories) == 0 || slices.ContainsFunc(f.Categories, func(asked string) bool { return sameCategory(asked, spec.Category) })) &&
		(len(f.Techniques) == 0 || slices.ContainsFunc(f.Techniques, func(asked string) bool { return uses(spec.Techniques, asked) })) &&
		(len(f.Entities) == 0 || Involves(alert, f.Entities))
}

func (f AlertFilter) matchesTime(alert *v1alpha1.Alert, now time.Time) bool {
	if f.Since <= 0 {
		return true
	}
	_, last := alert.EffectiveActivity(now)
	return !last.Before(now.Add(-f.Since))
}

func alertTags(alert *v1alpha1.Alert) []string {
	var named []string
	for _, tag := range tags.List(alert.Spec.Tags, alert.Labels, nil) {
		named = append(named, tag.Tag)
	}
	return named
}

// sameCategory compares without regard to letter case, and to what separates words.
func sameCategory(a, b string) bool {
	plain := strings.NewReplacer(" ", "", "-", "", "_", "")
	return text.Fold(plain.Replace(a)) == text.Fold(plain.Replace(b))
}

// uses says whether one of the techniques is the one that is asked for, or a sub-technique of it.
func uses(techniques []v1alpha1.Technique, asked string) bool {
	return slices.ContainsFunc(techniques, func(technique v1alpha1.Technique) bool {
		known, wanted := strings.ToUpper(string(technique)), strings.ToUpper(asked)
		return known == wanted || strings.HasPrefix(known, wanted+".")
	})
}

// MentionedIn says whether a text, in any letter case, is a part of the alert's title, name, description, note, tags,
// category, techniques, source or evidence.
func MentionedIn(alert *v1alpha1.Alert, asked string) bool {
	spec := &alert.Spec
	searched := append(alertTags(alert), alert.Name, spec.Name, spec.Description, spec.Resolution.Note, spec.Category, spec.Source.Service, spec.Source.Detector)
	searched = append(searched, texts(spec.Techniques)...)
	for i := range spec.Evidence {
		searched = append(searched, spec.Evidence[i].Name)
	}
	return Mentions(strings.Join(searched, "\n"), asked)
}

// Mentions says whether one text is a part of another, without regard to letter case and to how Unicode composes letters.
func Mentions(searched, asked string) bool {
	return strings.Contains(text.Fold(searched), text.Fold(asked))
}
