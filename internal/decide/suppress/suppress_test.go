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

package suppress_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/suppress"
)

var now = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func rule(name string, change ...func(*v1alpha1.SuppressionRuleSpec)) *v1alpha1.SuppressionRule {
	r := &v1alpha1.SuppressionRule{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       v1alpha1.SuppressionRuleSpec{When: "true", Reason: "known", Forever: true, Action: v1alpha1.SuppressionDrop},
	}
	for _, c := range change {
		c(&r.Spec)
	}
	return r
}

func resolving(s *v1alpha1.SuppressionRuleSpec) {
	s.Action = v1alpha1.SuppressionResolve
	s.Classification = &v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive, Determination: v1alpha1.DeterminationNotMalicious}
}

func tagging(tags ...v1alpha1.Tag) func(*v1alpha1.SuppressionRuleSpec) {
	return func(s *v1alpha1.SuppressionRuleSpec) { s.Action, s.Tags = v1alpha1.SuppressionTag, tags }
}

func when(condition string) func(*v1alpha1.SuppressionRuleSpec) {
	return func(s *v1alpha1.SuppressionRuleSpec) { s.When = condition }
}

func expiring(at time.Time) func(*v1alpha1.SuppressionRuleSpec) {
	return func(s *v1alpha1.SuppressionRuleSpec) {
		expires := metav1.NewTime(at)
		s.Forever, s.ExpireTime = false, &expires
	}
}

func TestDecide(t *testing.T) {
	for name, tc := range map[string]struct {
		rules    []*v1alpha1.SuppressionRule
		drop     bool
		by       []string
		troubles int
		want     v1alpha1.Triage
	}{
		"no rule":            {},
		"dropped":            {rules: []*v1alpha1.SuppressionRule{rule("a")}, drop: true, by: []string{"a"}},
		"not met":            {rules: []*v1alpha1.SuppressionRule{rule("a", when("false"))}},
		"not expired":        {rules: []*v1alpha1.SuppressionRule{rule("a", expiring(now.Add(time.Second)))}, drop: true, by: []string{"a"}},
		"expired":            {rules: []*v1alpha1.SuppressionRule{rule("a", expiring(now))}},
		"condition fails":    {rules: []*v1alpha1.SuppressionRule{rule("a", when(`alert.metadata.labels["x"] == ""`))}, troubles: 1},
		"a drop wins":        {rules: []*v1alpha1.SuppressionRule{rule("a", tagging("noise")), rule("b"), rule("c", resolving)}, drop: true, by: []string{"b"}},
		"first drop by name": {rules: []*v1alpha1.SuppressionRule{rule("b"), rule("a")}, drop: true, by: []string{"a"}},
		"resolved and tagged": {
			rules: []*v1alpha1.SuppressionRule{rule("c", tagging("NOISE", "old")), rule("b", tagging("noise")), rule("a", resolving)},
			by:    []string{"a", "b", "c"},
			want: v1alpha1.Triage{
				Tags:           []v1alpha1.Tag{"noise", "old"},
				Resolution:     v1alpha1.Resolution{State: v1alpha1.ResolutionResolved, Note: "Suppressed by rule a: known"},
				Classification: v1alpha1.Classification{Verdict: v1alpha1.VerdictFalsePositive, Determination: v1alpha1.DeterminationNotMalicious},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var compiled []*suppress.Rule
			for _, r := range tc.rules {
				c, err := suppress.Compile(r)
				if err != nil {
					t.Fatal(err)
				}
				compiled = append(compiled, c)
			}
			alert := &v1alpha1.Alert{Spec: v1alpha1.AlertSpec{Name: "Shell"}}
			verdict, troubles := suppress.Decide(compiled, alert, now)
			var by []string
			for _, r := range verdict.Rules {
				by = append(by, r.Name)
			}
			if diff := cmp.Diff(tc.by, by); diff != "" || verdict.Drop != tc.drop || len(troubles) != tc.troubles {
				t.Errorf("drop %v, troubles %v, by (-want +got):\n%s", verdict.Drop, troubles, diff)
			}
			if !verdict.Drop {
				verdict.Apply(alert)
			}
			if diff := cmp.Diff(tc.want, alert.Spec.Triage); diff != "" {
				t.Errorf("alert (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	for want, r := range map[string]*v1alpha1.SuppressionRule{
		"spec.reason must":                         rule("r", func(s *v1alpha1.SuppressionRuleSpec) { s.Reason = " " }),
		"either expireTime or forever":             rule("r", func(s *v1alpha1.SuppressionRuleSpec) { s.Forever = false }),
		"spec must have either expireTime":         rule("r", expiring(now), func(s *v1alpha1.SuppressionRuleSpec) { s.Forever = true }),
		`must be Drop, Resolve or Tag, not "drop"`: rule("r", func(s *v1alpha1.SuppressionRuleSpec) { s.Action = "drop" }),
		"classification must be set if action is":  rule("r", func(s *v1alpha1.SuppressionRuleSpec) { s.Action = v1alpha1.SuppressionResolve }),
		"classification must be TruePositive":      rule("r", resolving, func(s *v1alpha1.SuppressionRuleSpec) { s.Classification.Determination = v1alpha1.DeterminationPhishing }),
		"spec.tags must be set if action is Tag":   rule("r", tagging()),
		"spec.when must be a CEL expression":       rule("r", when("alert.nothing")),
	} {
		t.Run(want, func(t *testing.T) {
			if _, err := suppress.Compile(r); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
