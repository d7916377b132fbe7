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

package e2e

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/incident-operator/incident-operator/api/v1alpha1"
	"github.com/incident-operator/incident-operator/internal/inherit"
	"github.com/incident-operator/incident-operator/internal/merge"
	"github.com/incident-operator/incident-operator/internal/preview"
)

const (
	previewed   = 200
	actionKinds = 4
)

var _ = Describe("A preview", func() {
	It("of resolve, assign, move and merge on 200 random states says what then happens, alert by alert", func(ctx SpecContext) {
		w := &world{ctx: ctx, namespace: newNamespace(ctx), random: rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 4))}
		w.build()
		// What is resolved from now on is a second younger than the alerts, as the API server counts.
		nextSecond()
		before := w.look()
		expected := map[string]expectation{}
		for i := range previewed {
			maps.Copy(expected, w.foretell(i, before, time.Now()))
		}
		w.each(func(i int) error { return w.act(i, before) })
		w.rest()
		after := w.look()

		changed := 0
		for name, want := range expected {
			if want.changes {
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
	changes bool
}

// world is a namespace with pairs of incidents: the first of each pair is acted on, the second is where alerts go.
type world struct {
	ctx       context.Context
	namespace string
	random    *rand.Rand
}

// seen is all that the API server has at one moment.
type seen struct {
	incidents map[string]*v1alpha1.Incident
	alerts    map[string]*v1alpha1.Alert
}

func (s seen) of(incident string) []v1alpha1.Alert {
	var alerts []v1alpha1.Alert
	for _, name := range slices.Sorted(maps.Keys(s.alerts)) {
		if s.alerts[name].Spec.IncidentRef.Name == incident {
			alerts = append(alerts, *s.alerts[name])
		}
	}
	return alerts
}

func source(i int) string { return fmt.Sprintf("source-%03d", i) }
func target(i int) string { return fmt.Sprintf("target-%03d", i) }

var (
	people = []string{"", "alice@example.com", "bob@example.com"}
	states = []v1alpha1.ResolutionState{v1alpha1.ResolutionActive, v1alpha1.ResolutionInProgress, v1alpha1.ResolutionResolved}
)

func oneOf[T any](random *rand.Rand, values []T) T { return values[random.IntN(len(values))] }

// perState is a source of chance for one state, so that what happens in parallel does not depend on its order.
func (w *world) perState() []*rand.Rand {
	all := make([]*rand.Rand, previewed)
	for i := range all {
		all[i] = rand.New(rand.NewPCG(w.random.Uint64(), w.random.Uint64()))
	}
	return all
}

// build makes the states in steps. What alerts remember of the steps before is what tells states apart.
func (w *world) build() {
	GinkgoHelper()
	random := w.perState()
	w.each(func(i int) error { return w.create(i, random[i]) })
	w.rest()
	w.each(func(i int) error { return w.decideOtherwise(i, random[i]) })
	w.rest()
	// Alerts that come now come after a resolution: they are held.
	nextSecond()
	w.each(func(i int) error { return w.overrideAndAdd(i, random[i]) })
	w.each(func(i int) error { return w.decideOtherwise(i, random[i]) })
	w.rest()
}

func (w *world) create(i int, random *rand.Rand) error {
	for _, name := range []string{source(i), target(i)} {
		incident := &v1alpha1.Incident{}
		incident.Namespace, incident.Name = w.namespace, name
		incident.Spec.Assignee = oneOf(random, people)
		if err := admin.Create(w.ctx, incident); err != nil {
			return err
		}
	}
	for n := range random.IntN(5) {
		if err := w.createAlert(fmt.Sprintf("%s-a%d", source(i), n), source(i), random); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) createAlert(name, incident string, random *rand.Rand) error {
	alert := &v1alpha1.Alert{}
	alert.Namespace, alert.Name = w.namespace, name
	alert.Spec.Name = "Terminal shell in container"
	alert.Spec.IncidentRef.Name = incident
	alert.Spec.Assignee, alert.Spec.Resolution.State = oneOf(random, people), oneOf(random, states)
	return admin.Create(w.ctx, alert)
}

// decideOtherwise changes what incidents say. A target is seldom resolved, since nothing is merged into it then.
func (w *world) decideOtherwise(i int, random *rand.Rand) error {
	for n, name := range []string{source(i), target(i)} {
		if random.IntN(3) == 0 {
			continue
		}
		incident := &v1alpha1.Incident{}
		if err := admin.Get(w.ctx, w.key(name), incident); err != nil {
			return err
		}
		before := incident.DeepCopy()
		incident.Spec.Assignee, incident.Spec.Resolution.State = oneOf(random, people), active
		if random.IntN(2+6*n) == 0 {
			incident.Spec.Resolution.State = resolved
		}
		if err := admin.Patch(w.ctx, incident, client.MergeFrom(before)); err != nil {
			return err
		}
	}
	return nil
}

// overrideAndAdd lets people change alerts themselves, and new alerts come.
func (w *world) overrideAndAdd(i int, random *rand.Rand) error {
	var alerts v1alpha1.AlertList
	if err := admin.List(w.ctx, &alerts, client.InNamespace(w.namespace), client.MatchingFields{"spec.incidentRef.name": source(i)}); err != nil {
		return err
	}
	for j := range alerts.Items {
		alert := &alerts.Items[j]
		before := alert.DeepCopy()
		if random.IntN(3) == 0 {
			alert.Spec.Assignee = oneOf(random, people)
		}
		if random.IntN(3) == 0 {
			alert.Spec.Resolution.State = oneOf(random, states)
		}
		if err := admin.Patch(w.ctx, alert, client.MergeFrom(before)); err != nil {
			return err
		}
	}
	if random.IntN(2) == 0 {
		return w.createAlert(fmt.Sprintf("%s-b%d", source(i), len(alerts.Items)), source(i), random)
	}
	return nil
}

func (w *world) key(name string) client.ObjectKey {
	return client.ObjectKey{Namespace: w.namespace, Name: name}
}

// each does something for every state, some at the same time.
func (w *world) each(do func(i int) error) {
	GinkgoHelper()
	var group errgroup.Group
	group.SetLimit(createConcurrency)
	for i := range previewed {
		group.Go(func() error { return do(i) })
	}
	Expect(group.Wait()).To(Succeed())
}

func (w *world) look() seen {
	GinkgoHelper()
	var incidents v1alpha1.IncidentList
	Expect(admin.List(w.ctx, &incidents, client.InNamespace(w.namespace))).To(Succeed())
	var alerts v1alpha1.AlertList
	Expect(admin.List(w.ctx, &alerts, client.InNamespace(w.namespace))).To(Succeed())
	s := seen{incidents: map[string]*v1alpha1.Incident{}, alerts: map[string]*v1alpha1.Alert{}}
	for i := range incidents.Items {
		s.incidents[incidents.Items[i].Name] = &incidents.Items[i]
	}
	for i := range alerts.Items {
		s.alerts[alerts.Items[i].Name] = &alerts.Items[i]
	}
	return s
}

// rest waits until every incident says that its alerts have followed or moved, and every alert remembers its incident.
func (w *world) rest() {
	GinkgoHelper()
	Eventually(func() error { return restless(w.look()) }).WithContext(w.ctx).WithTimeout(2 * time.Minute).
		WithPolling(time.Second).Should(Succeed())
}

// restless names what is not at rest yet. It asks the objects alone, not the package that is under test.
func restless(s seen) error {
	linked := map[string]int{}
	for name, alert := range s.alerts {
		incident := alert.Spec.IncidentRef.Name
		linked[incident]++
		var uid types.UID
		if memory, err := inherit.ParseMemory(alert.Annotations[v1alpha1.InheritedAnnotation]); err == nil {
			uid = memory.UID
		}
		want := types.UID("")
		if incident != "" {
			want = s.incidents[incident].UID
		}
		if uid != want {
			return fmt.Errorf("the alert %s does not remember its incident yet", name)
		}
	}
	for name, incident := range s.incidents {
		status := incident.Status
		total := status.Alerts.Total
		if status.ObservedGeneration != incident.Generation || total == nil || int(*total) != linked[name] ||
			!meta.IsStatusConditionTrue(status.Conditions, v1alpha1.ConditionPropagated) {
			return fmt.Errorf("the incident %s has not come to rest", name)
		}
		if merged := meta.FindStatusCondition(status.Conditions, v1alpha1.ConditionMerged); incident.Spec.MergeInto.Name != "" &&
			(merged == nil || merged.Reason == v1alpha1.ReasonAlertsMoving) {
			return fmt.Errorf("the incident %s is still being merged", name)
		}
	}
	return nil
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
		resolve(after)
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
		expected[outcome.Alert] = expectation{action: action, after: outcome.After, changes: outcome.Changes()}
	}
	return expected
}

// act does it.
func (w *world) act(i int, before seen) error {
	from := before.incidents[source(i)].DeepCopy()
	unchanged := from.DeepCopy()
	switch i % actionKinds {
	case 0:
		resolve(from)
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
		Expect(merged).NotTo(BeNil())
		from, to := before.incidents[source(i)], before.incidents[target(i)]
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
