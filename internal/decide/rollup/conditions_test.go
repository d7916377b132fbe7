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
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

const (
	givenAlice    = `{"incident":"inc-1","uid":"uid-1","assignee":{"value":"alice","over":""}}`
	givenResolved = `{"incident":"inc-1","uid":"uid-1","resolution":{"value":"Resolved","over":"Active"}}`
	heldBack      = `{"incident":"inc-1","uid":"uid-1","resolution":{"value":"Resolved","over":"Active","held":true}}`
)

func toAlice(i *v1alpha1.Incident) { i.Spec.Assignee = "alice" }

func resolvedAt(when *metav1.Time) func(*v1alpha1.Incident) {
	return func(i *v1alpha1.Incident) {
		i.Spec.Resolution.State = resolved
		i.Status.ResolvedTime = when
	}
}

func ours(name string) func(*v1alpha1.Alert) {
	return func(a *v1alpha1.Alert) { a.Spec.Assignee = name }
}

func TestPropagated(t *testing.T) {
	tests := map[string]struct {
		incident *v1alpha1.Incident
		alerts   []v1alpha1.Alert
		pending  int
		message  string
	}{
		"every alert carries what it is given": {
			incident: incident(toAlice),
			alerts:   []v1alpha1.Alert{alert(ours("alice"), remembers(givenAlice)), alert(ours("alice"), remembers(givenAlice))},
			message:  "every linked alert carries what the incident gives it",
		},
		"an override on an alert is nothing to be changed": {
			incident: incident(toAlice),
			alerts:   []v1alpha1.Alert{alert(ours("bob"), remembers(givenAlice))},
			message:  "every linked alert carries what the incident gives it",
		},
		"some still have to get it": {
			incident: incident(toAlice),
			alerts:   []v1alpha1.Alert{alert(), alert(ours("alice"), remembers(givenAlice)), alert(ours("bob"))},
			pending:  2, message: "2 of 3 linked alerts are still to be changed",
		},
		"a new alert has to remember its incident": {
			incident: incident(),
			alerts:   []v1alpha1.Alert{alert(func(a *v1alpha1.Alert) { a.Annotations = nil })},
			pending:  1, message: "1 of 1 linked alerts are still to be changed",
		},
		"an alert that a former incident of the name gave something": {
			incident: incident(),
			alerts:   []v1alpha1.Alert{alert(remembers(`{"incident":"inc-1","uid":"uid-0"}`))},
			pending:  1, message: "1 of 1 linked alerts are still to be changed",
		},
		"a damaged memory has to be written anew": {
			incident: incident(),
			alerts:   []v1alpha1.Alert{alert(remembers("{"))},
			pending:  1, message: "1 of 1 linked alerts are still to be changed",
		},
		"a resolution that was recorded": {
			incident: incident(resolvedAt(minutes(5))),
			alerts:   []v1alpha1.Alert{alert(), alert(inState(resolved), remembers(givenResolved))},
			pending:  1, message: "1 of 2 linked alerts are still to be changed",
		},
		"a resolution that this very status records": {
			incident: incident(resolvedAt(nil), ownedBy(owner(minutes(5), stateField))),
			alerts:   []v1alpha1.Alert{alert()},
			pending:  1, message: "1 of 1 linked alerts are still to be changed",
		},
		"a re-opening that this very status records": {
			incident: incident(func(i *v1alpha1.Incident) { i.Status.ResolvedTime = minutes(5) }),
			alerts:   []v1alpha1.Alert{alert(inState(resolved), remembers(givenResolved)), alert()},
			pending:  1, message: "1 of 2 linked alerts are still to be changed",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			result := look(rollup.Subject{Incident: test.incident}, test.alerts, noon, rollup.Options{})
			expect(t, "pending", test.pending, result.Pending)
			condition := meta.FindStatusCondition(result.Status.Conditions, v1alpha1.ConditionPropagated)
			if condition == nil {
				t.Fatal("there is no condition Propagated")
			}
			expect(t, "message", test.message, condition.Message)
			pending, linked, told := rollup.ReadPending(condition.Message)
			if told != (test.pending > 0) || pending != test.pending || (told && linked != len(test.alerts)) {
				t.Errorf("%d of %d, %v is read from %q", pending, linked, told, condition.Message)
			}
			status, reason := metav1.ConditionTrue, v1alpha1.ReasonPropagated
			if test.pending > 0 {
				status, reason = metav1.ConditionFalse, v1alpha1.ReasonPropagating
			}
			expect(t, "status", status, condition.Status)
			expect(t, "reason", reason, condition.Reason)
		})
	}
}

