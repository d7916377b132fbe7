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
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/inherit"
	"github.com/incident-operator/incident-operator/internal/decide/rollup"
)

const rounds = 2000

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func someTime(r *rand.Rand) *metav1.Time { return minutes(r.IntN(40) - 20) }

func maybe(r *rand.Rand, when *metav1.Time) *metav1.Time { return one(r, nil, when) }

func someIncident(r *rand.Rand) *v1alpha1.Incident {
	return incident(func(i *v1alpha1.Incident) {
		i.Generation = int64(1 + r.IntN(9))
		i.Spec.Name = one(r, "", "", "Given")
		i.Spec.Severity = one(r, "", "", v1alpha1.SeverityLow, v1alpha1.SeverityCritical)
		i.Spec.Assignee = one(r, "", "alice", "bob")
		i.Spec.Resolution.State = one(r, "", active, inProgress, resolved, resolved)
		i.Spec.Tags = one(r, nil, []v1alpha1.Tag{"b", "勒索軟件"})
		i.Labels = one(r, nil, map[string]string{v1alpha1.TagLabelPrefix + "c": "x"})
		i.Status.ResolvedTime = maybe(r, someTime(r))
		i.Status.Name = one(r, "", "Old")
		i.Status.NameSource = one(r, "", v1alpha1.NameSourceUser, v1alpha1.NameSourceAutomatic, v1alpha1.NameSourceRetained)
		i.ManagedFields = one(r, nil, []metav1.ManagedFieldsEntry{owner(someTime(r), stateField), owner(someTime(r), assigneeField)})
	})
}

func someMemory(r *rand.Rand) string {
	memory := inherit.Memory{Incident: one(r, "inc-1", "inc-1", "inc-2"), UID: "uid-1"}
	memory.UID = one(r, memory.UID, memory.UID, "uid-0")
	memory.Assignee = one(r, nil, &inherit.Given{Value: one(r, "alice", "bob"), Over: one(r, "", "carol")})
	memory.Resolution = one(r, nil, &inherit.Given{Value: "Resolved", Over: one(r, "Active", "InProgress"), Held: r.IntN(3) == 0})
	return one(r, "damaged", memory.String(), memory.String(), memory.String(), memory.String())
}

func someAlerts(r *rand.Rand) []v1alpha1.Alert {
	alerts := make([]v1alpha1.Alert, r.IntN(9))
	for k := range alerts {
		alerts[k] = alert(
			titled(one(r, "A", "B")), severe(one(r, "", v1alpha1.SeverityLow, v1alpha1.SeverityMedium, v1alpha1.SeverityHigh)),
			category(one(r, "", "Malware", "Ransomware", "Execution", "Impact")), from(one(r, "", "Falco", "Trivy")),
			about(one(r, "Node n", "Device N", "User u", "IP i"), one(r, "Pod shop/p", "Mailbox U", "File f")),
			seen(maybe(r, someTime(r)), maybe(r, someTime(r))), createdAt(someTime(r)),
			inState(one(r, "", active, inProgress, resolved)), ours(one(r, "", "alice", "carol")),
		)
		alerts[k].Name = fmt.Sprint("a", k)
		if memory := someMemory(r); r.IntN(4) > 0 {
			alerts[k].Annotations[v1alpha1.InheritedAnnotation] = memory
		} else {
			alerts[k].Annotations = nil
		}
	}
	return alerts
}

func someOptions(r *rand.Rand) rollup.Options {
	return rollup.Options{AutomaticNamesSince: one(r, time.Time{}, noon.Add(time.Hour))}
}

