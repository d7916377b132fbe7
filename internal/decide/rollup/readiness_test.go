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
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

// standard is what the standard conditions say.
func standard(status v1alpha1.IncidentStatus) map[string]string {
	says := map[string]string{}
	for _, condition := range status.Conditions {
		if slices.Contains([]string{"Ready", "Reconciling", "Stalled"}, condition.Type) {
			says[condition.Type] = string(condition.Status) + " " + condition.Reason
		}
	}
	return says
}

func TestReadySumsUp(t *testing.T) {
	asksForMerge := func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "inc-2" }
	isMerged := func(i *v1alpha1.Incident) {
		asksForMerge(i)
		i.Status.MergedInto = v1alpha1.MergedInto{Name: "inc-2", UID: "uid-2"}
	}
	target := incident(func(i *v1alpha1.Incident) { i.Name, i.UID = "inc-2", "uid-2" })
	refusal := &merge.Refusal{Reason: "TargetResolved", Message: "re-open it"}
	working := func(reason string) map[string]string {
		return map[string]string{"Ready": "False " + reason, "Reconciling": "True " + reason}
	}
	stuck := func(reason string) map[string]string {
		return map[string]string{"Ready": "False " + reason, "Stalled": "True " + reason}
	}
	for name, test := range map[string]struct {
		subject rollup.Subject
		alerts  []v1alpha1.Alert
		want    map[string]string
	}{
		"nothing to do":     {subject: rollup.Subject{Incident: incident()}, want: map[string]string{"Ready": "True UpToDate"}},
		"alerts to follow":  {subject: rollup.Subject{Incident: incident(toAlice)}, alerts: []v1alpha1.Alert{alert()}, want: working("AlertsPending")},
		"alerts are moving": {subject: rollup.Subject{Incident: incident(isMerged), Target: target}, alerts: []v1alpha1.Alert{alert()}, want: working("AlertsMoving")},
		"merged":            {subject: rollup.Subject{Incident: incident(isMerged), Target: target}, want: map[string]string{"Ready": "True UpToDate"}},
		"the target is gone": {
			subject: rollup.Subject{Incident: incident(isMerged)}, alerts: []v1alpha1.Alert{alert()}, want: stuck("TargetGone"),
		},
		"a merge that is still to be decided": {subject: rollup.Subject{Incident: incident(asksForMerge)}, want: working("MergeUndecided")},
		"a refused merge, while alerts follow": {
			subject: rollup.Subject{Incident: incident(asksForMerge, toAlice), Refusal: refusal}, alerts: []v1alpha1.Alert{alert()},
			want: stuck("TargetResolved"),
		},
		"a log that cannot be written": {
			subject: rollup.Subject{Incident: incident(toAlice), LogProblem: "quota"}, alerts: []v1alpha1.Alert{alert()}, want: stuck("LogNotWritten"),
		},
		"held alerts are for people": {
			subject: rollup.Subject{Incident: incident(resolvedAt(minutes(5)))},
			alerts:  []v1alpha1.Alert{alert(createdAt(minutes(6)), remembers(heldBack))}, want: map[string]string{"Ready": "True UpToDate"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			status := look(test.subject, test.alerts, noon, rollup.Options{}).Status
			if diff := cmp.Diff(test.want, standard(status)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Ready is written when something else is, and for nothing by itself: without it the same looks cost the same writes.
func TestReadyChangesOnlyWithWhatItSumsUp(t *testing.T) {
	before := map[string]map[string]string{}
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 0))
		i, alerts := someIncident(r), someAlerts(r)
		status := look(rollup.Subject{Incident: i}, alerts, noon, rollup.Options{}).Status
		said := standard(status)
		others := ""
		for _, condition := range status.Conditions {
			if _, isStandard := said[condition.Type]; !isStandard {
				others += condition.Type + string(condition.Status) + condition.Reason
			}
		}
		if earlier, ok := before[others]; ok && !maps.Equal(earlier, said) {
			t.Fatalf("seed %d: for %q Ready says %v and %v", seed, others, earlier, said)
		}
		before[others] = said
	}
	if len(before) < 4 {
		t.Errorf("the random cases know %d standings only", len(before))
	}
}

// A merge that is asked for and not decided says the same as long as nothing is decided.
func TestReadyKeepsARefusalUntilTheNextDecision(t *testing.T) {
	i := incident(func(i *v1alpha1.Incident) { i.Spec.MergeInto.Name = "inc-2" })
	i.Status = look(rollup.Subject{Incident: i, Refusal: &merge.Refusal{Reason: "MutualMerge", Message: "no"}}, nil, noon, rollup.Options{}).Status
	again := compute(i)
	if diff := cmp.Diff(i.Status.Conditions, again.Conditions); diff != "" {
		t.Error(diff)
	}
	i.Spec.MergeInto.Name = ""
	expect(t, "Ready", map[string]string{"Ready": "True UpToDate"}, standard(compute(i)))
}
