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

// Package suppress decides which alerts nobody needs to see, and what becomes of them.
package suppress

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/classify"
	"github.com/incident-operator/incident-operator/internal/decide/expression"
)

// maxTags bounds the tags of an alert, as the API does.
const maxTags = 64

// Rule is a rule that was found to make sense.
type Rule struct {
	// Name is that of its object, Reason why its alerts may be taken.
	Name, Reason string
	Action       v1alpha1.SuppressionAction

	classification v1alpha1.Classification
	tags           []v1alpha1.Tag
	expires        time.Time
	condition      *expression.Condition
}

// Compile reads a rule. Its error names every field that makes no sense, and says what it must be.
func Compile(rule *v1alpha1.SuppressionRule) (*Rule, error) {
	spec := &rule.Spec
	if err := validate(spec); err != nil {
		return nil, err
	}
	condition, err := expression.Compile(spec.When)
	if err != nil {
		return nil, fmt.Errorf("spec.when %w", err)
	}
	r := &Rule{Name: rule.Name, Reason: spec.Reason, Action: spec.Action, tags: spec.Tags, condition: condition}
	if spec.ExpireTime != nil {
		r.expires = spec.ExpireTime.Time
	}
	if spec.Classification != nil {
		r.classification = *spec.Classification
	}
	return r, nil
}

// validate returns what the API would refuse too; a rule may also come from a file that no API server has seen.
func validate(spec *v1alpha1.SuppressionRuleSpec) error {
	var problems []error
	if strings.TrimSpace(spec.Reason) == "" {
		problems = append(problems, errors.New("spec.reason must say why these alerts may be taken"))
	}
	if (spec.ExpireTime == nil) != spec.Forever {
		problems = append(problems, errors.New("spec must have either expireTime or forever: true"))
	}
	switch spec.Action {
	case v1alpha1.SuppressionDrop, v1alpha1.SuppressionResolve, v1alpha1.SuppressionTag:
	default:
		problems = append(problems, fmt.Errorf("spec.action must be Drop, Resolve or Tag, not %q", spec.Action))
	}
	if (spec.Action == v1alpha1.SuppressionResolve) != (spec.Classification != nil) {
		problems = append(problems, errors.New("spec.classification must be set if action is Resolve, and only then"))
	}
	if (spec.Action == v1alpha1.SuppressionTag) != (len(spec.Tags) > 0) {
		problems = append(problems, errors.New("spec.tags must be set if action is Tag, and only then"))
	}
	if c := spec.Classification; c != nil && (c.Verdict == "" || c.Verdict == v1alpha1.VerdictNotSet ||
		(c.Determination != "" && !slices.Contains(classify.Fitting(c.Verdict), string(c.Determination)))) {
		problems = append(problems, errors.New("spec.classification must be TruePositive, InformationalExpectedActivity or FalsePositive, with a determination that fits it or none"))
	}
	return errors.Join(problems...)
}

// Expired says whether the time of the rule has come.
func (r *Rule) Expired(now time.Time) bool { return !r.expires.IsZero() && !now.Before(r.expires) }

// Trouble is why a rule could not be asked about an alert. It does not take it then.
type Trouble struct {
	Rule *Rule
	Err  error
}

// Verdict is what becomes of an alert. It is zero for an alert that no rule takes.
type Verdict struct {
	// Drop says that it is not to be stored.
	Drop bool
	// Rules are those that took it, in the order of their names: with Drop, the one that drops it.
	Rules []*Rule
}

// Decide asks rules about an alert. Of several that take it, one that drops it wins.
func Decide(rules []*Rule, alert *v1alpha1.Alert, now time.Time) (verdict Verdict, troubles []Trouble) {
	for _, r := range sorted(rules) {
		if r.Expired(now) {
			continue
		}
		holds, err := r.condition.Holds(alert)
		switch {
		case err != nil:
			troubles = append(troubles, Trouble{Rule: r, Err: err})
		case holds && r.Action == v1alpha1.SuppressionDrop:
			return Verdict{Drop: true, Rules: []*Rule{r}}, troubles
		case holds:
			verdict.Rules = append(verdict.Rules, r)
		}
	}
	return verdict, troubles
}

func sorted(rules []*Rule) []*Rule {
	return slices.SortedFunc(slices.Values(rules), func(a, b *Rule) int { return cmp.Compare(a.Name, b.Name) })
}

// Apply writes on a new alert what becomes of it: the tags of all rules, and the resolution and classification of the first
// that resolves it, with a note that names that rule. On one that is dropped it writes nothing.
func (v Verdict) Apply(alert *v1alpha1.Alert) {
	if v.Drop {
		return
	}
	resolved := false
	for _, r := range v.Rules {
		switch {
		case r.Action == v1alpha1.SuppressionTag:
			alert.Spec.Tags = addTags(alert.Spec.Tags, r.tags)
		case r.Action == v1alpha1.SuppressionResolve && !resolved:
			resolved = true
			alert.Spec.Resolution = v1alpha1.Resolution{
				State: v1alpha1.ResolutionResolved, Note: fmt.Sprintf("Suppressed by rule %s: %s", r.Name, r.Reason),
			}
			alert.Spec.Classification = r.classification
		}
	}
}

// addTags adds tags that are not there yet; letter case does not count.
func addTags(tags, more []v1alpha1.Tag) []v1alpha1.Tag {
	for _, tag := range more {
		known := slices.ContainsFunc(tags, func(t v1alpha1.Tag) bool { return strings.EqualFold(string(t), string(tag)) })
		if !known && len(tags) < maxTags {
			tags = append(tags, tag)
		}
	}
	return tags
}