// forEachCase runs a property over random cases, the same ones every time.
func forEachCase(t *testing.T, property func(t *testing.T, r *rand.Rand, i *v1alpha1.Incident, alerts []v1alpha1.Alert, options rollup.Options)) {
	t.Helper()
	for seed := range uint64(rounds) {
		r := rand.New(rand.NewPCG(seed, 0))
		i, alerts, options := someIncident(r), someAlerts(r), someOptions(r)
		property(t, r, i, alerts, options)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestTheOrderOfAlertsDoesNotMatter(t *testing.T) {
	forEachCase(t, func(t *testing.T, r *rand.Rand, i *v1alpha1.Incident, alerts []v1alpha1.Alert, options rollup.Options) {
		want := look(rollup.Subject{Incident: i}, alerts, noon, options)
		r.Shuffle(len(alerts), func(a, b int) { alerts[a], alerts[b] = alerts[b], alerts[a] })
		got := look(rollup.Subject{Incident: i}, alerts, noon, options)
		expect(t, "status of another order", want.Status, got.Status)
		expect(t, "pending of another order", want.Pending, got.Pending)
	})
}

// What was written is read back through the API and computed again later: nothing is left to be written.
func TestComputingAgainChangesNothing(t *testing.T) {
	forEachCase(t, func(t *testing.T, _ *rand.Rand, i *v1alpha1.Incident, alerts []v1alpha1.Alert, options rollup.Options) {
		first := look(rollup.Subject{Incident: i}, alerts, noon.Add(123*time.Millisecond), options)
		i.Status = readBack(t, first.Status)
		second := look(rollup.Subject{Incident: i}, alerts, noon.Add(time.Hour), options)
		if !equality.Semantic.DeepEqual(i.Status, second.Status) {
			t.Errorf("status of a second look (-first +second):\n%s", cmp.Diff(i.Status, second.Status))
		}
	})
}

// readBack is a status as it comes back from the API: times have whole seconds, empty lists are gone.
func readBack(t *testing.T, status v1alpha1.IncidentStatus) v1alpha1.IncidentStatus {
	t.Helper()
	encoded, err := json.Marshal(status)
	if err != nil {
		t.Fatal(err)
	}
	var back v1alpha1.IncidentStatus
	if err := json.Unmarshal(encoded, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// The incident and its alerts come from the cache without a copy: whoever changes them changes what others see.
func TestComputeChangesNothingThatItIsGiven(t *testing.T) {
	forEachCase(t, func(t *testing.T, _ *rand.Rand, i *v1alpha1.Incident, alerts []v1alpha1.Alert, options rollup.Options) {
		i.Status.Conditions = look(rollup.Subject{Incident: i}, nil, noon, options).Status.Conditions
		incidentBefore, alertsBefore := i.DeepCopy(), (&v1alpha1.AlertList{Items: alerts}).DeepCopy().Items
		look(rollup.Subject{Incident: i}, alerts, noon.Add(time.Hour), options)
		expect(t, "incident", incidentBefore, i)
		if len(alerts) > 0 {
			expect(t, "alerts", alertsBefore, alerts)
		}
	})
}

// The counts of the conditions are those of the decision that changes the alerts.
func TestPendingAndHeldAreWhatDecideSays(t *testing.T) {
	forEachCase(t, func(t *testing.T, _ *rand.Rand, i *v1alpha1.Incident, alerts []v1alpha1.Alert, options rollup.Options) {
		result := look(rollup.Subject{Incident: i}, alerts, noon, options)
		written := i.DeepCopy()
		written.Status = result.Status
		source, settled := inherit.FromIncident(written)
		if !settled {
			t.Error("the incident is not settled once its status is written")
		}
		pending, held := 0, 0
		for k := range alerts {
			before, _ := inherit.FromAlert(&alerts[k])
			after := inherit.Decide(before, inherit.Link{Name: i.Name, Source: &source})
			if before.Changed(after) {
				pending++
			}
			if after.Held() {
				held++
			}
		}
		expect(t, "pending", pending, result.Pending)
		expect(t, "Propagated", pending == 0, meta.IsStatusConditionTrue(result.Status.Conditions, v1alpha1.ConditionPropagated))
		expect(t, "ResolutionHeld present", i.Spec.Resolution.State == resolved,
			meta.FindStatusCondition(result.Status.Conditions, v1alpha1.ConditionResolutionHeld) != nil)
		expect(t, "ResolutionHeld False", held > 0 && i.Spec.Resolution.State == resolved,
			meta.IsStatusConditionFalse(result.Status.Conditions, v1alpha1.ConditionResolutionHeld))
	})
}