func TestResolutionHeld(t *testing.T) {
	const none = "no active alert arrived after the resolution"
	tests := map[string]struct {
		incident *v1alpha1.Incident
		alerts   []v1alpha1.Alert
		// message is empty where there must be no condition, and status where none is held.
		message string
		status  metav1.ConditionStatus
	}{
		"not resolved":                  {incident: incident()},
		"re-opened in this very status": {incident: incident(func(i *v1alpha1.Incident) { i.Status.ResolvedTime = minutes(5) })},
		"re-opened with an alert that is still held": {
			incident: incident(func(i *v1alpha1.Incident) { i.Status.ResolvedTime = minutes(5) }),
			alerts:   []v1alpha1.Alert{alert(createdAt(minutes(6)), remembers(heldBack))},
		},
		"resolved, no alerts": {incident: incident(resolvedAt(minutes(5))), message: none, status: metav1.ConditionTrue},
		"resolved in this very status": {
			incident: incident(resolvedAt(nil)), message: none, status: metav1.ConditionTrue,
		},
		"resolved, older alerts only": {
			incident: incident(resolvedAt(minutes(5))), alerts: []v1alpha1.Alert{alert(createdAt(minutes(4)))},
			message: none, status: metav1.ConditionTrue,
		},
		"a newer alert, and one of the same second": {
			incident: incident(resolvedAt(minutes(5))),
			alerts:   []v1alpha1.Alert{alert(createdAt(minutes(6))), alert(createdAt(minutes(5))), alert(createdAt(minutes(4)))},
			message:  "alerts that arrived after the resolution and are still active: 2; look at them, then resolve them or re-open the incident",
			status:   metav1.ConditionFalse,
		},
		"a newer alert that was held before": {
			incident: incident(resolvedAt(minutes(5))), alerts: []v1alpha1.Alert{alert(createdAt(minutes(6)), remembers(heldBack))},
			message: "alerts that arrived after the resolution and are still active: 1; look at them, then resolve them or re-open the incident",
			status:  metav1.ConditionFalse,
		},
		"a newer alert that is in progress": {
			incident: incident(resolvedAt(minutes(5))), alerts: []v1alpha1.Alert{alert(createdAt(minutes(6)), remembers(heldBack), inState(inProgress))},
			message: "alerts that arrived after the resolution and are still active: 1; look at them, then resolve them or re-open the incident",
			status:  metav1.ConditionFalse,
		},
		"a newer alert that a person resolved": {
			incident: incident(resolvedAt(minutes(5))), alerts: []v1alpha1.Alert{alert(createdAt(minutes(6)), remembers(heldBack), inState(resolved))},
			message: none, status: metav1.ConditionTrue,
		},
		"an older alert that a person opened again is an override, not held": {
			incident: incident(resolvedAt(minutes(5))), alerts: []v1alpha1.Alert{alert(remembers(givenResolved))},
			message: none, status: metav1.ConditionTrue,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			stale := metav1.Condition{Type: v1alpha1.ConditionResolutionHeld, Status: metav1.ConditionUnknown, Reason: "Stale"}
			test.incident.Status.Conditions = append(test.incident.Status.Conditions, stale)
			condition := meta.FindStatusCondition(compute(test.incident, test.alerts...).Conditions, v1alpha1.ConditionResolutionHeld)
			if test.message == "" {
				if condition != nil {
					t.Errorf("there must be no condition ResolutionHeld, is %v", condition)
				}
				return
			}
			if condition == nil {
				t.Fatal("there is no condition ResolutionHeld")
			}
			reason := v1alpha1.ReasonNoNewAlerts
			if test.status == metav1.ConditionFalse {
				reason = v1alpha1.ReasonNewAlerts
			}
			expect(t, "message", test.message, condition.Message)
			expect(t, "status", test.status, condition.Status)
			expect(t, "reason", reason, condition.Reason)
		})
	}
}

// A condition says since when its status is what it is, whatever else about it changes.
func TestConditionsKeepTheirTransitionTime(t *testing.T) {
	i := incident(toAlice, resolvedAt(minutes(5)))
	at := func(minute int, alerts ...v1alpha1.Alert) {
		i.Generation++
		i.Status = look(rollup.Subject{Incident: i}, alerts, noon.Add(time.Duration(minute)*time.Minute), rollup.Options{}).Status
	}
	want := func(kind string, status metav1.ConditionStatus, since *metav1.Time) {
		t.Helper()
		condition := meta.FindStatusCondition(i.Status.Conditions, kind)
		if condition == nil {
			t.Fatalf("there is no condition %s", kind)
		}
		expect(t, kind, status, condition.Status)
		expect(t, "transition of "+kind, since.UTC(), condition.LastTransitionTime.UTC())
		expect(t, "generation of "+kind, i.Generation, condition.ObservedGeneration)
	}
	pending := alert(createdAt(minutes(0)))
	late := alert(createdAt(minutes(7)))

	at(10, pending, pending)
	want(v1alpha1.ConditionPropagated, metav1.ConditionFalse, minutes(10))
	want(v1alpha1.ConditionResolutionHeld, metav1.ConditionTrue, minutes(10))
	at(11, pending)
	want(v1alpha1.ConditionPropagated, metav1.ConditionFalse, minutes(10))
	at(12)
	want(v1alpha1.ConditionPropagated, metav1.ConditionTrue, minutes(12))
	want(v1alpha1.ConditionResolutionHeld, metav1.ConditionTrue, minutes(10))
	at(13)
	want(v1alpha1.ConditionPropagated, metav1.ConditionTrue, minutes(12))
	at(14, late)
	want(v1alpha1.ConditionResolutionHeld, metav1.ConditionFalse, minutes(14))
	at(15, late, late)
	want(v1alpha1.ConditionResolutionHeld, metav1.ConditionFalse, minutes(14))
}

func TestConditionsOfOthersStay(t *testing.T) {
	other := metav1.Condition{Type: "Escalated", Status: metav1.ConditionFalse, Reason: "NobodyOnCall", LastTransitionTime: *minutes(-5)}
	i := incident(func(i *v1alpha1.Incident) { i.Status.Conditions = []metav1.Condition{other} })
	expect(t, "Escalated", &other, meta.FindStatusCondition(compute(i).Conditions, "Escalated"))
}
