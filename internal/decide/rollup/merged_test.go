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

package rollup_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

func TestMergedSaysHowTheMergeStands(t *testing.T) {
	left := func(a *v1alpha1.Alert) {
		a.Annotations = map[string]string{v1alpha1.LeftAnnotation: "uid-1"}
	}
	target := incident(func(i *v1alpha1.Incident) { i.Name, i.UID = "inc-2", "uid-2" })
	for name, test := range map[string]struct {
		target  *v1alpha1.Incident
		refusal *merge.Refusal
		alerts  []v1alpha1.Alert
		pending int
		want    string
	}{
		"refused": {
			refusal: &merge.Refusal{Reason: "TargetResolved", Message: "re-open it"},
			alerts:  []v1alpha1.Alert{alert()}, want: "False TargetResolved re-open it",
		},
		"alerts have still to move": {
			target: target, alerts: []v1alpha1.Alert{alert(), alert(), alert(left)}, pending: 3,
			want: `False AlertsMoving 2 of 3 linked alerts have still to move to "inc-2"`,
		},
		"one was put back": {
			target: target, alerts: []v1alpha1.Alert{alert(left)}, pending: 1,
			want: `True AlertsPutBack alerts that were put back here after they had moved to "inc-2", and stay: 1`,
		},
		"done": {target: target, want: `True Merged every alert has moved to "inc-2"`},
		"the other incident is gone": {
			alerts: []v1alpha1.Alert{alert()},
			want:   `False TargetGone the incident "inc-2" is gone: alerts that have not moved stay here`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			i := incident(func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "inc-2" })
			if test.refusal == nil {
				i.Status.MergedInto = v1alpha1.MergedInto{Name: "inc-2", UID: "uid-2"}
			}
			result := look(rollup.Subject{Incident: i, Target: test.target, Refusal: test.refusal}, test.alerts, noon, rollup.Options{})
			merged := meta.FindStatusCondition(result.Status.Conditions, v1alpha1.ConditionMerged)
			if merged == nil {
				t.Fatal("there is no condition Merged")
			}
			expect(t, "Merged", test.want, string(merged.Status)+" "+merged.Reason+" "+merged.Message)
			expect(t, "pending", test.pending, result.Pending)
		})
	}
}

func TestAMergedIncidentRedirectsToTheEndOfTheChain(t *testing.T) {
	i := incident(func(i *v1alpha1.Incident) {
		i.Spec.MergeInto.Name = "inc-2"
		i.Status.MergedInto = v1alpha1.MergedInto{Name: "inc-2", UID: "uid-2"}
	})
	target := incident(func(i *v1alpha1.Incident) { i.Name, i.UID = "inc-2", "uid-2" })
	redirect := func(target *v1alpha1.Incident) string {
		return look(rollup.Subject{Incident: i, Target: target}, nil, noon, rollup.Options{}).Status.RedirectedTo
	}
	expect(t, "redirectedTo", "inc-2", redirect(target))
	target.Status.MergedInto, target.Status.RedirectedTo = v1alpha1.MergedInto{Name: "inc-3", UID: "uid-3"}, "inc-4"
	expect(t, "redirectedTo", "inc-4", redirect(target))
	expect(t, "redirectedTo without the target", "inc-2", redirect(nil))
	i.Status.RedirectedTo = "inc-4"
	expect(t, "redirectedTo when the one in between is gone", "inc-4", redirect(nil))
	expect(t, "redirectedTo of one that was not merged", "", compute(incident()).RedirectedTo)
}

func TestMergedSaysNothingNewBeforeTheMergeIsDecided(t *testing.T) {
	i := incident(func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "inc-2" })
	if merged := meta.FindStatusCondition(compute(i).Conditions, v1alpha1.ConditionMerged); merged != nil {
		t.Errorf("said too early: %v", merged)
	}
	i.Status = look(rollup.Subject{Incident: i, Refusal: &merge.Refusal{Reason: "MutualMerge", Message: "no"}}, nil, noon, rollup.Options{}).Status
	if merged := meta.FindStatusCondition(compute(i).Conditions, v1alpha1.ConditionMerged); merged == nil || merged.Reason != "MutualMerge" {
		t.Errorf("the refusal is gone: %v", merged)
	}
}

func TestMergedGoesWithTheWish(t *testing.T) {
	i := incident(func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "inc-2" })
	i.Status = look(rollup.Subject{Incident: i, Refusal: &merge.Refusal{Reason: "MutualMerge", Message: "no"}}, nil, noon, rollup.Options{}).Status
	i.Spec.MergeInto.Name = ""
	if merged := meta.FindStatusCondition(compute(i).Conditions, v1alpha1.ConditionMerged); merged != nil {
		t.Errorf("still there: %v", merged)
	}
}
