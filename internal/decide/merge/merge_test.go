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

package merge_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
)

func incident(name string, change func(*v1alpha1.Incident)) *v1alpha1.Incident {
	i := &v1alpha1.Incident{}
	i.Name = name
	if change != nil {
		change(i)
	}
	return i
}

func assigned(to string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.Spec.Assignee = to }
}

func classified(verdict v1alpha1.Verdict, determination v1alpha1.Determination) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		i.Spec.Classification = v1alpha1.Classification{Verdict: verdict, Determination: determination}
	}
}

func mergedInto(name string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		i.Spec.MergeInto.Name, i.Status.MergedInto = name, v1alpha1.MergedInto{Name: name, UID: "uid-of-" + name}
	}
}

func asking(name string) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = name }
}

func in(state v1alpha1.ResolutionState) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) { i.Spec.Resolution.State = state }
}

func deleted(i *v1alpha1.Incident) {
	i.DeletionTimestamp = &metav1.Time{Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

func all(changes ...func(*v1alpha1.Incident)) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		for _, change := range changes {
			change(i)
		}
	}
}

func TestDecideRefuses(t *testing.T) {
	malware := classified(v1alpha1.VerdictTruePositive, v1alpha1.DeterminationMalware)
	tests := map[string]struct {
		source, target  func(*v1alpha1.Incident)
		reason, message string
	}{
		"a target that is being deleted": {nil, deleted, "TargetNotFound", `an Incident of this namespace: there is no "to"`},
		"a target that was merged into the source": {
			nil, mergedInto("from"), "MutualMerge", `an incident that was not merged into this one: "to" was`,
		},
		"a target that was merged": {
			nil, mergedInto("third"), "TargetMerged", `an incident that was not merged itself: "to" was merged into "third"`,
		},
		"a target that asks for the reverse": {
			nil, asking("from"), "MutualMerge", `an incident that does not ask to be merged into this one: "to" does, so take back one of the two`,
		},
		"a target that asks for another merge": {
			nil, asking("third"), "TargetMerging", `an incident that does not ask to be merged itself: "to" asks to be merged into "third"`,
		},
		"a resolved target": {
			nil, in(v1alpha1.ResolutionResolved), "TargetResolved", `an incident that is not resolved: "to" is, so re-open it first`,
		},
		"both resolved": {
			in(v1alpha1.ResolutionResolved), in(v1alpha1.ResolutionResolved), "TargetResolved", `an incident that is not resolved: "to" is, so re-open it first`,
		},
		"other assignees": {
			assigned("alice"), assigned("bob"), "DifferentAssignees",
			`an incident with the same assignee or with none: this one is assigned to "alice", "to" to "bob"`,
		},
		"other verdicts": {
			classified(v1alpha1.VerdictFalsePositive, ""), malware, "DifferentClassifications",
			`an incident with the same classification or with none: this one is classified as FalsePositive, "to" as TruePositive/Malware`,
		},
		"other determinations": {
			malware, classified(v1alpha1.VerdictTruePositive, v1alpha1.DeterminationPhishing), "DifferentClassifications",
			`an incident with the same classification or with none: this one is classified as TruePositive/Malware, "to" as TruePositive/Phishing`,
		},
		"one determination": {
			malware, classified(v1alpha1.VerdictTruePositive, ""), "DifferentClassifications",
			`an incident with the same classification or with none: this one is classified as TruePositive/Malware, "to" as TruePositive`,
		},
		"the gravest first": {
			all(assigned("alice"), malware), all(assigned("bob"), in(v1alpha1.ResolutionResolved), asking("third")), "TargetMerging",
			`an incident that does not ask to be merged itself: "to" asks to be merged into "third"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			source := incident("from", test.source)
			source.Spec.MergeInto.Name = "to"
			want := &merge.Refusal{Reason: test.reason, Message: "spec.mergeInto.name must be " + test.message}
			if diff := cmp.Diff(want, merge.Decide(source, incident("to", test.target))); diff != "" {
				t.Errorf("refusal (-want +got):\n%s", diff)
			}
		})
	}
	want := &merge.Refusal{Reason: "TargetNotFound", Message: `spec.mergeInto.name must be an Incident of this namespace: there is no "to"`}
	if diff := cmp.Diff(want, merge.Decide(incident("from", asking("to")), nil)); diff != "" {
		t.Errorf("of a target that does not exist (-want +got):\n%s", diff)
	}
}

func TestDecideAllows(t *testing.T) {
	malware := classified(v1alpha1.VerdictTruePositive, v1alpha1.DeterminationMalware)
	for name, test := range map[string]struct{ source, target func(*v1alpha1.Incident) }{
		"nothing set":              {nil, nil},
		"the source unassigned":    {nil, assigned("bob")},
		"the target unassigned":    {assigned("alice"), nil},
		"the same assignee":        {assigned("alice"), assigned("alice")},
		"the source unclassified":  {nil, malware},
		"the target unclassified":  {malware, nil},
		"the same classification":  {malware, malware},
		"the source not set":       {classified(v1alpha1.VerdictNotSet, ""), malware},
		"the target not set":       {malware, classified(v1alpha1.VerdictNotSet, "")},
		"a resolved source":        {in(v1alpha1.ResolutionResolved), in(v1alpha1.ResolutionActive)},
		"a target in progress":     {nil, in(v1alpha1.ResolutionInProgress)},
		"a source with its merges": {func(i *v1alpha1.Incident) { i.Annotations = map[string]string{v1alpha1.MergedAnnotation: "[]"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			source := incident("from", test.source)
			source.Spec.MergeInto.Name = "to"
			if refusal := merge.Decide(source, incident("to", test.target)); refusal != nil {
				t.Errorf("refused: %+v", refusal)
			}
		})
	}
}

func TestIsAsked(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*v1alpha1.Incident)
		want   bool
	}{
		"for nothing": {nil, false}, "for a merge": {asking("to"), true}, "accepted already": {mergedInto("to"), false},
	} {
		if got := merge.IsAsked(incident("from", test.change)); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
