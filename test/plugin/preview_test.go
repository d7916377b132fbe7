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

package plugin

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/decide/merge"
	"github.com/incident-operator/incident-operator/internal/decide/preview"
	"github.com/incident-operator/incident-operator/test/cluster"
)

const (
	previewed   = 200
	actionKinds = 4
)

var _ = Describe("A preview", func() {
	It("of resolve, assign, move and merge on 200 random states says what then happens, alert by alert", func(ctx SpecContext) {
		w := &world{ctx: ctx, namespace: local.NewNamespace(ctx), random: rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 4))}
		w.build()
		// What is resolved from now on is a second younger than the alerts, as the API server counts.
		cluster.NextSecond()
		before := w.look()
		expected := map[string]expectation{}
		for i := range previewed {
			maps.Copy(expected, w.foretell(i, before, time.Now()))
		}
		local.GiveRoles(ctx, w.namespace)
		printed := w.rehearse(before)
		w.each(func(i int) error { return w.act(i, before) })
		w.perform(printed)
		w.rest()
		after := w.look()
		w.expectPrinted(before, after, printed)

		changed := 0
		for name, want := range expected {
			if want.differs {
				changed++
			}
			Expect(triageOf(after.alerts[name])).To(Equal(want.after), "%s of the seed %d: %s", name, GinkgoRandomSeed(), want.action)
		}
		Expect(expected).To(HaveLen(len(before.alerts)), "every alert is foretold")
		Expect(changed).To(BeNumerically(">", len(expected)/5), "the states must be such that something happens")
		w.expectMerges(before, after)
	})
})

// expectation is what an alert is foretold to say.
type expectation struct {
	action  string
	after   preview.Triage
	differs bool
}

// foretell asks the preview for one state.
func (w *world) foretell(i int, before seen, now time.Time) map[string]expectation {
	from, to := before.incidents[source(i)], before.incidents[target(i)]
	alerts := before.of(source(i))
	var outcomes []preview.Outcome
	var action string
	switch i % actionKinds {
	case 0:
		action = "resolve"
		after := from.DeepCopy()
		cluster.Resolve(after)
		outcomes = preview.Change(after, nil, alerts, now)
	case 1:
		action = "assign"
		after := from.DeepCopy()
		after.Spec.Assignee = w.assignee(i)
		outcomes = preview.Change(after, nil, alerts, now)
	case 2:
		action = "move"
		outcomes = preview.Move(w.destination(i, to), nil, w.moved(i, alerts), now)
		for _, alert := range alerts[len(outcomes):] {
			outcomes = append(outcomes, preview.Outcome{Alert: alert.Name, Before: triageOf(&alert), After: triageOf(&alert)})
		}
	default:
		action = "merge"
		if refusal := merge.Decide(asking(from, to), to); refusal != nil {
			outcomes = preview.Change(from, nil, alerts, now)
		} else {
			outcomes = preview.Merge(from, to, alerts, now)
		}
	}
	expected := map[string]expectation{}
	for _, outcome := range outcomes {
		expected[outcome.Alert] = expectation{action: action, after: outcome.After, differs: outcome.Differs()}
	}
	return expected
}

// act does it, but leaves some states to the plugin.
func (w *world) act(i int, before seen) error {
	if i < byPlugin {
		return nil
	}
	from := before.incidents[source(i)].DeepCopy()
	unchanged := from.DeepCopy()
	switch i % actionKinds {
	case 0:
		cluster.Resolve(from)
	case 1:
		from.Spec.Assignee = w.assignee(i)
	case 2:
		return w.move(i, before)
	default:
		from.Spec.MergeInto.Name = target(i)
	}
	return admin.Patch(w.ctx, from, client.MergeFrom(unchanged))
}

func (w *world) move(i int, before seen) error {
	name := ""
	if to := w.destination(i, before.incidents[target(i)]); to != nil {
		name = to.Name
	}
	for _, alert := range w.moved(i, before.of(source(i))) {
		unchanged := alert.DeepCopy()
		alert.Spec.IncidentRef.Name = name
		if err := admin.Patch(w.ctx, &alert, client.MergeFrom(unchanged)); err != nil {
			return err
		}
	}
	return nil
}

// What is done follows from the number of the state and the seed.
func (w *world) assignee(i int) string {
	return people[(i/actionKinds+int(GinkgoRandomSeed()))%len(people)]
}

// destination is no incident in every fourth move.
func (w *world) destination(i int, to *v1alpha1.Incident) *v1alpha1.Incident {
	if i/actionKinds%4 == 0 {
		return nil
	}
	return to
}

// moved is all alerts but, in every third move, the last.
func (w *world) moved(i int, alerts []v1alpha1.Alert) []v1alpha1.Alert {
	if i/actionKinds%3 == 0 && len(alerts) > 1 {
		return alerts[:len(alerts)-1]
	}
	return alerts
}

func asking(from, to *v1alpha1.Incident) *v1alpha1.Incident {
	asking := from.DeepCopy()
	asking.Spec.MergeInto.Name = to.Name
	return asking
}

func triageOf(alert *v1alpha1.Alert) preview.Triage {
	return preview.Triage{
		Incident: alert.Spec.IncidentRef.Name, Assignee: alert.Spec.Assignee,
		State: cmp.Or(alert.Spec.Resolution.State, active),
	}
}

// expectMerges compares each merge with the decision that was foretold.
func (w *world) expectMerges(before, after seen) {
	GinkgoHelper()
	refused, accepted := 0, 0
	for i := range previewed {
		if i%actionKinds != actionKinds-1 {
			continue
		}
		merged := meta.FindStatusCondition(after.incidents[source(i)].Status.Conditions, v1alpha1.ConditionMerged)
		from, to := before.incidents[source(i)], before.incidents[target(i)]
		if i < byPlugin && merge.Decide(asking(from, to), to) != nil {
			Expect(merged).To(BeNil(), "the plugin does not ask for what would be refused")
			continue
		}
		Expect(merged).NotTo(BeNil())
		if refusal := merge.Decide(asking(from, to), to); refusal != nil {
			refused++
			Expect(merged.Status).To(Equal(metav1.ConditionFalse), source(i))
			Expect(merged.Reason).To(Equal(refusal.Reason), source(i))
		} else {
			accepted++
			Expect(merged.Status).To(Equal(metav1.ConditionTrue), source(i))
		}
	}
	Expect(refused).To(BeNumerically(">", 0))
	Expect(accepted).To(BeNumerically(">", refused/2))
}
